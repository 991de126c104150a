"""Which window is shown: rounded as people say times, kept while it is true enough, never one that is over.

A day while it is wide, then an hour window on quarters of an hour, then "14:20-14:35" on five minutes, then
minutes. It is revised when what is estimated lies outside it by a good part of its width, when he is so much
nearer that it can be an eighth narrower, and before it passes; back in the direction it came from only for
twice the reason. So a recipient reads windows that narrow, and no "14:20, 14:22, 14:19".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from services.estimator.core.model import Estimate
from shared.contracts.topic import HOUR_MS, MINUTE_MS
from shared.domain.local_time import offset_s, zone_of

Why = Literal["first", "nearer", "sooner", "later", "replanned", "other_courier", "silent", "late"]
Grain = Literal["day", "hours", "window", "minutes"]
DAY_FROM_MS = 4 * HOUR_MS
"""As wide or wider: the day alone is said."""
HOURS_FROM_MS = 65 * MINUTE_MS
MINUTES_TO_MS = 11 * MINUTE_MS
MINUTES_WITHIN_MS = 15 * MINUTE_MS
STEP_MS: dict[Grain, int] = {
    "day": HOUR_MS,
    "hours": 15 * MINUTE_MS,
    "window": 5 * MINUTE_MS,
    "minutes": MINUTE_MS,
}
OUTSIDE = 0.3
"""Revised when the estimate's bound lies outside by more than this share of its width, or by more than..."""
OUTSIDE_LEAST_MS = 5 * MINUTE_MS // 2
BACK = 2.5
"""...and so many times that to turn back within..."""
BACK_MS = 30 * MINUTE_MS
NARROWER = 0.875
"""Narrowing takes nothing back of what was told: on edges of five minutes one of 40 becomes one of 35."""
SILENT_LEAST_S, SILENT_MOST_S = 20 * 60.0, 60 * 60.0
"""After so long a silence (half the time to go, within these) the window is unknown."""


class Shown(msgspec.Struct, frozen=True):
    """A window as shown, epoch ms, on display from shown_ms until the next; no window (from_ms, to_ms and
    grain None) where it is honestly not known. `moved`: direction of the last move, -1 sooner, 1 later."""

    from_ms: int | None
    to_ms: int | None
    grain: Grain | None
    shown_ms: int
    why: Why
    moved: int = 0


def show(
    before: Shown | None,
    estimate: Estimate,
    now_ms: int,
    zone: str,
    *,
    silent_s: float = 0.0,
    because: Literal["replanned", "other_courier"] | None = None,
) -> Shown | None:
    """What is to be shown now in place of `before`; None: keep what is shown.

    Whatever it answers, the window then on display ends after now_ms and is not empty, or is unknown.
    silent_s: since the courier was last heard. because: the plan or the courier has changed since `before`.
    """
    if silent_s >= unknown_after_s(estimate, now_ms):
        unknown = before is not None and before.to_ms is None
        return None if unknown else Shown(None, None, None, now_ms, "silent")
    wanted = rounded(estimate, now_ms, zone)
    if before is None or before.from_ms is None or before.to_ms is None:
        return _shown(wanted, now_ms, because if before is not None and because else "first")
    shown_from, shown_to = before.from_ms, before.to_ms
    if shown_to <= now_ms + guard_ms(before):
        if wanted[1] <= shown_to:
            wanted = (wanted[0], shown_to + STEP_MS[wanted[2]], wanted[2])
        return _shown(wanted, now_ms, because or "late", 1)
    if because == "other_courier":
        return None if wanted[:2] == (shown_from, shown_to) else _shown(wanted, now_ms, because)
    middle_ms = (wanted[0] + wanted[1]) // 2
    direction = 1 if middle_ms > (shown_from + shown_to) // 2 else -1
    width_ms = max(estimate.to_ms - estimate.from_ms, MINUTE_MS)
    room_ms = max(OUTSIDE * width_ms, OUTSIDE_LEAST_MS)
    if before.moved == -direction and now_ms - before.shown_ms < BACK_MS:
        room_ms *= BACK
    outside = max(estimate.to_ms - shown_to, shown_from - estimate.from_ms) > room_ms
    passed = not shown_from <= estimate.eta_ms <= shown_to
    if (outside or passed) and wanted[:2] != (shown_from, shown_to):
        late = wanted[0] >= shown_to
        why: Why = because or ("late" if late else "later" if direction > 0 else "sooner")
        return _shown(wanted, now_ms, why, direction)
    nearer = _clipped(wanted, shown_from, shown_to)
    if nearer[1] - nearer[0] <= NARROWER * (shown_to - shown_from):
        return _shown(nearer, now_ms, because or "nearer", before.moved)
    return None


