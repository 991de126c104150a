"""`make bench-promise`: days on real streets, the model fitted on some and tried on others.

    python -m tests.bench.promise [--seed 1 2 3] [--watch 14] [--train 10] [--test 14] [--buses route.csv]

Prints a table a seed and what misses its target, of several seeds how far they differ, and writes
promise.json and plots (of the first) to .artifacts/bench/.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from deploy.local.paths import state_dir
from tests.bench.promise import plots
from tests.bench.promise.bus import try_buses
from tests.bench.promise.measure import cells, table
from tests.bench.promise.play import DAYS_MOST
from tests.bench.promise.streets import streets
from tests.bench.promise.trial import STOPS, measure, train, tried
from tests.bench.promise.world import Jam

OUT = Path(".artifacts/bench")
JAM = Jam(10.5 * 3600, 2 * 3600.0, 2.2)
JAM_DAYS = 3
COVERAGE_LEAST, COVERAGE_MOST, CELL_LEAST, CELL_N = 0.88, 0.92, 0.85, 200
MEDIAN_MOST_MIN = {60: 30.0, 30: 15.0}
OVER_ORACLE_MOST = 0.15


def missed(lines: list[dict[str, Any]], by_cell: list[dict[str, Any]]) -> list[str]:
    """Each target that is not met, in words."""
    failed = []
    for line in lines:
        name = f"{line['horizon_min']} min before"
        if not COVERAGE_LEAST <= line["coverage"] <= COVERAGE_MOST:
            failed.append(f"{name}: coverage {line['coverage']:.1%}, not within 88-92 %")
        most = MEDIAN_MOST_MIN.get(line["horizon_min"])
        # What the oracle needs more for is not to be had (docs/decisions/0014); medians go by fives.
        if most and line["median_width_min"] > most >= line.get("oracle_middle_min", 0.0):
            failed.append(f"{name}: median width {line['median_width_min']:.0f} min, more than {most:.0f}")
        if line.get("over_oracle", 0.0) > OVER_ORACLE_MOST:
            failed.append(f"{name}: {line['over_oracle']:.0%} wider than the oracle's, more than 15 %")
    failed += [
        f"{cell['horizon_min']} min before, {cell['hour']} h: coverage {cell['coverage']:.1%} of {cell['n']}"
        f" (the oracle's: {cell.get('oracle_coverage', float('nan')):.1%} of {cell.get('oracle_n', 0)})"
        for cell in by_cell
        if cell["n"] >= CELL_N and cell["coverage"] < CELL_LEAST
    ]
    return failed


def show(title: str, lines: list[dict[str, Any]]) -> None:
    print(f"\n{title}")
    print(
        " before |     n | coverage  of delivered | median  middle | oracle: cover median middle  ours"
        " | distance/speed | plan+-30"
    )
    for line in lines:
        beside = (
            f"{line['oracle_coverage']:13.1%} {line['oracle_median_min']:6.0f}"
            f" {line['oracle_middle_min']:6.1f} {line['over_oracle']:+5.0%}"
            if "oracle_n" in line
            else " " * 33
        )
        print(
            f"{line['horizon_min']:4d} min|{line['n']:6d} |{line['coverage']:9.1%}"
            f" {line['of_delivered']:13.1%} |"
            f"{line['median_width_min']:7.0f} {line['middle_width_min']:7.1f} |{beside} |"
            f" {line['distance_coverage']:6.1%} {line['distance_width_min']:5.0f}m  |"
            f"{line['plan_coverage']:7.1%}"
        )


def over_seeds(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of each horizon the least and the most of the seeds, and the cells of all seeds together that hold less
    than they should."""
    spread = []
    for lines in zip(*(report["horizons"] for report in reports), strict=True):
        spread.append(
            {"horizon_min": lines[0]["horizon_min"]}
            | {
                name: (min(found), max(found))
                for name in ("coverage", "median_width_min", "middle_width_min", "over_oracle")
                if (found := [line[name] for line in lines if name in line])
            }
        )
    together: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for report in reports:
        for cell in report["cells"]:
            together.setdefault((cell["horizon_min"], cell["hour"]), []).append(cell)
    low = []
    for (horizon, hour), cells_ in sorted(together.items()):
        n = sum(cell["n"] for cell in cells_)
        coverage = sum(cell["n"] * cell["coverage"] for cell in cells_) / n
        if n >= CELL_N * len(reports) and coverage < CELL_LEAST:
            low.append({"horizon_min": horizon, "hour": hour, "n": n, "coverage": coverage})
    return {"horizons": spread, "cells_below": low}


