"""Bounds by measured errors: they hold what they state, on shipments that were not measured."""

from __future__ import annotations

import random

import msgspec
import pytest

from services.estimator.core.calibration import LEVEL_AFTER, Calibration, bounded, fold, score
from services.estimator.core.replay import as_it_was, replay
from shared.domain.local_time import hour_at, offset_s
from shared.domain.promise_ledger import COVERAGE, Promise, end_of, hit, on_display
from shared.domain.promise_report import report
from tests.unit.estimator_tables import ATHENS, at_ms

MINUTE = 60_000


def life(
    rng: random.Random,
    calibration: Calibration | None,
    number: int,
    *,
    off_min: float = 12.0,
    lost: float = 0.03,
) -> list[Promise]:
    """A shipment whose window was shown at two hours, an hour, 30 and 10 minutes of what was estimated. The
    errors' spread is off_min at an hour, falling with the time to go; the model believes that it is 5."""
    end_ms = at_ms("09:00") + rng.randrange(9 * 60) * MINUTE + number * 86_400_000 // 200
    delivered = rng.random() >= lost
    rows = []
    for horizon in (240, 120, 60, 30, 20, 10, 5):
        scale = (horizon / 60) ** 0.5
        eta_ms = end_ms - int(rng.gauss(0, off_min) * scale * MINUTE)
        spread_s = 5.0 * 60 * scale
        shown_ms = end_ms - horizon * MINUTE
        early_s, late_s = bounded(calibration, (eta_ms - shown_ms) / 1000, eta_ms, ATHENS, spread_s, spread_s)
        rows.append(
            Promise(
                shipment=str(number),
                shown_ms=shown_ms,
                eta_ms=eta_ms,
                from_ms=eta_ms - int(early_s * 1000),
                to_ms=eta_ms + int(late_s * 1000),
                early_s=spread_s,
                late_s=spread_s,
                zone=ATHENS,
                courier=f"c-{number % 3}",
                area=f"a-{number % 2}",
                actual_ms=end_ms if delivered else None,
                ended_ms=end_ms,
            )
        )
    return rows


def learned_from(rng: random.Random, days: int, *, off_min: float = 12.0, lost: float = 0.03) -> Calibration:
    calibration = Calibration()
    for day in range(days):
        fold(
            calibration,
            [life(rng, calibration, day * 200 + i, off_min=off_min, lost=lost) for i in range(200)],
        )
    return calibration


@pytest.mark.parametrize(("off_min", "lost"), [(12.0, 0.03), (2.0, 0.0), (5.0, 0.06)])
def test_the_stated_coverage_holds_whatever_the_model_believes_of_itself(off_min: float, lost: float) -> None:
    rng = random.Random(7)
    calibration = learned_from(rng, 9, off_min=off_min, lost=lost)
    after = [life(rng, calibration, 1800 + i, off_min=off_min, lost=lost) for i in range(1000)]
    for line in report(after).by_horizon:
        assert line.least - 0.02 <= COVERAGE <= line.most + 0.02, line


def test_before_anything_was_measured_the_models_own_spread_is_taken_somewhat_wider() -> None:
    early_s, late_s = bounded(None, 3600, at_ms("12:00"), ATHENS, 600, 600)
    assert 600 <= early_s <= 900
    assert 600 <= late_s <= 900
    empty = Calibration()
    fold(empty, [])
    assert bounded(empty, 3600, at_ms("12:00"), ATHENS, 600, 600) == pytest.approx((early_s, late_s), rel=0.3)


def test_an_hour_that_is_worse_has_wider_windows() -> None:
    rng = random.Random(3)
    calibration = Calibration()
    shipments = []
    for i in range(1200):
        rows = life(rng, None, i, off_min=2.0, lost=0.0)
        if hour_at(end_of(rows), offset_s(ATHENS, end_of(rows))) == 12:
            rows = [msgspec.structs.replace(r, eta_ms=r.eta_ms + 5 * (r.eta_ms - end_of(rows))) for r in rows]
        shipments.append(rows)
    fold(calibration, shipments)
    noon = sum(bounded(calibration, 3600, at_ms("12:30"), ATHENS, 600, 600))
    assert noon > 1.15 * sum(bounded(calibration, 3600, at_ms("15:30"), ATHENS, 600, 600))


