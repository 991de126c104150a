"""Properties of rounds that nobody thought of: drives, visits, late and wild fixes, replanning, take-overs.

Each property names the mutant of the code (tests/mutants/couriers.py) that it is shown to catch."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, dist, pi, sin, sqrt

import msgspec
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from services.projector.couriers.core import Courier, Gone, Rules
from shared.contracts.common import NO_JSON, Policy
from shared.contracts.courier_positions import position
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.views.live import Line, LiveView, Show
from tests.unit.couriers_world import EIGHT_MS, SECRET, TOWN, Metres, place

MODES = ("live", "strict", "open")
GRID_M = 90.0


@dataclass(frozen=True)
class Told:
    """One record as the worker hands it to the rules."""

    now_ms: int
    kind: str  # "fix", "outcome", "plan", "take over"
    value: object
    offset: int = 0


@dataclass
class Life:
    """A round as it happened: the records in the order of their arrival, and the truth behind them."""

    records: list[Told] = field(default_factory=list)
    doors: dict[str, Metres] = field(default_factory=dict)  # by stop
    modes: dict[str, str] = field(default_factory=dict)  # by merchant
    delivered: int = 0
    shipments: int = 0


@st.composite
def lives(draw: st.DrawFn, modes: tuple[str, ...] = MODES) -> Life:
    """A courier's round; most stops get their outcome."""
    life = Life(modes={f"shop-{m}": m for m in modes})
    corners = st.tuples(st.integers(0, 7), st.integers(0, 7))
    doors = draw(st.lists(corners, min_size=2, max_size=7, unique=True))
    stops = []
    for i, (gx, gy) in enumerate(doors):
        at = (gx * GRID_M, gy * GRID_M + 9.0)
        life.doors[f"stop-{i}"] = at
        merchants = draw(st.lists(st.sampled_from(sorted(life.modes)), min_size=1, max_size=2))
        stops.append(
            Stop(
                stop=f"stop-{i}",
                lon=place(*at)[0],
                lat=place(*at)[1],
                shipments=tuple(
                    RouteShipment(shipment=f"s-{i}-{k}", merchant=m, joined=1)
                    for k, m in enumerate(merchants)
                ),
            )
        )
    life.shipments = sum(len(s.shipments) for s in stops)
    teller = Teller(draw, life, stops)
    teller.plan()
    at = (draw(st.sampled_from([0.0, 630.0])), draw(st.sampled_from([0.0, 630.0])))
    for stop in list(stops):
        at = teller.drive(at, life.doors[stop.stop])
        teller.visit(stop)
        if draw(st.integers(0, 4)) == 0:
            teller.something_else()
    return life


