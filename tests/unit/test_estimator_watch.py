"""A courier under watch, as timelines: metres east and north, seconds since eight o'clock. What she has done
of her way, what is asked to be told, what a visit took."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from services.estimator.core.calibration import Calibration
from services.estimator.core.learned import Learned, Visit
from services.estimator.core.watch import Watch
from services.estimator.core.ways import Ways, way
from shared.contracts.common import Actor, Handover
from shared.contracts.courier_positions import position
from shared.contracts.courier_routes import CourierPlan, Route, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.shipment_commands import Promise
from shared.contracts.shipment_events import (
    AnyEvent,
    Assigned,
    Promised,
    Registered,
    Reported,
    Started,
    Withdrawn,
)
from shared.contracts.shipment_state import ShipmentState
from shared.contracts.views.live import Line, LiveView
from shared.domain.shipment import empty, fold, stage_view
from tests.unit.couriers_world import EIGHT_MS, place, stop

LEG_S = 120.0


def row(*names: str, joined: int = 1, every_m: float = 500) -> list[Stop]:
    """Stops in a row along a street, `every_m` metres apart, two minutes' drive by the router."""
    made = []
    for i, name in enumerate(names):
        at, before = ((i + 1) * every_m, 0.0), (i * every_m, 0.0)
        made.append(stop(name, at, joined=joined, leg=(before, at), leg_s=LEG_S))
    return made