def test_what_nobody_delivers_does_not_make_windows_endless() -> None:
    calibration = learned_from(random.Random(5), 6, lost=0.3)
    _, late_s = bounded(calibration, 1800, at_ms("12:00"), ATHENS, 300, 300)
    assert late_s < 300 * 8


def test_a_level_goes_no_lower_than_where_it_changes_something() -> None:
    calibration = learned_from(random.Random(5), 10, lost=0.3)
    followed = [bucket for bucket in calibration.buckets if bucket.looks > LEVEL_AFTER]
    assert followed
    for bucket in followed:
        assert bucket.level > 0.9 * bucket.scores[-1] / sum(bucket.scores) > 0.2


def test_the_row_on_display_is_the_newest_shown_until_then() -> None:
    rows = life(random.Random(1), None, 1)
    end_ms = end_of(rows)
    assert on_display(rows, end_ms - 45 * MINUTE) == rows[2]
    assert on_display(rows, end_ms - 300 * MINUTE) is None
    assert on_display(list(reversed(rows)), end_ms - 45 * MINUTE) == rows[2]


def test_undelivered_and_unknown_are_misses() -> None:
    row = life(random.Random(1), None, 1, lost=0.0)[2]
    lost = msgspec.structs.replace(row, actual_ms=None)
    assert not hit(lost)
    assert score(lost) > 50
    assert not hit(msgspec.structs.replace(row, from_ms=None, to_ms=None))


def test_the_order_in_which_a_shipments_rows_are_read_changes_nothing() -> None:
    rng = random.Random(11)
    shipments = [life(rng, None, i) for i in range(50)]
    one, other = Calibration(), Calibration()
    fold(one, shipments)
    fold(other, [list(reversed(rows)) for rows in shipments])
    assert msgspec.json.encode(one) == msgspec.json.encode(other)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Calibration) == one


def test_the_report_counts_by_horizon_courier_area_and_hour() -> None:
    rng = random.Random(2)
    found = report([life(rng, None, i, lost=0.1) for i in range(300)])
    assert [line.key for line in found.by_horizon] == ["120", "60", "30", "10"]
    assert all(line.n == 300 for line in found.by_horizon)
    assert sum(line.n for line in found.by_courier) == sum(line.n for line in found.by_hour) == 1200
    assert {line.key for line in found.by_area} == {"a-0", "a-1"}
    assert found.delivered < 290
    widths = [line.width_p50_min or 0.0 for line in found.by_horizon]
    assert widths == sorted(widths, reverse=True)
    shares = [share for _, share in found.curve]
    assert shares == sorted(shares)
    assert shares[-1] < 0.95, "what was not delivered is in no window however wide"


def test_of_nothing_the_report_is_empty() -> None:
    assert report([]).by_horizon[0].width_p50_min is None


def test_a_replay_shows_that_a_model_which_is_too_sure_of_itself_misses_until_it_is_calibrated() -> None:
    rng = random.Random(4)
    shipments = [life(rng, None, i, lost=0.0) for i in range(1600)]
    was = report(shipments).by_horizon
    would, rows = replay(shipments)
    assert all(line.coverage < 0.75 for line in was)
    late = [made for made in rows if end_of(made) > end_of(shipments[800])]
    for line in report(late).by_horizon:
        assert 0.84 <= line.coverage <= 0.97, line
    assert len(rows) == 1600
    assert would.by_horizon[0].n == 1600


def test_a_replayed_model_may_change_the_estimate_itself() -> None:
    rng = random.Random(6)
    shipments = [life(rng, None, i, lost=0.0) for i in range(300)]
    early = {id(row): row for rows in shipments for row in rows}

    def an_hour_late(row: Promise) -> object:
        assert id(row) in early
        found = as_it_was(row)
        return type(found)(found.eta_ms + 60 * MINUTE, 0, 0, 0.0, 0.0, 0, found.early_s, found.late_s)

    found, _ = replay(shipments, an_hour_late)  # type: ignore[arg-type]
    assert found.by_horizon[-1].coverage < 0.1
