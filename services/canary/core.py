"""Where the canary is and what it says of itself. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from shared.contracts.frames import PositionDelta, ServerFrame, ShipmentDelta, Snapshot

NAME = "canary"
"""Of its carrier, its shop, its courier and its phone: nobody else's, so that no desk shows it."""

CENTRE = (0.0, 0.002)
"""(lon, lat) of its door: in the Gulf of Guinea, where nobody lives."""

RADIUS_M = 1_500.0
SPEED_MPS = 5.0
"""More than one who stands, less than one who jumps."""

M_PER_DEG = 111_195.0
"""Of latitude, and at the equator of longitude: of a sphere with 6,371 km."""


def place(at_ms: int) -> tuple[float, float]:
    """(lon, lat) where it is then, on a circle round its door: one that was away, too, is where it should
    be."""
    angle = (at_ms / 1000 * SPEED_MPS / RADIUS_M) % math.tau
    lon, lat = CENTRE
    return (
        round(lon + RADIUS_M * math.cos(angle) / M_PER_DEG, 6),
        round(lat + RADIUS_M * math.sin(angle) / M_PER_DEG, 6),
    )


def fix(at_ms: int) -> dict[str, Any]:
    """Its fix in ingest's own JSON."""
    lon, lat = place(at_ms)
    return {"lon": lon, "lat": lat, "at": at_ms, "accuracy_m": 5, "speed_mps": SPEED_MPS}


def day(at_ms: int) -> str:
    """Its route and its shipment are a day's (UTC)."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y%m%d")


def shop() -> dict[str, Any]:
    """The whole way is shown, from setting out."""
    return {"tenant": NAME, "name": "Canary", "zone": "UTC", "policy": {"mode": "open"}}


def shipment(today: str) -> dict[str, Any]:
    lon, lat = CENTRE
    return {
        "order_number": f"canary-{today}",
        "recipient": {"name": "Canary"},
        "address": {"line": "Nowhere 0", "city": "Gulf of Guinea", "lon": lon, "lat": lat},
    }


def arrived(frame: ServerFrame, at_ms: int) -> bool:
    """Whether a frame of the socket shows the fix of that time, or a newer one."""
    match frame:
        case PositionDelta():
            return frame.at_ms >= at_ms
        case Snapshot() | ShipmentDelta():
            return frame.driver.show == "exact" and frame.driver.at_ms >= at_ms
    return False
