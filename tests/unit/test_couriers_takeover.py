"""Another worker takes the partition over: it has the plan, the outcomes and the last live view."""

from __future__ import annotations

import msgspec
import pytest

from services.projector.couriers.core import Courier, Gone, Rules, Verdict
from shared.contracts.common import Policy
from shared.contracts.views.live import LiveView
from tests.unit.couriers_world import EIGHT_MS, SECRET, Round, play, stop

STREET = [stop(str(i), (400 * i, 0), leg=[(400 * (i - 1), 0), (400 * i, 0)]) for i in range(1, 9)]


def take_over(r: Round, t: float, with_view: bool = True) -> Round:
    """The same round, continued by a fresh worker; the view goes through its JSON as Redis keeps it."""
    now_ms = EIGHT_MS + round(t * 1000)
    r.courier = Courier("eleni", Rules(r.rules._policies, r.rules._addresses, SECRET))
    assert r.last_plan is not None
    r.courier.on_plan(r.last_plan, now_ms)
    for outcome in r.outcomes:
        r.courier.on_outcome(outcome, now_ms)
    if with_view and isinstance(r.view, LiveView):
        r.courier.restore(msgspec.json.decode(msgspec.json.encode(r.view), type=LiveView))
    r.look(t)
    return r


def test_the_same_lines_stand_until_a_fix_comes() -> None:
    r = Round(STREET)
    t = r.drive(0, (0, 0), (400, 0))
    before = r.view
    take_over(r, t + 20)
    assert isinstance(before, LiveView)
    assert isinstance(r.view, LiveView)
    assert r.view.version == before.version
    assert {line.audience: line.show for line in r.view.lines} == {
        line.audience: line.show for line in before.lines
    }
    assert [line.feature for line in r.view.lines] == [line.feature for line in before.lines]


@pytest.mark.parametrize("mode", ["live", "strict"])
def test_at_anothers_door_the_marker_goes_on_resting(mode: str) -> None:
    r = Round(STREET, {"shop": Policy(mode=mode)})  # type: ignore[arg-type]
    t = r.drive(0, (0, 0), (400, 0))
    for k in range(4):
        r.fix(t + 5 * k + 5, (400, k), speed=0)
    before = r.line("s-3")
    assert before is not None
    assert before.show == "resting"
    take_over(r, t + 30)
    for k in range(3):
        r.fix(t + 35 + 5 * k, (401, k))
        after = r.line("s-3")
        assert after is not None
        assert (after.show, after.feature) == ("resting", before.feature)


@pytest.mark.parametrize("with_view", [True, False])
@pytest.mark.parametrize("mode", ["live", "strict"])
def test_of_a_stop_done_before_the_take_over_he_has_not_yet_left(mode: str, with_view: bool) -> None:
    r = Round(STREET, {"shop": Policy(mode=mode)})  # type: ignore[arg-type]
    t = r.drive(0, (0, 0), (400, 0))
    r.outcome(t + 60, "s-1")
    r.wait(t + 95)
    take_over(r, t + 100, with_view)
    r.fix(t + 105, (402, 3))
    line = r.line("s-2")
    assert line is not None
    assert line.show in ("resting", "area")
    r.fix(t + 125, (600, 0), speed=8)
    r.fix(t + 130, (640, 0), speed=8)
    line = r.line("s-2")
    assert line is not None
    assert line.show == "exact"


def test_fixes_read_again_change_nothing_and_no_version_goes_back() -> None:
    r = Round(STREET)
    r.drive(0, (0, 0), (200, 0))
    before = r.view
    assert isinstance(before, LiveView)
    r.offset -= 4
    take_over(r, 30)
    assert [r.fix(t, (8 * t, 0), speed=8, now=30) for t in (10, 15, 20)] == [Verdict.LATE] * 3
    after = r.view
    assert isinstance(after, LiveView)
    assert after.version >= before.version
    assert r.fix(30, (240, 0), speed=8) is Verdict.MOVED
    assert isinstance(r.view, LiveView)
    assert r.view.version >= before.version


def test_what_was_noticed_is_not_noticed_again() -> None:
    r = Round(STREET)
    t = r.drive(0, (0, 0), (400, 0))
    r.fix(t + 10, (400, 0), speed=0)
    assert r.noticed("s-1") == ["next", "near", "arrived"]
    take_over(r, t + 20)
    r.fix(t + 25, (400, 0), speed=0)
    r.fix(t + 35, (400, 0), speed=0)
    assert r.noticed("s-1") == ["next", "near", "arrived"]


def test_a_view_whose_round_has_ended_meanwhile_is_deleted() -> None:
    r = Round(STREET)
    r.fix(0, (0, 0))
    r.plan(STREET, t=5, off_duty_from=5)
    r.view = next(v for _, v in r.written if isinstance(v, LiveView))
    take_over(r, 10)
    assert isinstance(r.view, Gone)


def test_strict_keeps_the_count_it_had_told() -> None:
    r = Round(STREET, {"shop": Policy(mode="strict")})
    r.fix(0, (0, 0))
    r.wait(31)
    r.outcome(32, "s-1")
    assert (w := r.watcher("s-2")) is not None
    assert w.stops_left == 1
    take_over(r, 33)
    assert (w := r.watcher("s-2")) is not None
    assert w.stops_left == 1
    r.wait(70)
    assert (w := r.watcher("s-2")) is not None
    assert w.stops_left == 0


def test_the_area_stands_until_a_fix_comes() -> None:
    r = Round(STREET)
    play(
        r,
        """
        s   what         | s-8
        0   at 0,0 v8    | area /7
        """,
    )
    before = r.line("s-8")
    take_over(r, 10)
    after = r.line("s-8")
    assert before is not None
    assert after is not None
    assert (after.show, after.feature, after.at_ms) == ("area", before.feature, before.at_ms)
