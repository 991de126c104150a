"""One test day, and the training days before it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from services.estimator.core.calibration import Calibration
from services.estimator.core.learned import Learned
from tests.bench.promise.measure import Look, Plain, looks
from tests.bench.promise.play import Player
from tests.bench.promise.streets import Streets
from tests.bench.promise.world import Jam, day, people

STOPS = 95
ORACLE_EVERY, ORACLE_DRAWS = 10, 300


@dataclass(frozen=True)
class Task:
    """A test day, played from what was learned before all of them."""

    seed: int
    number: int
    couriers: int
    streets: Streets
    learned: bytes
    calibration: bytes
    plain: Plain
    jam: Jam | None = None


@dataclass(frozen=True)
class Played:
    looks: list[Look]
    windows: list[int]
    """How many windows each shipment was shown in its last three hours."""
    turns: list[int]
    """How many of them took back the move before."""
    visits_s: list[float]


def try_day(task: Task) -> Played:
    made = day(task.seed, task.number, task.streets, people(task.seed, task.couriers), STOPS, task.jam)
    player = Player(
        task.streets,
        msgspec.json.decode(task.learned, type=Learned),
        msgspec.json.decode(task.calibration, type=Calibration),
    )
    closed = player.close(made, player.play(made))
    found = looks(
        made,
        closed,
        task.streets,
        task.plain,
        seed=task.seed,
        every=0 if task.jam else ORACLE_EVERY,
        draws=ORACLE_DRAWS,
    )
    last = [[r for r in rows if (r.ended_ms or 0) - r.shown_ms <= 3 * 3_600_000] for rows in closed]
    turns = []
    for rows in last:
        middles = [(r.from_ms + r.to_ms) / 2 for r in rows if r.from_ms and r.to_ms]
        steps = [b - a for a, b in pairwise(middles) if abs(b - a) >= 300_000]
        turns.append(sum(a * b < 0 for a, b in pairwise(steps)))
    return Played(
        found,
        [len(rows) for rows in last],
        turns,
        [p.end_s - p.start_s for run in made.runs for p in run.phases if p.what == "visit"],
    )


def train(seed: int, watched: int, played: int, couriers: int, on: Streets) -> tuple[Player, Plain]:
    """Days one after another: of the first only the times are learned, on the others windows are shown, and
    calibrated each night as the worker is."""
    player, plain = Player(on), Plain()
    found: list[Look] = []
    who = people(seed, couriers)
    begun = time.perf_counter()
    for number in range(watched + played):
        made = day(seed, number, on, who, STOPS)
        plain.learn(made, on)
        if number < watched:
            player.watch(made)
            continue
        closed = player.close(made, player.play(made))
        found += looks(made, closed, on, plain, seed=seed, every=0, draws=0)
        player.calibrate(closed)
        print(f"  day {number + 1} of {watched + played}: {time.perf_counter() - begun:.0f} s", flush=True)
    plain.fit(found)
    return player, plain
