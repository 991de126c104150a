"""How real couriers and phones behave, as quantiles: numbers only, with the data sets they were measured on.

GOAL: GPS-ordered Activity Labels, (c) Amazon.com, Inc. or its affiliates, CC BY 4.0; Eftelioglu et al., Deep
Classification of Frequently-Changing Activities from GPS Trajectories, IWCTS 2022. 805 traces of delivery
agents, 93 hours, a fix every 5 seconds.
AALTO: TrafficSense public transport dataset, Aalto University, CC BY 4.0; its Android phones in central
Helsinki.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Mapping
from statistics import NormalDist


class Quantiles:
    """A distribution given by some of its quantiles {probability: value}, straight lines between them.

    Below the first and above the last probability the value stays where it is.
    """

    __slots__ = ("_shares", "_values")

    def __init__(self, table: Mapping[float, float]) -> None:
        self._shares = sorted(table)
        self._values = [table[share] for share in self._shares]
        if len(table) < 2 or self._values != sorted(self._values):
            raise ValueError("quantiles must rise, and be two or more")

    def at(self, share: float) -> float:
        """The value that so great a share (0 to 1) lies below."""
        i = bisect_right(self._shares, share)
        if i == 0:
            return self._values[0]
        if i == len(self._shares):
            return self._values[-1]
        lower, upper = self._shares[i - 1], self._shares[i]
        part = (share - lower) / (upper - lower)
        return self._values[i - 1] + part * (self._values[i] - self._values[i - 1])

    def draw(self, rng: random.Random) -> float:
        """A value at random."""
        return self.at(rng.random())

    def of_normal(self, z: float) -> float:
        """The value at the rank that z has in a standard normal distribution, for draws that go together."""
        return self.at(_NORMAL.cdf(z))


_NORMAL = NormalDist()

# GOAL, OnFoot runs between two Driving runs: how long a visit takes, seconds.
VISIT_S = Quantiles(
    {0.01: 10, 0.05: 30, 0.10: 37, 0.25: 52, 0.50: 71, 0.75: 103, 0.90: 153, 0.95: 200, 0.99: 301, 1.0: 420}
)

# GOAL, time between fixes, seconds. 270 of 57,155 intervals exceed 30 s and 105 exceed 60 s; the longest,
# 658 s, is cut to 180 so that one draw in a thousand does not freeze a short demonstration.
INTERVAL_S = Quantiles(
    {
        0.0: 4.8,
        0.01: 4.88,
        0.05: 4.97,
        0.25: 5.0,
        0.75: 5.02,
        0.85: 5.5,
        0.90: 6.96,
        0.95: 9.95,
        0.99: 15.0,
        1 - 270 / 57155: 30.0,
        1 - 105 / 57155: 60.0,
        1.0: 180.0,
    }
)

# GOAL, speed of the Driving steps, metres a second: what the motion is compared with, not drawn from.
DRIVING_MPS = Quantiles(
    {0.05: 0.1, 0.10: 0.3, 0.25: 1.9, 0.50: 5.3, 0.75: 9.6, 0.90: 16.6, 0.95: 21.0, 0.99: 29.3}
)

# GOAL, stays within 15 m: distance from the median point and step between two fixes, metres.
STANDING_OFF_M = Quantiles({0.0: 0.0, 0.50: 2.0, 0.75: 5.1, 0.90: 9.1, 0.95: 11.5, 0.99: 15.7})
STANDING_STEP_M = Quantiles({0.0: 0.0, 0.50: 0.7, 0.75: 3.0, 0.90: 6.2, 0.95: 8.1, 0.99: 12.3})
STANDING_REPEATS = 0.048  # share of steps between two exactly equal positions

# AALTO, radius that Android reports, metres.
ACCURACY_M = Quantiles({0.0: 3.0, 0.10: 4.0, 0.50: 10.0, 0.75: 25.0, 0.90: 50.0, 0.95: 100.0, 1.0: 150.0})