class Teller:
    """Draws what happens and writes down how it arrives."""

    def __init__(self, draw: st.DrawFn, life: Life, stops: list[Stop]) -> None:
        self.draw, self.life, self.stops = draw, life, stops
        self.t = 0.0
        self.version = 0
        self.offset = 0
        self.seq = 1
        self.tells_speed = draw(st.booleans())
        self.late: list[Told] = []

    def tell(self, kind: str, value: object) -> None:
        self.offset += 1
        told = Told(EIGHT_MS + int(self.t * 1000), kind, value, self.offset)
        self.life.records.append(told)

    def plan(self) -> None:
        self.version += 1
        self.tell(
            "plan",
            CourierPlan(
                id=f"p-{self.version}",
                prev=None,
                version=self.version,
                tenant="t",
                courier="eleni",
                command="c",
                recorded_ms=EIGHT_MS + int(self.t * 1000),
                routes=(Route(route="r", stops=tuple(self.stops), set_out_ms=EIGHT_MS),),
                duty=(DutyInterval(from_ms=EIGHT_MS - 1000),),
            ),
        )

    def fix(self, at: Metres, speed_mps: float) -> None:
        """A fix with some noise; at times repeated, kept back for later, or thrown far away."""
        dx, dy = self.draw(st.tuples(st.integers(-6, 6), st.integers(-6, 6)))
        fate = self.draw(st.integers(0, 15))
        x, y = at[0] + dx, at[1] + dy
        if fate == 0:
            x += 700.0
        value = position(
            *place(x, y),
            EIGHT_MS + int(self.t * 1000),
            speed_mps=speed_mps if self.tells_speed else None,
            accuracy_m=150.0 if fate == 1 else 6.0,
        )
        if fate == 2:
            self.late.append(Told(0, "fix", value))
            return
        self.tell("fix", value)
        if fate == 3:
            self.tell("fix", value)
        comes: bool = self.draw(st.booleans())
        if self.late and comes:
            self.tell("fix", self.late.pop().value)

    def drive(self, start: Metres, end: Metres) -> Metres:
        way = dist(start, end)
        speed = self.draw(st.sampled_from([5.0, 8.0, 12.0]))
        s = 0.0
        while s < way:
            part = s / way
            self.fix((start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])), speed)
            self.t += 5.0
            s += speed * 5.0
        return end

    def visit(self, stop: Stop) -> None:
        door = self.life.doors[stop.stop]
        for _ in range(self.draw(st.integers(3, 9))):
            self.fix(door, 0.3)
            self.t += 5.0
        if self.draw(st.integers(0, 9)) == 0:
            return  # drives on without a word
        for shipment in stop.shipments:
            self.outcome(shipment.shipment, open=False)
            self.life.delivered += 1
        for _ in range(self.draw(st.integers(0, 3))):
            self.fix(door, 0.3)
            self.t += 5.0

    def outcome(self, shipment: str, *, open: bool) -> None:
        self.seq += 1
        self.tell(
            "outcome",
            StopOutcome(
                tenant="t",
                courier="eleni",
                shipment=shipment,
                seq=self.seq,
                joined=1,
                open=open,
                substatus="Delivered_001",
                at_ms=EIGHT_MS + int(self.t * 1000),
            ),
        )

    def something_else(self) -> None:
        what = self.draw(st.sampled_from(["take over", "reorder", "again", "pause"]))
        if what == "take over":
            read = [r for r in self.life.records if r.kind == "fix"]
            self.tell("take over", None)
            for told in read[-self.draw(st.integers(1, 9)) :]:  # read, but not yet committed
                self.tell("fix", told.value)
        elif what == "reorder":
            self.stops = self.draw(st.permutations(self.stops))
            self.plan()
        elif what == "again":
            self.outcome(self.stops[0].shipments[0].shipment, open=True)
        else:
            self.t += 400.0


@dataclass
class World:
    """Plays a life to the rules and calls `check()` after each record, as the worker publishes."""

    life: Life
    courier: Courier = field(init=False)
    rules: Rules = field(init=False)
    plan: CourierPlan | None = None
    outcomes: dict[str, StopOutcome] = field(default_factory=dict)
    view: LiveView | Gone | None = None
    now_ms: int = 0
    last: Told | None = None  # None: a timer

    def __post_init__(self) -> None:
        policies = {shop: Policy(mode=m, exact_from_stops=3) for shop, m in self.life.modes.items()}  # type: ignore[arg-type]
        self.rules = Rules(policies, {}, SECRET)
        self.courier = Courier("eleni", self.rules)

    def play(self, check: Callable[[], None] | None = None, *, publish: bool = True) -> None:
        for told in self.life.records:
            if publish:
                self._timers(told.now_ms, check)
            self.now_ms, self.last = told.now_ms, told
            self.tell(told, publish)
            if publish:
                self.look(told.now_ms)
                if check is not None:
                    check()

    def tell(self, told: Told, publish: bool = True) -> None:
        courier = self.courier
        if told.kind == "fix":
            value = told.value
            courier.on_fix(value, msgspec.json.encode(value), told.offset, told.now_ms)  # type: ignore[arg-type]
        elif told.kind == "plan":
            self.plan = told.value  # type: ignore[assignment]
            assert self.plan is not None
            courier.on_plan(self.plan, told.now_ms)
        elif told.kind == "outcome":
            outcome = told.value
            assert isinstance(outcome, StopOutcome)
            self.outcomes[outcome.shipment] = outcome
            courier.on_outcome(outcome, told.now_ms)
        elif publish:
            self.courier = courier = Courier("eleni", self.rules)
            if self.plan is not None:
                courier.on_plan(self.plan, told.now_ms)
            for outcome in self.outcomes.values():
                courier.on_outcome(outcome, told.now_ms)
            if isinstance(self.view, LiveView):
                courier.restore(self.view)

    def look(self, now_ms: int) -> None:
        view = self.courier.publish(now_ms)
        if view is not None:
            self.view = view

    def _timers(self, until_ms: int, check: Callable[[], None] | None) -> None:
        while 0 < (due_ms := self.courier.due_ms) < until_ms:
            self.now_ms, self.last = due_ms, None
            self.courier.tick(due_ms)
            self.look(due_ms)
            if check is not None:
                check()
            if self.courier.due_ms <= due_ms:
                break

    def lines(self) -> dict[str, tuple[Line, int]]:
        """By shipment: its line and the stops left."""
        if not isinstance(self.view, LiveView):
            return {}
        found: dict[str, tuple[Line, int]] = {}
        for line in self.view.lines:
            for w in line.audience:
                assert w.shipment not in found, "in two lines"
                found[w.shipment] = line, w.stops_left
        return found

    def open_shipments(self) -> dict[str, tuple[str, str]]:
        """By shipment that is still open: its stop and its merchant."""
        assert self.plan is not None
        out = {}
        for stop in self.plan.routes[0].stops:
            for s in stop.shipments:
                o = self.outcomes.get(s.shipment)
                if o is None or o.open:
                    out[s.shipment] = stop.stop, s.merchant
        return out


