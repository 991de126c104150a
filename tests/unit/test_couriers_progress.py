"""Stops left, next, near, arrived, silence and the area's ticks: timelines of rounds."""

from __future__ import annotations

import msgspec
import pytest

from services.projector.couriers.core import Gone
from services.projector.couriers.core.notice import observe
from shared.contracts.common import NO_JSON, Policy
from shared.contracts.courier_routes import DutyInterval, Route
from shared.geo import count_addresses
from tests.unit.couriers_world import EIGHT_MS, Round, place, play, stop

STREET = [stop(str(i), (1000 * i, 0), leg=[(1000 * (i - 1), 0), (1000 * i, 0)]) for i in range(1, 9)]


# Stops left


def test_a_stop_is_done_when_all_its_shipments_have_an_outcome() -> None:
    stops = [stop("1", (1000, 0), ("shop", "shop")), *STREET[1:]]
    play(
        Round(stops),
        """
        s   what        | s-1      | s-1-2    | s-2
        0   at 0,0 v8   | exact /0 | exact /0 | exact /1
        5   done s-1    | -        | exact /0 | exact /1
       10   done s-1-2  | -        | -        | exact /0
       15   again s-1   | exact /0 | -        | exact /1
        """,
    )


def test_of_two_outcomes_the_higher_sequence_holds() -> None:
    r = Round(STREET)
    r.fix(0, (0, 0))
    r.outcome(5, "s-1", seq=7)
    r.outcome(6, "s-1", seq=6, open=True)
    assert r.line("s-1") is None
    r.outcome(7, "s-1", seq=8, open=True)
    assert r.line("s-1") is not None


def test_an_outcome_of_an_earlier_joining_says_nothing_about_this_one() -> None:
    r = Round([stop("1", (1000, 0), joined=4)])
    r.fix(0, (0, 0))
    r.outcome(5, "s-1", joined=3)
    assert r.line("s-1") is not None
    r.outcome(6, "s-1", joined=4)
    assert isinstance(r.view, Gone)


def test_an_outcome_may_be_read_before_the_plan_it_is_of() -> None:
    r = Round(STREET)
    r.fix(0, (0, 0))
    r.outcome(5, "s-9", joined=2)
    r.plan([*STREET, stop("9", (9000, 0), joined=2)], t=6)
    assert r.line("s-9") is None
    assert (w := r.watcher("s-8")) is not None
    assert w.stops_left == 7


def test_stops_of_the_route_started_first_come_first() -> None:
    r = Round()
    later = Route(route="r-2", stops=tuple(STREET[:2]), set_out_ms=EIGHT_MS + 60_000)
    first = Route(route="r-1", stops=tuple(STREET[2:5]), set_out_ms=EIGHT_MS)
    waiting = Route(route="r-3", stops=tuple(STREET[5:]))
    r.plan(routes=(later, first, waiting))
    r.fix(0, (0, 0))
    left = {s: w.stops_left for s in ("s-3", "s-4", "s-5", "s-1", "s-2") if (w := r.watcher(s))}
    assert left == {"s-3": 0, "s-4": 1, "s-5": 2, "s-1": 3, "s-2": 4}
    assert r.watcher("s-6") is None


def test_a_plan_that_is_not_newer_is_ignored() -> None:
    r = Round(STREET)
    old = r.plan(STREET[:1])
    r.plan(STREET)
    r.courier.on_plan(old, EIGHT_MS)
    r.look(1)
    assert r.watcher("s-5") is not None


# Next, near, arrived


def test_next_near_arrived_are_each_noticed_once() -> None:
    r = Round(STREET)
    t = r.drive(0, (0, 0), (1000, 0))
    for k in range(12):
        r.fix(t + 5 * k + 5, (1000 + k % 3, 2), speed=0.2)
    assert r.noticed("s-1") == ["next", "near", "arrived"]
    assert r.noticed("s-2") == ["stops_away"]
    times = {c.what: (c.at_ms - EIGHT_MS) / 1000 for c in r.commands}
    assert times["next"] == 0
    assert times["near"] == 50  # 2 min at a usual 5.3 m/s: 636 m before the door
    assert 130 <= times["arrived"] <= 140
    r.outcome(t + 65, "s-1")
    assert r.noticed("s-2") == ["stops_away", "next"]
    assert r.noticed("s-5") == ["stops_away"], "three stops before it are left now, and were four"
    assert r.noticed("s-6") == []
    assert all(c.stops_left == 0 for c in r.commands if c.what != "stops_away")


