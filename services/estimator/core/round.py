"""A courier's round: his open stops in driving order, how far he is on the way to the next one, and what each
visit took. Fixes move him along the planned leg; only where he has left it is a router asked for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.estimator.core.heard import FUTURE_MS
from services.estimator.core.learned import ANY_S, KIND_S, PAUSE_LEAST_S, Visit
from services.estimator.core.model import Ahead
from services.estimator.core.ways import Way, Ways, way
from shared.contracts.courier_routes import CourierPlan, Route, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.geo import Coord, Line, distance_m, polyline

OFF_LEG_M = 60.0
"""Further from the planned leg he has taken another way (`OFF_ROUTE_M` of the couriers worker)."""

AT_STOP_M = 60.0
LEFT_M = 120.0
"""He is at the next stop within the one, until he is further away than the other: a queue at a light is not a
stop, since it is not where anything is handed over."""

ASK_AGAIN_M = 150.0
"""Off the leg the router is asked again after so much, so that a fix costs no routing call."""

STANDS_WITHIN_M = 40.0
"""While he stays so near to where he was he stands (a receiver at rest scatters up to 16 m: GOAL, p99)."""


@dataclass(frozen=True, slots=True)
class OpenStop:
    """A stop still to go to, with the shipments to hand over there."""

    stop: Stop
    route: str
    previous: str | None
    shipments: tuple[RouteShipment, ...]

    @property
    def place(self) -> Coord:
        return self.stop.lon, self.stop.lat


class Round:
    """Folds a courier's plans, outcomes and fixes, in whatever order they come."""

    def __init__(self, courier: str) -> None:
        self.courier = courier
        self.plan: CourierPlan | None = None
        self.outcomes: dict[str, StopOutcome] = {}
        self.heard_ms = 0
        self._place: Coord | None = None
        self._place_ms = 0
        self._open: list[OpenStop] = []
        self._closed: dict[str, int] = {}
        """By stop, when its last outcome was."""
        self._leg: Line | None = None
        self._along_m: float | None = None
        self._asked: Coord | None = None
        self._at_ms: int | None = None
        self._at_stop: str | None = None
        self._stands: Coord | None = None
        self._stands_ms = 0
        self._paused_s = 0.0
        """Of the pauses on the way to the next stop, those that are over."""

    # What happens

    def on_plan(self, plan: CourierPlan) -> None:
        self.plan = plan
        planned = {s.shipment for r in plan.routes for stop in r.stops for s in stop.shipments}
        self.outcomes = {k: o for k, o in self.outcomes.items() if k in planned}
        self._lay()

    def on_outcome(self, outcome: StopOutcome, zone: str) -> Visit | None:
        """Returns what the leg and the visit took, when this ends the last open shipment of the stop whose
        turn it was; of another one nobody knows where he came from."""
        known = self.outcomes.get(outcome.shipment)
        if known is not None and known.seq >= outcome.seq:
            return None
        before = {o.stop.stop: o for o in self._open}
        turn = self._open[0].stop.stop if self._open else None
        at_ms, previous_ms, paused_s = self._at_ms, self._last_ms(), self._paused_s
        self.outcomes[outcome.shipment] = outcome
        self._lay()
        gone = [o for name, o in before.items() if name not in {n.stop.stop for n in self._open}]
        if not gone or gone[0].stop.stop != turn or gone[0].stop.leg_s is None or previous_ms is None:
            return None
        # Reported one after another: all that have come since the stop before are of this visit.
        handed = [s for s in gone[0].stop.shipments if self._said_ms(s.shipment) >= previous_ms]
        return Visit(
            courier=self.courier,
            left_ms=previous_ms,
            arrived_ms=at_ms,
            done_ms=outcome.at_ms,
            leg_s=gone[0].stop.leg_s,
            kind=kind_of(handed),
            parcels=len(handed),
            zone=zone,
            paused_s=paused_s,
        )

    def on_sign(self, at_ms: int, received_ms: int) -> None:
        """The phone is heard of: without coordinates it only says that it is alive."""
        if at_ms <= received_ms + FUTURE_MS:
            self.heard_ms = max(self.heard_ms, min(at_ms, received_ms))

    def on_fix(self, lon: float, lat: float, at_ms: int, received_ms: int) -> None:
        """Where he was at `at_ms`; older than what is known, or from the future, says nothing new."""
        if at_ms > received_ms + FUTURE_MS or at_ms <= self._place_ms:
            return
        self.on_sign(at_ms, received_ms)
        self._place, self._place_ms = (lon, lat), at_ms
        self._stand(at_ms)
        self._follow()

    # What follows from it

    @property
    def open(self) -> list[OpenStop]:
        """The stops still to go to, in driving order; empty before he has set out."""
        return self._open

    @property
    def begun_ms(self) -> int | None:
        """When the first of his routes has set out; None: none has."""
        return min((r.set_out_ms for r in self._routes() if r.set_out_ms is not None), default=None)

    def at_stop_s(self, now_ms: int) -> float:
        """How long he has been at the next stop; 0: on the way."""
        return max(0.0, (now_ms - self._at_ms) / 1000) if self._at_ms is not None else 0.0

    def paused_s(self, now_ms: int) -> float:
        """How long he has been standing away from any stop; 0: he is moving, or at the next one. While his
        phone is silent it is not known to go on."""
        if self._at_ms is not None or self._stands is None:
            return 0.0
        return max(0.0, (min(now_ms, self._place_ms) - self._stands_ms) / 1000)

    def leg_done_s(self) -> float:
        """The router's time of what he has covered of the way to the next stop; 0: not off, or not known."""
        if self._along_m is None or self._leg is None or not self._open:
            return 0.0
        leg_s, whole_m = self._open[0].stop.leg_s, self._leg.length_m
        return leg_s * self._along_m / whole_m if leg_s is not None and whole_m > 0 else 0.0

    def silent_s(self, now_ms: int) -> float:
        """How long nothing has been heard of him since he has set out."""
        since_ms = max([self.heard_ms, *(r.set_out_ms or 0 for r in self._routes())])
        return max(0.0, (now_ms - since_ms) / 1000)

    def gaps(self, ways: Ways) -> list[Way]:
        """The ways that a router should be asked about."""
        return [w for w in self._asked_ways() if not ways.knows(w)]

    def ahead(self, ways: Ways, most: int | None = None) -> list[Ahead]:
        """The open stops, the next `most` of them (None: all), as the model takes them."""
        found = []
        for i, stop in enumerate(self._open[:most]):
            leg_s = self._first_s(ways) if i == 0 else self._next_s(self._open[i - 1], stop, ways)
            found.append(Ahead(leg_s=leg_s, kind=kind_of(stop.shipments), parcels=len(stop.shipments)))
        return found

    def _routes(self) -> tuple[Route, ...]:
        return self.plan.routes if self.plan is not None else ()

    def _lay(self) -> None:
        """The open stops anew; of a stop that has become the next one the progress begins anew."""
        turn = self._open[0] if self._open else None
        self._open = list(self._open_stops())
        self._closed = dict(self._closed_stops())
        now = self._open[0] if self._open else None
        if now is None or turn is None or now.stop != turn.stop:
            self._leg, self._along_m, self._asked, self._paused_s = None, None, None, 0.0
            self._stands = None
            if now is None or now.stop.stop != self._at_stop:
                self._at_ms = self._at_stop = None
            if now is not None and now.stop.leg and self._came_from(now):
                try:
                    self._leg = Line(polyline.decode(now.stop.leg))
                except ValueError:
                    self._leg = None
            self._follow()

    def _open_stops(self) -> Iterator[OpenStop]:
        if self.plan is None:
            return
        started = sorted(
            (r.set_out_ms, i) for i, r in enumerate(self.plan.routes) if r.set_out_ms is not None
        )
        seen: set[str] = set()
        for _, i in started:
            route, previous = self.plan.routes[i], None
            for stop in route.stops:
                his = tuple(s for s in stop.shipments if s.shipment not in seen)
                seen.update(s.shipment for s in his)
                left = tuple(s for s in his if not self._over(s))
                if left:
                    yield OpenStop(stop, route.route, previous, left)
                previous = stop.stop

    def _closed_stops(self) -> Iterator[tuple[str, int]]:
        for route in self._routes():
            for stop in route.stops:
                if stop.shipments and all(self._over(s) for s in stop.shipments):
                    yield stop.stop, max(self.outcomes[s.shipment].at_ms for s in stop.shipments)

    def _over(self, shipment: RouteShipment) -> bool:
        outcome = self.outcomes.get(shipment.shipment)
        return outcome is not None and outcome.joined == shipment.joined and not outcome.open

    def _said_ms(self, shipment: str) -> int:
        outcome = self.outcomes.get(shipment)
        return outcome.at_ms if outcome is not None else 0

    def _last_ms(self) -> int | None:
        """When he was done with the stop before, or set out."""
        begun = [r.set_out_ms for r in self._routes() if r.set_out_ms is not None]
        return max([*self._closed.values(), *begun], default=None)

    def _came_from(self, stop: OpenStop) -> bool:
        """Whether the planned leg is the one that he drives: the stop done last is the one it begins at."""
        if stop.previous is None or not self._closed:
            return stop.previous is None
        return max(self._closed.items(), key=lambda each: each[1])[0] == stop.previous

    def _stand(self, at_ms: int) -> None:
        """Whether he stands, since when; a pause that is over counts for the leg."""
        assert self._place is not None
        if self._stands is not None and distance_m(*self._place, *self._stands) <= STANDS_WITHIN_M:
            return
        if self._stands is not None and self._at_ms is None:
            stood_s = (at_ms - self._stands_ms) / 1000
            if stood_s >= PAUSE_LEAST_S:
                self._paused_s += stood_s
        self._stands, self._stands_ms = self._place, at_ms

    def _follow(self) -> None:
        """Move him along the planned leg to where he was seen last."""
        if self._place is None or not self._open:
            return
        turn = self._open[0]
        away_m = distance_m(*self._place, *turn.place)
        if away_m <= AT_STOP_M:
            if self._at_ms is None:
                self._at_ms, self._at_stop = self._place_ms, turn.stop.stop
        elif away_m > LEFT_M:
            self._at_ms = self._at_stop = None
        if self._leg is not None:
            along_m, off_m = self._leg.project(*self._place, self._along_m)
            if off_m <= OFF_LEG_M:
                self._along_m, self._asked = along_m, None
                return
        self._along_m = None
        if self._asked is None or distance_m(*self._place, *self._asked) > ASK_AGAIN_M:
            self._asked = self._place

    def _first_s(self, ways: Ways) -> float:
        """What is left of the way to the next stop."""
        turn = self._open[0]
        if self._at_ms is not None:
            return 0.0
        if self._place is None:
            return turn.stop.leg_s or 0.0
        if self._along_m is not None and self._leg is not None and turn.stop.leg_s is not None:
            whole_m = self._leg.length_m
            return turn.stop.leg_s * (1 - self._along_m / whole_m) if whole_m > 0 else 0.0
        return ways.seconds(way(self._asked or self._place, turn.place))

    @staticmethod
    def _next_s(before: OpenStop, stop: OpenStop, ways: Ways) -> float:
        planned = stop.previous == before.stop.stop and stop.route == before.route
        if planned and stop.stop.leg_s is not None:
            return stop.stop.leg_s
        return ways.seconds(way(before.place, stop.place))

    def _asked_ways(self) -> Iterator[Way]:
        if not self._open:
            return
        if self._asked is not None and self._at_ms is None:
            yield way(self._asked, self._open[0].place)
        for before, stop in zip(self._open, self._open[1:], strict=False):
            planned = stop.previous == before.stop.stop and stop.route == before.route
            if not planned or stop.stop.leg_s is None:
                yield way(before.place, stop.place)


def kind_of(shipments: Sequence[RouteShipment]) -> str:
    """The kind of a stop where these are handed over. One with several kinds (a locker in a shop) is of the
    kind that takes longest by what is believed beforehand: he has to do that one too."""
    return max((s.handover for s in shipments), key=lambda kind: KIND_S.get(kind, ANY_S), default="door")
