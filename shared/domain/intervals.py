"""How sure a share is that was counted."""

from __future__ import annotations

import math

Z = 1.959964
"""97.5 % quantile of the normal distribution: what lies beyond it on either side is one in twenty."""


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n independent trials (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    # The share lies within; rounding must not put it a hair outside.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
