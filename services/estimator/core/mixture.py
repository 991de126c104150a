"""Quantiles of a mixture of two normal distributions, and what is left of a log-normal one."""

from __future__ import annotations

import math
from functools import lru_cache
from math import erfc, exp
from statistics import NormalDist

_STANDARD = NormalDist()
_ROOT2 = math.sqrt(2.0)
_ROOT2PI = math.sqrt(2.0 * math.pi)


@lru_cache(maxsize=64)
def _z(share: float) -> float:
    return _STANDARD.inv_cdf(share)


def normal_below(z: float) -> float:
    """The share of a standard normal distribution below z."""
    return 0.5 * math.erfc(-z / _ROOT2)


def mixture_quantile(
    share: float, one: tuple[float, float], other: tuple[float, float], risk: float
) -> float:
    """The value that so great a share lies below, of (mean, standard deviation) `one`, and with the
    probability `risk` of `other` instead: Newton's steps, kept within what has been bracketed, to 2."""
    (mean, spread), (mean2, spread2) = one, other
    z = _z(share)
    value = mean + z * spread
    if risk < 0.002 or spread <= 0 or spread2 <= 0:
        return value
    end = mean2 + z * spread2
    low, high = (value, end) if value < end else (end, value)
    for _ in range(40):
        u, v = (value - mean) / spread, (value - mean2) / spread2
        off = (1 - risk) * 0.5 * erfc(-u / _ROOT2) + risk * 0.5 * erfc(-v / _ROOT2) - share
        if off < 0:
            low = value
        else:
            high = value
        slope = (1 - risk) * exp(-u * u / 2) / spread + risk * exp(-v * v / 2) / spread2
        step = off * _ROOT2PI / slope if slope > 1e-12 else high - low
        value = value - step if low < value - step < high else (low + high) / 2
        if high - low < 2.0 or abs(step) < 2.0:
            break
    return value


def log_normal(mean_log: float, spread: float) -> tuple[float, float]:
    """Mean and mean square of a log-normal time."""
    mean = exp(mean_log + spread * spread / 2)
    return mean, mean * mean * exp(spread * spread)


def lasts(mean_log: float, spread: float, since: float) -> float:
    """The share of log-normal times that last longer than that."""
    return normal_below((mean_log - math.log(max(1e-3, since))) / max(0.05, spread))


def beyond(mean_log: float, spread: float, since: float) -> tuple[float, float]:
    """Mean and standard deviation of what is left of a log-normal time that has lasted `since` already; far
    out, where the formula's tail is not to be believed, half of that again."""
    spread = max(0.05, spread)
    k = (math.log(max(1e-3, since)) - mean_log) / spread
    left = lasts(mean_log, spread, since)
    if left < 0.01:
        return 0.5 * since, 0.7 * since
    first = math.exp(mean_log + spread**2 / 2) * normal_below(spread - k) / left
    second = math.exp(2 * mean_log + 2 * spread**2) * normal_below(2 * spread - k) / left
    return max(1.0, first - since), math.sqrt(max(1.0, second - first * first))
