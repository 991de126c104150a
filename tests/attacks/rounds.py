"""Simulated rounds of a courier in a town: how he drives, parks, walks, waits, and what his phone says.

Driving, visits and noise follow what labelled traces of delivery drivers show (visits: median 71 s, p90 153;
driving p50 5.3 m/s; a fix every 5 s; standing scatter p50 2 m, p95 11.5 m)."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from math import exp, hypot, log

from tests.attacks.town import Address, Point, Town, along, length_m

ACCELERATION = 1.5  # m/s2
WALK_MPS = 1.3


@dataclass(frozen=True)
class Fix:
    """What the phone measured: seconds, metres, m/s or None."""

    t: float
    at: Point
    speed_mps: float | None
    accuracy_m: float


@dataclass
class Round:
    """A round: the stops in order, the planned ways to them, the fixes, and when each was reported done."""

    stops: list[Address]
    legs: list[list[Point]]
    fixes: list[Fix] = field(default_factory=list)
    done_s: list[float] = field(default_factory=list)


class Walker:
    """The courier's true place second by second."""

    def __init__(self, at: Point) -> None:
        self.t = 0.0
        self.trace: list[tuple[float, Point, float]] = [(0.0, at, 0.0)]

    def put(self, at: Point, speed_mps: float, dt: float = 1.0) -> None:
        self.t += dt
        self.trace.append((self.t, at, speed_mps))

    def stay(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.put(self.trace[-1][1], 0.0)

    def go(self, way: list[Point], cruise_mps: float, corner_mps: float, rng: random.Random) -> None:
        """Drive a way: slower at corners, at some of them a red light, and stop at its end."""
        s, v, total = 0.0, 0.0, length_m(way)
        corners, done = [], 0.0
        for a, b in itertools.pairwise(way):
            done += hypot(b[0] - a[0], b[1] - a[1])
            corners.append((done, rng.random() < 0.12))
        while total - s > 0.5:
            limit = cruise_mps
            for c, red in corners:
                if c > s + 0.5:
                    stop_here = red or c >= total - 0.1
                    slow = 0.0 if stop_here else corner_mps
                    limit = min(limit, (slow * slow + 2 * ACCELERATION * (c - s)) ** 0.5)
            v = max(0.6, min(limit, v + ACCELERATION))
            s = min(total, s + v)
            self.put(along(way, s), v)
            for i, (c, red) in enumerate(corners):
                if red and c < total - 0.1 and abs(c - s) < 2.0:
                    corners[i] = (c, False)
                    self.stay(rng.uniform(5, 45))
                    v = 0.0
        self.put(way[-1], 0.0)

    def walk(self, to: Point) -> None:
        a = self.trace[-1][1]
        way_m = hypot(to[0] - a[0], to[1] - a[1])
        s = WALK_MPS
        while s < way_m:
            self.put((a[0] + s / way_m * (to[0] - a[0]), a[1] + s / way_m * (to[1] - a[1])), WALK_MPS)
            s += WALK_MPS
        self.put(to, 0.3)


def make_round(town: Town, rng: random.Random, stops: int = 14) -> Round:
    """A round through a town, all of it drawn from the generator."""
    chosen = _choose(town, rng, stops)
    start = town.on_street((town.xs[0], town.ys[len(town.ys) // 2]))
    if rng.random() < 0.5:
        start = town.on_street((town.xs[len(town.xs) // 2], town.ys[-1]))
    legs, at = [], start
    for address in chosen:
        legs.append(town.way(at, address.kerb))
        at = address.kerb
    walker = Walker(start)
    out = Round(chosen, legs)
    parked = start
    for address in chosen:
        spot = _parking(town, parked, address, rng)
        walker.go(town.way(parked, spot), rng.uniform(6.0, 11.0), rng.uniform(2.5, 4.0), rng)
        parked = spot
        visit_s = max(25.0, exp(rng.gauss(log(71), 0.55)))
        walk_s = hypot(address.door[0] - spot[0], address.door[1] - spot[1]) / WALK_MPS
        waits_s = max(8.0, visit_s - 2 * walk_s)
        before_s = waits_s * rng.uniform(0.1, 0.4)  # in the van, looking for the parcel
        walker.stay(before_s)
        walker.walk(address.door)
        at_door_s = (waits_s - before_s) * rng.uniform(0.6, 1.0)
        walker.stay(at_door_s)
        if rng.random() < 0.5:
            out.done_s.append(walker.t)
            walker.walk(spot)
        else:
            walker.walk(spot)
            out.done_s.append(walker.t)
        walker.stay(max(2.0, waits_s - before_s - at_door_s))
    out.fixes = _phone(walker, rng)
    return out


def _choose(town: Town, rng: random.Random, stops: int) -> list[Address]:
    """Stops one after another, each at about the distance that real legs have."""
    median_m, sigma = town.built.legs_m
    chosen = [rng.choice(town.around((town.xs[3], town.ys[3]), 250.0))]
    while len(chosen) < stops:
        wish_m = min(900.0, max(25.0, exp(rng.gauss(log(median_m), sigma))))
        x, y = chosen[-1].door
        ring = [
            a
            for a in town.around((x, y), wish_m * 1.15)
            if hypot(a.door[0] - x, a.door[1] - y) > wish_m * 0.75 and a not in chosen
        ]
        chosen.append(rng.choice(ring or [a for a in town.around((x, y), 400.0) if a not in chosen]))
    return chosen


def _parking(town: Town, start: Point, address: Address, rng: random.Random) -> Point:
    """Where he parks: before the door or some metres off, on its street."""
    off = rng.gauss(0, 8)
    x, y = address.kerb
    spot = (x, y + off) if x in town.xs and y not in town.ys else (x + off, y)
    on = town.on_street(spot)
    return on if town.way(start, on) else address.kerb


def _phone(walker: Walker, rng: random.Random) -> list[Fix]:
    tells_speed = rng.random() < 0.5
    quiet = rng.random() < 0.2  # sends nothing while it does not move
    fixes: list[Fix] = []
    drift_x = drift_y = 0.0
    next_s, last = 0.0, (1e9, 1e9)
    for t, (x, y), v in walker.trace:
        drift_x += -drift_x / 30 + rng.gauss(0, 0.9)
        drift_y += -drift_y / 30 + rng.gauss(0, 0.9)
        if t < next_s:
            continue
        next_s = t + (5.0 if rng.random() < 0.85 else rng.choice((5.0, 7.0, 10.0, 15.0)))
        at = (x + drift_x + rng.gauss(0, 1.2), y + drift_y + rng.gauss(0, 1.2))
        if quiet and hypot(at[0] - last[0], at[1] - last[1]) < 10.0:
            continue
        last = at
        fixes.append(Fix(t, at, max(0.0, v + rng.gauss(0, 0.3)) if tells_speed else None, rng.uniform(4, 12)))
    return fixes
