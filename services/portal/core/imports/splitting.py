"""Which stops are whose: places of one door together, then as many for each courier, near each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.geo import Coord

AT_ONE_STOP = 50
"""So many shipments a stop may have."""


@dataclass(slots=True)
class Stop:
    """One door in one window; `rows` are the rows delivered there."""

    lon: float
    lat: float
    from_ms: int | None
    to_ms: int | None
    rows: list[int] = field(default_factory=list)

    @property
    def place(self) -> Coord:
        return (self.lon, self.lat)


def stops_of(rows: Sequence[tuple[int, Coord, int | None, int | None]]) -> list[Stop]:
    """Stops of (row, place, window's begin and end), in the rows' order."""
    open_: dict[tuple[float, float, int | None, int | None], Stop] = {}
    found: list[Stop] = []
    for row, (lon, lat), from_ms, to_ms in rows:
        key = (round(lon, 5), round(lat, 5), from_ms, to_ms)
        stop = open_.get(key)
        if stop is None or len(stop.rows) >= AT_ONE_STOP:
            stop = open_[key] = Stop(lon, lat, from_ms, to_ms)
            found.append(stop)
        stop.rows.append(row)
    return found


def split(places: Sequence[Coord], among: int) -> list[list[int]]:
    """The indices in `among` parts whose sizes differ by at most one, each part in one corner of the town.

    Cut across the longer side of where the places lie, in proportion to the couriers on either side, and
    again until each part has one."""
    if among < 1:
        raise ValueError("a courier or more")
    return _cut(list(range(len(places))), places, among)


def _cut(indices: list[int], places: Sequence[Coord], among: int) -> list[list[int]]:
    if among == 1 or len(indices) <= 1:
        return [indices, *([] for _ in range(among - 1))]
    left = among // 2
    axis = _axis([places[i] for i in indices])
    ordered = sorted(indices, key=lambda i: (_along(places[i], axis), i))
    # Whole shares to each side, what is left over to the first ones.
    share, more = divmod(len(ordered), among)
    cut = share * left + min(more, left)
    return [*_cut(ordered[:cut], places, left), *_cut(ordered[cut:], places, among - left)]


def _axis(places: Sequence[Coord]) -> tuple[float, float]:
    """The direction in which the places spread most (the first principal component), per degree."""
    count = len(places)
    lat = sum(p[1] for p in places) / count
    squeeze = math.cos(math.radians(lat))
    xs, ys = [p[0] * squeeze for p in places], [p[1] for p in places]
    mx, my = sum(xs) / count, sum(ys) / count
    xx = sum((x - mx) ** 2 for x in xs)
    yy = sum((y - my) ** 2 for y in ys)
    xy = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    return (math.cos(angle) * squeeze, math.sin(angle))


def _along(place: Coord, axis: tuple[float, float]) -> float:
    return place[0] * axis[0] + place[1] * axis[1]
