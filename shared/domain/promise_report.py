"""Whether promises hold: hit rate against the stated coverage and width, by horizon, courier, area and hour.

Looked at is the window on display so long before the end of the attempt; what was not delivered is a miss,
and so is what was shown as unknown then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from shared.domain.intervals import wilson
from shared.domain.local_time import hour_at, offset_s
from shared.domain.promise_ledger import COVERAGE, Attempt, Promise, came, end_of, hit, on_display

HORIZONS_MIN = (120, 60, 30, 10)
LOOKS_MS = tuple(horizon * 60_000 for horizon in HORIZONS_MIN)
SCALES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)


class Line(msgspec.Struct, frozen=True):
    """Of `n` looks at so many `attempts`: how many hit, the share with its 95 % interval (Wilson 1927; looks
    at one attempt are not independent, so the attempts are what counts), and quantiles of the widths of those
    that had a window, minutes. Misses among them: `unknown` had no window, `undelivered` were not delivered.
    `came` are looks in whose window the courier was at the door, delivered or not."""

    key: str
    attempts: int
    n: int
    hits: int
    came: int
    unknown: int
    undelivered: int
    coverage: float
    least: float
    most: float
    width_p10_min: float | None
    width_p50_min: float | None
    width_p90_min: float | None


class Revisions(msgspec.Struct, frozen=True):
    """How many windows an attempt was shown after its first."""

    mean: float
    p50: int
    p90: int
    most: int


class Report(msgspec.Struct, frozen=True):
    """`by_horizon` has a line each of HORIZONS_MIN (key: minutes); `overall` and the others are of all
    horizons together. `curve`: (scale, share) of outcomes inside the window, were it so many times as wide
    about its middle."""

    attempts: int
    delivered: int
    stated: float
    overall: Line
    by_horizon: list[Line]
    by_courier: list[Line]
    by_area: list[Line]
    by_hour: list[Line]
    by_model: list[Line]
    curve: list[tuple[float, float]]
    revisions: Revisions


@dataclass(frozen=True, slots=True)
class Look:
    """An attempt's window so many minutes before its end, which was in this hour of the day there."""

    row: Promise
    horizon_min: int
    hour: int


@dataclass(slots=True)
class _Group:
    attempts: int = 0
    n: int = 0
    hits: int = 0
    came: int = 0
    unknown: int = 0
    undelivered: int = 0
    widths: list[float] = field(default_factory=list)
    newest: int = -1
    """The number of the attempt that was counted last."""


class Account:
    """A report in the making: attempts are put in as they are read, none is kept."""

    def __init__(self) -> None:
        self._attempts = self._delivered = 0
        self._overall = _Group()
        self._horizons = {str(horizon): _Group() for horizon in HORIZONS_MIN}
        self._couriers: dict[str, _Group] = {}
        self._areas: dict[str, _Group] = {}
        self._hours: dict[str, _Group] = {}
        self._models: dict[str, _Group] = {}
        self._within: list[float] = []
        """Of looks with a window and a delivery: how many half widths off the window's middle it was."""
        self._revisions: list[int] = []

    def put(self, attempts: Iterable[Attempt]) -> None:
        for attempt in attempts:
            self._put(attempt)

    def _put(self, attempt: Attempt) -> None:
        self._attempts += 1
        self._delivered += attempt.delivered_ms is not None
        self._revisions.append(attempt.windows - 1)
        for one in look(attempt.rows, attempt.ended_ms):
            row = one.row
            groups = [self._overall, self._horizons[str(one.horizon_min)]]
            for of, key in (
                (self._couriers, row.courier),
                (self._areas, row.area),
                (self._hours, f"{one.hour:02}"),
                (self._models, row.model),
            ):
                if key:
                    groups.append(of.setdefault(key, _Group()))
            kept, there = hit(row), came(row, attempt.came_ms)
            width = (
                (row.to_ms - row.from_ms) / 60_000
                if row.from_ms is not None and row.to_ms is not None
                else None
            )
            for group in groups:
                self._count(group, row, width, kept, there)
            if row.actual_ms is not None and row.from_ms is not None and row.to_ms is not None:
                off_ms = abs(row.actual_ms - (row.from_ms + row.to_ms) / 2)
                half_ms = (row.to_ms - row.from_ms) / 2
                self._within.append(off_ms / half_ms if half_ms > 0 else (math.inf if off_ms else 0.0))

    def _count(self, group: _Group, row: Promise, width: float | None, kept: bool, there: bool) -> None:
        if group.newest != self._attempts:
            group.newest = self._attempts
            group.attempts += 1
        group.n += 1
        group.hits += kept
        group.came += there
        group.undelivered += row.actual_ms is None
        if width is None:
            group.unknown += 1
        else:
            group.widths.append(width)

    def report(self) -> Report:
        """Of what was put in so far."""
        revised = sorted(self._revisions)
        return Report(
            attempts=self._attempts,
            delivered=self._delivered,
            stated=COVERAGE,
            overall=_line("", self._overall),
            by_horizon=[_line(key, group) for key, group in self._horizons.items()],
            by_courier=_lines(self._couriers),
            by_area=_lines(self._areas),
            by_hour=_lines(self._hours),
            by_model=_lines(self._models),
            curve=[(scale, self._inside(scale)) for scale in SCALES],
            revisions=Revisions(
                mean=sum(revised) / len(revised) if revised else 0.0,
                p50=_at(revised, 0.5) or 0,
                p90=_at(revised, 0.9) or 0,
                most=revised[-1] if revised else 0,
            ),
        )

    def _inside(self, scale: float) -> float:
        inside = sum(within <= scale for within in self._within)
        return inside / self._overall.n if self._overall.n else 0.0


def report(shipments: Iterable[Sequence[Promise]]) -> Report:
    """Of attempts that have ended, of each its rows; the courier is taken to have come where there is a
    delivery alone."""
    account = Account()
    account.put(
        Attempt(
            shipment=rows[0].shipment,
            attempt=1,
            ended_ms=end_of(rows),
            delivered_ms=rows[0].actual_ms,
            came_ms=rows[0].actual_ms,
            windows=len(rows),
            rows=rows,
        )
        for rows in shipments
        if rows
    )
    return account.report()


def look(rows: Sequence[Promise], end_ms: int) -> list[Look]:
    """What was on display at each horizon; none where nothing had been shown yet."""
    found = []
    for horizon in HORIZONS_MIN:
        row = on_display(rows, end_ms - horizon * 60_000)
        if row is not None:
            found.append(Look(row, horizon, hour_at(end_ms, offset_s(row.zone, end_ms))))
    return found


def _lines(groups: dict[str, _Group]) -> list[Line]:
    return [_line(key, group) for key, group in sorted(groups.items())]


def _line(key: str, group: _Group) -> Line:
    widths = sorted(group.widths)
    share = group.hits / group.n if group.n else 0.0
    least, most = wilson(share, group.attempts)
    return Line(
        key=key,
        attempts=group.attempts,
        n=group.n,
        hits=group.hits,
        came=group.came,
        unknown=group.unknown,
        undelivered=group.undelivered,
        coverage=share,
        least=least,
        most=most,
        width_p10_min=_at(widths, 0.1),
        width_p50_min=_at(widths, 0.5),
        width_p90_min=_at(widths, 0.9),
    )


def _at[T: (int, float)](ordered: Sequence[T], share: float) -> T | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