def show_spread(spread: dict[str, Any]) -> None:
    print("\nOver the seeds, from the least to the most")
    for line in spread["horizons"]:
        low, high = line["coverage"]
        narrow, wide = line["median_width_min"]
        least, most = line.get("over_oracle", (float("nan"),) * 2)
        print(
            f"{line['horizon_min']:4d} min: coverage {low:.1%} to {high:.1%}, median width {narrow:.0f} to"
            f" {wide:.0f}, {least:+.0%} to {most:+.0%} beside the oracle"
        )
    for cell in spread["cells_below"]:
        print(
            f"  {cell['horizon_min']} min before, {cell['hour']} h: coverage {cell['coverage']:.1%} of"
            f" {cell['n']} together"
        )


def try_seed(seed: int, args: argparse.Namespace) -> dict[str, Any]:
    """Trained and tried on one seed's streets, couriers and days; prints as it goes."""
    begun = time.perf_counter()
    on = asyncio.run(streets(state_dir() / "map", seed))
    print(
        f"{len(on.times_s)} places, {args.couriers} couriers, {STOPS} stops each; seed {seed}",
        flush=True,
    )
    player, plain = train(seed, args.watch, args.train, args.couriers, on)
    first = args.watch + args.train
    last = first + args.test
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        days = [
            pool.submit(measure, tried(player, plain, seed, number, args.couriers))
            for number in range(first, last)
        ]
        days += [  # each as if it were the first: there are not three in a row
            pool.submit(measure, tried(deepcopy(player), plain, seed, number, args.couriers, JAM))
            for number in range(last, last + JAM_DAYS)
        ]
        played = [each.result() for each in days]
    found = [look for one in played[: args.test] for look in one.looks]
    jammed = [look for one in played[args.test :] for look in one.looks if 10 <= look.hour < 15]
    lines, by_cell = table(found, plain), cells(found)
    visits = np.array([s for one in played[: args.test] for s in one.visits_s])
    windows = np.array([n for one in played[: args.test] for n in one.windows])
    turns = np.array([n for one in played[: args.test] for n in one.turns])

    show("Windows as shown, on days the model has not seen", lines)
    print(
        f"Windows shown in the last three hours: median {np.median(windows):.0f}, p90"
        f" {np.quantile(windows, 0.9):.0f}; moved back by 5 min or more: {np.mean(turns):.2f} a shipment"
    )
    print(f"Visits up to the outcome: p50 {np.median(visits):.0f} s, p90 {np.quantile(visits, 0.9):.0f} s")
    jam_lines = table(jammed, plain)
    show(f"{JAM_DAYS} days with a jam of two hours (x{JAM.factor}), outcomes from 10 to 15 h", jam_lines)
    failed = missed(lines, by_cell)
    print("\nNot met:" if failed else "\nAll targets met.")
    for text in failed:
        print(f"  {text}")
    took_s = time.perf_counter() - begun
    print(f"{took_s:.0f} s", flush=True)
    return {
        "seed": seed,
        "took_s": round(took_s),
        "horizons": lines,
        "cells": by_cell,
        "jam": jam_lines,
        "windows_last_3h": {
            "median": float(np.median(windows)),
            "p90": float(np.quantile(windows, 0.9)),
            "taken_back": float(np.mean(turns)),
        },
        "not_met": failed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-promise")
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--watch", type=int, default=14, help="days of which only the times are learned")
    parser.add_argument("--train", type=int, default=10, help="days on which it is calibrated")
    parser.add_argument("--test", type=int, default=14, help="days on which it is tried")
    parser.add_argument("--couriers", type=int, default=12)
    parser.add_argument("--buses", type=Path, help="CSV of bus positions, for the travel time alone")
    args = parser.parse_args()
    if args.watch + args.train + args.test + JAM_DAYS > DAYS_MOST:
        parser.error(f"more than {DAYS_MOST} days: clocks would be changed on one")
    reports = [try_seed(seed, args) for seed in args.seed]
    spread = over_seeds(reports)
    if len(reports) > 1:
        show_spread(spread)
    buses = try_buses(args.buses) if args.buses else None
    if buses is None:
        print("\nBus trips: left out (no --buses FILE given)")
    else:
        print("\nBus trips, travel time alone, minutes off: ours, and the other trips' mean")
        for band in buses:
            print(
                f"  {band['km_to_go']:>5} km to go: mean {band['mean_min']:.1f}, 90 % {band['p90_min']:.1f}"
                f" | {band['others_mean_min']:.1f}, {band['others_p90_min']:.1f} (n {band['n']})"
            )
    OUT.mkdir(parents=True, exist_ok=True)
    days = {"watched_days": args.watch, "train_days": args.train, "test_days": args.test}
    made = {**days, "couriers": args.couriers, "seeds": reports, "over_seeds": spread, "buses": buses}
    (OUT / "promise.json").write_text(json.dumps(made, indent=1))
    drawn = plots.draw(reports[0]["horizons"], reports[0]["cells"], OUT)
    print(f"{OUT / 'promise.json'}, {', '.join(str(path) for path in drawn)}")


if __name__ == "__main__":
    main()
