"""shared.geo: published distances, properties on random lines, GeoJSON read back by the geojson library."""

import math

import geojson
import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import geo
from shared.geo import Coord, polyline

city = st.tuples(st.floats(24.8, 25.2), st.floats(60.1, 60.3))
world = st.tuples(st.floats(-180, 180), st.floats(-85, 85))
lines = st.lists(city, min_size=2, max_size=30)


def test_distance_of_known_places() -> None:
    # One degree of the mean earth's great circle is 111.195 km; Helsinki and Tallinn are about 82 km apart.
    assert geo.distance_m(0, 0, 1, 0) == pytest.approx(111_195, abs=1)
    assert geo.distance_m(0, 0, 180, 0) == pytest.approx(math.pi * geo.EARTH_RADIUS_M, rel=1e-9)
    assert geo.distance_m(24.9384, 60.1699, 24.7536, 59.4370) == pytest.approx(82_000, rel=0.02)


@pytest.mark.parametrize(
    ("to", "bearing"),
    [((0, 1), 0.0), ((1, 0), 90.0), ((0, -1), 180.0), ((-1, 0), 270.0)],
)
def test_bearing_of_the_four_winds(to: Coord, bearing: float) -> None:
    assert geo.bearing_deg(0, 0, *to) == pytest.approx(bearing)


@given(world, st.floats(0, 359.999), st.floats(0, 50_000))
def test_destination_is_as_far_and_in_that_direction(start: Coord, bearing: float, metres: float) -> None:
    end = geo.destination(*start, bearing, metres)
    assert -180 <= end[0] <= 180
    assert geo.distance_m(*start, *end) == pytest.approx(metres, abs=0.01)
    if metres > 1:
        error = (geo.bearing_deg(*start, *end) - bearing + 180) % 360 - 180
        assert abs(error) < 0.01


@given(world, world)
def test_bearing_stays_in_range(a: Coord, b: Coord) -> None:
    assert 0 <= geo.bearing_deg(*a, *b) < 360


@given(city, st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_plane_there_and_back(origin: Coord, x: float, y: float) -> None:
    plane = geo.Plane(*origin)
    lon, lat = plane.to_lonlat(x, y)
    assert plane.to_xy(lon, lat) == pytest.approx((x, y), abs=1e-4)
    assert geo.distance_m(*origin, lon, lat) == pytest.approx(math.hypot(x, y), rel=2e-3, abs=0.01)


def test_plane_crosses_the_antimeridian_the_short_way() -> None:
    x, _ = geo.Plane(179.999, 0).to_xy(-179.999, 0)
    assert x == pytest.approx(geo.distance_m(179.999, 0, -179.999, 0), rel=1e-6)


@given(lines, st.floats(0, 1))
def test_a_point_of_the_line_projects_onto_it(coords: list[Coord], part: float) -> None:
    line = geo.Line(coords)
    along = part * line.length_m
    found, off = line.project(*line.at(along))
    assert off < 1e-3
    assert geo.distance_m(*line.at(found), *line.at(along)) < 0.1


@given(lines, city)
def test_no_vertex_is_nearer_than_the_projection(coords: list[Coord], point: Coord) -> None:
    line = geo.Line(coords)
    along, off = line.project(*point)
    assert 0 <= along <= line.length_m
    assert geo.distance_m(*line.at(along), *point) == pytest.approx(off, rel=0.01, abs=0.5)
    assert off <= min(geo.distance_m(*c, *point) for c in coords) * 1.01 + 0.5


@given(lines, st.floats(0, 1), st.floats(0, 1))
def test_a_slice_is_as_long_as_its_ends_are_apart(coords: list[Coord], a: float, b: float) -> None:
    line = geo.Line(coords)
    a, b = sorted((a * line.length_m, b * line.length_m))
    piece = geo.Line(line.slice(a, b))
    assert piece.length_m == pytest.approx(b - a, rel=2e-3, abs=0.05)
    assert geo.distance_m(*piece.coords[0], *line.at(a)) < 1e-6
    assert geo.distance_m(*piece.coords[-1], *line.at(b)) < 1e-6 or a == b


def test_at_clamps_and_one_point_is_a_line() -> None:
    line = geo.Line([(24.94, 60.17), (24.95, 60.17)])
    assert line.at(-5) == (24.94, 60.17)
    assert line.at(1e9) == (24.95, 60.17)
    dot = geo.Line([(24.94, 60.17)])
    assert dot.length_m == 0
    assert dot.at(3) == (24.94, 60.17)
    assert dot.slice(0, 5) == [(24.94, 60.17)]
    assert dot.bearing_at(0) == 0
    assert dot.project(24.94, 60.18)[1] == pytest.approx(1112, abs=1)
    with pytest.raises(ValueError, match="at least one"):
        geo.Line([])


def test_repeated_points_do_no_harm() -> None:
    line = geo.Line([(24.94, 60.17), (24.94, 60.17), (24.95, 60.17), (24.95, 60.17)])
    assert line.bearing_at(line.length_m) == pytest.approx(90, abs=0.1)
    along, off = line.project(24.945, 60.17)
    assert along == pytest.approx(line.length_m / 2, rel=1e-3)
    assert off < 0.1


def test_near_tells_apart_the_two_ways_through_a_dead_end() -> None:
    """Into a street of 500 m and back out: the same place lies 400 m and 600 m along."""
    end = geo.destination(24.94, 60.17, 90, 500)
    line = geo.Line([(24.94, 60.17), end, (24.94, 60.17)])
    place = line.at(400)
    assert line.project(*place, near_m=390)[0] == pytest.approx(400, abs=1)
    assert line.project(*place, near_m=590)[0] == pytest.approx(600, abs=1)
    # Just round the turn the way on is believed before the way back.
    assert line.project(*line.at(515), near_m=498)[0] == pytest.approx(515, abs=1)


def test_near_gives_way_when_the_courier_is_really_elsewhere() -> None:
    line = geo.Line([(24.94, 60.17), geo.destination(24.94, 60.17, 90, 5000)])
    along, off = line.project(*line.at(4500), near_m=100)
    assert along == pytest.approx(4500, abs=2)
    assert off < 1


def test_bearing_along_a_bent_line() -> None:
    corner = geo.destination(24.94, 60.17, 0, 100)
    line = geo.Line([(24.94, 60.17), corner, geo.destination(*corner, 90, 100)])
    assert line.bearing_at(50) == pytest.approx(0, abs=0.1)
    assert line.bearing_at(150) == pytest.approx(90, abs=0.1)


@given(st.lists(world, max_size=20), st.sampled_from([5, 6]))
def test_polyline_there_and_back(coords: list[Coord], decimals: int) -> None:
    back = polyline.decode(polyline.encode(coords, decimals), decimals)
    assert len(back) == len(coords)
    for (lon1, lat1), (lon2, lat2) in zip(coords, back, strict=True):
        assert abs(lon1 - lon2) <= 0.51 * 10**-decimals + 1e-12
        assert abs(lat1 - lat2) <= 0.51 * 10**-decimals + 1e-12


def test_polyline_of_the_format_s_own_example() -> None:
    # developers.google.com/maps/documentation/utilities/polylinealgorithm
    assert polyline.decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 5) == [
        (-120.2, 38.5),
        (-120.95, 40.7),
        (-126.453, 43.252),
    ]


