"""GeoJSON objects (RFC 7946) as plain dicts, positions rounded to what GPS can mean."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

DECIMALS = 6  # 0.1 m; RFC 7946 §11.2 advises against more than the data holds

Json = dict[str, Any]


def position(lon: float, lat: float) -> list[float]:
    """A GeoJSON position [lon, lat], degrees to 6 decimals."""
    return [round(lon, DECIMALS), round(lat, DECIMALS)]


def point(lon: float, lat: float) -> Json:
    """A Point geometry (RFC 7946 §3.1.2)."""
    return {"type": "Point", "coordinates": position(lon, lat)}


def line_string(coords: Sequence[Sequence[float]]) -> Json:
    """A LineString geometry (§3.1.4); a single position is doubled, since the standard asks for two or more.

    Raises ValueError when there is none.
    """
    if not coords:
        raise ValueError("a LineString needs positions")
    positions = [position(c[0], c[1]) for c in coords]
    return {"type": "LineString", "coordinates": positions if len(positions) > 1 else positions * 2}


def polygon(ring: Sequence[Sequence[float]]) -> Json:
    """A Polygon of one outer ring, closed and turned counter-clockwise as §3.1.6 wants it.

    Raises ValueError for fewer than three different corners.
    """
    positions = [position(c[0], c[1]) for c in ring]
    if positions and positions[0] == positions[-1]:
        positions.pop()
    if len(positions) < 3:
        raise ValueError("a Polygon needs three corners")
    positions.append(positions[0])
    doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(positions))
    if doubled_area < 0:
        positions.reverse()
    return {"type": "Polygon", "coordinates": [positions]}


def feature(
    geometry: Json | None, properties: Mapping[str, Any] | None = None, id: str | None = None
) -> Json:
    """A Feature (§3.2); the id is left out when there is none."""
    out: Json = {"type": "Feature"}
    if id is not None:
        out["id"] = id
    out["geometry"] = geometry
    out["properties"] = dict(properties) if properties else {}
    return out


def feature_collection(features: Iterable[Json]) -> Json:
    """A FeatureCollection (§3.3)."""
    return {"type": "FeatureCollection", "features": list(features)}
