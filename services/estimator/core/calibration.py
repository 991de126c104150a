"""Bounds by what was measured: conformal quantiles of the errors of windows as shown, by time to go and hour.

An error is measured in the model's own spread (normalised conformal scores: Romano, Patterson, Candes,
"Conformalized quantile regression", 2019), on the window that was on display some minutes, an hour, two
hours before the outcome: so what rounding and hysteresis do is inside. The level of the quantile itself
follows what was hit and missed (adaptive conformal inference: Gibbs, Candes, 2021). What was not delivered
is a miss whatever the window.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist

import msgspec

from shared.contracts.topic import DAY_MS, HOUR_MS, MINUTE_MS
from shared.domain.local_time import hour_at, offset_s
from shared.domain.promise_ledger import COVERAGE, Promise, end_of, hit, on_display

LOOKS_MIN = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0)
"""A closed promise is looked at so many minutes before its end; one bucket each."""
HALF_LIFE_MS = 14 * DAY_MS
CELL_PRIOR = 300.0
"""A cell of one hour is drawn to its bucket by the weight of so many scores."""
PRIOR_EARLY, PRIOR_LATE, PRIOR_W = 1.3, 1.5, 50.0
STEP_LEAST, STEP_SOFT = 5e-4, 1000.0
LEVEL_AFTER = 1000
"""The first windows are the prior's: what they hit and miss says nothing of measured ones."""
CELL_STEP_SOFT, CELL_MOST = 400.0, 0.08
"""Levels follow by steps of one in so many looks and those that there were, so that they settle; never by
less than the least: seasons change, and a level that has settled would follow them over months."""
LEVELS = (0.005, 0.4)
MISSED = 99.0
PARTS = (0.2, 0.35, 0.5, 0.65)
"""Shares of what may be missed that go to the early side."""
ANY = -1
LEAST, LEFT_LEAST = 0.1, 0.026
BIN, BINS = 0.05, 320
"""Scores are counted in bins of this width, from -8 to 8; what is beyond in the outermost."""


class Bucket(msgspec.Struct):
    """One look: weights of the signed scores by bin, in all and by hour of the day; the level that hits and
    misses have led to, of how many, and what each hour differs from it; and by hour (-1: any) the pairs
    (early, late) of multipliers that follow, one for each way of parting the level between the two tails.
    `prior` are the multipliers before anything was measured."""

    scores: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    hours: dict[int, list[float]] = msgspec.field(default_factory=dict)
    level: float = 1.0 - COVERAGE
    looks: int = 0
    levels: dict[int, tuple[float, int]] = msgspec.field(default_factory=dict)
    pairs: dict[int, list[tuple[float, float]]] = msgspec.field(default_factory=dict)
    prior: tuple[float, float] = (PRIOR_EARLY, PRIOR_LATE)


def _buckets() -> list[Bucket]:
    return [Bucket() for _ in LOOKS_MIN]


class Calibration(msgspec.Struct):
    """What was measured; JSON by msgspec. A new one knows the priors alone. `coverage` is the share of
    outcomes that windows are to hold."""

    buckets: list[Bucket] = msgspec.field(default_factory=_buckets)
    closed: int = 0
    at_ms: int = 0
    coverage: float = COVERAGE


def begun(coverage: float = COVERAGE, early: float = PRIOR_EARLY, late: float = PRIOR_LATE) -> Calibration:
    """A new calibration that is to hold another share, or has another prior."""
    buckets = [Bucket(level=1.0 - coverage, prior=(early, late)) for _ in LOOKS_MIN]
    return Calibration(buckets=buckets, coverage=coverage)


def fold(calibration: Calibration, shipments: Iterable[Sequence[Promise]]) -> None:
    """Take in closed promises, in place: of each shipment its rows as they were shown. The shipments in the
    order in which they ended; one that has not ended (no actual_ms and no ended_ms, shown within the last
    day) should not be among them."""
    for rows in shipments:
        if not rows:
            continue
        end_ms = end_of(rows)
        if calibration.at_ms and end_ms > calibration.at_ms + HOUR_MS:
            _fade(calibration, 0.5 ** ((end_ms - calibration.at_ms) / HALF_LIFE_MS))
            calibration.at_ms = end_ms
        calibration.at_ms = calibration.at_ms or end_ms
        for look in range(len(LOOKS_MIN)):
            _look(calibration, look, rows, end_ms)
        calibration.closed += 1
    for bucket in calibration.buckets:
        _refresh(bucket)


def score(row: Promise) -> float:
    """The error in the model's own spread: negative where he came before the point estimate."""
    if row.actual_ms is None:
        return MISSED
    off_s = (row.actual_ms - row.eta_ms) / 1000.0
    return max(-MISSED, min(MISSED, off_s / max(1.0, row.late_s if off_s > 0 else row.early_s)))


def bounded(
    calibration: Calibration | None, to_go_s: float, eta_ms: int, zone: str, early_s: float, late_s: float
) -> tuple[float, float]:
    """How long before and after the point estimate the bounds lie, seconds: the narrowest of the ways to part
    what may be missed between the two tails, between the two looks nearest to the time to go."""
    if calibration is None:
        return PRIOR_EARLY * early_s, PRIOR_LATE * late_s
    hour = hour_at(eta_ms, offset_s(zone, eta_ms))
    above, part = _between(to_go_s / 60.0)
    near = _narrowest(calibration.buckets[above], hour, early_s, late_s)
    if part >= 1.0:
        return near
    below = _narrowest(calibration.buckets[above - 1], hour, early_s, late_s)
    return below[0] + part * (near[0] - below[0]), below[1] + part * (near[1] - below[1])