def test_near_goes_by_the_way_not_by_the_crow() -> None:
    """The stop lies 200 m away, across a river: the bridge is a kilometre off."""
    around = [(0, 0), (0, 1000), (200, 1000), (200, 0)]
    r = Round([stop("1", (200, 0), leg=around, leg_s=2200 / 8)])
    r.fix(0, (0, 0), speed=8)
    assert r.noticed("s-1") == ["next"]
    r.fix(120, (0, 960), speed=8)
    assert r.noticed("s-1") == ["next"]
    r.fix(150, (200, 990), speed=8)
    r.fix(160, (200, 900), speed=8)
    assert r.noticed("s-1") == ["next", "near"]  # 900 m at 8 m/s: under 2 min


def test_near_by_the_crow_where_no_way_was_planned() -> None:
    r = Round([stop("1", (1000, 0))])
    r.fix(0, (0, 0), speed=8)
    assert r.noticed("s-1") == ["next"]
    r.fix(80, (640, 0), speed=8)
    assert r.noticed("s-1") == ["next", "near"]


def test_driving_past_is_no_arrival() -> None:
    r = Round(STREET)
    r.drive(0, (0, 0), (990, 0))
    for k in range(10):
        r.fix(125 + k, (1000 + 8 * k, 0), speed=8)
    assert "arrived" not in r.noticed("s-1")


def test_a_red_light_at_a_later_stop_is_no_arrival() -> None:
    r = Round(STREET)
    r.drive(0, (1500, 0), (2000, 0))
    for k in range(9):
        r.fix(70 + 5 * k, (2001, 0), speed=0)
    assert r.noticed("s-2") == ["stops_away"]
    for k in range(9, 15):
        r.fix(70 + 5 * k, (2001, 0), speed=0)
    assert r.noticed("s-2") == ["stops_away", "arrived"]
    assert r.commands[-1].stops_left == 1


def test_a_phone_that_is_silent_at_rest_arrives_all_the_same() -> None:
    r = Round(STREET)
    r.fix(0, (940, 0), speed=6)
    r.fix(5, (985, 0), speed=1)
    r.wait(24)
    assert "arrived" not in r.noticed("s-1")
    r.wait(26)
    assert "arrived" in r.noticed("s-1")
    assert (w := r.watcher("s-1")) is not None
    assert w.arrived


def test_a_reported_arrival_is_shown_and_not_noticed_again() -> None:
    r = Round(STREET)
    r.fix(0, (600, 0), speed=0)
    r.outcome(5, "s-1", open=True, substatus="OutForDelivery_004")
    assert (w := r.watcher("s-1")) is not None
    assert w.arrived
    for k in range(10):
        r.fix(60 + 5 * k, (1000, 0), speed=0)
    assert "arrived" not in r.noticed("s-1")


def test_driving_off_without_an_outcome_ends_the_arrival() -> None:
    r = Round(STREET)
    for k in range(4):
        r.fix(5 * k, (1000, 0), speed=0)
    assert (w := r.watcher("s-1")) is not None
    assert w.arrived
    r.fix(40, (1190, 0), speed=8)
    assert (w := r.watcher("s-1")) is not None
    assert w.arrived
    r.fix(45, (1230, 0), speed=8)
    assert (w := r.watcher("s-1")) is not None
    assert not w.arrived


def test_what_was_noticed_has_an_id_of_its_own() -> None:
    a = observe("t", "eleni", ("s-1", 5), "near", 1, 0)
    assert a.id == observe("t", "eleni", ("s-1", 5), "near", 999, 3).id
    others = [
        observe("t", "nikos", ("s-1", 5), "near", 1, 0),
        observe("t", "eleni", ("s-2", 5), "near", 1, 0),
        observe("t", "eleni", ("s-1", 6), "near", 1, 0),
        observe("t", "eleni", ("s-1", 5), "next", 1, 0),
    ]
    assert len({a.id, *(o.id for o in others)}) == 5


# Timers


def test_a_duty_that_ended_yesterday_is_no_timer() -> None:
    r = Round()
    plan = r.plan(STREET)
    yesterday = DutyInterval(from_ms=EIGHT_MS - 90_000_000, to_ms=EIGHT_MS - 60_000_000)
    plan = msgspec.structs.replace(plan, version=9, duty=(yesterday, *plan.duty))
    r.courier.on_plan(plan, EIGHT_MS)
    r.fix(0, (0, 0))
    assert r.courier.due_ms > EIGHT_MS


# Silence


def test_silence_is_told_and_taken_back() -> None:
    play(
        Round(STREET),
        """
        s     what        | s-1              | s-8
        0     at 0,0 v8   | exact            | area
        239   wait        | exact            | area
        240   wait        | exact (silent)   | area (silent)
        250   alive       | exact            | area
        251   wait        | exact            | area
        """,
    )
    r = Round(STREET)
    r.fix(0, (0, 0))
    r.wait(240)
    r.fix(250, None)
    assert (line := r.line("s-1")) is not None
    assert line.why is None


