"""What is looked at: the window on display 2 h, 1 h, 30 min and 10 min before the end, beside the oracle's
and two plain estimates'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from services.estimator.core.model import Estimate
from services.estimator.core.showing import rounded
from shared.domain.promise_ledger import Promise, end_of, hit, on_display
from tests.bench.promise import oracle
from tests.bench.promise.play import DAY_MS, MIDNIGHT_MS, ZONE
from tests.bench.promise.streets import Streets
from tests.bench.promise.world import Day, Run

HORIZONS_MIN = (120, 60, 30, 10)
SHARES = tuple(round(0.76 + 0.01 * i, 2) for i in range(24))
"""What the oracle's windows nominally hold; the one that as shown holds 90 % of all is compared."""


@dataclass(frozen=True)
class Look:
    """One shipment, so many minutes before its end. Widths in minutes; None where it was shown as unknown.
    by_distance_min, by_plan_min: how much later the end was than these say. oracle: (hit, width) for each of
    SHARES, empty where it was not asked."""

    horizon_min: int
    hour: int
    hit: bool
    width_min: float | None
    delivered: bool
    by_distance_min: float | None = None
    by_plan_min: float | None = None
    oracle: tuple[tuple[bool, float], ...] = ()


@dataclass
class Plain:
    """The two plain estimates, fitted on the training days: metres a second with all stops in it, seconds
    that a stop takes besides the router's time, and how far off the first is in 9 of 10 cases."""

    mps: float = 1.0
    stop_s: float = 150.0
    within_min: float = 30.0
    _metres: float = 0.0
    _seconds: float = 0.0
    _legs_s: float = 0.0
    _stops: int = 0
    _off: list[float] = field(default_factory=list)

    def learn(self, day: Day, streets: Streets) -> None:
        for run in day.runs:
            visits = [day.stops[p.stop].place for p in run.phases if p.what == "visit"]
            pairs = list(zip([0, *visits], visits, strict=False))
            self._metres += float(sum(streets.metres[a, b] for a, b in pairs))
            self._legs_s += float(sum(streets.times_s[a, b] for a, b in pairs))
            self._seconds += run.phases[-1].end_s - run.started_s
            self._stops += len(visits)
        self.mps = self._metres / self._seconds
        self.stop_s = (self._seconds - self._legs_s) / self._stops

    def fit(self, looks: Sequence[Look]) -> None:
        """Its plus or minus: what held for nine of ten on the training days, undelivered ones included."""
        off = [
            abs(look.by_distance_min) if look.delivered and look.by_distance_min is not None else 1e9
            for look in looks
        ]
        self.within_min = float(np.quantile(off, 0.9)) if off else 30.0


