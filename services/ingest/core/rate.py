"""How often a device may post: the generic cell rate algorithm (ITU-T I.371, Annex A)."""

from __future__ import annotations


class RateLimit:
    """`burst` at once, then `per_s` a second, for each key; one float a key, no timer, `now` handed in."""

    def __init__(self, per_s: float, burst: float) -> None:
        """Raises ValueError: a rate or a burst that lets nothing through."""
        if per_s <= 0 or burst < 1:
            raise ValueError("a rate is more than 0 a second, a burst at least 1")
        self._interval_s = 1 / per_s
        self._tolerance_s = (burst - 1) / per_s
        self._arrival_s: dict[str, float] = {}

    def take(self, key: str, now_s: float, amount: int = 1) -> float:
        """Take `amount` and return 0, or take nothing and return the seconds until one may be taken again.

        An amount above what is left passes when at least one may, and is paid off before the next."""
        arrival = self._arrival_s.get(key, now_s)
        ahead = arrival - now_s
        if ahead > self._tolerance_s + 1e-9:  # sums of intervals are not exact
            return ahead - self._tolerance_s
        self._arrival_s[key] = max(arrival, now_s) + self._interval_s * amount
        return 0.0
