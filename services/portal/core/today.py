"""The desk's day: what a courier's plan and his shipments say of where he stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.portal.schemas.common import MoneyBody, WindowBody, from_ms
from services.portal.schemas.desk_today import (
    NextStop,
    PlanDocument,
    PlanRoute,
    PlanShipment,
    PlanStop,
    TodayCourier,
)
from shared.contracts.common import Window
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.couriers import Courier
from shared.domain.shipment import OUTCOMES
from shared.geo.sphere import distance_m

SERVICE_MS = 2 * 60_000
"""A stop is reckoned to take so long."""
SPEED_MPS = 5.5
DETOUR = 1.4
"""Where no router was asked: 20 km/h, and streets 1.4 times as long as the straight line."""
STALE_MS = 2 * 60_000
"""A courier on duty who was not heard of for so long is shown as silent."""
_OUTCOMES = frozenset(str(tag) for tag in OUTCOMES)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shipment as the lists have it, as far as a plan needs it."""

    shipment: str
    order_number: str
    merchant: str
    substatus: str
    tag: str
    status_ms: int
    ended: bool
    courier: str | None
    window_from_ms: int | None
    window_to_ms: int | None
    cash: Decimal | None
    currency: str | None
    cash_taken: Decimal | None
    taken_currency: str | None
    name: str | None
    line: str | None

    @property
    def done(self) -> bool:
        """Whether this attempt is over."""
        return self.ended or self.tag in _OUTCOMES

    @property
    def window(self) -> Window | None:
        if self.window_from_ms is None or self.window_to_ms is None:
            return None
        return Window(from_ms=self.window_from_ms, to_ms=self.window_to_ms)


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest that was heard of a courier's phone."""

    courier: str
    tenant: str
    seen_ms: int
    at_ms: int | None
    lon: float | None
    lat: float | None
    speed_mps: float | None
    bearing_deg: float | None
    battery_pct: int | None


Parcels = Mapping[str, Parcel]


def money(amount: Decimal | None, currency: str | None) -> MoneyBody | None:
    if amount is None or currency is None:
        return None
    return MoneyBody(amount=f"{amount:.2f}", currency=currency)


def on_duty(plan: CourierPlan | None) -> bool:
    return plan is not None and bool(plan.duty) and plan.duty[-1].to_ms is None


def stop_done(stop: Stop, parcels: Parcels) -> bool:
    """Whether everything there has an outcome. What is not read up yet has none."""
    return all((p := parcels.get(s.shipment)) is not None and p.done for s in stop.shipments)


def window_of(stop: Stop, parcels: Parcels) -> Window | None:
    """The stop's own window, or else the first of its shipments'."""
    if stop.window is not None:
        return stop.window
    found = (parcels[s.shipment].window for s in stop.shipments if s.shipment in parcels)
    return next((w for w in found if w is not None), None)


def arrivals(route: Route, parcels: Parcels, now_ms: int) -> dict[str, int]:
    """When he can be at each stop that is left, at the earliest (epoch ms): from the last door, or from
    setting out, by the planned drive; never in the past. One who has not set out may do so now."""
    found: dict[str, int] = {}
    done = [stop for stop in route.stops if stop_done(stop, parcels)]
    at_ms = now_ms
    if route.set_out_ms is not None:
        doors = [parcels[s.shipment].status_ms for stop in done for s in stop.shipments]
        at_ms = max([route.set_out_ms, *doors])
    before: Stop | None = done[-1] if done else None
    over = {stop.stop for stop in done}
    for stop in route.stops:
        if stop.stop in over:
            continue
        at_ms = max(at_ms + _drive_ms(before, stop), now_ms)
        found[stop.stop] = at_ms
        at_ms += SERVICE_MS
        before = stop
    return found


def _drive_ms(before: Stop | None, stop: Stop) -> int:
    if stop.leg_s is not None:
        return round(stop.leg_s * 1000)
    if before is None:
        return 0
    metres = distance_m(before.lon, before.lat, stop.lon, stop.lat)
    return round(metres * DETOUR / SPEED_MPS * 1000)


def is_late(window: Window | None, done: bool, arrives_ms: int | None, now_ms: int) -> bool:
    """Whether the window is over and there is no outcome, or will be over when he comes."""
    if window is None or done:
        return False
    return max(now_ms, arrives_ms or 0) >= window.to_ms


def late_shipments(plan: CourierPlan, parcels: Parcels, now_ms: int) -> set[str]:
    """Of the plan's shipments those whose recipients will be waited for too long."""
    late: set[str] = set()
    for route in plan.routes:
        arriving = arrivals(route, parcels, now_ms)
        for stop in route.stops:
            for s in stop.shipments:
                parcel = parcels.get(s.shipment)
                window = stop.window or (parcel.window if parcel else None)
                if is_late(window, parcel is not None and parcel.done, arriving.get(stop.stop), now_ms):
                    late.add(s.shipment)
    return late


def current(routes: Sequence[Route], parcels: Parcels) -> Route | None:
    """The route he drives: that he has set out on and that has stops left; else the first with stops left."""
    left = [r for r in routes if any(not stop_done(stop, parcels) for stop in r.stops)]
    out = [r for r in left if r.set_out_ms is not None]
    return next(iter([*out, *left, *routes]), None)


