"""Where a parcel for somebody who stands here could go: a door some minutes' walk away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shared.geo import Coord, destination, distance_m

WALK_M = 300.0
NEAREST_M, FARTHEST_M = 180.0, 450.0
DETOUR = 2.5
"""A street that leads there over more than so many times the distance is none to walk."""
NORTH_EAST_FIRST = (45.0, 90.0, 0.0, 135.0, 315.0, 180.0, 270.0, 225.0)
FRESH_MS = 120_000
GOOD_M = 100.0


class Doorstep(NamedTuple):
    """A place (lon, lat), and how it is written on a parcel."""

    at: Coord
    line: str


class Fix(NamedTuple):
    """Where a phone was, and how sure it is of it."""

    at: Coord
    at_ms: int
    accuracy_m: float | None


def ring(here: Coord) -> list[Coord]:
    """Places WALK_M away, in the order in which they are tried."""
    return [destination(*here, bearing, WALK_M) for bearing in NORTH_EAST_FIRST]


def known_door(here: Coord, rows: Iterable[Sequence[Any]]) -> Doorstep | None:
    """The address of (street, number, lon, lat) rows whose distance is the likest to WALK_M."""
    found: tuple[float, Doorstep] | None = None
    for street, number, lon, lat in rows:
        away = distance_m(*here, lon, lat)
        if NEAREST_M <= away <= FARTHEST_M and (found is None or abs(away - WALK_M) < found[0]):
            found = abs(away - WALK_M), Doorstep((lon, lat), f"{street} {number}")
    return found[1] if found else None


def at_the_kerb(here: Coord, way: Sequence[Coord], length_m: float) -> Coord | None:
    """Where a way along streets ends, if that is a walk from here and the way is none around the block."""
    end = way[-1]
    away = distance_m(*here, *end)
    return end if NEAREST_M <= away <= FARTHEST_M and length_m <= DETOUR * away else None


def newest_fix(track: dict[str, Any]) -> Fix | None:
    """The last fix of a track as the portal tells it (GeoJSON)."""
    points = [f for f in track.get("features", ()) if f["geometry"]["type"] == "Point"]
    if not points:
        return None
    last = max(points, key=lambda f: int(f["properties"]["at_ms"]))
    lon, lat = last["geometry"]["coordinates"][:2]
    return Fix((lon, lat), int(last["properties"]["at_ms"]), last["properties"].get("accuracy_m"))


def is_usable(fix: Fix | None, now_ms: int) -> bool:
    """Whether it is of now, and good enough to walk by."""
    return (
        fix is not None
        and now_ms - fix.at_ms <= FRESH_MS
        and (fix.accuracy_m is None or fix.accuracy_m <= GOOD_M)
    )