def window(
    calibration: Calibration | None, now_ms: int, eta_ms: int, zone: str, early_s: float, late_s: float
) -> tuple[int, int]:
    """From when to when, epoch ms: the bounds about the point estimate, never in the past."""
    before_s, after_s = bounded(calibration, (eta_ms - now_ms) / 1000.0, eta_ms, zone, early_s, late_s)
    return max(now_ms, eta_ms - int(before_s * 1000)), eta_ms + max(1000, int(after_s * 1000))


def _narrowest(bucket: Bucket, hour: int, early_s: float, late_s: float) -> tuple[float, float]:
    pairs = bucket.pairs.get(hour) or bucket.pairs.get(ANY)
    if not pairs:
        return bucket.prior[0] * early_s, bucket.prior[1] * late_s
    early, late = min(pairs, key=lambda pair: pair[0] * early_s + pair[1] * late_s)
    return early * early_s, late * late_s


def _fade(calibration: Calibration, by: float) -> None:
    for bucket in calibration.buckets:
        bucket.scores = [w * by for w in bucket.scores]
        bucket.hours = {hour: [w * by for w in scores] for hour, scores in bucket.hours.items()}


def _look(calibration: Calibration, look: int, rows: Sequence[Promise], end_ms: int) -> None:
    """What was on display so long before the end: the hit or miss is of this look, the score of the bucket
    that is as far from the outcome as the window itself thought to be when it was made."""
    row = on_display(rows, end_ms - int(LOOKS_MIN[look] * MINUTE_MS))
    if row is None or row.from_ms is None:
        return
    bucket = calibration.buckets[look]
    off = (1.0 - calibration.coverage) - (0.0 if hit(row) else 1.0)
    bucket.looks += 1
    if bucket.looks > LEVEL_AFTER:
        _follow(bucket, hour_at(end_ms, offset_s(row.zone, end_ms)), off)
    at = max(0, min(BINS - 1, int(score(row) / BIN + BINS / 2)))
    hour = hour_at(row.eta_ms, offset_s(row.zone, row.eta_ms))
    above, part = _between((row.eta_ms - row.shown_ms) / MINUTE_MS)
    for i, weight in ((above, part), (above - 1, 1.0 - part)):
        if weight > 0 and i >= 0:
            scores = calibration.buckets[i]
            scores.scores[at] += weight
            scores.hours.setdefault(hour, [0.0] * BINS)[at] += weight


def _follow(bucket: Bucket, ended: int, off: float) -> None:
    """The levels take their step: narrower after a hit, wider after a miss."""
    step = max(STEP_LEAST, 1.0 / (STEP_SOFT + bucket.looks - LEVEL_AFTER))
    bucket.level = max(LEVELS[0], min(LEVELS[1], bucket.level + step * off))
    differs, times = bucket.levels.get(ended, (0.0, 0))
    step = max(STEP_LEAST, 1.0 / (CELL_STEP_SOFT + times))
    bucket.levels[ended] = (max(-CELL_MOST, min(CELL_MOST, differs + step * off)), times + 1)


def _between(to_go_min: float) -> tuple[int, float]:
    """The look at or above the time to go, and how near to it from the one below, 0 to 1 in logarithms."""
    minutes = max(LOOKS_MIN[0], min(LOOKS_MIN[-1], to_go_min))
    above = bisect_left(LOOKS_MIN, minutes)
    if above == 0:
        return 0, 1.0
    return above, math.log(minutes / LOOKS_MIN[above - 1]) / math.log(LOOKS_MIN[above] / LOOKS_MIN[above - 1])


def _refresh(bucket: Bucket) -> None:
    pooled = [w + PRIOR_W * p for w, p in zip(bucket.scores, _prior(*bucket.prior), strict=True)]
    # Where a lower one would change nothing it does not go: it would have to come all the way back.
    bucket.level = max(bucket.level, pooled[-1] / sum(pooled) + LEFT_LEAST)
    pairs = {ANY: _pairs(pooled, bucket.level)}
    drawn = CELL_PRIOR / sum(pooled)
    for hour, scores in bucket.hours.items():
        cell = [w + drawn * p for w, p in zip(scores, pooled, strict=True)]
        level = bucket.level + bucket.levels.get(hour, (0.0, 0))[0]
        pairs[hour] = _pairs(cell, max(LEVELS[0], min(LEVELS[1], level)))
    bucket.pairs = pairs  # at once: windows are bounded by it while others are folded in


def _pairs(weights: list[float], level: float) -> list[tuple[float, float]]:
    """Multipliers (early, late) for each way of parting the level. What was not delivered uses it up first:
    no width would have helped, so a little is always left to the rest."""
    undelivered = weights[-1] / sum(weights)
    left = max(LEFT_LEAST, (level - undelivered) / (1.0 - undelivered))
    below = list(accumulate(weights[:-1]))

    def at(share: float) -> float:
        sought = share * below[-1]
        i = bisect_left(below, sought)
        part = (sought - (below[i] - weights[i])) / weights[i] if weights[i] else 0.0
        return (i + part - BINS / 2) * BIN

    return [(max(LEAST, -at(left * part)), max(LEAST, at(1.0 - left * (1.0 - part)))) for part in PARTS]


@lru_cache
def _prior(early: float, late: float) -> tuple[float, ...]:
    """The share of scores in each bin before there are any: normal, wider on the late side."""
    normal = NormalDist(0.0, 1.0 / 1.645)
    edges = [(i - BINS / 2) * BIN for i in range(BINS + 1)]
    below = [normal.cdf(x / (late if x > 0 else early)) for x in edges]
    return tuple(b - a for a, b in pairwise(below))