@pytest.mark.parametrize("text", ["_p~iF", "_", "é", "_p~iF~ps|"])
def test_broken_polylines_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="polyline"):
        polyline.decode(text, 5)


@given(lines)
def test_features_are_valid_geojson(coords: list[Coord]) -> None:
    made = geo.feature_collection(
        [
            geo.feature(geo.point(*coords[0]), {"at": 1}, id="a"),
            geo.feature(geo.line_string(coords)),
            geo.feature(geo.polygon(geo.boundary(geo.cell_of(*coords[0])))),
        ]
    )
    read = geojson.loads(geojson.dumps(made))
    assert read.is_valid, read.errors()
    assert geojson.loads(geojson.dumps(geo.feature(None))).geometry is None


def test_rings_are_turned_counter_clockwise_and_closed() -> None:
    ring = geo.polygon([(0, 0), (0, 1), (1, 1), (1, 0)])["coordinates"][0]
    assert ring[0] == ring[-1]
    assert ring == [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    with pytest.raises(ValueError, match="three"):
        geo.polygon([(0, 0), (1, 1), (0, 0)])
    with pytest.raises(ValueError, match="positions"):
        geo.line_string([])
    assert len(geo.line_string([(1, 2)])["coordinates"]) == 2


@given(city)
def test_area_is_the_finest_cell_with_enough_doors(point: Coord) -> None:
    fine, middle, coarse = (geo.cell_of(*point, r) for r in (9, 8, 7))
    assert geo.area_cell(*point, {fine: 20, middle: 90}) == fine
    assert geo.area_cell(*point, {fine: 19, middle: 20}) == middle
    assert geo.area_cell(*point, {fine: 19, middle: 19, coarse: 50}) == coarse
    assert geo.area_cell(*point, {}) == coarse
    assert geo.distance_m(*point, *geo.centre(fine)) < 350


@given(st.lists(city, max_size=40))
def test_each_address_is_counted_once_a_resolution(points: list[Coord]) -> None:
    counts = geo.count_addresses(points)
    for resolution in (7, 8, 9):
        assert sum(n for c, n in counts.items() if h3.get_resolution(c) == resolution) == len(points)
