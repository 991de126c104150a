"""A phone at rest draws a scribble: 19 m a minute. The marker is held until he has really moved.

He has moved when a fix is a driving step away (fast enough, far enough), when it leaves the circle around
where he stands, or when the middle of his fixes has crept away from the marker: so a slow queue is followed,
a walk from van to door and back inside the circle is not drawn."""

from __future__ import annotations

from math import hypot

from services.projector.couriers.core.limits import (
    DRIVING_MPS,
    SPEED_OVER_MS,
    STEP_KNOWN_SPEED_M,
    STEP_M,
    STILL_DRIFT_M,
    STILL_MEMORY,
    STILL_RADIUS_M,
    STILL_RADIUS_MOST_M,
)
from services.projector.couriers.core.track import Fix, Track, Verdict


def moves(fix: Fix, track: Track, now_ms: int) -> Verdict:  # noqa: ARG001 (one signature for all)
    """HELD while he stands, else MOVED, and the fix becomes the one shown."""
    last, shown = track.last, track.shown
    track.last = fix
    _measure_speed(fix, last, track)
    if shown is None or track.jumped or shown.at_ms < track.set_out_ms <= fix.at_ms:
        return _show(fix, track)
    x, y = fix.x, fix.y
    from_still_m = hypot(x - track.still_x, y - track.still_y)
    radius_m = fix.accuracy_m or 0.0
    if track.speed_mps >= DRIVING_MPS:
        step_m = STEP_KNOWN_SPEED_M if track.speed_known else STEP_M
        if from_still_m >= step_m and hypot(x - shown.x, y - shown.y) >= step_m:
            return _show(fix, track)
    if from_still_m > max(STILL_RADIUS_M, min(radius_m, STILL_RADIUS_MOST_M)):
        return _show(fix, track)
    n = min(track.still_n + 1, STILL_MEMORY)
    track.still_n = n
    track.still_x += (x - track.still_x) / n
    track.still_y += (y - track.still_y) / n
    if hypot(track.still_x - shown.x, track.still_y - shown.y) > STILL_DRIFT_M:
        return _show(fix, track)
    return Verdict.HELD


def _show(fix: Fix, track: Track) -> Verdict:
    track.shown = fix
    track.still_x, track.still_y, track.still_n = fix.x, fix.y, 1
    return Verdict.MOVED


def _measure_speed(fix: Fix, last: Fix | None, track: Track) -> None:
    """The phone's own speed, else from the way over 4 s or more: at 1 Hz noise alone looks like driving."""
    if fix.speed_mps is not None:
        track.speed_mps, track.speed_known = fix.speed_mps, True
        track.speed_from = fix
        return
    start = track.speed_from
    if last is None or start is None or track.jumped:
        track.speed_mps, track.speed_known = 0.0, False
        track.speed_from = fix
    elif fix.at_ms - start.at_ms >= SPEED_OVER_MS:
        way_m = hypot(fix.x - start.x, fix.y - start.y)
        track.speed_mps = way_m * 1000.0 / (fix.at_ms - start.at_ms)
        track.speed_known = False
        track.speed_from = fix
