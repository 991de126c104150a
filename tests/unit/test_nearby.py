"""Where `dromos demo phone` sends its parcel."""

from __future__ import annotations

from typing import Any

import pytest

from services.cli.core import nearby
from services.cli.core.nearby import Fix
from shared.geo import bearing_deg, destination, distance_m

ATHENS = (23.7275, 37.9838)


@pytest.mark.parametrize("here", [ATHENS, (24.94, 60.17), (-70.66, -33.45), (179.9999, 10.0), (18.95, 69.65)])
def test_without_streets_it_goes_300_m_to_the_north_east(here: tuple[float, float]) -> None:
    places = nearby.ring(here)
    assert bearing_deg(*here, *places[0]) == pytest.approx(45, abs=0.5)
    assert len({(round(lon, 6), round(lat, 6)) for lon, lat in places}) == 8
    for place in places:
        assert distance_m(*here, *place) == pytest.approx(300, abs=1)
        assert -180 <= place[0] <= 180


def test_a_known_door_nearest_to_300_m_is_taken() -> None:
    def row(number: str, away: float) -> tuple[str, str, float, float]:
        return ("Ermou", number, *destination(*ATHENS, 100, away))

    rows = [row("1", 20), row("2", 170), row("3", 220), row("4", 310), row("5", 440), row("6", 900)]
    door = nearby.known_door(ATHENS, rows)
    assert door is not None
    assert door.line == "Ermou 4"
    assert distance_m(*ATHENS, *door.at) == pytest.approx(310, abs=1)
    assert nearby.known_door(ATHENS, [rows[0], rows[5]]) is None
    assert nearby.known_door(ATHENS, []) is None


def test_a_way_round_the_block_or_to_a_street_far_off_is_none() -> None:
    there = destination(*ATHENS, 45, 290)
    assert nearby.at_the_kerb(ATHENS, [ATHENS, there], 400) == there
    assert nearby.at_the_kerb(ATHENS, [ATHENS, there], 800) is None
    assert nearby.at_the_kerb(ATHENS, [ATHENS, destination(*ATHENS, 45, 900)], 900) is None
    assert nearby.at_the_kerb(ATHENS, [ATHENS, destination(*ATHENS, 45, 40)], 40) is None


def track(*fixes: tuple[int, float | None]) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [ATHENS, ATHENS]}
    points = [
        {
            "geometry": {"type": "Point", "coordinates": [ATHENS[0] + at_ms / 1e6, ATHENS[1]]},
            "properties": {"at_ms": at_ms, **({} if accuracy is None else {"accuracy_m": accuracy})},
        }
        for at_ms, accuracy in fixes
    ]
    return {"features": [{"geometry": line, "properties": {}}, *points]}


def test_the_newest_fix_counts_whatever_the_order() -> None:
    assert nearby.newest_fix(track()) is None
    fix = nearby.newest_fix(track((3_000, 9.0), (5_000, None), (4_000, 5.0)))
    assert fix == Fix((ATHENS[0] + 0.005, ATHENS[1]), 5_000, None)


@pytest.mark.parametrize(
    ("at_ms", "accuracy_m", "usable"),
    [(0, None, True), (0, 100.0, True), (0, 101.0, False), (-120_000, 5.0, True), (-120_001, 5.0, False)],
)
def test_a_fix_is_usable_while_fresh_and_good(at_ms: int, accuracy_m: float | None, usable: bool) -> None:
    now_ms = 1_800_000_000_000
    assert nearby.is_usable(Fix(ATHENS, now_ms + at_ms, accuracy_m), now_ms) is usable
    assert not nearby.is_usable(None, now_ms)
