"""What goes wrong between a phone and the server: dead zones, repeats, readings that overtake, wild jumps."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from services.simulator.core.distributions import Quantiles
from services.simulator.core.gps import Fix
from shared.geo import destination


@dataclass(frozen=True, slots=True)
class Faults:
    """How often something goes wrong, a share of readings; clock_s is how far the phone's clock is ahead."""

    dead_zone: float = 0.0
    repeat: float = 0.0
    overtaken: float = 0.0
    jump: float = 0.0
    clock_s: float = 0.0


NONE = Faults()
# A phone in the street. Dead zones as often as GOAL's gaps of more than 60 s (1 reading in 550); wild jumps
# rarer than in AALTO (2.4 %, mostly the metro's); repeats and overtaking as complaints of users suggest.
STREET = Faults(dead_zone=0.002, repeat=0.01, overtaken=0.005, jump=0.002)
# A bad day, to see that nothing breaks.
BAD = Faults(dead_zone=0.02, repeat=0.08, overtaken=0.08, jump=0.02)

PRESETS = {"none": NONE, "street": STREET, "bad": BAD}

_DEAD_ZONE_S = Quantiles({0.0: 15.0, 0.5: 35.0, 0.9: 90.0, 1.0: 180.0})
_JUMP_M = Quantiles({0.0: 80.0, 0.5: 250.0, 1.0: 900.0})


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """A reading, and the epoch seconds at which the phone sends it: late ones long after they were taken."""

    send_s: float
    number: int
    fix: Fix


class Network:
    """Turns readings into deliveries. What is taken in a dead zone is sent after it, oldest first."""

    def __init__(self, faults: Faults, rng: random.Random) -> None:
        self._faults = faults
        self._rng = rng
        self._dark_until_s = 0.0
        self._number = 0

    def feed(self, fix: Fix) -> list[Delivery]:
        """The deliveries of one reading; readings come in the order of their time."""
        faults, rng = self._faults, self._rng
        taken_s = fix.at_s
        if fix.lon is not None and fix.lat is not None and rng.random() < faults.jump:
            lon, lat = destination(fix.lon, fix.lat, rng.uniform(0, 360), _JUMP_M.draw(rng))
            fix = replace(fix, lon=round(lon, 6), lat=round(lat, 6))
        if faults.clock_s:
            fix = replace(fix, at_s=fix.at_s + faults.clock_s)
        if taken_s >= self._dark_until_s and rng.random() < faults.dead_zone:
            self._dark_until_s = taken_s + _DEAD_ZONE_S.draw(rng)
        if taken_s < self._dark_until_s:
            # In the order they were taken, a breath apart.
            wait = 0.02 * (1 - (self._dark_until_s - taken_s) / 1000)
            return [self._delivery(self._dark_until_s + wait, fix)]
        out = [self._delivery(taken_s + rng.uniform(0.05, 0.4), fix)]
        if rng.random() < faults.overtaken:
            out = [self._delivery(taken_s + rng.uniform(6, 14), fix)]
        if rng.random() < faults.repeat:
            out.append(self._delivery(out[0].send_s + rng.uniform(0.5, 20), fix))
        return out

    def _delivery(self, send_s: float, fix: Fix) -> Delivery:
        self._number += 1
        return Delivery(send_s, self._number, fix)


def in_order_of_sending(network: Network, fixes: Iterable[Fix]) -> Iterator[Delivery]:
    """All deliveries of readings (in the order of their time), sorted by when they are sent, as they come.

    A reading is never sent before it is taken, so what is due before the next reading can be handed out.
    """
    waiting: list[Delivery] = []
    for fix in fixes:
        while waiting and waiting[0].send_s < fix.at_s:
            yield heappop(waiting)
        for delivery in network.feed(fix):
            heappush(waiting, delivery)
    while waiting:
        yield heappop(waiting)
