"""What Traccar Client 9's JSON comes to, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from services.ingest.core.protocols import osmand
from services.ingest.core.reading import Fix, Outcome, Reason, SignOfLife
from tests.unit.phone_messages import JSON, TEN, location, message, one, request, same, through_the_door

UNKNOWN = {
    "latitude": 60.1712,
    "longitude": 24.9441,
    "accuracy": 65,
    "speed": -1,
    "heading": -1,
    "altitude": 0,
}

AT = TEN + 1500

PLAIN = Fix(24.9441, 60.1712, AT, 7.5, 181.2, 5.0, 20.1)

TRACCAR9: dict[str, tuple[Any, Outcome | Reason]] = {
    "every measure, speed in m/s": (
        message(
            is_moving=True,
            odometer=1200,
            event="motionchange",
            battery={"level": 0.8, "is_charging": False},
            activity={"type": "in_vehicle"},
            extras={},
            _="&id=4711&lat=1&lon=2&timestamp=2020-01-01T00:00:00Z&",
        ),
        Fix(24.9441, 60.1712, AT, 7.5, 181.2, 5.0, 20.1, 80.0, "motionchange"),
    ),
    "-1 is unknown": (
        message(coords=UNKNOWN, battery={"level": -1, "is_charging": False}),
        Fix(24.9441, 60.1712, AT, None, None, 65.0, 0.0),
    ),
    "no coordinates: a sign of life": (
        {
            "location": {"timestamp": "2026-11-20T10:00:07.000Z", "battery": {"level": 0.5}},
            "device_id": "4711",
        },
        SignOfLife(TEN + 7000, 50.0),
    ),
    "panic button; zero is a value": (
        message(coords=UNKNOWN | {"speed": 0, "heading": 0}, extras={"alarm": "sos"}),
        Fix(24.9441, 60.1712, AT, 0.0, 0.0, 65.0, 0.0, event="sos"),
    ),
    "periodic sign of life with a position": (
        message(extras={"heartbeat": True}),
        Fix(24.9441, 60.1712, AT, 7.5, 181.2, 5.0, 20.1, event="heartbeat"),
    ),
    "extras in location itself, as early versions do": (
        message(alarm="sos"),
        Fix(24.9441, 60.1712, AT, 7.5, 181.2, 5.0, 20.1, event="sos"),
    ),
    "device_id as a number": ({"location": location(), "device_id": 4711}, PLAIN),
    "coordinates null": (message(coords={"latitude": None, "longitude": None}), Reason.BAD_NUMBER),
    "one coordinate null": (message(coords={"latitude": 60.1, "longitude": None}), Reason.HALF_COORDINATE),
    "a word for a time": (message(timestamp="yesterday"), Reason.BAD_TIME),
    "a number for a time": (message(timestamp=1795168800), Reason.BAD_TIME),
    "no time": ({"location": {"coords": UNKNOWN}, "device_id": "4711"}, Reason.NO_TIME),
    "no location": ({"device_id": "4711"}, Reason.UNREADABLE),
    "coords not an object": (message(coords=[1, 2]), Reason.UNREADABLE),
    "no device": ({"location": location()}, Reason.NO_DEVICE),
    "an invented position": (message(mock=True), Reason.MOCK_LOCATION),
    "three hours ahead": (message(timestamp="2026-11-20T13:00:30Z"), Reason.CLOCK_AHEAD),
    "a day and a minute old": (message(timestamp="2026-11-19T09:59:29Z"), Reason.TOO_OLD),
    "before our era with an offset": (message(timestamp="0001-01-01T00:00:00+14:00"), Reason.TOO_OLD),
    "not JSON": ("{", Reason.UNREADABLE),
    "a string": ('"x"', Reason.UNREADABLE),
    "a number out of range": ('{"device_id":"4711","location":{"a":1e999}}', Reason.UNREADABLE),
    "nested very deeply": ('{"device_id":' * 50_000, Reason.UNREADABLE),
    "not UTF-8": (b'{"device_id":"\xff\xfe"}', Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", TRACCAR9)
def test_traccar9_json(name: str) -> None:
    body, expected = TRACCAR9[name]
    chosen, decoded = through_the_door(osmand.PATH, request(body=body, content_type=JSON))
    assert chosen == "traccar9"
    same(one(decoded), expected)
