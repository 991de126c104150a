"""A phone's clock may be wrong: one point from the future would freeze the marker until then."""

from __future__ import annotations

from services.projector.couriers.core.limits import FUTURE_MS, STALE_MS
from services.projector.couriers.core.track import Fix, Track, Verdict


def plausible(fix: Fix, track: Track, now_ms: int) -> Verdict | None:
    """FUTURE more than 2 min ahead of now, STALE more than 24 h behind; what passes is a sign of life."""
    ahead_ms = fix.at_ms - now_ms
    if ahead_ms > FUTURE_MS:
        return Verdict.FUTURE
    if ahead_ms < -STALE_MS:
        return Verdict.STALE
    if fix.at_ms > track.heard_ms:
        track.heard_ms = fix.at_ms
    return None
