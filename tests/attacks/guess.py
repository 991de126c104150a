"""Ways to guess at which doors the courier stopped, from what one recipient was sent.

The attacker has the town's map with every address, knows the software, the policy and its numbers, how
couriers drive and wait (he can simulate rounds himself and train on them); he lacks the zones' secret."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot, sqrt

from shared.contracts.common import Policy
from tests.attacks.spy import Sent
from tests.attacks.town import Address, Point, Town, along, length_m, project

COUNT_DELAY_S = 30.0


@dataclass(frozen=True)
class Hole:
    """The time in which a stop was done as the attacker sees it: the last sight before it, the first after,
    the street way between them; `of` stops were done in it and this is number `nth` of them."""

    before: Sent | None
    after: Sent | None
    way: tuple[Point, ...]
    nth: int
    of: int
    sights: tuple[Point, ...]  # every exact position around it
    told_s: float
    stayed: Point | None  # where he was seen longest without moving
    heading_in: Point | None  # the direction in which he vanished
    heading_out: Point | None  # the direction back into the hole from where he came back

    @property
    def way_m(self) -> float:
        return length_m(list(self.way))


def holes(town: Town, sent: list[Sent], wanted: int) -> dict[int, Hole]:
    """For each of the last stops before the own one (1 = the one right before): the hole it was done in."""
    told = {}
    for a, b in itertools.pairwise(sent):
        for n in range(b.stops_left + 1, a.stops_left + 1):
            told[n] = b.t
    sights = [s for s in sent if s.show == "exact" and s.at is not None]
    spans: dict[int, tuple[Sent | None, Sent | None]] = {}
    for n, told_s in told.items():
        if n > wanted:
            continue
        best: tuple[float, Sent | None, Sent | None] | None = None
        for left, right in zip([None, *sights], [*sights, None], strict=True):
            start = left.fix_s if left else 0.0
            end = right.fix_s if right else sent[-1].t
            if start <= told_s and end >= told_s - COUNT_DELAY_S and (best is None or end - start > best[0]):
                best = (end - start, left, right)
        if best is not None:
            spans[n] = best[1], best[2]
    out = {}
    for n, (last, first) in spans.items():
        together = sorted((m for m in spans if spans[m] == (last, first)), reverse=True)
        way: tuple[Point, ...] = ()
        if last and first and last.at and first.at:
            way = tuple(town.way(town.on_street(last.at), town.on_street(first.at)))
        lo, hi = (last.fix_s if last else -1e9) - 90, (first.fix_s if first else 1e9) + 90
        seen = tuple(s.at for s in sights if lo <= s.fix_s <= hi and s.at is not None)
        i = sights.index(last) if last else -1
        j = sights.index(first) if first else -1
        heading_in = _direction(sights[i - 1], sights[i]) if i > 0 else None
        heading_out = _direction(sights[j + 1], sights[j]) if 0 <= j < len(sights) - 1 else None
        out[n] = Hole(
            last,
            first,
            way,
            together.index(n),
            len(together),
            seen,
            told[n],
            _stayed(sights, told[n]),
            heading_in,
            heading_out,
        )
    return out


def _stayed(sights: list[Sent], told_s: float) -> Point | None:
    best: tuple[float, Point] | None = None
    start = 0
    for i in range(1, len(sights) + 1):
        if i == len(sights) or sights[i].at != sights[start].at:
            end_s = sights[min(i, len(sights) - 1)].fix_s
            at, lasted_s = sights[start].at, end_s - sights[start].fix_s
            near = sights[start].fix_s <= told_s + 5 and end_s >= told_s - 40
            if at is not None and near and (best is None or lasted_s > best[0]):
                best = lasted_s, at
            start = i
    return best[1] if best else None


def _direction(a: Sent, b: Sent) -> Point | None:
    if a.at is None or b.at is None:
        return None
    dx, dy = b.at[0] - a.at[0], b.at[1] - a.at[1]
    way_m = hypot(dx, dy)
    return (dx / way_m, dy / way_m) if way_m > 3.0 else None


Guess = Callable[[Town, Hole], Address | None]


def where_it_rests(town: Town, hole: Hole) -> Address | None:
    """The address nearest to where the marker was last before the stop was done."""
    return town.nearest(hole.before.at) if hole.before and hole.before.at else None


def where_it_returns(town: Town, hole: Hole) -> Address | None:
    """The address nearest to where the marker came back."""
    return town.nearest(hole.after.at) if hole.after and hole.after.at else None


def where_it_stayed(town: Town, hole: Hole) -> Address | None:
    """The address nearest to where he was seen to stand longest."""
    return town.nearest(hole.stayed) if hole.stayed else None


def middle_of_the_gap(town: Town, hole: Hole) -> Address | None:
    """The address nearest to the point half way along the streets (or a third, two thirds, ...)."""
    if not hole.way:
        return where_it_returns(town, hole) or where_it_rests(town, hole)
    return town.nearest(along(list(hole.way), hole.way_m * (hole.nth + 1) / (hole.of + 1)))


def by_the_clock(town: Town, hole: Hole) -> Address | None:
    """Drive on from where he was seen last at the speed he had, for as long as he probably still drove: the
    gap less a usual visit, shared between the way to the door and the way from it."""
    before, after = hole.before, hole.after
    if not hole.way or before is None or after is None or hole.of > 1:
        return middle_of_the_gap(town, hole)
    # The stop is reported done when the visit ends: what is left until he is seen again is the way out.
    out_s = max(0.0, after.fix_s - hole.told_s - 8.0)
    out_m = min(hole.way_m, 0.5 * 1.5 * out_s * out_s if out_s < 4 else 7.0 * out_s - 14.0)
    return town.nearest(along(list(hole.way), hole.way_m - max(0.0, out_m)))


class Trained:
    """Learns from rounds of his own how a door lies to what is seen around its hole, and takes the likeliest
    address: a conditional logit over all addresses near (the softmax of a weight for each feature)."""

    def __init__(self, policy: Policy) -> None:
        self._discs = Discs(policy) if policy.mode == "strict" else None
        self._lessons: list[tuple[list[list[int]], int]] = []
        self._weights: dict[int, float] = {}
        self._shuffled = random.Random(7)

    def learn(self, town: Town, hole: Hole, truth: Address) -> None:
        """Keep an example; one whose door is not even among the candidates teaches nothing."""
        candidates = candidates_of(town, hole)
        if truth in candidates:
            self._lessons.append((self._features(hole, candidates), candidates.index(truth)))

    def study(self, epochs: int = 6, rate: float = 0.12) -> None:
        """Fit the weights by stochastic gradient ascent."""
        weights = self._weights
        for epoch in range(epochs):
            self._shuffled.shuffle(self._lessons)
            step = rate / (1 + epoch)
            for rows, right in self._lessons:
                scores = [sum(weights.get(f, 0.0) for f in row) for row in rows]
                top = max(scores)
                exps = [exp(s - top) for s in scores]
                total = sum(exps)
                for i, row in enumerate(rows):
                    pull = (1.0 if i == right else 0.0) - exps[i] / total
                    if abs(pull) > 1e-4:
                        for f in row:
                            weights[f] = weights.get(f, 0.0) + step * pull

    def guess(self, town: Town, hole: Hole) -> Address | None:
        """The address with the highest weight."""
        candidates = candidates_of(town, hole)
        if not candidates:
            return middle_of_the_gap(town, hole)
        weights = self._weights
        scores = [sum(weights.get(f, 0.0) for f in row) for row in self._features(hole, candidates)]
        return candidates[max(range(len(scores)), key=scores.__getitem__)]

    def _features(self, hole: Hole, candidates: list[Address]) -> list[list[int]]:
        fits = self._discs.fits(hole, candidates) if self._discs else [0.0] * len(candidates)
        best = max(fits, default=0.0) or 1.0
        nth = 0 if hole.of == 1 else 1 if hole.nth == 0 else 2 if hole.nth == hole.of - 1 else 3
        way = list(hole.way)
        way_m = hole.way_m
        rows = []
        for c, fit in zip(candidates, fits, strict=True):
            x, y = c.door
            seen_m = min((hypot(s[0] - x, s[1] - y) for s in hole.sights), default=999.0)
            row = [_name(1, min(15, int(seen_m // 10)), nth), _name(2, int(fit / best * 9.99), nth)]
            for which, sight, heading in (
                (3, hole.before, hole.heading_in),
                (4, hole.after, hole.heading_out),
            ):
                if sight is None or sight.at is None:
                    continue
                dx, dy = x - sight.at[0], y - sight.at[1]
                away_m = hypot(dx, dy)
                ahead = 5
                if heading is not None and away_m > 1:
                    cosine = (dx * heading[0] + dy * heading[1]) / away_m
                    ahead = int((1 - cosine) * 2.49)
                row.append(_name(which, min(20, int(away_m // 10)), nth, ahead))
            if hole.after is not None and hole.after.at is not None:
                out_m = hypot(x - hole.after.at[0], y - hole.after.at[1])
                out_s = max(1.0, hole.after.fix_s - hole.told_s + 5.0)
                row.append(_name(5, min(15, int(out_m / out_s)), min(5, int(out_s // 8)), nth))
            if way_m > 1:
                at_m, off_m = project(way, c.door)
                row.append(_name(6, int(at_m / way_m * 11.99), min(4, int(off_m // 10)), nth))
                row.append(_name(7, min(25, int(min(at_m, way_m - at_m) // 10)), min(4, int(off_m // 10))))
            rows.append(row)
        return rows


def _name(*parts: int) -> int:
    """A number for a feature."""
    out = 0
    for part in parts:
        out = out * 32 + part
    return out


class Discs:
    """Under strict: where the middle of the hidden disc can lie, given what was seen (outside it) and where
    he must have been when he vanished (inside); then how well a displacement as the software draws it leads
    from an address to one of those middles."""

    def __init__(self, policy: Policy, step_m: float = 12.5) -> None:
        self._radius_m = float(policy.zone_radius_m)
        self._shift_m = max(1.0, float(policy.zone_shift_m))
        self._step_m = step_m

    def fits(self, hole: Hole, candidates: list[Address]) -> list[float]:
        """A number per candidate, higher for better."""
        shift = self._shift_m
        square = shift * shift
        cells: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
        for middle in self._middles(hole):
            cells.setdefault((int(middle[0] // shift), int(middle[1] // shift)), []).append(middle)
        out = []
        for c in candidates:
            x, y = c.door
            i, j = int(x // shift), int(y // shift)
            total = 0.0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    for mx, my, weight in cells.get((i + di, j + dj), ()):
                        off = (mx - x) ** 2 + (my - y) ** 2
                        if off < square:
                            # Points spread evenly over a sphere, seen from above, lie 1/sqrt(R2 - r2) close.
                            total += weight / sqrt(square - off + 25.0)
            out.append(total)
        return out

    def guess(self, town: Town, hole: Hole) -> Address | None:
        """The address that explains most."""
        candidates = candidates_of(town, hole)
        if not candidates:
            return middle_of_the_gap(town, hole)
        fits = self.fits(hole, candidates)
        return candidates[max(range(len(fits)), key=fits.__getitem__)]

    def _middles(self, hole: Hole) -> list[tuple[float, float, float]]:
        ends = [s.at for s in (hole.before, hole.after) if s is not None and s.at is not None]
        if not ends:
            return []
        radius = self._radius_m
        inside: list[Point] = []
        if hole.before and hole.before.at and hole.heading_in and hole.nth == 0:
            x, y = hole.before.at
            inside.append((x + 25.0 * hole.heading_in[0], y + 25.0 * hole.heading_in[1]))
        if hole.after and hole.after.at and hole.heading_out and hole.nth == hole.of - 1:
            x, y = hole.after.at
            inside.append((x + 25.0 * hole.heading_out[0], y + 25.0 * hole.heading_out[1]))
        reach = radius + 60.0
        x0, x1 = min(p[0] for p in ends) - reach, max(p[0] for p in ends) + reach
        y0, y1 = min(p[1] for p in ends) - reach, max(p[1] for p in ends) + reach
        out = []
        outside, within = (radius * 0.97) ** 2, (radius * 1.03) ** 2
        x = x0
        while x <= x1:
            y = y0
            while y <= y1:
                if not any((px - x) ** 2 + (py - y) ** 2 < outside for px, py in hole.sights):
                    weight = 1.0
                    for px, py in inside:
                        if (px - x) ** 2 + (py - y) ** 2 > within:
                            weight *= 0.12
                    out.append((x, y, weight))
                y += self._step_m
            x += self._step_m
        return out


def candidates_of(town: Town, hole: Hole, radius_m: float = 130.0) -> list[Address]:
    """Every address that may be meant."""
    near: list[Point] = [s.at for s in (hole.before, hole.after) if s is not None and s.at is not None]
    out: dict[Point, Address] = {a.door: a for p in near for a in town.around(p, radius_m)}
    step = 0.0
    while step <= min(hole.way_m, 1200.0) and hole.way:
        for a in town.around(along(list(hole.way), step), 60.0):
            out[a.door] = a
        step += 40.0
    return list(out.values())
