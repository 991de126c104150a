"""What Overland's batches come to, as a table, and whom they name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.ingest.core.protocols import overland
from services.ingest.core.protocols.phone import MAX_READINGS
from services.ingest.core.reading import Fix, Nothing, Outcome, Reason, SignOfLife
from tests.unit.phone_messages import TEN, feature, one, request, same, through_the_door, without

RIDE = Fix(24.9384, 60.1699, TEN, 6.0, 200.0, 5.0, 10.0, 64.0)

OVERLAND: dict[str, tuple[Any, Outcome | Reason]] = {
    "every measure: m/s, battery 0..1, longitude first": (feature(), RIDE),
    "an offset without a colon; -1 is unknown": (
        feature(
            timestamp="2026-11-20T12:00:05+0200",
            altitude=0,
            speed=-1,
            course=-1,
            horizontal_accuracy=65,
            vertical_accuracy=-1,
            motion=[],
            battery_state="unknown",
            battery_level=-1,
        ),
        Fix(24.9384, 60.1699, TEN + 5000, accuracy_m=65.0),
    ),
    "an offset west of Greenwich, as its README shows": (feature(timestamp="2026-11-20T03:00:00-0700"), RIDE),
    "zero is a value": (
        feature(speed=0, course=0, altitude=0, battery_level=0),
        Fix(24.9384, 60.1699, TEN, 0.0, 0.0, 5.0, 0.0, 0.0),
    ),
    "full": (feature(battery_level=1), Fix(24.9384, 60.1699, TEN, 6.0, 200.0, 5.0, 10.0, 100.0)),
    "only what a fix needs": (
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [24.9384, 60.1699]},
            "properties": {"timestamp": "2026-11-20T10:00:00Z"},
        },
        Fix(24.9384, 60.1699, TEN),
    ),
    "a third coordinate is ignored": (feature([24.9384, 60.1699, 99]), RIDE),
    "no geometry: a sign of life": (feature(None), SignOfLife(TEN, 64.0)),
    "geometry null: a sign of life": (feature() | {"geometry": None}, SignOfLife(TEN, 64.0)),
    "a sign of life from the future": (feature(None, timestamp="2026-11-20T13:00:30Z"), Reason.CLOCK_AHEAD),
    "updates resumed": (
        feature(None, action="resumed_location_updates"),
        Nothing(),
    ),
    "updates paused, with the place before": (feature(action="paused_location_updates"), Nothing()),
    "a visit": (
        feature(action="visit", arrival_date="2026-11-20T09:00:00Z", departure_date=None),
        Nothing(),
    ),
    "a trip's summary": (feature(type="trip", mode="car", distance=5210.4, end_location=None), Nothing()),
    "a negative radius: the coordinate is void": (feature(horizontal_accuracy=-1), Reason.NOT_VALID),
    "half a coordinate": (feature([60.1699]), Reason.HALF_COORDINATE),
    "no coordinate": (feature([]), Reason.HALF_COORDINATE),
    "a coordinate null": (feature([None, 60.1699]), Reason.BAD_NUMBER),
    "text for a coordinate": (feature(["24.9384", 60.1699]), Reason.BAD_NUMBER),
    "latitude first": (feature([60.1699, 124.9384]), Reason.OUT_OF_RANGE),
    "0, 0": (feature([0, 0]), Reason.NULL_ISLAND),
    "a line": (
        feature() | {"geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        Reason.UNREADABLE,
    ),
    "a geometry of nobody's": (feature() | {"geometry": "here"}, Reason.UNREADABLE),
    "no time": (without("timestamp"), Reason.NO_TIME),
    "a word for a time": (feature(timestamp="yesterday"), Reason.BAD_TIME),
    "a number for a time": (feature(timestamp=1795168800), Reason.BAD_TIME),
    "a week old": (feature(timestamp="2026-11-13T10:00:00Z"), Reason.TOO_OLD),
    "no properties": ({"type": "Feature", "geometry": None}, Reason.UNREADABLE),
    "not an object": (7, Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", OVERLAND)
def test_overland_member(name: str) -> None:
    member, expected = OVERLAND[name]
    message = request(q="ts=%TS&lat=1&lon=2", body={"locations": [member], "trip": {"mode": "car"}})
    chosen, decoded = through_the_door("/overland", message)
    assert chosen == "overland"
    same(one(decoded), expected)


OVERLAND_BODIES: dict[str, tuple[Any, Outcome | Reason]] = {
    "an empty batch": ({"locations": []}, Nothing()),
    "a batch of nothing, current null": ({"locations": [], "current": None}, Nothing()),
    "locations not an array": ({"locations": {"type": "Feature"}}, Reason.UNREADABLE),
    "no locations": ({}, Reason.UNREADABLE),
    "only a trip": ({"trip": {}}, Reason.UNREADABLE),
    "an array": ([feature()], Reason.UNREADABLE),
    "a Feature": (feature(), Reason.UNREADABLE),
    "empty": ("", Reason.UNREADABLE),
    "not JSON": ('{"locations":[', Reason.UNREADABLE),
    "nested very deeply": ('{"locations":' + "[" * 100_000, Reason.UNREADABLE),
    "not UTF-8": (b'{"locations":["\xff\xfe"]}', Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", OVERLAND_BODIES)
def test_overland_without_a_member(name: str) -> None:
    body, expected = OVERLAND_BODIES[name]
    same(one(overland.decode(request(body=body))), expected)


def test_overland_reads_each_member_by_itself_in_its_order_and_the_present_place_last() -> None:
    batch = [
        json.dumps(feature(timestamp=f"2026-11-20T10:00:0{second}Z", speed=second)) for second in (1, 2, 3)
    ]
    batch[1:1] = ['{"type":"Feature","properties":{"timestamp":1e999}}', "7", json.dumps(feature([60.1699]))]
    current = json.dumps(feature([24.95, 60.18], timestamp="2026-11-20T10:00:25Z"))
    trip = f'{{"current_location": {current}}}'
    body = f'{{"current": {current}, "locations": [{",".join(batch)}], "trip": {trip}}}'
    decoded = overland.decode(request(body=body))
    found = [reading.outcome for reading in decoded.readings]
    fixes = [outcome for outcome in found if isinstance(outcome, Fix)]
    assert [(fix.at_ms - TEN, fix.speed_mps) for fix in fixes] == [
        *((1000, 1.0), (2000, 2.0), (3000, 3.0)),
        (25_000, 6.0),
    ]
    for outcome, reason in zip(
        found[1:4], (Reason.UNREADABLE, Reason.UNREADABLE, Reason.HALF_COORDINATE), strict=True
    ):
        same(outcome, reason)
    assert [reading.raw for reading in decoded.readings] == [one.encode() for one in (*batch, current)]
    assert overland.answer([]) == b'{"result":"ok"}'


@pytest.mark.parametrize(
    ("members", "read"), [(MAX_READINGS - 1, MAX_READINGS), (MAX_READINGS, MAX_READINGS)]
)
def test_the_longest_batch_of_overland_is_not_made_too_long(members: int, read: int) -> None:
    body = {"locations": [feature()] * members, "current": feature(speed=1)}
    assert len(overland.decode(request(body=body)).readings) == read


def test_overland_names_its_device_in_every_member() -> None:
    assert overland.decode(request(body={"locations": [feature(), feature()]})).claimed_by("bike-2")
    mixed = {"locations": [feature(), feature(device_id="van-12")]}
    assert not overland.decode(request(body=mixed)).claimed_by("bike-2")
    assert not overland.decode(request(body=mixed)).claimed_by("van-12")
    nameless = {"locations": [feature(device_id=""), without("device_id"), feature(device_id=None)]}
    assert overland.decode(request(body=nameless)).claimed_by("whoever")
    silent = {"locations": [feature(None, action="visit"), feature([1])], "current": feature(device_id="")}
    assert not overland.decode(request(body=silent)).claimed_by("van-12")
