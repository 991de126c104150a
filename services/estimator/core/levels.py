"""Two ways to remember a quantity: a mean that forgets slowly, and a level that reverts to nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


class Mean(msgspec.Struct):
    """A weighted mean and mean square of what was seen, older weights halved each half-life."""

    w: float = 0.0
    mean: float = 0.0
    square: float = 0.0
    at_ms: int = 0

    def add(self, value: float, now_ms: int, half_life_ms: int, weight: float = 1.0) -> None:
        if self.at_ms and now_ms > self.at_ms:
            self.w *= 0.5 ** ((now_ms - self.at_ms) / half_life_ms)
        self.at_ms = max(self.at_ms, now_ms)
        self.w += weight
        step = weight / self.w
        self.mean += step * (value - self.mean)
        self.square += step * (value * value - self.square)

    def drawn(self, prior_w: float, prior: float = 0.0) -> float:
        """The mean, drawn to a prior that weighs as much as so many observations."""
        return (self.w * self.mean + prior_w * prior) / (self.w + prior_w)

    def spread(self, prior_w: float, prior: float) -> float:
        """Standard deviation, its square drawn to the prior's."""
        var = max(0.0, self.square - self.mean * self.mean)
        return math.sqrt((self.w * var + prior_w * prior * prior) / (self.w + prior_w))


@dataclass(frozen=True, slots=True)
class Reverting:
    """How a level moves: an Ornstein-Uhlenbeck process of this time constant and stationary variance."""

    tau_s: float
    var: float

    def keeps(self, after_s: float) -> float:
        """What share of its distance from zero it keeps so long after."""
        return math.exp(-max(0.0, after_s) / self.tau_s)


class Level(msgspec.Struct):
    """What is believed of such a level: mean and variance as of at_ms (0: nothing was seen yet)."""

    mean: float = 0.0
    var: float = 0.0
    at_ms: int = 0

    def mean_at(self, how: Reverting, now_ms: int) -> float:
        return self.mean * how.keeps((now_ms - self.at_ms) / 1000.0) if self.at_ms else 0.0

    def var_at(self, how: Reverting, now_ms: int) -> float:
        if not self.at_ms:
            return how.var
        kept = how.keeps((now_ms - self.at_ms) / 1000.0)
        return how.var + (self.var - how.var) * kept * kept


def observe(levels: Sequence[tuple[Level, Reverting]], off: float, noise_var: float, now_ms: int) -> None:
    """An observation of the sum of the levels, `off` from what they predict; one beyond 2.5 standard
    deviations counts as one there, so that a single odd leg is no jam. A clock that steps back stops them."""
    variances = [level.var_at(how, now_ms) for level, how in levels]
    total = sum(variances) + noise_var
    bounded = max(-2.5, min(2.5, off / math.sqrt(total))) * math.sqrt(total)
    for (level, how), var in zip(levels, variances, strict=True):
        gain = var / total
        level.mean = level.mean_at(how, now_ms) + gain * bounded
        level.var = var * (1.0 - gain)
        level.at_ms = max(level.at_ms, now_ms)
