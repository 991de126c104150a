"""No sequence of events, repeats, restarts and clock steps shows a window that is past or empty."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.estimator.core.calibration import Calibration, fold
from services.estimator.core.learned import Learned, Visit, learn
from services.estimator.core.model import Ahead, Estimate, Moment, estimate
from services.estimator.core.showing import Shown, look_again_ms, rounded, show
from tests.unit.estimator_tables import Because, at_ms

ZONES = (
    "Europe/Athens",
    "Europe/Helsinki",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "UTC",
)
STARTS = ("2026-11-10 09:00", "2026-03-29 01:30", "2026-10-25 01:30", "2026-11-10 22:45")
MINUTE = 60_000

aheads = st.builds(
    Ahead,
    leg_s=st.floats(0, 4000),
    kind=st.sampled_from(("door", "locker", "counter", "?")),
    parcels=st.integers(0, 40),
)


@dataclass(frozen=True)
class Step:
    """So much later (or, the clock set back, earlier) this happens."""

    after_s: float
    what: str
    seconds: float


steps = st.builds(
    Step,
    after_s=st.one_of(st.floats(0, 1800), st.floats(-7200, 0), st.just(0.0)),
    what=st.sampled_from(
        (
            "fix",
            "fix",
            "stands",
            "pauses",
            "silent",
            "done",
            "skips",
            "replanned",
            "other",
            "repeat",
            "restart",
        )
    ),
    seconds=st.floats(0, 5000),
)


def shown_well(shown: Shown, now_ms: int) -> None:
    if shown.from_ms is None or shown.to_ms is None:
        assert (shown.from_ms, shown.to_ms, shown.grain) == (None, None, None)
        return
    assert shown.to_ms > now_ms, "it has passed"
    assert shown.from_ms < shown.to_ms, "it is empty"


def in_order(made: list[Estimate], now_ms: int) -> None:
    for one in made:
        assert now_ms <= one.from_ms <= one.eta_ms < one.to_ms
        assert one.early_s > 0
        assert one.late_s > 0
    for one, other in pairwise(made):
        assert one.eta_ms <= other.eta_ms
        assert one.from_ms <= other.from_ms
        assert one.to_ms <= other.to_ms
        assert one.stops < other.stops


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(STARTS),
    plan=st.lists(aheads, min_size=1, max_size=9),
    life=st.lists(steps, max_size=25),
    calibrated=st.booleans(),
)
def test_what_is_shown_is_never_past_and_never_empty(
    zone: str, start: str, plan: list[Ahead], life: list[Step], calibrated: bool
) -> None:
    """Whatever comes, in whatever order: `unknown_told_twice`."""
    learned, calibration = Learned(), Calibration() if calibrated else None
    if calibration is not None:
        fold(calibration, [])
    now_ms = left_ms = at_ms(start, zone)
    on_show: dict[int, Shown] = {}
    order = list(enumerate(plan))
    courier, last = "one", Step(0, "fix", 0)
    for step in life:
        now_ms += int(step.after_s * 1000)
        step = last if step.what == "repeat" else step
        last = step
        because: Because | None = None
        if step.what == "done" and order:
            number, ahead = order.pop(0)
            arrived_ms = now_ms - int(min(step.seconds, 600) * 1000)
            learn(
                learned,
                Visit(courier, left_ms, arrived_ms, now_ms, ahead.leg_s, ahead.kind, ahead.parcels, zone),
            )
            left_ms = now_ms
            on_show.pop(number, None)
        elif step.what == "skips" and len(order) > 1:
            order.append(order.pop(0))
        elif step.what == "replanned":
            order.reverse()
            because = "replanned"
        elif step.what == "other":
            courier, because = "other", "other_courier"
        elif step.what == "restart":  # what was learned and shown is read back; nothing else is known
            learned = msgspec.json.decode(msgspec.json.encode(learned), type=Learned)
            on_show = {n: msgspec.json.decode(msgspec.json.encode(s), type=Shown) for n, s in on_show.items()}
        silent_s = step.seconds if step.what == "silent" else 0.0
        moment = Moment(
            now_ms,
            zone,
            at_stop_s=step.seconds if step.what == "stands" else 0.0,
            silent_s=silent_s,
            courier=courier,
            paused_s=step.seconds if step.what == "pauses" else 0.0,
        )
        made = estimate(learned, moment, [ahead for _, ahead in order], calibration)
        in_order(made, now_ms)
        for (number, _), one in zip(order, made, strict=True):
            new = show(on_show.get(number), one, now_ms, zone, silent_s=silent_s, because=because)
            if new is not None:
                on_show[number] = new
            shown_well(on_show[number], now_ms)
            assert show(on_show[number], one, now_ms, zone, silent_s=silent_s) is None, "told twice"


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(STARTS),
    to_go_s=st.floats(1, 100_000),
    early_s=st.floats(1, 50_000),
    late_s=st.floats(1, 50_000),
)
def test_asked_again_when_it_says_no_window_passes_on_display(
    zone: str, start: str, to_go_s: float, early_s: float, late_s: float
) -> None:
    """Nothing is heard, and he is expected any second for ever: `looked_at_too_late`."""
    now_ms = at_ms(start, zone)
    eta_ms = now_ms + int(to_go_s * 1000)
    one = Estimate(
        eta_ms, max(now_ms, eta_ms - int(early_s * 1000)), eta_ms + int(late_s * 1000) + 1, 0, 0, 0
    )
    shown = show(None, one, now_ms, zone)
    assert shown is not None
    for _ in range(12):
        shown_well(shown, now_ms)
        again_ms = look_again_ms(shown)
        assert again_ms is not None
        now_ms = max(now_ms, again_ms)
        assert shown.to_ms is not None
        assert now_ms < shown.to_ms
        held = Estimate(now_ms + 1000, now_ms, now_ms + 2000, 0, 0, 0)  # any second now, for ever
        new = show(shown, held, now_ms, zone)
        assert new is not None, "it is revised before it passes"
        assert new.to_ms is not None
        assert new.to_ms > shown.to_ms
        shown = new


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(STARTS),
    to_go_s=st.floats(1, 100_000),
    early_s=st.floats(1, 50_000),
    late_s=st.floats(1, 50_000),
)
def test_rounding_moves_a_bound_by_half_a_step_and_the_edge_is_on_the_clock(
    zone: str, start: str, to_go_s: float, early_s: float, late_s: float
) -> None:
    """Rounding takes no more of a window than people would: `bound_cut_off`."""
    now_ms = at_ms(start, zone)
    eta_ms = now_ms + int(to_go_s * 1000)
    one = Estimate(
        eta_ms, max(now_ms, eta_ms - int(early_s * 1000)), eta_ms + int(late_s * 1000) + 1, 0, 0, 0
    )
    first, last, grain = rounded(one, now_ms, zone)
    assert first < last
    assert last > now_ms
    if grain in ("window", "minutes"):
        step = 5 * MINUTE if grain == "window" else MINUTE
        assert abs(first - one.from_ms) <= step
        assert last >= one.to_ms - step / 2
        assert first % step == last % step == 0
