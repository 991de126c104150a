"""The generator of the promise's bench: like real days, repeatable, no kin of the model it is for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.domain.local_time import offset_s
from tests.bench.promise import oracle, play, world
from tests.bench.promise.__main__ import over_seeds
from tests.bench.promise.streets import Streets

HERE = Path(world.__file__).parent


@pytest.fixture(scope="module")
def streets() -> Streets:
    """Places in a square kilometre, 5 m/s between them."""
    at = np.random.default_rng(1).uniform(0, 1000, (150, 2))
    metres = np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)
    return Streets(metres / 5.0, metres)


@pytest.fixture(scope="module")
def days(streets: Streets) -> list[world.Day]:
    return [world.day(1, i, streets, world.people(1, 6), 60) for i in range(4)]


@pytest.mark.parametrize("name", ["world", "streets", "oracle"])
def test_it_imports_nothing_of_the_estimator(name: str) -> None:
    tree = ast.parse((HERE / f"{name}.py").read_text())
    modules = {
        module
        for node in ast.walk(tree)
        for module in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert "tests.bench.promise.streets" in modules or name == "streets"
    assert not [module for module in modules if module.startswith("services")]


def test_visits_are_as_long_as_measured_whatever_their_rank_is_made_of() -> None:
    z = np.random.default_rng(1).normal(0, 1, 20_000)
    found = np.quantile(world.visit_s(z), [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
    assert found == pytest.approx([37, 52, 71, 103, 153, 301], rel=0.06)


def test_no_clock_is_changed_while_days_are_played() -> None:
    """Else habits would be an hour off from one day to the next, which no real courier's are."""
    ahead = [offset_s(play.ZONE, play.MIDNIGHT_MS + day * play.DAY_MS) for day in range(play.DAYS_MOST + 1)]
    assert len(set(ahead)) == 1
    assert (play.MIDNIGHT_MS + ahead[0] * 1000) % play.DAY_MS == 0


def test_a_day_has_as_many_visits_an_hour_as_measured(days: list[world.Day]) -> None:
    runs = [run for day in days for run in day.runs]
    hours = sum(run.phases[-1].end_s - run.started_s for run in runs) / 3600
    visits = sum(phase.what == "visit" for run in runs for phase in run.phases)
    assert 13 <= visits / hours <= 21, "16.9 were measured"


def test_the_same_seed_is_the_same_day_and_another_is_another(
    streets: Streets, days: list[world.Day]
) -> None:
    again = world.day(1, 0, streets, world.people(1, 6), 60)
    other = world.day(2, 0, streets, world.people(2, 6), 60)
    assert again.seen == days[0].seen
    assert other.seen != days[0].seen


def test_every_stop_ends_and_most_are_delivered(days: list[world.Day]) -> None:
    stops = [stop for day in days for stop in day.stops]
    assert all(stop.done_s is not None for stop in stops)
    assert 0.9 <= np.mean([stop.delivered for stop in stops]) < 1.0


def test_the_oracle_knows_the_distributions(streets: Streets, days: list[world.Day]) -> None:
    """Of outcomes 10 minutes and an hour ahead 90 % lie in the middle 90 % of what it draws."""
    draw, inside = np.random.default_rng(5), []
    for day in days:
        for number, stop in enumerate(day.stops):
            if number % 9 or stop.done_s is None or not stop.delivered:
                continue
            for ahead_s in (600.0, 3600.0):
                # From a moment that is not chosen by the outcome: a quarter of an hour on the clock.
                at_s = (stop.done_s - ahead_s) // 900 * 900
                courier = oracle.holder(day, number, at_s)
                if courier is None:
                    continue
                drawn = oracle.outcome_draws(day, streets, courier, number, at_s, 200, draw)
                low, high = np.quantile(drawn, [0.05, 0.95])
                inside.append(low <= stop.done_s - at_s <= high)
    assert len(inside) > 200
    assert 0.84 <= np.mean(inside) <= 0.96


def of_seed(coverage: float, width: float, cell: float, n: int = 250) -> dict[str, Any]:
    line = {"horizon_min": 60, "coverage": coverage, "median_width_min": width, "middle_width_min": width}
    return {"horizons": [line], "cells": [{"horizon_min": 60, "hour": 12, "n": n, "coverage": cell}]}


def test_of_several_seeds_it_says_how_far_they_differ_and_which_hour_is_low_in_all_of_them_together() -> None:
    found = over_seeds([of_seed(0.89, 35.0, 0.80), of_seed(0.91, 40.0, 0.88)])
    assert found["horizons"][0]["coverage"] == (0.89, 0.91)
    assert found["horizons"][0]["median_width_min"] == (35.0, 40.0)
    assert [(low["hour"], low["n"]) for low in found["cells_below"]] == [(12, 500)]
    assert over_seeds([of_seed(0.89, 35.0, 0.84), of_seed(0.91, 40.0, 0.88)])["cells_below"] == []
    assert over_seeds([of_seed(0.89, 35.0, 0.5, n=100)])["cells_below"] == []
