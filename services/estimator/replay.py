"""`python -m services.estimator.replay`: the model and calibration of the code at hand run over the promise
ledger, beside what was shown. Nothing is written.

Asked are the moments at which a window was shown, of the estimates that were made then: what is tried is how
they are bounded, rounded and held. The first day is calibrated by the prior alone, as a new system's is."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from services.estimator.config import Settings
from services.estimator.core.calibration import PRIOR_EARLY, PRIOR_LATE, begun
from services.estimator.core.model import Estimate
from services.estimator.core.replay import as_it_was, replay
from shared import logs
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.postgres.promises import MOST, Wanted, closed
from shared.contracts.topic import DAY_MS
from shared.domain.promise_ledger import COVERAGE, Attempt, Promise, end_of
from shared.domain.promise_report import Account, Line, Report

SAY_EVERY_S = 2.0


def tried(
    attempts: Sequence[Attempt],
    coverage: float = COVERAGE,
    early: float = PRIOR_EARLY,
    late: float = PRIOR_LATE,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Report, Report]:
    """What was shown, and what would have been; `progress` is told how many windows have been asked for.

    As in the running system, it is the courier's coming that is learned from; hits are deliveries."""
    seen, asked = {(a.shipment, a.ended_ms): a for a in attempts}, 0

    def again(row: Promise) -> Estimate:
        nonlocal asked
        asked += 1
        progress(asked)
        return as_it_was(row)

    def of(attempt: Attempt) -> list[Promise]:
        return [msgspec.structs.replace(row, actual_ms=attempt.came_ms) for row in attempt.rows]

    _, made = replay([of(attempt) for attempt in attempts], again, begun(coverage, early, late))
    shown, would = Account(), Account()
    shown.put(attempts)
    would.put(_as_of(seen[rows[0].shipment, end_of(rows)], rows) for rows in made)
    return shown.report(), msgspec.structs.replace(would.report(), stated=coverage)


def _as_of(attempt: Attempt, rows: Sequence[Promise]) -> Attempt:
    mine = [msgspec.structs.replace(row, actual_ms=attempt.delivered_ms) for row in rows]
    return replace(attempt, windows=len(mine), rows=mine)


async def _ledger(settings: Settings, wanted: Wanted, say: Callable[[str], None]) -> list[Attempt]:
    database = lists.database(settings.database_url)
    try:
        found: list[Attempt] = []
        async for bite in closed(database, wanted):
            found += bite
            say(f"read {len(found)} attempts")
        return found
    finally:
        await database.close()


class _Saying:
    """Progress on standard error, every other second at most."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, text: str) -> None:
        if time.monotonic() - self._said > SAY_EVERY_S:
            self._said = time.monotonic()
            print(text, file=sys.stderr, flush=True)


def _share(value: str) -> float:
    share = float(value)
    if not 0.5 <= share <= 0.99:
        raise argparse.ArgumentTypeError("a share from 0.5 to 0.99")
    return share


def _factor(value: str) -> float:
    factor = float(value)
    if not 0.1 <= factor <= 10:
        raise argparse.ArgumentTypeError("a factor from 0.1 to 10")
    return factor


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dromos promises replay", description="Run the model of this code over the promise ledger."
    )
    parser.add_argument("--days", type=int, default=30, help="attempts that ended in so many days")
    parser.add_argument("--tenant", help="of this carrier only")
    parser.add_argument("--merchant", help="of this shop only")
    parser.add_argument("--coverage", type=_share, default=COVERAGE, help="the share windows are to hold")
    parser.add_argument("--early", type=_factor, default=PRIOR_EARLY, help="the prior's width, before")
    parser.add_argument("--late", type=_factor, default=PRIOR_LATE, help="the prior's width, after")
    parser.add_argument("--most", type=int, default=MOST, help="so many attempts, the newest, at most")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser.parse_args()


def _side(line: Line) -> str:
    if line.n == 0:
        return f"{'-':>8} {'-':>14} {'-':>8}"
    width = f"{line.width_p50_min:.0f} min" if line.width_p50_min is not None else "-"
    return f"{line.coverage:8.1%} {f'{line.least:.1%}-{line.most:.1%}':>14} {width:>8}"


def _table(shown: Report, would: Report) -> list[str]:
    heads = f"{'hit':>8} {'95 %':>14} {'median':>8}"
    lines = [
        f"{'':>8} {'':>8}  {'as shown':^32}  {'replayed':^32}",
        f"{'before':>8} {'looks':>8}  {heads}  {heads}",
    ]
    for was, now in zip(shown.by_horizon, would.by_horizon, strict=True):
        lines.append(f"{was.key + ' min':>8} {was.n:>8,}  {_side(was)}  {_side(now)}")
    lines.append(f"{'all':>8} {shown.overall.n:>8,}  {_side(shown.overall)}  {_side(would.overall)}")
    lines.append(
        f"Revisions an attempt: {shown.revisions.mean:.1f} as shown, {would.revisions.mean:.1f} replayed."
    )
    return lines


def main() -> None:
    asked = _arguments()
    settings = Settings(part="replay")
    logs.set_up(settings.part, "WARNING")
    say = _Saying()
    since_ms = time.time_ns() // 1_000_000 - asked.days * DAY_MS
    wanted = Wanted(from_ms=since_ms, tenant=asked.tenant, merchant=asked.merchant, most=asked.most)
    try:
        attempts = asyncio.run(_ledger(settings, wanted, say))
    except (DatabaseUnavailable, SQLAlchemyError, OSError) as error:
        sys.exit(f"PostgreSQL does not answer ({type(error).__name__}).")
    if not attempts and not asked.json:
        print(f"No attempt with a window has ended in {asked.days} days.", file=sys.stderr)
        return
    total = sum(len(attempt.rows) for attempt in attempts)
    shown, would = tried(
        attempts,
        asked.coverage,
        asked.early,
        asked.late,
        lambda count: say(f"replayed {count} of {total} windows"),
    )
    if asked.json:
        result: dict[str, Any] = {"shown": msgspec.to_builtins(shown), "replayed": msgspec.to_builtins(would)}
        print(json.dumps(result | {"windows": total}))
        return
    found = f"{shown.attempts:,} attempts of {asked.days} days, {shown.delivered:,} delivered"
    print(f"{found}, {total:,} windows; stated {asked.coverage:.0%}.")
    print("\n".join(_table(shown, would)))


if __name__ == "__main__":
    main()
