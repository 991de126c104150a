"""The disc in which the strict policy shows nothing: around a point near the door, not around the door.

The point is displaced by a keyed hash of the place. So it is the same each time: who watches many rounds, or
sees the disc's edge from several sides, learns the disc better, never the door; fresh noise would average
out. And without the key nobody can compute it back.

The distance is drawn so that seen along any straight street the displacement is spread evenly: points spread
evenly over a sphere, looked at from above (Archimedes: a slice of a sphere has an area proportional to its
thickness). Spread evenly over the disc, the middle of the gap would be the best guess and a good one."""

from __future__ import annotations

import hmac
from math import cos, pi, sin, sqrt

PLACE_DECIMALS = (
    4  # 11 m: the same door, geocoded twice, has one zone rather than two that can be intersected
)


def displacement_m(secret: bytes, lon: float, lat: float, shift_m: float) -> tuple[float, float]:
    """(east, north) in metres, at most shift_m long: HMAC-SHA256 of the place under the secret."""
    place = f"{lon:.{PLACE_DECIMALS}f},{lat:.{PLACE_DECIMALS}f}".encode()
    digest = hmac.digest(secret, b"zone:" + place, "sha256")
    angle = int.from_bytes(digest[:8], "big") / 2**64 * 2 * pi
    height = int.from_bytes(digest[8:16], "big") / 2**64
    distance_m = shift_m * sqrt(1.0 - height * height)
    return distance_m * cos(angle), distance_m * sin(angle)


class Zone:
    """A disc on the track's plane: middle in metres, radius squared."""

    __slots__ = ("radius_m", "square", "x", "y")

    def __init__(self, x: float, y: float, radius_m: float) -> None:
        self.x = x
        self.y = y
        self.radius_m = radius_m
        self.square = radius_m * radius_m

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the plane lies inside."""
        dx, dy = x - self.x, y - self.y
        return dx * dx + dy * dy < self.square
