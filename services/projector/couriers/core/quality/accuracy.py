"""A fix from cell towers or WLAN may be a street away."""

from __future__ import annotations

from services.projector.couriers.core.limits import COARSE_M, FAIR_M, FRESH_MS
from services.projector.couriers.core.track import Fix, Track, Verdict


def sharp(fix: Fix, track: Track, now_ms: int) -> Verdict | None:  # noqa: ARG001 (one signature for all)
    """COARSE when the radius is over 100 m, or over 50 m while a fix twice as good is under 30 s old."""
    radius_m = fix.accuracy_m
    if radius_m is None or radius_m <= FAIR_M:
        return None
    if radius_m > COARSE_M:
        return Verdict.COARSE
    last = track.last
    if (
        last is not None
        and last.accuracy_m is not None
        and last.accuracy_m * 2 <= radius_m
        and fix.at_ms - last.at_ms < FRESH_MS
    ):
        return Verdict.COARSE
    return None
