"""Hours of the day where a delivery is."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC where this machine knows none: one shipment's is no reason to stop."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def _offset_s(zone: str, quarter: int) -> int:
    at = datetime.fromtimestamp(quarter * 900, UTC).astimezone(zone_of(zone))
    offset = at.utcoffset()
    return round(offset.total_seconds()) if offset else 0


def offset_s(zone: str, at_ms: int) -> int:
    """Seconds that a clock in the zone (IANA name) is ahead of UTC; offsets change on quarters of an hour."""
    return _offset_s(zone, at_ms // 900_000)


def hour_at(at_ms: float, ahead_s: int) -> int:
    """The hour (0-23) on a clock that is so many seconds ahead of UTC."""
    return int(at_ms / 1000.0 + ahead_s) // 3600 % 24