def name_of(courier: str, known: Courier | None, plan: CourierPlan | None) -> str:
    """By the carrier's list of couriers, else as a route calls him, else his id."""
    if known is not None:
        return known.name
    drivers = (r.driver.first_name for r in (plan.routes if plan is not None else ()) if r.driver is not None)
    return next(drivers, courier)


def courier_today(
    courier: str,
    known: Courier | None,
    plan: CourierPlan | None,
    heard: Heard | None,
    parcels: Parcels,
    cash: Sequence[MoneyBody],
    now_ms: int,
) -> TodayCourier:
    """One courier's line. Where he was is said only of a fix that was made on duty, and while he is."""
    routes = plan.routes if plan is not None else ()
    route = current(routes, parcels)
    driver = route.driver if route is not None else None
    stops = [stop for r in routes for stop in r.stops]
    done = sum(stop_done(stop, parcels) for stop in stops)
    seen = placed(heard, plan)
    return TodayCourier(
        courier_id=courier,
        name=name_of(courier, known, plan),
        phone=known.phone if known is not None else None,
        vehicle=known.vehicle if known is not None else driver.vehicle if driver is not None else None,
        on_duty=on_duty(plan),
        seen_at=from_ms(heard.seen_ms) if heard is not None else None,
        at=from_ms(seen.at_ms) if seen is not None and seen.at_ms is not None else None,
        lon=seen.lon if seen is not None else None,
        lat=seen.lat if seen is not None else None,
        battery_pct=heard.battery_pct if heard is not None else None,
        route=route.route if route is not None else None,
        set_out_at=from_ms(route.set_out_ms) if route is not None and route.set_out_ms is not None else None,
        next_stop=_next(route, parcels, now_ms) if route is not None else None,
        stops_left=len(stops) - done,
        stops_done=done,
        late=sum(_late_stops(r, parcels, now_ms) for r in routes),
        cash=list(cash),
    )


def placed(heard: Heard | None, plan: CourierPlan | None) -> Heard | None:
    """What was heard, if it has a place that may be shown: on duty then, and now."""
    if heard is None or heard.at_ms is None or plan is None or heard.tenant != plan.tenant:
        return None
    return heard if on_duty(plan) and plan.on_duty(heard.at_ms) else None


def _late_stops(route: Route, parcels: Parcels, now_ms: int) -> int:
    arriving = arrivals(route, parcels, now_ms)
    return sum(
        is_late(window_of(stop, parcels), stop_done(stop, parcels), arriving.get(stop.stop), now_ms)
        for stop in route.stops
    )


def _next(route: Route, parcels: Parcels, now_ms: int) -> NextStop | None:
    stop = next((s for s in route.stops if not stop_done(s, parcels)), None)
    if stop is None:
        return None
    there = [p for s in stop.shipments if (p := parcels.get(s.shipment)) is not None]
    return NextStop(
        stop=stop.stop,
        line=next((p.line for p in there if p.line), None),
        name=next((p.name for p in there if p.name), None),
        window=WindowBody.of(window_of(stop, parcels)),
        arrives_at=from_ms(arrivals(route, parcels, now_ms)[stop.stop]),
        shipments=[s.shipment for s in stop.shipments],
    )


def plan_document(
    courier: str, plan: CourierPlan | None, parcels: Parcels, shops: Mapping[str, str], now_ms: int
) -> PlanDocument:
    """The plan as the desk shows and changes it; `shops` are merchants' names."""
    return PlanDocument(
        courier_id=courier,
        version=plan.version if plan is not None else 0,
        on_duty=on_duty(plan),
        routes=[_route(r, parcels, shops, now_ms) for r in plan.routes] if plan is not None else [],
    )


def _route(route: Route, parcels: Parcels, shops: Mapping[str, str], now_ms: int) -> PlanRoute:
    arriving = arrivals(route, parcels, now_ms)
    return PlanRoute(
        route=route.route,
        set_out_at=from_ms(route.set_out_ms) if route.set_out_ms is not None else None,
        stops=[_stop(stop, parcels, shops, arriving.get(stop.stop), now_ms) for stop in route.stops],
    )


def _stop(
    stop: Stop, parcels: Parcels, shops: Mapping[str, str], arrives_ms: int | None, now_ms: int
) -> PlanStop:
    window, done = window_of(stop, parcels), stop_done(stop, parcels)
    return PlanStop(
        stop=stop.stop,
        lon=stop.lon,
        lat=stop.lat,
        window=WindowBody.of(window),
        arrives_at=from_ms(arrives_ms) if arrives_ms is not None else None,
        late=is_late(window, done, arrives_ms, now_ms),
        done=done,
        shipments=[_shipment(s.shipment, s.merchant, parcels.get(s.shipment), shops) for s in stop.shipments],
    )


def _shipment(shipment: str, merchant: str, parcel: Parcel | None, shops: Mapping[str, str]) -> PlanShipment:
    shop = shops.get(merchant, merchant)
    if parcel is None:
        return PlanShipment(shipment=shipment, merchant=merchant, shop=shop, done=False)
    return PlanShipment(
        shipment=shipment,
        order_number=parcel.order_number,
        merchant=merchant,
        shop=shop,
        status=parcel.substatus,
        tag=parcel.tag,
        done=parcel.done,
        name=parcel.name,
        line=parcel.line,
        cash=money(parcel.cash, parcel.currency),
        cash_taken=money(parcel.cash_taken, parcel.taken_currency),
    )
