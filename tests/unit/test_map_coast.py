"""deploy.local.map.coast: the sea of coasts that an extract's box has cut off; which tags are drawn."""

import pytest
from shapely.geometry import Point, box

from deploy.local.map import classify, coast

BOX = (0.0, 0.0, 10.0, 10.0)


def area_of_sea(*ways: list[tuple[float, float] | None]) -> float:
    return float(coast.sea(ways, BOX).area)


def test_a_coast_cut_short_of_the_box_still_has_its_sea() -> None:
    """Land lies left of the line's direction: going north, the west is land."""
    north = [None, (5.0, 0.5), (5.0, 5.0), (5.0, 9.5), None]
    sea = coast.sea([north], BOX)
    assert sea.area == pytest.approx(50, rel=0.01)
    assert sea.contains(Point(8, 5))
    assert not sea.contains(Point(2, 5))
    assert coast.sea([list(reversed(north))], BOX).contains(Point(2, 5))


def test_a_coast_with_nodes_outside_the_box_is_clipped() -> None:
    assert area_of_sea([(5.0, -3.0), (5.0, 13.0)]) == pytest.approx(50)


def test_an_island_is_land_in_the_sea_and_a_bay_is_sea_in_the_land() -> None:
    counter_clockwise: list[tuple[float, float] | None] = [(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)]
    assert area_of_sea(counter_clockwise) == pytest.approx(96)
    assert area_of_sea(list(reversed(counter_clockwise))) == pytest.approx(4)


def test_a_coast_in_two_ways_is_one_line() -> None:
    assert area_of_sea([None, (5, 1), (5, 4)], [(5, 4), (5, 9), None]) == pytest.approx(50, rel=0.01)


def test_two_straits_and_the_land_between() -> None:
    west = [None, (3.0, 9.0), (3.0, 1.0), None]  # southwards: sea to the west
    east = [None, (7.0, 1.0), (7.0, 9.0), None]  # northwards: sea to the east
    sea = coast.sea([west, east], BOX)
    assert sea.area == pytest.approx(60, rel=0.01)
    assert not sea.contains(Point(5, 5))


def test_without_a_coast_there_is_no_sea() -> None:
    assert coast.sea([], BOX).is_empty
    assert coast.sea([[None, (5.0, 5.0), None]], BOX).is_empty


def test_a_lake_over_the_edge_is_closed_along_it() -> None:
    lake = [(0.2, 4.0), (2.0, 5.0), (0.2, 6.0), None, None, (0.2, 4.0)]
    (part,) = coast.close_along_box(lake, BOX)
    assert part.area < 6
    assert part.contains(Point(1, 5))
    assert box(*BOX).contains(part)


def test_the_ring_s_start_splits_no_run() -> None:
    lake = [(2.0, 5.0), (0.2, 6.0), None, None, (0.2, 4.0), (2.0, 5.0)]
    assert len(coast.close_along_box(lake, BOX)) == 1


@pytest.mark.parametrize(
    ("tags", "layer", "kind"),
    [
        ({"highway": "residential"}, "roads", "minor_road"),
        ({"highway": "primary_link"}, "roads", "major_road"),
        ({"highway": "motorway"}, "roads", "highway"),
        ({"railway": "tram"}, "roads", "rail"),
        ({"waterway": "canal"}, "water", "river"),
    ],
)
def test_lines(tags: dict[str, str], layer: str, kind: str) -> None:
    drawn = classify.line(tags)
    assert drawn is not None
    assert (drawn.layer, drawn.properties["kind"]) == (layer, kind)


def test_the_style_s_presence_tests_are_met() -> None:
    """The style asks whether is_bridge is there, so a road that is none must not carry it as false."""
    plain, bridge = (
        classify.line({"highway": "service"}),
        classify.line({"highway": "service", "bridge": "yes"}),
    )
    assert plain is not None
    assert bridge is not None
    assert "is_bridge" not in plain.properties
    assert bridge.properties["is_bridge"] is True
    link = classify.line({"highway": "trunk_link", "oneway": "yes"})
    assert link is not None
    assert link.properties["is_link"] is True
    assert link.properties["oneway"] == "yes"


def test_what_is_not_drawn() -> None:
    assert classify.line({"railway": "subway", "tunnel": "yes"}) is None
    assert classify.line({"highway": "proposed"}) is None
    assert classify.area({"natural": "water", "tunnel": "culvert"}) is None
    assert classify.label({"place": "city"}) is None
    assert not classify.is_area({"highway": "residential", "junction": "roundabout"})
    assert classify.is_area({"highway": "pedestrian", "area": "yes"})
    assert classify.is_area({"leisure": "park"})


def test_names_carry_their_script_and_the_reader_s_languages() -> None:
    athens = classify.label({"place": "city", "name": "Αθήνα", "name:en": "Athens", "name:ru": "Афины"})
    assert athens is not None
    assert athens.properties["script"] == "Greek"
    assert athens.max_zoom == 13
    assert athens.properties["name:ru"] == "Афины"
    assert classify.script_of("Москва") == "Cyrillic"
    assert classify.script_of("Üllői út 5") is None
    assert classify.script_of("42") is None


@pytest.mark.parametrize(
    ("tags", "height"),
    [({"height": "12.5 m"}, 12.5), ({"building:levels": "4"}, 12.0), ({"height": "tall"}, None)],
)
def test_heights(tags: dict[str, str], height: float | None) -> None:
    drawn = classify.area({"building": "yes", **tags})
    assert drawn is not None
    assert drawn.properties.get("height") == height
