"""Multipath and tunnels throw a fix hundreds of metres; a real relocation (a ferry, a phone that woke up)
looks the same at first, and is believed when the following fixes agree with it."""

from __future__ import annotations

from math import hypot

from services.projector.couriers.core.limits import IMPOSSIBLE_MPS, RELOCATED_AFTER
from services.projector.couriers.core.track import Fix, Track, Verdict


def possible(fix: Fix, track: Track, now_ms: int) -> Verdict | None:  # noqa: ARG001 (one signature for all)
    """JUMP when he would have driven over 50 m/s, the radii given away; the third fix in a row that agrees
    with the ones before it is taken, and `track.jumped` set."""
    plane = track.plane
    assert plane is not None
    fix.x, fix.y = plane.to_xy(fix.lon, fix.lat)
    last = track.last
    if last is None or _reachable(last, fix):
        track.suspect = None
        track.jumped = False
        return None
    suspect = track.suspect
    track.suspects = track.suspects + 1 if suspect is not None and _reachable(suspect, fix) else 1
    if track.suspects >= RELOCATED_AFTER:
        track.suspect = None
        track.jumped = True
        return None
    track.suspect = fix
    return Verdict.JUMP


def _reachable(a: Fix, b: Fix) -> bool:
    slack_m = (a.accuracy_m or 0.0) + (b.accuracy_m or 0.0)
    way_m = hypot(b.x - a.x, b.y - a.y) - slack_m
    return way_m * 1000.0 <= IMPOSSIBLE_MPS * (b.at_ms - a.at_ms)
