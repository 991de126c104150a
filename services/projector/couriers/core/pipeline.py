"""The way of a fix: every step in order. A step gives a verdict, which ends it, or None to go on."""

from __future__ import annotations

from collections.abc import Callable

from services.projector.couriers.core.quality import (
    accuracy,
    clock,
    duty,
    jump,
    order,
    repeat,
    standing,
)
from services.projector.couriers.core.track import Fix, Track, Verdict

Step = Callable[[Fix, Track, int], Verdict | None]

STEPS: tuple[Step, ...] = (
    duty.on_duty,  # nothing of his free time
    clock.plausible,  # not from the future, not of yesterday
    repeat.new,  # not the same again
    order.newest,  # older ones are history
    accuracy.sharp,  # good enough to stand for a place
    jump.possible,  # a place he can have reached
    standing.moves,  # HELD or MOVED: has he moved at all?
)
"""A heartbeat, which has no place, takes `BEFORE_PLACE` only."""

BEFORE_PLACE: tuple[Step, ...] = STEPS[:2]


def judge(fix: Fix, track: Track, now_ms: int) -> Verdict:
    """Run a fix through all steps and keep in the track what it taught."""
    for step in STEPS:
        verdict = step(fix, track, now_ms)
        if verdict is not None:
            return verdict
    raise AssertionError("the last step always decides")
