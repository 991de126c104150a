"""All that one recipient is sent of a round: his line of the live view each time it changes, and when."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from services.projector.couriers.core import Courier, Gone, Rules
from shared.contracts.common import NO_JSON, Policy
from shared.contracts.courier_positions import position
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.geo import Plane, polyline
from tests.attacks.rounds import Round
from tests.attacks.town import Point

START_MS = 1_795_168_800_000
PLANE = Plane(24.94, 60.17)


@dataclass(frozen=True)
class Sent:
    """What a recipient's socket got: when (s), what, the fix's own time (s) and place or the area's cell."""

    t: float
    show: str
    why: str | None
    fix_s: float
    at: Point | None
    cell: str | None
    stops_left: int
    arrived: bool
    leg: tuple[Point, ...]


def lonlat(at: Point) -> tuple[float, float]:
    """Where a point of the town lies on earth."""
    return PLANE.to_lonlat(*at)


def plan_of(round: Round) -> CourierPlan:
    """The round's plan, every stop with one shipment `s-<number>` of the same shop."""
    stops = []
    for i, (address, leg) in enumerate(zip(round.stops, round.legs, strict=True)):
        lon, lat = lonlat(address.door)
        stops.append(
            Stop(
                stop=f"stop-{i}",
                lon=lon,
                lat=lat,
                shipments=(RouteShipment(shipment=f"s-{i}", merchant="shop", joined=1),),
                leg=polyline.encode([lonlat(p) for p in leg]),
            )
        )
    return CourierPlan(
        id="p-1",
        prev=None,
        version=1,
        tenant="couriers",
        courier="eleni",
        command="c-1",
        recorded_ms=START_MS,
        routes=(Route(route="r-1", stops=tuple(stops), set_out_ms=START_MS),),
        duty=(DutyInterval(from_ms=START_MS - 1),),
    )


def listen(round: Round, own: int, policy: Policy, addresses: dict[str, int], secret: bytes) -> list[Sent]:
    """Play a round and keep what the recipient of stop number `own` is sent until his own delivery."""
    courier = Courier("eleni", Rules({"shop": policy}, addresses, secret))
    courier.on_plan(plan_of(round), START_MS)
    events: list[tuple[float, int, int]] = [(f.t, 1, i) for i, f in enumerate(round.fixes)]
    events += [(t, 0, i) for i, t in enumerate(round.done_s)]
    sent: list[Sent] = []
    last: object = None
    for t, kind, i in sorted(events):
        _until(courier, t, own, sent)
        now_ms = START_MS + int(t * 1000)
        if kind == 0:
            if i == own:
                break
            courier.on_outcome(
                StopOutcome(
                    tenant="couriers",
                    courier="eleni",
                    shipment=f"s-{i}",
                    seq=9,
                    joined=1,
                    open=False,
                    substatus="Delivered_001",
                    at_ms=now_ms,
                ),
                now_ms,
            )
        else:
            fix = round.fixes[i]
            value = position(
                *lonlat(fix.at), now_ms, speed_mps=fix.speed_mps, accuracy_m=round_up(fix.accuracy_m)
            )
            courier.on_fix(value, msgspec.json.encode(value), i + 1, now_ms)
        last = _take(courier, now_ms, own, sent, last)
    return sent


def round_up(accuracy_m: float) -> float:
    """As phones report it."""
    return round(accuracy_m, 1)


def _until(courier: Courier, t: float, own: int, sent: list[Sent]) -> None:
    """Let ticks happen when they fall due."""
    until_ms = START_MS + int(t * 1000)
    while 0 < courier.due_ms < until_ms:
        due_ms = courier.due_ms
        courier.tick(due_ms)
        _take(courier, due_ms, own, sent, None)
        if courier.due_ms <= due_ms:
            break


def _take(courier: Courier, now_ms: int, own: int, sent: list[Sent], last: object) -> object:
    view = courier.publish(now_ms)
    if view is None or isinstance(view, Gone):
        return last
    for line in view.lines:
        for w in line.audience:
            if w.shipment != f"s-{own}":
                continue
            at, cell = None, None
            if line.feature != NO_JSON:
                shown = msgspec.json.decode(line.feature)
                if line.show == "area":
                    cell = shown["properties"]["cell"]
                else:
                    at = PLANE.to_xy(*shown["geometry"]["coordinates"])
            leg: tuple[Point, ...] = ()
            if line.leg != NO_JSON:
                coordinates = msgspec.json.decode(line.leg)["geometry"]["coordinates"]
                leg = tuple(PLANE.to_xy(*c) for c in coordinates)
            got = Sent(
                (now_ms - START_MS) / 1000,
                line.show,
                line.why,
                (line.at_ms - START_MS) / 1000,
                at,
                cell,
                w.stops_left,
                w.arrived,
                leg,
            )
            key = (got.show, got.why, got.fix_s, got.at, got.stops_left, got.arrived, got.leg)
            if not sent or key != (
                (s := sent[-1]).show,
                s.why,
                s.fix_s,
                s.at,
                s.stops_left,
                s.arrived,
                s.leg,
            ):
                sent.append(got)
    return last