def test_silence_before_the_first_fix_is_no_fix() -> None:
    r = Round(STREET)
    r.wait(1000)
    assert (line := r.line("s-1")) is not None
    assert (line.show, line.why) == ("withheld", "no_fix")


# The area


def area_times(r: Round, shipment: str) -> list[tuple[float, bytes]]:
    """When what a shipment's people see changed."""
    out: list[tuple[float, bytes]] = []
    for t, view in r.written:
        if isinstance(view, Gone):
            continue
        for line in view.lines:
            if any(w.shipment == shipment for w in line.audience) and line.feature != NO_JSON:
                shown = bytes(line.feature)
                if not out or out[-1][1] != shown:
                    out.append((t, shown))
    return out


def test_the_area_changes_on_ticks_only() -> None:
    r = Round(STREET, {"shop": Policy(area_tick_s=30)})
    for k in range(60):
        r.wait(5 * k - 0.5)
        r.fix(5 * k, (40 * k, 0), speed=8)
    changes = [t for t, _ in area_times(r, "s-8")]
    assert len(changes) == 1 + 10  # the first at once, then one a tick with a newer fix
    phase = r.courier._areas[(20, 30)].next_ms % 30_000
    assert all((EIGHT_MS + t * 1000 - phase) % 30_000 < 5_000 for t in changes[1:])


def test_the_area_holds_enough_addresses() -> None:
    near = [place(x, y) for x in range(0, 60, 20) for y in range(0, 140, 20)]
    r = Round(STREET, addresses=dict(count_addresses(near)))
    r.fix(0, (0, 0))
    fine = r.rules.area(*place(0, 0), 20)
    assert fine in r.rules._addresses
    assert r.rules._addresses[fine] >= 20
    assert len(near) == 21
    coarse = r.rules.area(*place(0, 0), 22)
    assert coarse != fine
    unknown = Round(STREET).rules.area(*place(0, 0), 1)
    assert coarse == unknown  # resolution 7 where nothing holds enough


def test_the_area_stays_while_he_walks_about_a_stop() -> None:
    """The stop lies on the edge of two cells."""
    r = Round(STREET, {"shop": Policy(area_tick_s=5, area_min_addresses=1)})
    wide = {c: 99 for x in range(0, 3000, 50) for c in count_addresses([place(x, 0)])}
    r = Round(STREET, {"shop": Policy(area_tick_s=5, area_min_addresses=1)}, addresses=wide)
    edge = next(
        x for x in range(900, 1100) if r.rules.area(*place(x, 0), 1) != r.rules.area(*place(x + 1, 0), 1)
    )
    stops = [stop("1", (edge, 0)), *STREET[1:]]
    r = Round(stops, {"shop": Policy(area_tick_s=5, area_min_addresses=1)}, addresses=wide)
    t = r.drive(0, (500, 0), (edge, 0))
    cells = set()
    for k in range(20):
        r.fix(t + 5 * k + 5, (edge + (28 if k % 2 else -28), 0), speed=1.2)
        r.wait(t + 5 * k + 9)
        cells.add(r.courier._areas[(1, 5)]._cell)
    assert len(cells) == 1


def test_nothing_is_published_when_nobody_may_see_anything_new() -> None:
    r = Round(STREET[6:], {"shop": Policy(exact_from_stops=0, area_tick_s=600)})
    r.fix(0, (6500, 0))
    written = len(r.written)
    r.drive(5, (6500, 0), (6900, 0))
    mine = [v for t, v in r.written[written:] if not isinstance(v, Gone)]
    assert mine  # number 7 is next and watches him come
    far = {bytes(line.feature) for v in mine for line in v.lines if line.show == "area"}
    assert len(far) == 1


@pytest.mark.parametrize("mode", ["live", "strict"])
def test_standing_at_anothers_stop_publishes_nothing(mode: str) -> None:
    r = Round(
        [stop("1", (1000, 0), ("glass",)), STREET[2]],
        {"shop": Policy(mode=mode, area_tick_s=600)},  # type: ignore[arg-type]
    )
    t = r.drive(0, (0, 0), (1000, 0))
    r.fix(t + 5, (1000, 3), speed=0)
    r.fix(t + 10, (1002, 3), speed=0)
    before = r.line("s-3")
    assert before is not None
    for k in range(40):
        r.fix(t + 15 + 5 * k, (1000 + 30 * (k % 2), k % 5), speed=1.2)
        after = r.line("s-3")
        assert after == before
