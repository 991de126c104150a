"""The sea. OpenStreetMap draws only its edge, with the land on the left of each line's direction.

An extract that was cut without complete ways loses the nodes outside its box, so a coastline arrives as
pieces that end some metres short of the box; polygons made from those alone lose the sea without a word.
Each piece is therefore run out to the box, the box is cut along the pieces, and each part is land or sea by
the side of the coastline that it lies on (wiki.openstreetmap.org/wiki/Tag:natural=coastline).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.ops import linemerge, polygonize, unary_union

Coord = tuple[float, float]
Box = tuple[float, float, float, float]

_PROBE_DEG = 2e-6  # about 0.2 m to the side of a coastline's segment


def present_runs(coords: Sequence[Coord | None]) -> list[list[Coord]]:
    """The unbroken runs of at least two known places in a way some of whose nodes are missing (None)."""
    runs: list[list[Coord]] = [[]]
    for coord in coords:
        if coord is None:
            runs.append([])
        else:
            runs[-1].append(coord)
    return [run for run in runs if len(run) > 1]


def to_edge(point: Coord, area: Box) -> Coord:
    """The point of the box's edge that is nearest to a point."""
    west, south, east, north = area
    x, y = min(max(point[0], west), east), min(max(point[1], south), north)
    ways = {
        (west, y): abs(point[0] - west),
        (east, y): abs(east - point[0]),
        (x, south): abs(point[1] - south),
        (x, north): abs(north - point[1]),
    }
    return min(ways, key=lambda way: ways[way])


def sea(coastlines: Iterable[Sequence[Coord | None]], area: Box) -> MultiPolygon:
    """The water in the box right of the coastlines, whose missing nodes are None; empty without a coast."""
    frame = box(*area)
    lines = [LineString(run) for way in coastlines for run in present_runs(way)]
    if not lines:
        return MultiPolygon()
    merged = linemerge(lines)
    whole = list(merged.geoms) if merged.geom_type == "MultiLineString" else [merged]
    drawn = [LineString(_run_out(list(line.coords), area)) for line in whole]
    parts = polygonize(unary_union([frame.exterior, *(line.intersection(frame) for line in drawn)]))
    tree = shapely.STRtree(whole)
    wet = [
        part for part in parts if frame.contains(part.representative_point()) and _is_sea(part, whole, tree)
    ]
    joined = unary_union(wet).intersection(frame) if wet else MultiPolygon()
    polygons = [g for g in getattr(joined, "geoms", [joined]) if isinstance(g, Polygon) and not g.is_empty]
    return MultiPolygon(polygons)


def _run_out(coords: list[Coord], area: Box) -> list[Coord]:
    """A line whose loose ends inside the box go on to the box; a ring stays as it is."""
    if coords[0] == coords[-1]:
        return coords
    west, south, east, north = area

    def inside(point: Coord) -> bool:
        return west < point[0] < east and south < point[1] < north

    start = [to_edge(coords[0], area)] if inside(coords[0]) else []
    end = [to_edge(coords[-1], area)] if inside(coords[-1]) else []
    return [*start, *coords, *end]


def _is_sea(part: Polygon, coast: list[LineString], tree: shapely.STRtree) -> bool:
    """Whether more of the coastline along a part has it on its right than on its left."""
    shapely.prepare(part)
    balance = 0.0
    for index in tree.query(part):
        for (x1, y1), (x2, y2) in pairwise(coast[index].coords):
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
            if length == 0.0:
                continue
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            dx, dy = (y2 - y1) / length * _PROBE_DEG, (x1 - x2) / length * _PROBE_DEG  # a step to the right
            if part.contains(Point(x + dx, y + dy)):
                balance += length
            if part.contains(Point(x - dx, y - dy)):
                balance -= length
    return balance > 0.0


def close_along_box(coords: Sequence[Coord | None], area: Box) -> list[Polygon]:
    """Polygons of a closed way that lost nodes outside the box, closed by the shorter way round it."""
    ring = list(coords[:-1] if coords and coords[0] == coords[-1] else coords)
    if None in ring:  # begin right after a gap, so that no run is split by the way's arbitrary start
        gap = ring.index(None)
        ring = ring[gap:] + ring[:gap]
    frame = box(*area)
    made: list[Polygon] = []
    for run in present_runs(ring):
        line = LineString(_run_out(run, area))
        pieces = [
            p for p in polygonize(unary_union([frame.exterior, line.intersection(frame)])) if p.area > 0
        ]
        if len(pieces) > 1:
            made.append(min(pieces, key=lambda piece: piece.area))
    return made
