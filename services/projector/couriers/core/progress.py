"""How far he still has to go to the next stop, and the line of it that its people may see."""

from __future__ import annotations

from math import hypot, sqrt
from typing import NamedTuple

import msgspec

from services.projector.couriers.core.itinerary import Place
from services.projector.couriers.core.limits import OFF_ROUTE_M, TYPICAL_MPS
from services.projector.couriers.core.track import Fix
from services.projector.couriers.core.zones import Zone
from shared.geo import Coord, Line, Plane, feature, line_string


class Remaining(NamedTuple):
    """Metres and seconds to go; `along_m` on the planned leg, None when there is none or he is off it."""

    way_m: float
    time_s: float
    along_m: float | None


def remaining(place: Place, fix: Fix, near_m: float | None) -> Remaining:
    """Along the planned leg, or straight where there is none or he has taken another way."""
    leg = place.leg()
    if leg is not None and leg.length_m > 0:
        along_m, off_m = leg.project(fix.lon, fix.lat, near_m)
        if off_m <= OFF_ROUTE_M:
            way_m = leg.length_m - along_m
            pace = place.stop.leg_s / leg.length_m if place.stop.leg_s else 1 / TYPICAL_MPS
            return Remaining(way_m, way_m * pace, along_m)
    way_m = hypot(place.x - fix.x, place.y - fix.y)
    return Remaining(way_m, way_m / TYPICAL_MPS, None)


def rest_of_leg(leg: Line, along_m: float, plane: Plane, zones: list[Zone]) -> bytes | None:
    """The rest of a leg as a GeoJSON LineString Feature, from after its last exit from any of the zones;
    None when nothing is left."""
    coords = leg.slice(along_m, leg.length_m)
    if zones:
        coords = _after_zones(coords, plane, zones)
    if len(coords) < 2:
        return None
    return msgspec.json.encode(feature(line_string(coords)))


def _after_zones(coords: list[Coord], plane: Plane, zones: list[Zone]) -> list[Coord]:
    """What of a line lies after its last point inside a zone, cut on the zone's edge."""
    points = [plane.to_xy(lon, lat) for lon, lat in coords]
    start, part = 0, 0.0
    for zone in zones:
        for i in range(len(points) - 2, start - 1, -1):
            leaves = _leaves_at(points[i], points[i + 1], zone)
            if leaves is not None:
                start, part = max((start, part), (i, leaves))
                break
    if part == 0.0:
        return coords[start:]
    if part >= 1.0:
        return coords[start + 1 :]
    (x1, y1), (x2, y2) = points[start], points[start + 1]
    return [plane.to_lonlat(x1 + part * (x2 - x1), y1 + part * (y2 - y1)), *coords[start + 1 :]]


def _leaves_at(a: tuple[float, float], b: tuple[float, float], zone: Zone) -> float | None:
    """The part of the segment a-b at which it is inside the zone for the last time; None if it never is."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    ax, ay = a[0] - zone.x, a[1] - zone.y
    square = dx * dx + dy * dy
    if square == 0.0:
        return 1.0 if ax * ax + ay * ay < zone.square else None
    half = ax * dx + ay * dy
    within = half * half - square * (ax * ax + ay * ay - zone.square)
    if within <= 0.0:
        return None
    root = sqrt(within)
    far, near = (-half + root) / square, (-half - root) / square
    if far <= 0.0 or near >= 1.0:
        return None
    return min(far, 1.0)
