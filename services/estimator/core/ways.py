"""What driving between two places takes, as far as it is known: asked of the router once, and kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from shared.geo import Coord, distance_m

KEPT = 200_000
TYPICAL_MPS = 5.3  # GOAL, driving, p50
DETOUR = 1.35  # streets against the straight line, in towns


class Way(NamedTuple):
    """From one place to another, (lon, lat) in degrees, to five decimals (1 m)."""

    start: Coord
    end: Coord


def way(start: Coord, end: Coord) -> Way:
    """The way between two places, by which its time is kept."""
    return Way((round(start[0], 5), round(start[1], 5)), (round(end[0], 5), round(end[1], 5)))


class Ways:
    """Seconds by way; those not asked for longest are forgotten first."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._seconds: OrderedDict[Way, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seconds)

    def knows(self, asked: Way) -> bool:
        return asked in self._seconds

    def put(self, asked: Way, seconds: float) -> None:
        self._seconds[asked] = seconds
        self._seconds.move_to_end(asked)
        while len(self._seconds) > self._most:
            self._seconds.popitem(last=False)

    def seconds(self, asked: Way) -> float:
        """What the router said, or else what the straight line suggests."""
        known = self._seconds.get(asked)
        if known is None:
            return straight_s(asked)
        self._seconds.move_to_end(asked)
        return known


def straight_s(asked: Way) -> float:
    """Seconds for a way that no router has been asked about, or that it does not know."""
    return distance_m(*asked.start, *asked.end) * DETOUR / TYPICAL_MPS
