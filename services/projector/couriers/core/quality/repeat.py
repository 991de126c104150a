"""Phones and networks send the same fix twice; receivers freeze and repeat a place with a new time (that is
no repeat: it says that he still stands there)."""

from __future__ import annotations

from services.projector.couriers.core.track import Fix, Track, Verdict


def new(fix: Fix, track: Track, now_ms: int) -> Verdict | None:  # noqa: ARG001 (one signature for all)
    """REPEAT when time and place are those of the newest fix."""
    last = track.last
    if last is not None and fix.at_ms == last.at_ms and fix.lon == last.lon and fix.lat == last.lat:
        return Verdict.REPEAT
    return None
