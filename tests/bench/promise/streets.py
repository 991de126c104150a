"""Places of the demo's map and the router's times between all of them: what rounds are drawn on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.adapters.router import open_router

Times = NDArray[np.float64]
PLACES = 360
AT_ONCE = 60


@dataclass(frozen=True)
class Streets:
    """times_s[i, j] and metres[i, j] of the way from place i to place j; the depot is place 0."""

    times_s: Times
    metres: Times


async def streets(map_dir: Path, seed: int) -> Streets:
    """As many addresses as are wanted, drawn from the map's; those that no street leads to are left out."""
    rows = json.loads((map_dir / "addresses.json").read_text())["rows"]
    draw = np.random.default_rng(seed)
    chosen = draw.permutation(len(rows))[:PLACES]
    points = [(float(rows[i][2]), float(rows[i][3])) for i in chosen]
    router = open_router("local", map_dir / "valhalla", "")
    if router is None:
        raise FileNotFoundError(f"no routing tiles in {map_dir}: `make setup` builds them")
    try:
        times, metres = np.full((PLACES, PLACES), np.nan), np.full((PLACES, PLACES), np.nan)
        for start in range(0, len(points), AT_ONCE):
            table = await router.matrix(points[start : start + AT_ONCE], points)
            for i, row in enumerate(table):
                for j, cell in enumerate(row):
                    if cell is not None:
                        times[start + i, j], metres[start + i, j] = cell.duration_s, cell.distance_m
    finally:
        await router.close()
    reached = [i for i in range(len(points)) if np.isnan(times[i]).mean() < 0.5]
    times, metres = times[np.ix_(reached, reached)], metres[np.ix_(reached, reached)]
    lost = np.isnan(times)
    times[lost], metres[lost] = np.nanmax(times), np.nanmax(metres)
    return Streets(times, metres)


def tour(streets: Streets, places: list[int]) -> list[int]:
    """The places in a good order from the depot: nearest next, then pieces turned round while it shortens."""
    left, at, order = set(places), 0, []
    while left:
        at = min(left, key=lambda place: streets.times_s[at, place])
        left.remove(at)
        order.append(at)
    times = (streets.times_s + streets.times_s.T) / 2
    for _ in range(4):
        turned = False
        path = [0, *order]
        for i in range(1, len(path) - 2):
            for j in range(i + 1, len(path) - 1):
                a, b, c, d = path[i - 1], path[i], path[j], path[j + 1]
                if times[a, c] + times[b, d] < times[a, b] + times[c, d] - 1.0:
                    path[i : j + 1] = path[i : j + 1][::-1]
                    turned = True
        order = path[1:]
        if not turned:
            break
    return order
