"""Pure geometry: degrees with longitude first, metres, GeoJSON, H3. No I/O."""

from shared.geo.cells import area_cell, boundary, cell_of, centre, count_addresses
from shared.geo.features import feature, feature_collection, line_string, point, polygon
from shared.geo.line import Coord, Line
from shared.geo.sphere import EARTH_RADIUS_M, Plane, bearing_deg, destination, distance_m

__all__ = [
    "EARTH_RADIUS_M",
    "Coord",
    "Line",
    "Plane",
    "area_cell",
    "bearing_deg",
    "boundary",
    "cell_of",
    "centre",
    "count_addresses",
    "destination",
    "distance_m",
    "feature",
    "feature_collection",
    "line_string",
    "point",
    "polygon",
]
