"""courier.commands: plan, change or close a route; set out; on or off duty.

A plan holds the coordinates of homes: personal data."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.common import Actor, Driver, Handover, Id, Lat, Lon, Ms, Sequence, Window
from shared.contracts.topic import DAY_MS, Body, Event, Message, Topic


class PlannedShipment(Body, frozen=True):
    """A shipment to hand over at a stop."""

    shipment: Id
    merchant: Id
    handover: Handover = "door"


class PlannedStop(Body, frozen=True):
    """One place to go to. `leg` is the way from the stop before (or the depot) as an encoded polyline with
    six decimals; absent where no router was asked."""

    stop: Id
    lon: Lon
    lat: Lat
    shipments: tuple[PlannedShipment, ...]
    window: Window | None = None
    leg: str | None = None
    leg_s: float | None = None


class CourierCommand(Event, frozen=True, kw_only=True):
    """What every command to a courier's plan has."""

    id: Id
    tenant: Id
    courier: Id
    at_ms: Ms
    actor: Actor


class PlanRoute(CourierCommand, frozen=True, kw_only=True, tag="plan_route"):
    """Make this the route: its ordered stops replace what was planned under the same route id. `expected` is
    the plan's version it was made from: another plan meanwhile, and it is refused."""

    route: Id
    stops: tuple[PlannedStop, ...]
    driver: Driver | None = None
    expected: Sequence | None = None


class SetOut(CourierCommand, frozen=True, kw_only=True, tag="set_out"):
    """The courier starts driving the route: its shipments are out for delivery."""

    route: Id


class CloseRoute(CourierCommand, frozen=True, kw_only=True, tag="close_route"):
    """The route is over: what has no outcome yet is taken off it. `expected` as in `PlanRoute`."""

    route: Id
    expected: Sequence | None = None


class Duty(CourierCommand, frozen=True, kw_only=True, tag="duty"):
    """On duty or off: off duty no position of his is kept or shown."""

    on: bool


class TakeBack(CourierCommand, frozen=True, kw_only=True, tag="take_back"):
    """A shipment has refused its place on the route (ended, reassigned): take it off."""

    route: Id
    shipment: Id
    route_version: Sequence


Command = PlanRoute | SetOut | CloseRoute | Duty | TakeBack
DECODER: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)

_EXAMPLE: dict[str, Any] = {
    "tenant": "athens-couriers",
    "courier": "eleni",
    "at_ms": 1_795_168_800_000,
    "actor": Actor(kind="merchant", id="bookshop"),
}

TOPIC = Topic(
    name="courier.commands",
    title="What is asked of a courier's plan",
    key="courier",
    group="courier",
    messages=(
        Message(
            PlanRoute,
            PlanRoute(
                id="c-01",
                route="r-2026-11-20-eleni",
                stops=(
                    PlannedStop(
                        stop="stop-1",
                        lon=24.9441,
                        lat=60.1712,
                        shipments=(PlannedShipment(shipment="s-1", merchant="bookshop"),),
                        window=Window(from_ms=1_795_172_400_000, to_ms=1_795_176_000_000),
                    ),
                ),
                driver=Driver(first_name="Eleni", vehicle="white van"),
                **_EXAMPLE,
            ),
        ),
        Message(SetOut, SetOut(id="c-02", route="r-2026-11-20-eleni", **_EXAMPLE)),
        Message(CloseRoute, CloseRoute(id="c-03", route="r-2026-11-20-eleni", **_EXAMPLE)),
        Message(Duty, Duty(id="c-04", on=True, **_EXAMPLE)),
        Message(
            TakeBack,
            TakeBack(id="c-05", route="r-2026-11-20-eleni", shipment="s-1", route_version=7, **_EXAMPLE),
        ),
    ),
    producers=("portal", "shipments", "projector.couriers"),
    consumers=("shipments",),
    retention_ms=7 * DAY_MS,
    personal=True,
)
