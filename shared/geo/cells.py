"""H3 cells: the area a recipient sees instead of a courier's exact place, never one that holds few doors."""

from collections import Counter
from collections.abc import Iterable, Mapping

import h3

from shared.geo.line import Coord

FINEST = 9  # about 0.1 km2; a cell's edge is some 200 m
COARSEST = 7  # about 5 km2
FEWEST_ADDRESSES = 20


def cell_of(lon: float, lat: float, resolution: int = FINEST) -> str:
    """The H3 cell that holds a point."""
    return str(h3.latlng_to_cell(lat, lon, resolution))


def boundary(cell: str) -> list[Coord]:
    """A cell's corners as (lon, lat), counter-clockwise, the first not repeated."""
    return [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]


def centre(cell: str) -> Coord:
    """The (lon, lat) of a cell's middle."""
    lat, lon = h3.cell_to_latlng(cell)
    return lon, lat


def count_addresses(points: Iterable[Coord]) -> dict[str, int]:
    """How many of the (lon, lat) points each cell of resolution 7, 8 and 9 holds; empty ones are left out."""
    counts: Counter[str] = Counter()
    for lon, lat in points:
        for resolution in range(COARSEST, FINEST + 1):
            counts[cell_of(lon, lat, resolution)] += 1
    return dict(counts)


def area_cell(lon: float, lat: float, addresses: Mapping[str, int]) -> str:
    """The finest cell up to resolution 9 around a point that holds 20 addresses; 7 where none does.

    `addresses` is what count_addresses gives, cell -> number; nothing known means the coarsest cell.
    """
    for resolution in range(FINEST, COARSEST, -1):
        cell = cell_of(lon, lat, resolution)
        if addresses.get(cell, 0) >= FEWEST_ADDRESSES:
            return cell
    return cell_of(lon, lat, COARSEST)
