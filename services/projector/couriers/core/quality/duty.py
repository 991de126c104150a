"""Off duty a courier's phone may go on sending: nothing of it is used."""

from __future__ import annotations

from services.projector.couriers.core.track import Fix, Track, Verdict


def on_duty(fix: Fix, track: Track, now_ms: int) -> Verdict | None:  # noqa: ARG001 (one signature for all)
    """OFF_DUTY for a fix timed outside every duty interval: its own time counts, not when it came."""
    at_ms = fix.at_ms
    for interval in track.duty:
        if interval.from_ms <= at_ms and (interval.to_ms is None or at_ms < interval.to_ms):
            return None
    return Verdict.OFF_DUTY