def looks(
    day: Day,
    closed: list[list[Promise]],
    streets: Streets,
    plain: Plain,
    *,
    seed: int,
    every: int,
    draws: int,
) -> list[Look]:
    """All looks of a day; the oracle is asked for one shipment in `every` (0: none), with so many draws."""
    made = []
    midnight_ms = MIDNIGHT_MS + day.number * DAY_MS
    draw = np.random.default_rng([seed, 3, day.number])
    for rows in closed:
        number, end_ms = int(rows[0].shipment), end_of(rows)
        asked = bool(every) and number % every == 0
        for horizon in HORIZONS_MIN:
            at_ms = end_ms - horizon * 60_000
            row = on_display(rows, at_ms)
            if row is None:
                continue
            at_s = (at_ms - midnight_ms) / 1000.0
            width = (row.to_ms - row.from_ms) / 60_000 if row.from_ms and row.to_ms else None
            by_distance, by_plan = _plain(day, streets, plain, number, at_s)
            end_s = (end_ms - midnight_ms) / 1000.0
            made.append(
                Look(
                    horizon_min=horizon,
                    hour=int(end_s // 3600) % 24,
                    hit=hit(row),
                    width_min=width,
                    delivered=row.actual_ms is not None,
                    by_distance_min=None if by_distance is None else (end_s - by_distance) / 60,
                    by_plan_min=None if by_plan is None else (end_s - by_plan) / 60,
                    oracle=_oracle(day, streets, number, at_s, at_ms, rows[0].actual_ms, draws, draw)
                    if asked
                    else (),
                )
            )
    return made


def _plain(
    day: Day, streets: Streets, plain: Plain, number: int, at_s: float
) -> tuple[float | None, float | None]:
    """When it comes by distance and average speed from where he is, and by the plan with which he set out."""
    courier = oracle.holder(day, number, at_s)
    if courier is None:
        return None, None
    run = day.runs[courier]
    order = run.order_at(at_s)
    phase = run.phase_at(at_s)
    places = [day.stops[stop].place for stop in order[: order.index(number) + 1]]
    metres = _left(day, streets, run, at_s, places[0])
    metres += sum(float(streets.metres[a, b]) for a, b in pairwise(places))
    begins = max(at_s, run.planned_s) if phase.what == "wait" else at_s
    first = run.orders[0][1]
    by_plan = None
    if number in first:
        path = [0, *(day.stops[stop].place for stop in first[: first.index(number) + 1])]
        legs = sum(float(streets.times_s[a, b]) for a, b in pairwise(path))
        by_plan = run.planned_s + legs + plain.stop_s * (len(path) - 1)
    return begins + metres / plain.mps, by_plan


def _left(day: Day, streets: Streets, run: Run, at_s: float, here: int) -> float:
    """Metres to the next stop: of the leg what is not driven yet."""
    phase = run.phase_at(at_s)
    done = [p.stop for p in run.phases if p.what == "visit" and p.end_s <= phase.start_s + 0.5]
    whole = float(streets.metres[day.stops[done[-1]].place if done else 0, here])
    if phase.what == "drive":
        return whole * (1 - (at_s - phase.start_s) / (phase.end_s - phase.start_s))
    return 0.0 if phase.what in ("park", "visit") else whole


def _oracle(
    day: Day,
    streets: Streets,
    number: int,
    at_s: float,
    at_ms: int,
    actual_ms: int | None,
    draws: int,
    draw: np.random.Generator,
) -> tuple[tuple[bool, float], ...]:
    courier = oracle.holder(day, number, at_s)
    if courier is None:
        return ()
    drawn = oracle.outcome_draws(day, streets, courier, number, at_s, draws, draw)
    found = []
    middle = at_ms + int(float(np.median(drawn)) * 1000)
    for share in SHARES:
        low, high = oracle.shortest(drawn, share)
        bounds = Estimate(middle, at_ms + int(low * 1000), at_ms + int(high * 1000), 0.0, 0.0, 0)
        first, last, _ = rounded(bounds, at_ms, ZONE)
        found.append((actual_ms is not None and first <= actual_ms <= last, (last - first) / 60_000))
    return tuple(found)


def middle_width(widths: Sequence[float]) -> float:
    """Mean of the middle half: a median that is not itself a multiple of five minutes."""
    ordered = np.sort(np.array(widths))
    cut = len(ordered) // 4
    return float(ordered[cut : len(ordered) - cut].mean()) if len(ordered) else float("nan")


def table(found: Sequence[Look], plain: Plain) -> list[dict[str, float | int]]:
    """A line a horizon."""
    lines: list[dict[str, float | int]] = []
    for horizon in HORIZONS_MIN:
        these = [look for look in found if look.horizon_min == horizon]
        shown = [look.width_min for look in these if look.width_min is not None]
        if not these or not shown:
            continue
        asked = [look for look in these if look.oracle]
        line: dict[str, float | int] = {
            "horizon_min": horizon,
            "n": len(these),
            "coverage": float(np.mean([look.hit for look in these])),
            "of_delivered": float(np.mean([look.hit for look in these if look.delivered])),
            "median_width_min": float(np.median(shown)),
            "middle_width_min": middle_width(shown),
            "unknown": len(these) - len(shown),
            "distance_coverage": _within(these, [look.by_distance_min for look in these], plain.within_min),
            "distance_width_min": 2 * plain.within_min,
            "plan_coverage": _within(these, [look.by_plan_min for look in these], 30.0),
            "plan_width_min": 60.0,
        }
        if asked:
            line |= _beside_oracle(asked)
        lines.append(line)
    return lines


def _beside_oracle(asked: Sequence[Look]) -> dict[str, float | int]:
    """The oracle's windows of the least nominal share that as shown hold 90 %, delivered or not."""
    ours = float(np.mean([look.hit for look in asked]))
    best = _share(asked)
    widths = [look.oracle[best][1] for look in asked]
    own = [look.width_min for look in asked if look.width_min is not None]
    return {
        "oracle_n": len(asked),
        "oracle_share": SHARES[best],
        "oracle_coverage": float(np.mean([look.oracle[best][0] for look in asked])),
        "oracle_median_min": float(np.median(widths)),
        "oracle_middle_min": middle_width(widths),
        "coverage_beside": ours,
        "over_oracle": middle_width(own) / middle_width(widths) - 1.0,
    }


def _share(asked: Sequence[Look]) -> int:
    """Which of SHARES holds 90 % as shown."""
    for i in range(len(SHARES)):
        if asked and np.mean([look.oracle[i][0] for look in asked]) >= 0.90:
            return i
    return len(SHARES) - 1


def _within(these: Sequence[Look], off: Sequence[float | None], within_min: float) -> float:
    held = [
        look.delivered and o is not None and abs(o) <= within_min
        for look, o in zip(these, off, strict=True)
        if o is not None or not look.delivered
    ]
    return float(np.mean(held)) if held else float("nan")


def cells(found: Sequence[Look]) -> list[dict[str, float | int]]:
    """Coverage by horizon and hour of the outcome, and the oracle's with the windows it is compared by."""
    by: dict[tuple[int, int], list[Look]] = defaultdict(list)
    for look in found:
        by[look.horizon_min, look.hour].append(look)
    share = {
        horizon: _share([look for look in found if look.horizon_min == horizon and look.oracle])
        for horizon in HORIZONS_MIN
    }
    made = []
    for (horizon, hour), looked in sorted(by.items()):
        cell: dict[str, float | int] = {
            "horizon_min": horizon,
            "hour": hour,
            "n": len(looked),
            "coverage": float(np.mean([look.hit for look in looked])),
        }
        held = [look.oracle[share[horizon]][0] for look in looked if look.oracle]
        if held:
            cell |= {"oracle_n": len(held), "oracle_coverage": float(np.mean(held))}
        made.append(cell)
    return made
