"""Late fixes belong to the history; a marker never goes back in time."""

from __future__ import annotations

from services.projector.couriers.core.track import Fix, Track, Verdict


def newest(fix: Fix, track: Track, now_ms: int) -> Verdict | None:  # noqa: ARG001 (one signature for all)
    """LATE unless newer than every fix before it, also than those that were not good enough to show."""
    if fix.at_ms <= track.newest_ms:
        return Verdict.LATE
    track.newest_ms = fix.at_ms
    return None