class Day:
    """The courier Eleni, the states of her shipments, and all that the estimator asks for."""

    def __init__(self, stops: list[Stop], zone: str = "UTC") -> None:
        self.watch = Watch("eleni")
        self.ways = Ways()
        self.learned, self.calibration = Learned(), Calibration()
        self.zone = zone
        self.states: dict[str, ShipmentState] = {}
        self.version = 0
        self.asked: list[Promise] = []
        self.visits: list[Visit] = []
        self.plan(0, stops)

    def plan(self, t: float, stops: list[Stop], *, courier: str = "eleni") -> None:
        self.version += 1
        route = Route(route="r-1", stops=tuple(stops), set_out_ms=EIGHT_MS)
        plan = CourierPlan(
            id=f"p-{self.version}",
            prev=None,
            version=self.version,
            tenant="t",
            courier=courier,
            command="c",
            recorded_ms=EIGHT_MS,
            routes=(route,),
        )
        for each in stops:
            for shipment in each.shipments:
                if shipment.shipment not in self.states:
                    self.carry(t, shipment, courier)
        self.watch.on_plan(plan, ms(t))

    def carry(self, t: float, shipment: RouteShipment, courier: str = "eleni") -> None:
        """The shipment is registered, on this courier's route, and out with him."""
        name = shipment.shipment
        state = self.states.get(name) or empty(name, "t")
        if not state.registered:
            state = self.fold(
                state,
                t,
                Registered,
                merchant="shop",
                order_number=name,
                fingerprint="",
                parties="k",
                zone=self.zone,
            )
        if state.carrier is not None:
            state = self.fold(state, t, Withdrawn, courier=state.carrier.courier, joined=state.carrier.joined)
        state = self.fold(state, t, Assigned, courier=courier, route="r-1", joined=shipment.joined)
        self.states[name] = self.fold(state, t, Started, courier=courier, attempt=max(1, state.attempt))

    @staticmethod
    def fold(state: ShipmentState, t: float, kind: type[AnyEvent], **said: Any) -> ShipmentState:
        event = kind(
            id=f"e-{state.seq + 1}",
            prev=state.last,
            seq=state.seq + 1,
            tenant="t",
            shipment=state.shipment,
            command=f"k-{state.seq + 1}",
            at_ms=ms(t),
            recorded_ms=ms(t),
            actor=Actor(kind="system", id="test"),
            **said,
        )
        return fold(state, event)

    def fix(self, t: float, x: float, y: float = 0.0) -> None:
        self.watch.round.on_fix(*place(x, y), ms(t), ms(t))

    def drive(self, t: float, a: float, b: float, mps: float = 4.2) -> float:
        """From a to b along the street, a fix every ten seconds; when she is there."""
        took = abs(b - a) / mps
        for k in range(int(took // 10) + 1):
            self.fix(t + 10 * k, a + (b - a) * min(1.0, 10 * k / took))
        self.fix(t + took, b)
        return t + took

    def outcome(self, t: float, name: str, substatus: str = "Delivered_001") -> None:
        state = self.states[name]
        self.states[name] = self.fold(state, t, Reported, substatus=substatus, attempt=1, current=True)
        done = StopOutcome(
            tenant="t",
            courier="eleni",
            shipment=name,
            seq=self.states[name].seq,
            joined=state.carrier.joined if state.carrier else 0,
            open=False,
            substatus=substatus,
            at_ms=ms(t),
        )
        visit = self.watch.on_outcome(done, ms(t))
        self.visits += [visit] if visit is not None else []

    def look(self, t: float) -> dict[str, Promise]:
        """What is asked to be told now, by shipment; it is told."""
        views = {name: stage_view(self.states[name]) for name in self.watch.unknown()}
        self.watch.on_stages({name: view for name, view in views.items() if view is not None})
        found: dict[str, Promise] = {}
        for command, member, now in self.watch.look(self.learned, self.calibration, self.ways, ms(t)):
            found[command.shipment] = command
            self.asked.append(command)
            self.watch.accepted(member, now)
            fields = ("courier", "joined", "window", "grain", "why", "model", "eta_ms", "inputs")
            said = {name: getattr(command, name) for name in fields}
            self.states[command.shipment] = self.fold(
                self.states[command.shipment], t, Promised, attempt=1, **said
            )
        return found

    def until(self, t: float, end: float) -> list[Promise]:
        """Looks whenever it is due; all that is asked meanwhile."""
        before = len(self.asked)
        while t <= end:
            if self.watch.due_ms <= ms(t):
                self.look(t)
            t += 1
        return self.asked[before:]

    def left_s(self) -> list[float]:
        """The router's seconds of each leg that is left."""
        return [round(a.leg_s) for a in self.watch.round.ahead(self.ways)]


def ms(t: float) -> int:
    return EIGHT_MS + round(t * 1000)


def test_everybody_out_is_told_a_window_and_the_nearer_ones_are_narrower() -> None:
    day = Day(row("a", "b", "c", "d"))
    told = day.look(1)
    windows = [w for name in ("s-a", "s-b", "s-c", "s-d") if (w := told[name].window) is not None]
    assert len(windows) == 4
    assert {p.why for p in told.values()} == {"first"}
    assert [w.from_ms for w in windows] == sorted(w.from_ms for w in windows)
    assert windows[0].to_ms - windows[0].from_ms < windows[3].to_ms - windows[3].from_ms
    assert all(w.to_ms > ms(1) for w in windows)


def test_nobody_is_told_twice_what_he_knows() -> None:
    day = Day(row("a", "b"))
    assert len(day.look(1)) == 2
    assert day.look(2) == {}
    assert day.look(3) == {}


def test_a_shipment_that_is_not_out_yet_is_told_nothing_and_looked_up_again() -> None:
    day = Day(row("a"))
    state = day.states["s-a"]
    day.states["s-a"] = msgspec.structs.replace(state, substatus="InTransit_002", history=state.history[:1])
    assert day.look(1) == {}
    assert day.watch.due_ms <= ms(4), "the log is a moment behind, not an hour"
    day.states["s-a"] = state
    assert list(day.look(4)) == ["s-a"]


def test_fixes_move_her_along_the_leg_and_cost_no_routing_call() -> None:
    day = Day(row("a", "b"))
    assert day.left_s() == [120, 120]
    day.drive(0, 0, 250)
    assert day.left_s() == [60, 120]
    assert day.watch.round.gaps(day.ways) == []
    day.fix(65, 240)  # a receiver's scatter
    assert 58 <= day.left_s()[0] <= 63


def test_off_the_leg_the_router_is_asked_once_a_stretch() -> None:
    day = Day(row("a", "b"))
    day.drive(0, 0, 100)
    day.fix(40, 100, 200)
    (gap,) = day.watch.round.gaps(day.ways)
    assert gap == way(place(100, 200), place(500, 0))
    day.ways.put(gap, 300.0)
    assert day.left_s() == [300, 120]
    for k in range(10):
        day.fix(50 + 10 * k, 100, 200 + 10 * k)
    assert day.watch.round.gaps(day.ways) == [], "within 150 m the answer is good enough"
    day.fix(160, 100, 400)
    assert len(day.watch.round.gaps(day.ways)) == 1


def test_a_queue_at_a_light_is_no_stop_and_a_stop_is_no_queue() -> None:
    day = Day(row("a", "b"))
    day.drive(0, 0, 250)
    for k in range(30):
        day.fix(60 + 10 * k, 250)
    assert day.watch.round.at_stop_s(ms(360)) == 0
    assert 290 <= day.watch.round.paused_s(ms(360)) <= 310
    arrived = day.drive(360, 250, 500)
    day.fix(arrived + 40, 505)
    assert day.watch.round.at_stop_s(ms(arrived + 40)) >= 40
    assert day.watch.round.paused_s(ms(arrived + 40)) == 0
    assert day.left_s() == [0, 120]


def test_what_a_visit_took_is_measured_from_the_stop_before() -> None:
    day = Day(row("a", "b"))
    arrived = day.drive(0, 0, 500)
    day.outcome(arrived + 70, "s-a")
    second = day.drive(arrived + 70, 500, 1000)
    day.outcome(second + 50, "s-b")
    first, then = day.visits
    assert (first.left_ms, first.leg_s, first.done_ms) == (EIGHT_MS, LEG_S, ms(arrived + 70))
    assert first.arrived_ms is not None
    assert abs(first.arrived_ms - ms(arrived)) <= 20_000
    assert (then.left_ms, then.done_ms) == (ms(arrived + 70), ms(second + 50))


def handed_over(at: Stop, *where: Handover) -> Stop:
    """The stop with so many shipments, each handed over there."""
    (one,) = at.shipments
    parcels = (
        msgspec.structs.replace(one, shipment=f"{one.shipment}-{i}", handover=kind)
        for i, kind in enumerate(where)
    )
    return msgspec.structs.replace(at, shipments=tuple(parcels))


def test_a_locker_and_a_counter_are_reckoned_and_learned_apart_from_a_door() -> None:
    a, b, c = row("a", "b", "c")
    day = Day([a, handed_over(b, "locker"), handed_over(c, "counter")])
    assert [ahead.kind for ahead in day.watch.round.ahead(day.ways)] == ["door", "locker", "counter"]
    for i, name in enumerate(("s-a", "s-b-0", "s-c-0")):
        at = 300.0 * i
        day.outcome(day.drive(at, 500 * i, 500 * (i + 1)) + 60, name)
    assert [visit.kind for visit in day.visits] == ["door", "locker", "counter"]


def test_a_stop_with_several_kinds_is_of_the_one_that_takes_longest() -> None:
    a, b = row("a", "b")
    day = Day([handed_over(a, "counter", "locker", "door"), handed_over(b, "counter", "door")])
    first, second = day.watch.round.ahead(day.ways)
    assert (first.kind, first.parcels) == ("locker", 3)
    assert (second.kind, second.parcels) == ("door", 2)


def test_what_is_reported_at_a_stop_one_after_another_is_one_visit() -> None:
    a, b = row("a", "b")
    day = Day([handed_over(a, "locker", "door"), handed_over(b, "counter", "counter")])
    arrived = day.drive(0, 0, 500)
    day.outcome(arrived + 50, "s-a-0")
    day.outcome(arrived + 70, "s-a-1")
    second = day.drive(arrived + 70, 500, 1000)
    day.outcome(second + 10, "s-b-1")
    day.outcome(second + 40, "s-b-0")
    assert [(visit.kind, visit.parcels) for visit in day.visits] == [("locker", 2), ("counter", 2)]


def test_what_was_delivered_before_and_stands_at_the_stop_still_is_not_of_the_visit() -> None:
    a, b = row("a", "b")
    day = Day([a, handed_over(b, "locker", "counter")])
    day.outcome(5, "s-b-0")
    arrived = day.drive(10, 0, 500)
    day.outcome(arrived + 60, "s-a")
    day.outcome(day.drive(arrived + 60, 500, 1000) + 30, "s-b-1")
    assert (day.visits[-1].kind, day.visits[-1].parcels) == ("counter", 1)


def test_a_pause_on_the_way_is_told_apart_from_driving() -> None:
    day = Day(row("a"))
    day.drive(0, 0, 250)
    for k in range(60):
        day.fix(60 + 10 * k, 250)
    arrived = day.drive(660, 250, 500)
    day.outcome(arrived + 60, "s-a")
    (visit,) = day.visits
    assert 560 <= visit.paused_s <= 640


def test_a_stop_done_out_of_turn_teaches_nothing_and_the_rest_is_routed() -> None:
    day = Day(row("a", "b", "c"))
    day.outcome(100, "s-b")
    assert day.visits == []
    day.fix(110, 1000)
    gaps = day.watch.round.gaps(day.ways)
    assert way(place(1000, 0), place(500, 0)) in gaps, "back to the one that was passed over"
    assert way(place(500, 0), place(1500, 0)) in gaps, "and from there on"


def test_a_new_order_of_stops_says_so() -> None:
    day = Day(row("a", "b", "c", "d", "e", "f"))
    day.look(1)
    a, b, c, d, e, f = row("a", "b", "c", "d", "e", "f")
    day.plan(60, [f, a, b, c, d, e])
    told = day.look(62)
    assert told["s-f"].why == "replanned"
    assert told["s-f"].window is not None
    assert {p.why for p in told.values()} == {"replanned"}


def test_stops_that_are_taken_off_are_the_reason_too() -> None:
    day = Day(row(*"abcdefgh"))
    day.look(1)
    *_, g, h = row(*"abcdefgh")
    day.plan(60, [g, h])
    told = day.look(62)
    assert told
    assert {p.why for p in told.values()} == {"replanned"}


def test_another_courier_is_said_to_be_the_reason() -> None:
    other = Day(row("a", "b", "c"))
    other.look(1)
    far = row("x", "y", "z", every_m=900)
    day = Day(far)
    day.look(1)
    day.states["s-c"] = other.states["s-c"]
    (taken,) = row("c", joined=7)
    day.carry(60, taken.shipments[0])
    day.plan(60, [*far, taken])
    assert day.look(62)["s-c"].why == "other_courier"


def test_a_silent_phone_widens_the_window_and_then_it_is_not_known() -> None:
    day = Day(row(*"abcdefgh"))
    day.drive(0, 0, 100)
    day.look(25)
    last = day.until(25, 3600)
    unknown = [p for p in last if p.window is None]
    assert {p.why for p in unknown} == {"silent"}
    assert {p.shipment for p in unknown} == {f"s-{name}" for name in "abcdefgh"}
    first_ms = min(p.at_ms for p in unknown)
    assert first_ms >= ms(20 * 60), "for twenty minutes he may have gone on as planned"
    day.fix(3601, 120)
    back = day.look(3602)
    assert all(p.window is not None and p.window.to_ms > ms(3602) for p in back.values())
    assert len(back) == 8


def test_started_anew_the_estimator_goes_on_from_what_is_told() -> None:
    day = Day(row("a", "b", "c"))
    told = day.look(1)
    again = Watch("eleni")
    plan = day.watch.round.plan
    assert plan is not None
    again.on_plan(plan, ms(2))
    before = day.watch
    day.watch = again
    assert day.look(2) == {}, "they are told already"
    day.watch = before
    assert set(told) == {"s-a", "s-b", "s-c"}


def live(seen_s: float, *lines: Line) -> LiveView:
    return LiveView(courier="eleni", version=(1, 1), seen_ms=ms(seen_s), lines=lines)


def anew(day: Day, t: float, view: LiveView | None) -> None:
    """Another watch takes over."""
    plan, outcomes = day.watch.round.plan, day.watch.round.outcomes
    assert plan is not None
    day.watch = Watch("eleni")
    day.watch.on_plan(plan, ms(t))
    for outcome in outcomes.values():
        day.watch.on_outcome(outcome, ms(t))
    day.watch.resume(view, ms(t))


@pytest.mark.parametrize("seen_s", [None, 7190.0])
def test_started_anew_hours_after_she_has_set_out_nobody_is_told_that_she_is_silent(
    seen_s: float | None,
) -> None:
    day = Day(row("a", "b", "c"))
    day.look(1)
    day.fix(7190, 400)
    where = position(*place(400, 0), ms(7190))
    line = Line(show="exact", audience=(), at_ms=ms(7190), feature=msgspec.Raw(msgspec.json.encode(where)))
    anew(day, 7200, None if seen_s is None else live(seen_s, line))
    told = day.look(7201)
    assert told
    assert all(p.window is not None for p in told.values())
    if seen_s is not None:
        assert day.left_s()[0] == 24, "and she is where she was seen last"


def test_started_anew_a_phone_that_was_silent_is_silent_still() -> None:
    day = Day(row("a", "b", "c"))
    day.look(1)
    anew(day, 7200, live(3000, Line(show="withheld", audience=(), why="silent")))
    assert {p.why for p in day.look(7201).values()} == {"silent"}


def test_a_window_that_was_refused_is_asked_for_again_and_one_on_its_way_is_not_doubted() -> None:
    day = Day(row("a"))
    kept = day.states["s-a"]
    assert list(day.look(1)) == ["s-a"]
    day.states["s-a"] = kept  # the log has another opinion, or views are behind
    day.watch.doubt(ms(60))
    assert day.look(60) == {}, "the views may be behind"
    day.watch.doubt(ms(400))
    (again,) = day.look(400).values()
    assert again.why == "first"


def test_each_delivery_has_its_own_zone_and_one_that_nobody_knows_is_utc() -> None:
    """A courier along a border: whole days are those of the door."""
    day = Day(row("a", "b", "c"))
    for name, zone in (("s-a", "Pacific/Auckland"), ("s-b", "America/Los_Angeles"), ("s-c", "Nowhere/Else")):
        day.states[name] = msgspec.structs.replace(day.states[name], zone=zone)
    far = msgspec.structs.replace(day.watch.round.open[0].stop, leg_s=200_000.0)
    day.plan(1, [far, *row("b", "c")])
    for name, zone in (("s-a", "Pacific/Auckland"), ("s-b", "America/Los_Angeles"), ("s-c", "UTC")):
        told = day.look(2) or {p.shipment: p for p in day.asked}
        window = told[name].window
        assert told[name].grain == "day"
        assert window is not None
        ends = datetime.fromtimestamp(window.to_ms / 1000, ZoneInfo(zone))
        assert (ends.hour, ends.minute) == (0, 0), (name, ends)


def test_a_look_without_news_is_at_the_next_stops_alone_and_misses_no_end() -> None:
    names = [f"n{i}" for i in range(40)]
    day = Day(row(*names))
    assert len(day.look(1)) == 40
    asked: list[int] = []
    ahead = day.watch.round.ahead

    def counted(ways: Ways, most: int | None = None) -> Any:
        found = ahead(ways, most)
        asked.append(len(found))
        return found

    day.watch.round.ahead = counted  # type: ignore[method-assign]
    for t in range(10, 7200, 20):
        day.fix(t, 0)
        day.until(t, t + 19)
        shown = {p.shipment: p for p in day.asked}
        assert all(p.window is not None and p.window.to_ms > ms(t + 19) for p in shown.values())
    assert asked.count(12) > 2 * asked.count(40)
    day.outcome(7200, "s-n0")
    day.look(7202)
    assert asked[-1] == 39, "news is for all"


def test_the_same_that_is_noticed_twice_has_one_id_and_another_window_another() -> None:
    one, two = Day(row("a")), Day(row("a"))
    assert one.look(1)["s-a"].id == two.look(1)["s-a"].id
    assert one.look(1) == {}
    later = one.until(2, 1800)
    ids = [p.id for p in later]
    assert len(ids) == len(set(ids))


def test_a_whole_round_revises_little_and_never_shows_what_has_passed() -> None:
    names = "abcdefghij"
    day = Day(row(*names))
    t = 1.0
    day.look(t)
    for i, name in enumerate(names):
        t = day.drive(t, i * 500, (i + 1) * 500)
        day.until(t - 1, t)
        t += 75
        day.outcome(t, f"s-{name}")
        day.look(t + 1.5)
    by = {f"s-{n}": [p for p in day.asked if p.shipment == f"s-{n}"] for n in names}
    for name, promises in by.items():
        said = [p.why for p in promises]
        assert len(said) <= 10, (name, said)
        assert len([why for why in said if why not in ("first", "nearer")]) <= 3, (name, said)
        assert all(p.window is not None and p.window.from_ms < p.window.to_ms > p.at_ms for p in promises)
    closings = {name: state.status_ms for name, state in day.states.items()}
    held = [
        w.from_ms <= closings[name] <= w.to_ms
        for name, promises in by.items()
        if (w := promises[-1].window) is not None
    ]
    assert sum(held) >= 8, "she drove as the router said and stood as couriers do"
