"""courier.routes: a courier's whole plan as it stands after each decision (compacted: the newest stays).

Holds home coordinates until the route is finished: personal data."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Driver, Handover, Id, Lat, Lon, Ms, Sequence, Window
from shared.contracts.topic import Body, Message, Topic


class RouteShipment(Body, frozen=True):
    """A shipment on a stop; `joined` is the plan's version at which it came onto the route."""

    shipment: Id
    merchant: Id
    joined: Sequence
    handover: Handover = "door"


class Stop(Body, frozen=True):
    """One place, in driving order; `leg` leads to it (encoded polyline, six decimals)."""

    stop: Id
    lon: Lon
    lat: Lat
    shipments: tuple[RouteShipment, ...]
    window: Window | None = None
    leg: str | None = None
    leg_s: float | None = None


class Route(Body, frozen=True):
    """An unfinished route; `set_out_ms` is None until the courier has set out."""

    route: Id
    stops: tuple[Stop, ...]
    set_out_ms: Ms | None = None
    driver: Driver | None = None


class DutyInterval(Body, frozen=True):
    """On duty from `from_ms`; `to_ms` None: still on."""

    from_ms: Ms
    to_ms: Ms | None = None


class CourierPlan(Body, frozen=True):
    """A courier's plan after decision `version`, which follows the record with id `prev`."""

    id: Id
    prev: Id | None
    version: Sequence
    tenant: Id
    courier: Id
    command: Id
    recorded_ms: Ms
    refused: str | None = None
    routes: tuple[Route, ...] = ()
    duty: tuple[DutyInterval, ...] = ()
    decided: tuple[Id, ...] = ()

    def on_duty(self, at_ms: int) -> bool:
        """Whether a fix timed `at_ms` was made on duty."""
        return any(d.from_ms <= at_ms and (d.to_ms is None or at_ms < d.to_ms) for d in self.duty)


DECODER: msgspec.json.Decoder[CourierPlan] = msgspec.json.Decoder(CourierPlan)

TOPIC = Topic(
    name="courier.routes",
    title="Couriers' plans",
    key="courier",
    group="courier",
    messages=(
        Message(
            CourierPlan,
            CourierPlan(
                id="p-7",
                prev="p-6",
                version=7,
                tenant="athens-couriers",
                courier="eleni",
                command="c-02",
                recorded_ms=1_795_168_800_000,
                routes=(
                    Route(
                        route="r-2026-11-20-eleni",
                        set_out_ms=1_795_168_800_000,
                        stops=(
                            Stop(
                                stop="stop-1",
                                lon=24.9441,
                                lat=60.1712,
                                shipments=(RouteShipment(shipment="s-1", merchant="bookshop", joined=5),),
                            ),
                        ),
                    ),
                ),
                duty=(DutyInterval(from_ms=1_795_160_000_000),),
                decided=("c-01", "c-02"),
            ),
        ),
    ),
    producers=("shipments",),
    consumers=("shipments", "projector.stages", "projector.couriers", "portal", "estimator"),
    cleanup="compact",
    personal=True,
)