def point_of(line: Line) -> Metres | None:
    """Where a line shows the courier exactly."""
    if line.show not in ("exact", "resting") or line.feature == NO_JSON:
        return None
    return TOWN.to_xy(*msgspec.json.decode(line.feature)["geometry"]["coordinates"])


def made_ms(line: Line) -> int:
    """When the fix that a line shows was made."""
    return int(msgspec.json.decode(line.feature)["properties"]["at_ms"])


def disc(door: Metres, radius_m: float = 100.0, shift_m: float = 50.0) -> tuple[Metres, float]:
    """The zone of a door, worked out here a second time from its definition."""
    lon, lat = place(*door)
    digest = hmac.digest(SECRET, f"zone:{lon:.4f},{lat:.4f}".encode(), "sha256")
    angle = int.from_bytes(digest[:8], "big") / 2**64 * 2 * pi
    far = shift_m * sqrt(1 - (int.from_bytes(digest[8:16], "big") / 2**64) ** 2)
    return (door[0] + far * cos(angle), door[1] + far * sin(angle)), radius_m


thorough = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@thorough
@given(lives())
def test_every_open_shipment_is_in_exactly_one_line(life: Life) -> None:
    """Catches `closed_shipments_stay`."""
    world = World(life)

    def check() -> None:
        lines = world.lines()
        assert set(lines) == set(world.open_shipments())

    world.play(check)
    event(f"delivered {10 * life.delivered // max(1, life.shipments) * 10} %")


@thorough
@given(lives())
def test_no_marker_goes_back_in_time_and_no_version_falls(life: Life) -> None:
    """Catches `restored_track_forgotten`."""
    world = World(life)
    newest: dict[str, int] = {}
    version = (0, -1)

    def check() -> None:
        nonlocal version
        for shipment, (line, _) in world.lines().items():
            if point_of(line) is None:
                continue
            at_ms = made_ms(line)
            assert at_ms >= newest.get(shipment, 0)
            newest[shipment] = at_ms
        if isinstance(world.view, LiveView):
            assert world.view.version >= version
            version = world.view.version

    world.play(check)


@thorough
@given(lives(modes=("strict",)))
def test_strict_never_shows_a_point_inside_anothers_zone(life: Life) -> None:
    """Of no other stop, while one is left before his own. Catches `zones_off`."""
    world = World(life)

    def check() -> None:
        homes = world.open_shipments()
        for shipment, (line, left) in world.lines().items():
            at = point_of(line)
            if at is None or left == 0 or line.show == "resting":
                continue
            for stop, door in life.doors.items():
                if stop == homes[shipment][0]:
                    continue
                middle, radius_m = disc(door)
                assert dist(at, middle) >= radius_m - 0.5, f"{shipment} sees {at}, {stop} is at {door}"

    world.play(check)


@thorough
@given(lives(modes=("strict",)))
def test_strict_rests_at_a_point_that_was_outside_when_it_was_shown(life: Life) -> None:
    """A resting marker is one shown before, never a new one. Catches `resting_at_the_newest_fix`."""
    world = World(life)
    shown: dict[str, set[bytes]] = {}

    def check() -> None:
        for shipment, (line, _) in world.lines().items():
            if line.show == "exact":
                shown.setdefault(shipment, set()).add(bytes(line.feature))
            elif line.show == "resting":
                assert bytes(line.feature) in shown.get(shipment, set())

    world.play(check)


