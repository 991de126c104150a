"""A courier's started routes as places in driving order: which are open, and which lie around a point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor

from services.projector.couriers.core.limits import AT_STOP_M, LEFT_BEHIND_M
from services.projector.couriers.core.rules import Rules
from services.projector.couriers.core.zones import Zone, displacement_m
from shared.contracts.common import Driver, Policy
from shared.contracts.courier_routes import CourierPlan, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.geo import Line, Plane, polyline

_CELL_M = 256.0


class Place:
    """A stop of a started route on the track's plane; `open`: the shipments still to hand over there."""

    __slots__ = (
        "_legs",
        "_zones",
        "closed_ms",
        "driver",
        "index",
        "open",
        "route",
        "set_out_ms",
        "shipments",
        "stop",
        "x",
        "y",
    )

    def __init__(
        self, stop: Stop, route: str, set_out_ms: int, driver: Driver | None, index: int, plane: Plane
    ) -> None:
        self.stop = stop
        self.route = route
        self.set_out_ms = set_out_ms
        self.driver = driver
        self.index = index
        self.x, self.y = plane.to_xy(stop.lon, stop.lat)
        self.shipments: tuple[RouteShipment, ...] = ()
        self.open: tuple[RouteShipment, ...] = ()
        self.closed_ms = 0  # the last outcome that closed it
        self._legs: Line | None = None
        self._zones: dict[tuple[int, int], Zone] = {}

    @property
    def key(self) -> tuple[str, str]:
        """Names the place over versions of the plan."""
        return self.route, self.stop.stop

    def leg(self) -> Line | None:
        """The way that leads here; None where no router was asked or its answer can't be read."""
        if self._legs is None and self.stop.leg:
            try:
                self._legs = Line(polyline.decode(self.stop.leg))
            except ValueError:
                return None
        return self._legs

    def zone(self, policy: Policy, secret: bytes) -> Zone:
        """The disc around this place under a policy's numbers."""
        key = (policy.zone_radius_m, policy.zone_shift_m)
        zone = self._zones.get(key)
        if zone is None:
            east_m, north_m = displacement_m(secret, self.stop.lon, self.stop.lat, policy.zone_shift_m)
            zone = self._zones[key] = Zone(self.x + east_m, self.y + north_m, policy.zone_radius_m)
        return zone


class Itinerary:
    """The places of all started routes, the earliest started first, each shipment at one place only."""

    def __init__(self, plan: CourierPlan | None, plane: Plane | None, rules: Rules) -> None:
        self.places: list[Place] = []
        self.reach_m = AT_STOP_M
        self._cells: dict[tuple[int, int], list[Place]] = {}
        if plan is None or plane is None:
            return
        started = sorted((r.set_out_ms, i) for i, r in enumerate(plan.routes) if r.set_out_ms is not None)
        seen: set[str] = set()
        for set_out_ms, i in started:
            route = plan.routes[i]
            for stop in route.stops:
                place = Place(stop, route.route, set_out_ms, route.driver, len(self.places), plane)
                place.shipments = tuple(s for s in stop.shipments if s.shipment not in seen)
                seen.update(s.shipment for s in place.shipments)
                self.places.append(place)
                for s in place.shipments:
                    policy = rules.policy(s.merchant)
                    self.reach_m = max(self.reach_m, policy.zone_radius_m + policy.zone_shift_m)
        self.reach_m += LEFT_BEHIND_M
        self.lay(self.places)

    def lay(self, places: Iterable[Place]) -> None:
        """Enter places into the cells from which they are within reach."""
        reach = self.reach_m
        for p in places:
            for i in range(floor((p.x - reach) / _CELL_M), floor((p.x + reach) / _CELL_M) + 1):
                for j in range(floor((p.y - reach) / _CELL_M), floor((p.y + reach) / _CELL_M) + 1):
                    self._cells.setdefault((i, j), []).append(p)

    def around(self, x: float, y: float) -> list[Place]:
        """Every place whose reach holds the point, and some more."""
        return self._cells.get((floor(x / _CELL_M), floor(y / _CELL_M)), [])

    def close(self, outcomes: Mapping[str, StopOutcome]) -> None:
        """Work out which shipments are still open: an outcome counts for the joining it is of."""
        for place in self.places:
            place.open = tuple(s for s in place.shipments if _is_open(s, outcomes.get(s.shipment)))
            if place.shipments and not place.open:
                place.closed_ms = max(outcomes[s.shipment].at_ms for s in place.shipments)

    def closed_places(self) -> list[Place]:
        """The places done, in the order in which they were."""
        return sorted((p for p in self.places if p.shipments and not p.open), key=lambda p: p.closed_ms)

    def open_places(self) -> list[Place]:
        """The places still to go to, in order."""
        return [p for p in self.places if p.open]


def _is_open(shipment: RouteShipment, outcome: StopOutcome | None) -> bool:
    return outcome is None or outcome.joined != shipment.joined or outcome.open
