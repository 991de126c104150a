"""A town on squared paper: streets at irregular distances, addresses on both sides, shortest ways. Metres.

Independent of the product's own simulator, so that no mistake is made twice. Standard library only."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]


@dataclass(frozen=True)
class Built:
    """How a town is built: blocks and the frontage of a house, smallest and largest, in metres."""

    name: str
    blocks_m: tuple[float, float]
    frontage_m: tuple[float, float]
    setback_m: tuple[float, float]
    legs_m: tuple[float, float]  # median, and sigma of its logarithm


CITY = Built("city", (70.0, 180.0), (12.0, 20.0), (7.0, 12.0), (168.0, 0.9))
SUBURB = Built("suburb", (110.0, 260.0), (18.0, 28.0), (8.0, 16.0), (320.0, 0.8))


@dataclass(frozen=True, eq=False)
class Address:
    """A door, and the point of the street before it."""

    door: Point
    kerb: Point


class Town:
    """A grid of `size` streets each way."""

    def __init__(self, built: Built, rng: random.Random, size: int = 12) -> None:
        self.built = built
        self.xs = self._streets(rng, size)
        self.ys = self._streets(rng, size)
        self.addresses: list[Address] = []
        for x in self.xs:
            for a, b in zip(self.ys, self.ys[1:], strict=False):
                self._front(rng, a, b, lambda s, off, x=x: ((x + off, s), (x, s)))
        for y in self.ys:
            for a, b in zip(self.xs, self.xs[1:], strict=False):
                self._front(rng, a, b, lambda s, off, y=y: ((s, y + off), (s, y)))
        self._cells: dict[tuple[int, int], list[Address]] = {}
        for address in self.addresses:
            x, y = address.door
            self._cells.setdefault((int(x // 50), int(y // 50)), []).append(address)

    def _streets(self, rng: random.Random, size: int) -> list[float]:
        at = [0.0]
        for _ in range(size - 1):
            at.append(at[-1] + rng.uniform(*self.built.blocks_m))
        return at

    def _front(self, rng: random.Random, a: float, b: float, put: Callable[..., tuple[Point, Point]]) -> None:
        for side in (-1, 1):
            s = a + rng.uniform(10, 20)
            while s < b - 10:
                setback = side * rng.uniform(*self.built.setback_m)
                door, kerb = put(s, setback)
                self.addresses.append(Address(door, kerb))
                s += rng.uniform(*self.built.frontage_m)

    def around(self, at: Point, radius_m: float) -> list[Address]:
        """The addresses within a radius."""
        x, y = at
        out = []
        for i in range(int((x - radius_m) // 50), int((x + radius_m) // 50) + 1):
            for j in range(int((y - radius_m) // 50), int((y + radius_m) // 50) + 1):
                for a in self._cells.get((i, j), ()):
                    if hypot(a.door[0] - x, a.door[1] - y) <= radius_m:
                        out.append(a)
        return out

    def nearest(self, at: Point) -> Address:
        """The address whose door is nearest."""
        radius_m = 40.0
        while not (found := self.around(at, radius_m)):
            radius_m *= 2
        return min(found, key=lambda a: hypot(a.door[0] - at[0], a.door[1] - at[1]))

    def on_street(self, at: Point) -> Point:
        """The nearest point of a street."""
        x, y = at
        sx = min(self.xs, key=lambda v: abs(v - x))
        sy = min(self.ys, key=lambda v: abs(v - y))
        if abs(sx - x) <= abs(sy - y):
            return sx, min(max(y, self.ys[0]), self.ys[-1])
        return min(max(x, self.xs[0]), self.xs[-1]), sy

    def way(self, start: Point, end: Point) -> list[Point]:
        """The shortest way along streets between two points on streets."""
        direct = self._same_block(start, end)
        ends = self._corners(end)
        best: dict[Point, float] = {}
        heap: list[tuple[float, Point, tuple[Point, ...]]] = [
            (hypot(c[0] - start[0], c[1] - start[1]), c, (start, c)) for c in self._corners(start)
        ]
        heapq.heapify(heap)
        found: tuple[float, list[Point]] | None = (
            (hypot(end[0] - start[0], end[1] - start[1]), [start, end]) if direct else None
        )
        while heap:
            cost, at, path = heapq.heappop(heap)
            if found is not None and cost >= found[0]:
                break
            if best.get(at, 1e18) <= cost:
                continue
            best[at] = cost
            if at in ends:
                total = cost + hypot(end[0] - at[0], end[1] - at[1])
                if found is None or total < found[0]:
                    found = (total, [*path, end])
            for nxt in self._neighbours(at):
                step = hypot(nxt[0] - at[0], nxt[1] - at[1])
                heapq.heappush(heap, (cost + step, nxt, (*path, nxt)))
        assert found is not None
        return found[1]

    def _same_block(self, a: Point, b: Point) -> bool:
        for axis, cross in ((0, self.ys), (1, self.xs)):
            if a[axis] == b[axis] and a[axis] in (self.xs, self.ys)[axis]:
                lo, hi = sorted((a[1 - axis], b[1 - axis]))
                if not any(lo < v < hi for v in cross):
                    return True
        return False

    def _corners(self, at: Point) -> set[Point]:
        x, y = at
        out: set[Point] = set()
        if x in self.xs:
            out |= {(x, v) for v in _ends(self.ys, y)}
        if y in self.ys:
            out |= {(v, y) for v in _ends(self.xs, x)}
        return out

    def _neighbours(self, at: Point) -> list[Point]:
        i, j = self.xs.index(at[0]), self.ys.index(at[1])
        out = []
        for di, dj in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            if 0 <= i + di < len(self.xs) and 0 <= j + dj < len(self.ys):
                out.append((self.xs[i + di], self.ys[j + dj]))
        return out


def _ends(values: list[float], at: float) -> list[float]:
    below = [v for v in values if v <= at]
    above = [v for v in values if v >= at]
    return [*below[-1:], *above[:1]]


def length_m(way: list[Point]) -> float:
    """Of a way."""
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(way))


def along(way: list[Point], s_m: float) -> Point:
    """The point so far along, clamped."""
    for a, b in itertools.pairwise(way):
        step = hypot(b[0] - a[0], b[1] - a[1])
        if s_m <= step and step > 0:
            part = max(0.0, s_m / step)
            return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])
        s_m -= step
    return way[-1]


def project(way: list[Point], at: Point) -> tuple[float, float]:
    """(metres along, metres off) of the nearest point of a way."""
    best = (0.0, 1e18)
    done = 0.0
    for a, b in itertools.pairwise(way):
        dx, dy = b[0] - a[0], b[1] - a[1]
        square = dx * dx + dy * dy
        part = 0.0
        if square > 0:
            part = min(1.0, max(0.0, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / square))
        off = hypot(a[0] + part * dx - at[0], a[1] + part * dy - at[1])
        if off < best[1]:
            best = (done + part * square**0.5, off)
        done += square**0.5
    return best