@thorough
@given(lives(modes=("live",)))
def test_live_shows_nobody_standing_at_a_strangers_door(life: Life) -> None:
    """Nothing exact within 30 m of another's open stop. Catches `doorstep_off`."""
    world = World(life)

    def check() -> None:
        homes = world.open_shipments()
        for shipment, (line, _) in world.lines().items():
            at = point_of(line)
            if at is None or line.show != "exact":
                continue
            own = life.doors[homes[shipment][0]]
            for stop, _ in homes.values():
                door = life.doors[stop]
                if stop != homes[shipment][0] and dist(at, door) < 29.5:
                    assert dist(at, own) < 60.5, f"{shipment} sees {at} at {stop}"

    world.play(check)


@thorough
@given(lives(modes=("live",)), st.integers(0, 6), st.integers(4, 30))
def test_live_sends_nothing_while_he_stands_at_anothers_stop(life: Life, which: int, fixes: int) -> None:
    """However his phone scribbles about the door. Catches `at_stop_off`, `held_said_while_resting`."""
    world = World(life)
    world.play()
    homes = world.open_shipments()
    if not homes:
        return
    stop = sorted({s for s, _ in homes.values()})[which % len({s for s, _ in homes.values()})]
    door = life.doors[stop]
    t = (life.records[-1].now_ms - EIGHT_MS) / 1000 + 30

    def put(k: int) -> None:
        at = (door[0] + (34 * (k % 3 - 1) if k >= 4 else 0), door[1] + 3 * (k % 2))
        now_ms = EIGHT_MS + int((t + 5 * k) * 1000)
        value = position(*place(*at), now_ms, speed_mps=0.4, accuracy_m=6.0)
        world.courier.on_fix(value, msgspec.json.encode(value), 10_000 + k, now_ms)
        world.look(now_ms)

    for k in range(4):
        put(k)
    before = world.lines()
    for k in range(4, 4 + fixes):
        put(k)
        for shipment, (line, _) in world.lines().items():
            if homes[shipment][0] != stop and line.show not in ("area", "withheld"):
                was = before[shipment][0]
                assert (line.show, line.feature, line.at_ms) == (was.show, was.feature, was.at_ms)


@settings(thorough, max_examples=160)
@given(lives(), st.integers(0, 20), st.integers(1, 4))
def test_what_is_decided_does_not_depend_on_when_it_is_published(life: Life, which: int, more: int) -> None:
    """Conflation is for display: one view at the end equals the last of many, but for what the clock does.
    Catches `publishing_forgets_the_stop_just_done`."""
    life.records = [r for r in life.records if r.kind != "take over"]
    ends = [i for i, r in enumerate(life.records) if r.kind == "outcome"] or [len(life.records)]
    life.records = life.records[: ends[which % len(ends)] + more]
    step, at_once = World(life), World(life)
    step.play()
    at_once.play(publish=False)
    end_ms = life.records[-1].now_ms + 100
    for world in (step, at_once):
        world.courier.tick(end_ms)
        world.look(end_ms)
    # Strict tells counts on ticks, which only the one that was published step by step has had.
    strict = {s for s, (_, m) in step.open_shipments().items() if life.modes[m] == "strict"}

    def shown(world: World) -> dict[str, tuple[Show, bytes]]:
        return {
            s: (line.show, bytes(line.feature))
            for s, (line, _) in world.lines().items()
            if line.show in ("exact", "resting") and s not in strict
        }

    assert shown(step) == shown(at_once)


@thorough
@given(lives())
def test_repeats_and_late_fixes_change_nothing(life: Life) -> None:
    """Each fix comes again right after the next ones: after every record the same lines. Catches
    `late_fixes_shown`."""
    life.records = [r for r in life.records if r.kind != "take over"]
    plain, again = World(life), World(life)
    expected: list[dict[str, tuple[Line, int]]] = []
    plain.play(lambda: expected.append(plain.lines()))
    got: list[dict[str, tuple[Line, int]]] = []
    recent: list[Told] = []

    def repeat() -> None:
        now_ms = again.now_ms
        for told in recent[-3:]:
            again.tell(Told(now_ms, "fix", told.value, told.offset))
            again.look(now_ms)
        if again.last is not None and again.last.kind == "fix":
            recent.append(again.last)
        got.append(again.lines())

    again.play(repeat)
    assert got == expected