def guard_ms(shown: Shown) -> int:
    """How long before its end a window is revised if the shipment is still open."""
    return MINUTE_MS if shown.grain in ("window", "minutes") else 5 * MINUTE_MS


def look_again_ms(shown: Shown) -> int | None:
    """When `show` must be asked again at the latest, news or none, so that no window passes on display."""
    return None if shown.to_ms is None else shown.to_ms - guard_ms(shown)


def unknown_after_s(estimate: Estimate, now_ms: int) -> float:
    """The silence after which nothing is claimed: half the time to go, from 20 minutes to an hour."""
    return max(SILENT_LEAST_S, min(SILENT_MOST_S, (estimate.eta_ms - now_ms) / 2000.0))


def rounded(estimate: Estimate, now_ms: int, zone: str) -> tuple[int, int, Grain]:
    """(from_ms, to_ms, grain) as people say it: bounds to the nearest edge on the zone's clock; from not
    before the edge that now follows, to after now, at least a step wide."""
    from_ms, to_ms = max(now_ms, estimate.from_ms), max(now_ms + 1, estimate.to_ms)
    width_ms = to_ms - from_ms
    grain: Grain
    if width_ms >= DAY_FROM_MS:
        return _days(from_ms, to_ms, now_ms, zone)
    if width_ms >= HOURS_FROM_MS:
        grain = "hours"
    elif width_ms <= MINUTES_TO_MS and estimate.eta_ms - now_ms <= MINUTES_WITHIN_MS:
        grain = "minutes"
    else:
        grain = "window"
    step = STEP_MS[grain]
    first = max(_edge(from_ms, step, zone, step // 2), _edge(now_ms, step, zone, 0))
    last = _edge(to_ms, step, zone, step // 2)
    while last < first + step or last <= now_ms + MINUTE_MS:
        last += step
    return first, last, grain


def _edge(at_ms: int, step_ms: int, zone: str, plus_ms: int) -> int:
    ahead_ms = offset_s(zone, at_ms) * 1000
    return (at_ms + ahead_ms + plus_ms) // step_ms * step_ms - ahead_ms


def _days(from_ms: int, to_ms: int, now_ms: int, zone: str) -> tuple[int, int, Grain]:
    """Whole days on the zone's calendar, of 23 to 25 hours; today's from this hour on."""
    here = zone_of(zone)
    first = datetime.fromtimestamp(from_ms / 1000, UTC).astimezone(here).date()
    last = datetime.fromtimestamp(to_ms / 1000, UTC).astimezone(here).date() + timedelta(days=1)
    begins = datetime(first.year, first.month, first.day, tzinfo=here)
    ends = datetime(last.year, last.month, last.day, tzinfo=here)
    begins_ms = max(int(begins.timestamp() * 1000), _edge(now_ms, HOUR_MS, zone, 0))
    ends_ms = int(ends.timestamp() * 1000)
    while ends_ms <= now_ms + 5 * MINUTE_MS:
        ends_ms += HOUR_MS
    return begins_ms, ends_ms, "day"


def _clipped(wanted: tuple[int, int, Grain], shown_from: int, shown_to: int) -> tuple[int, int, Grain]:
    """What is wanted within what is shown, so that nearer only narrows; where that would leave too little of
    it, as it is."""
    first, last = max(wanted[0], shown_from), min(wanted[1], shown_to)
    return (first, last, wanted[2]) if last - first >= 0.8 * (wanted[1] - wanted[0]) else wanted


def _shown(wanted: tuple[int, int, Grain], now_ms: int, why: Why, moved: int = 0) -> Shown:
    return Shown(wanted[0], wanted[1], wanted[2], now_ms, why, moved)
