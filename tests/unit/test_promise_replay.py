"""A replay of the ledger: what was shown beside what the code at hand would have shown."""

from __future__ import annotations

import random

from services.estimator.core.calibration import begun, bounded
from services.estimator.replay import tried
from shared.domain.promise_ledger import Attempt, Promise

MINUTE = 60_000
NOON = 1_795_168_800_000


def ledger(days: int = 4, a_day: int = 60) -> list[Attempt]:
    """Windows of half an hour whose estimates err by a quarter of an hour; the model thinks ten minutes."""
    draw, found = random.Random(1), []
    for n in range(days * a_day):
        ended_ms = NOON + n // a_day * 86_400_000 + n % a_day * 5 * MINUTE
        how = draw.random()
        delivered_ms = ended_ms if how > 0.1 else None
        rows = []
        for ahead in (130, 65, 35, 12):
            eta_ms = ended_ms + round(draw.gauss(0, 7) * MINUTE)
            rows.append(
                Promise(
                    shipment=f"s-{n}",
                    shown_ms=ended_ms - ahead * MINUTE,
                    eta_ms=eta_ms,
                    from_ms=eta_ms - 15 * MINUTE,
                    to_ms=eta_ms + 15 * MINUTE,
                    early_s=600.0,
                    late_s=600.0,
                    zone="Europe/Athens",
                    courier="eleni",
                    model="1",
                    actual_ms=delivered_ms,
                    ended_ms=ended_ms,
                )
            )
        came_ms = ended_ms if how > 0.05 else None
        found.append(Attempt(f"s-{n}", 1, ended_ms, delivered_ms, came_ms, len(rows), rows))
    return found


def test_both_sides_are_of_the_same_attempts_and_misses() -> None:
    attempts = ledger()
    shown, would = tried(attempts)
    assert (shown.attempts, shown.delivered) == (would.attempts, would.delivered)
    assert shown.overall.n == would.overall.n == 4 * len(attempts)
    assert shown.overall.undelivered == would.overall.undelivered > 0
    assert shown.overall.width_p10_min == shown.overall.width_p90_min == 30
    assert would.by_model[0].key == "replayed"
    # What is replayed is not the windows that were shown.
    assert would.overall.width_p10_min != 30


def test_a_greater_coverage_or_prior_makes_wider_windows_that_hit_more() -> None:
    attempts = ledger()
    _, plain = tried(attempts)
    _, wider = tried(attempts, 0.98)
    _, prior = tried(attempts, early=3.0, late=3.0)
    assert (wider.stated, plain.stated) == (0.98, 0.9)
    for other in (wider, prior):
        assert other.overall.width_p90_min is not None
        assert plain.overall.width_p90_min is not None
        assert other.overall.width_p90_min > plain.overall.width_p90_min
        assert other.overall.hits > plain.overall.hits


def test_progress_is_told_of_every_window() -> None:
    told: list[int] = []
    attempts = ledger(1, 10)
    tried(attempts, progress=told.append)
    assert told == list(range(1, 41))


def test_another_prior_is_what_bounds_until_something_was_measured() -> None:
    calibration = begun(0.9, 2.0, 3.0)
    assert bounded(calibration, 1800.0, NOON, "UTC", 100.0, 100.0) == (200.0, 300.0)
    assert [bucket.level for bucket in begun(0.8).buckets] == [1.0 - 0.8] * 7
