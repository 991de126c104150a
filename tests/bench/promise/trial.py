"""Days one after another, each played by what the days before it have told, as a firm's estimator does; and
what the windows that were shown on one are worth."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

from shared.domain.promise_ledger import Promise
from tests.bench.promise.measure import Look, Plain, looks
from tests.bench.promise.play import Player
from tests.bench.promise.streets import Streets
from tests.bench.promise.world import Day, Jam, day, people

STOPS = 95
ORACLE_EVERY, ORACLE_DRAWS = 10, 300


@dataclass(frozen=True)
class Played:
    """A test day and its promises, with what became of them."""

    seed: int
    day: Day
    closed: list[list[Promise]]
    streets: Streets
    plain: Plain
    oracle: bool


@dataclass(frozen=True)
class Measured:
    looks: list[Look]
    windows: list[int]
    """How many windows each shipment was shown in its last three hours."""
    turns: list[int]
    """How many of them took back the move before."""
    visits_s: list[float]


def measure(played: Played) -> Measured:
    found = looks(
        played.day,
        played.closed,
        played.streets,
        played.plain,
        seed=played.seed,
        every=ORACLE_EVERY if played.oracle else 0,
        draws=ORACLE_DRAWS,
    )
    last = [[r for r in rows if (r.ended_ms or 0) - r.shown_ms <= 3 * 3_600_000] for rows in played.closed]
    turns = []
    for rows in last:
        middles = [(r.from_ms + r.to_ms) / 2 for r in rows if r.from_ms and r.to_ms]
        steps = [b - a for a, b in pairwise(middles) if abs(b - a) >= 300_000]
        turns.append(sum(a * b < 0 for a, b in pairwise(steps)))
    return Measured(
        found,
        [len(rows) for rows in last],
        turns,
        [p.end_s - p.start_s for run in played.day.runs for p in run.phases if p.what == "visit"],
    )


def train(seed: int, watched: int, played: int, couriers: int, on: Streets) -> tuple[Player, Plain]:
    """Of the first days only the times are learned; on the others windows are shown too, and calibrated each
    night as the worker is."""
    player, plain = Player(on), Plain()
    found: list[Look] = []
    begun = time.perf_counter()
    for number in range(watched + played):
        if number < watched:
            made = day(seed, number, on, people(seed, couriers), STOPS)
            plain.learn(made, on)
            player.watch(made)
            continue
        one = tried(player, plain, seed, number, couriers)
        plain.learn(one.day, on)
        found += looks(one.day, one.closed, on, plain, seed=seed, every=0, draws=0)
        print(f"  day {number + 1} of {watched + played}: {time.perf_counter() - begun:.0f} s", flush=True)
    plain.fit(found)
    return player, plain


def tried(
    player: Player, plain: Plain, seed: int, number: int, couriers: int, jam: Jam | None = None
) -> Played:
    """A day that the player has not seen; what is shown on it is by the days before. Calibrated at night."""
    made = day(seed, number, player.streets, people(seed, couriers), STOPS, jam)
    closed = player.close(made, player.play(made))
    player.calibrate(closed)
    return Played(seed, made, closed, player.streets, plain, oracle=jam is None)
