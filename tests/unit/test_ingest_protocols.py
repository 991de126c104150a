"""What each phone protocol's messages come to, as tables; received at 2026-11-20T10:00:30Z."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.ingest.core import query
from services.ingest.core.protocols import (
    PROTOCOLS,
    gpslogger,
    native,
    osmand,
    overland,
    owntracks,
    traccar9,
    traccar10,
)
from services.ingest.core.protocols.phone import MAX_READINGS, PhoneRequest
from services.ingest.core.reading import Decoded, Fix, Nothing, Outcome, Reason, SignOfLife, Unusable
from services.ingest.core.values import make_fix
from tests.ingest_support import RECEIVED_MS

TEN = 1_795_168_800_000  # 2026-11-20T10:00:00Z
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json; charset=utf-8"


def request(
    method: str = "POST",
    *,
    q: str = "",
    body: Any = b"",
    content_type: str = "",
    user: str | None = None,
    **headers: str,
) -> PhoneRequest:
    raw = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return PhoneRequest(method, query.parse(q.encode()), content_type, raw, RECEIVED_MS, user, names)


def through_the_door(path: str, message: PhoneRequest) -> tuple[str, Decoded]:
    """The protocol that the door chooses, and what it reads."""
    protocol = next(p for p in PROTOCOLS if p.path == path and p.takes(message))
    return protocol.name, protocol.decode(message)


def one(decoded: Decoded) -> Outcome:
    assert len(decoded.readings) == 1
    return decoded.readings[0].outcome


def same(found: Outcome, expected: Outcome | Reason) -> None:
    """Equal, floats to a millionth; a reason stands for any unusable with it."""
    if isinstance(expected, Reason):
        assert isinstance(found, Unusable), found
        assert found.reason is expected
        assert found.detail
        return
    assert type(found) is type(expected)
    for name in expected.__struct_fields__:
        wanted, got = getattr(expected, name), getattr(found, name)
        assert got == (pytest.approx(wanted, abs=1e-6) if isinstance(wanted, float) else wanted), name


KNOT = 1852 / 3600

OSMAND: dict[str, tuple[str, Outcome | Reason]] = {
    "every measure, speed in knots": (
        "id=van-12&lat=60.170833&lon=24.9375&timestamp=1795168800&speed=10&bearing=90&altitude=15&accuracy=5&batt=80",
        Fix(24.9375, 60.170833, TEN, 10 * KNOT, 90.0, 5.0, 15.0, 80.0),
    ),
    "location instead of lat and lon, milliseconds": (
        "deviceid=van-12&location=60.170833,24.9375&timestamp=1795168800250",
        Fix(24.9375, 60.170833, TEN + 250),
    ),
    "ISO time, colons escaped": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=2026-11-20T10%3A00%3A00Z",
        Fix(24.94, 60.17, TEN),
    ),
    "text time without a zone is UTC": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=2026-11-20%2010:00:00",
        Fix(24.94, 60.17, TEN),
    ),
    "an unescaped plus before the offset": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=2026-11-20T12:00:00.120+02:00",
        Fix(24.94, 60.17, TEN + 120),
    ),
    "seconds with a fraction": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800.25",
        Fix(24.94, 60.17, TEN + 250),
    ),
    "speed in m/s by our own key": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&speed_mps=5.1&speed=10",
        Fix(24.94, 60.17, TEN, 5.1),
    ),
    "as OsmAnd writes numbers": (
        "id=van-12&lat=60.170834&lon=24.9375&timestamp=1795168800250&accuracy=5.36&altitude=0.0&speed_mps=0.0&bearing=0.0",
        Fix(24.9375, 60.170834, TEN + 250, 0.0, 0.0, 5.36, 0.0),
    ),
    "no place: a sign of life": (
        "id=van-12&timestamp=1795168800&batt=79&charge=true",
        SignOfLife(TEN, 79.0),
    ),
    "panic button without a place": (
        "id=van-12&timestamp=1795168800&alarm=sos",
        SignOfLife(TEN, None, "sos"),
    ),
    "no time: that of receipt": ("id=van-12&lat=60.17&lon=24.94", Fix(24.94, 60.17, RECEIVED_MS)),
    "panic button; free attributes are ignored": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&alarm=sos&rpm=900",
        Fix(24.94, 60.17, TEN, event="sos"),
    ),
    "heading for bearing, 360 is north": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&heading=360",
        Fix(24.94, 60.17, TEN, bearing_deg=0.0),
    ),
    "valid": ("id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&valid=1", Fix(24.94, 60.17, TEN)),
    "measures that cannot be are left out": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&speed=-1&bearing=720&accuracy=0&batt=130&altitude=1e9",
        Fix(24.94, 60.17, TEN),
    ),
    "hdop is not metres": (
        "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&hdop=3",
        Fix(24.94, 60.17, TEN),
    ),
    "no device": ("lat=60.17&lon=24.94&timestamp=1795168800", Reason.NO_DEVICE),
    "empty device": ("id=&lat=60.17&lon=24.94&timestamp=1795168800", Reason.NO_DEVICE),
    "empty number": ("id=van-12&lat=&lon=24.94&timestamp=1795168800", Reason.BAD_NUMBER),
    "infinite": ("id=van-12&lat=60.17&lon=1e999&timestamp=1795168800", Reason.BAD_NUMBER),
    "not a number": ("id=van-12&lat=nan&lon=24.94&timestamp=1795168800", Reason.BAD_NUMBER),
    "digits with an underscore": ("id=van-12&lat=6_0&lon=24.94&timestamp=1795168800", Reason.BAD_NUMBER),
    "digits of another alphabet": (
        "id=van-12&lat=%D9%A6%D9%A0&lon=24.94&timestamp=1795168800",
        Reason.BAD_NUMBER,
    ),
    "a template that was not filled in": ("id=van-12&lat=%LAT&lon=%LON", Reason.BAD_NUMBER),
    "the year 2100": ("id=van-12&lat=60.17&lon=24.94&timestamp=4102444800", Reason.CLOCK_AHEAD),
    "a word for a time": ("id=van-12&lat=60.17&lon=24.94&timestamp=yesterday", Reason.BAD_TIME),
    "empty time": ("id=van-12&lat=60.17&lon=24.94&timestamp=", Reason.BAD_TIME),
    "negative time": ("id=van-12&lat=60.17&lon=24.94&timestamp=-5", Reason.BAD_TIME),
    "5,000 digits": (f"id=van-12&lat=60.17&lon=24.94&timestamp={'9' * 5000}", Reason.BAD_TIME),
    "half a coordinate": ("id=van-12&lat=60.17&timestamp=1795168800", Reason.HALF_COORDINATE),
    "half a location": ("id=van-12&location=60.17&timestamp=1795168800", Reason.HALF_COORDINATE),
    "not on the Earth": ("id=van-12&lat=24.94&lon=260.17&timestamp=1795168800", Reason.OUT_OF_RANGE),
    "0, 0": ("id=van-12&lat=0.0&lon=0&timestamp=1795168800", Reason.NULL_ISLAND),
    "not valid": ("id=van-12&lat=60.17&lon=24.94&timestamp=1795168800&valid=0", Reason.NOT_VALID),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", OSMAND)
def test_osmand_query(name: str, method: str) -> None:
    text, expected = OSMAND[name]
    chosen, decoded = through_the_door(osmand.PATH, request(method, q=text))
    assert chosen == "osmand"
    same(one(decoded), expected)


def location(**more: Any) -> dict[str, Any]:
    coords = {"latitude": 60.1712, "longitude": 24.9441, "accuracy": 5, "speed": 7.5, "heading": 181.2}
    return {"timestamp": "2026-11-20T10:00:01.500Z", "coords": coords | {"altitude": 20.1}} | more


def message(**more: Any) -> dict[str, Any]:
    return {"location": location(**more), "device_id": "4711"}


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


HEAD = "id=9000&lat=60.1712&lon=24.9441"

TRACCAR10: dict[str, tuple[str, Outcome | Reason]] = {
    "every measure": (
        f"{HEAD}&timestamp=1795168800&accuracy=4.0&altitude=12.5&speed=19.44&bearing=45.0&batt=90",
        Fix(24.9441, 60.1712, TEN, 19.44 * KNOT, 45.0, 4.0, 12.5, 90.0),
    ),
    "left out is unknown": (
        f"{HEAD}&timestamp=1795168805&accuracy=48.0",
        Fix(24.9441, 60.1712, TEN + 5000, accuracy_m=48.0),
    ),
    "a sign of life": ("id=9000&timestamp=1795168860&batt=89", SignOfLife(TEN + 60_000, 89.0)),
    "panic button": (
        f"{HEAD}&timestamp=1795168807&accuracy=10.0&batt=88&charge=true&alarm=sos",
        Fix(24.9441, 60.1712, TEN + 7000, accuracy_m=10.0, battery_pct=88.0, event="sos"),
    ),
    "numbers as Kotlin prints them": (
        "id=9000&lat=-8.3E-4&lon=9.0E-4&timestamp=1795168800&accuracy=3.9000000953674316",
        Fix(0.0009, -0.00083, TEN, accuracy_m=3.9000000953674316),
    ),
    "half a coordinate": ("id=9000&lat=60.1712&timestamp=1795168808", Reason.HALF_COORDINATE),
    "empty device": ("id=&lat=60.1712&lon=24.9441&timestamp=1795168809", Reason.NO_DEVICE),
    "1970": (f"{HEAD}&timestamp=0&accuracy=5.0", Reason.TOO_OLD),
}


@pytest.mark.parametrize("name", TRACCAR10)
def test_traccar10_form(name: str) -> None:
    body, expected = TRACCAR10[name]
    chosen, decoded = through_the_door(osmand.PATH, request(body=body, content_type=FORM))
    assert chosen == "traccar10"
    same(one(decoded), expected)


def test_traccar10_speed_is_ten_metres_a_second() -> None:
    fix = one(traccar10.decode(request(body=TRACCAR10["every measure"][0], content_type=FORM)))
    assert isinstance(fix, Fix)
    assert fix.speed_mps == pytest.approx(10.0, abs=0.01)


def test_a_form_counts_when_the_query_says_only_who_posts() -> None:
    message = request(q="secret=abc", body=f"{HEAD}&timestamp=1795168800", content_type=FORM)
    chosen, decoded = through_the_door(osmand.PATH, message)
    assert chosen == "traccar10"
    same(one(decoded), Fix(24.9441, 60.1712, TEN))


def test_the_query_counts_before_the_form() -> None:
    message = request(q="id=van-12&lat=1&lon=2", body=f"{HEAD}&timestamp=1795168800", content_type=FORM)
    chosen, decoded = through_the_door(osmand.PATH, message)
    assert chosen == "osmand"
    same(one(decoded), Fix(2.0, 1.0, RECEIVED_MS))


def test_traccar10_array_reads_each_member_by_itself() -> None:
    good = {
        "id": "9000",
        "lat": 60.1712,
        "lon": 24.9441,
        "timestamp": 1795168800,
        "speed": 19.44,
        "charge": True,
    }
    body = f'[{json.dumps(good)}, {{"id":"9000","lat":1e999,"lon":1}}, {{"id":"9000","lat":1}}, 7]'
    chosen, decoded = through_the_door(osmand.PATH, request(body=body, content_type=JSON))
    assert chosen == "traccar10"
    first, *rest = (r.outcome for r in decoded.readings)
    same(first, Fix(24.9441, 60.1712, TEN, 19.44 * KNOT))
    for found, reason in zip(
        rest, (Reason.UNREADABLE, Reason.HALF_COORDINATE, Reason.UNREADABLE), strict=True
    ):
        same(found, reason)
    assert decoded.claimed_by("9000")
    assert not decoded.claimed_by("9001")


@pytest.mark.parametrize("body", ["[]", "[", "[[]]", "[" * 100_000])
def test_an_array_without_a_message_is_unusable(body: str) -> None:
    _, decoded = through_the_door(osmand.PATH, request(body=body, content_type=JSON))
    same(one(decoded), Reason.UNREADABLE)


def own(**more: Any) -> dict[str, Any]:
    return {"_type": "location", "lat": 60.1699, "lon": 24.9384, "tst": 1795168800, "tid": "b2"} | more


OWNTRACKS: dict[str, tuple[Any, Outcome | Reason]] = {
    "every measure, speed in km/h": (
        own(acc=10, alt=12, vel=54, cog=90, batt=77, topic="owntracks/anna/bike2"),
        Fix(24.9384, 60.1699, TEN, 15.0, 90.0, 10.0, 12.0, 77.0),
    ),
    "a ping, everything unknown": (
        own(tst=1795168810, t="p"),
        Fix(24.9384, 60.1699, TEN + 10_000, event="ping"),
    ),
    "a transition": (
        own(_type="transition", tst=1795168815, wtst=1790000000, acc=25, event="leave", desc="Depot", t="c"),
        Fix(24.9384, 60.1699, TEN + 15_000, accuracy_m=25.0, event="leave"),
    ),
    "zeros and -1 are unknown": (
        own(acc=0, alt=0, vel=0, cog=-1, batt=-1),
        Fix(24.9384, 60.1699, TEN),
    ),
    "below the sea": (own(alt=-3), Fix(24.9384, 60.1699, TEN, altitude_m=-3.0)),
    "last will": ({"_type": "lwt", "tst": 1795160000}, Nothing()),
    "a saved place": (
        {"_type": "waypoint", "desc": "Home", "lat": 60.2, "lon": 24.9, "tst": 1790000000},
        Nothing(),
    ),
    "empty": ("", Nothing()),
    "encrypted": ({"_type": "encrypted", "data": "AAAA"}, Reason.ENCRYPTED),
    "a word for a latitude": (own(lat="north"), Reason.BAD_NUMBER),
    "no type": ({"lat": 60.1699, "lon": 24.9384, "tst": 1795168800}, Reason.UNKNOWN_TYPE),
    "a type of nobody's": ({"_type": "teapot"}, Reason.UNKNOWN_TYPE),
    "a type that is no text": ({"_type": ["location"]}, Reason.UNKNOWN_TYPE),
    "no time": ({"_type": "location", "lat": 60.1699, "lon": 24.9384}, Reason.NO_TIME),
    "a time as text": (own(tst="1795168800"), Reason.BAD_TIME),
    "a boolean for a time": (own(tst=True), Reason.BAD_TIME),
    "seconds since 2001, as another app writes": (own(tst=1795168800 - 978_307_200), Reason.TOO_OLD),
    "a huge integer": (own(lat=10**400), Reason.BAD_NUMBER),
    "half a coordinate": (own(lon=None), Reason.HALF_COORDINATE),
    "a list": ([], Reason.UNREADABLE),
    "not JSON": ("hello", Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", OWNTRACKS)
def test_owntracks(name: str) -> None:
    body, expected = OWNTRACKS[name]
    chosen, decoded = through_the_door("/owntracks", request(body=body, content_type=JSON))
    assert chosen == "owntracks"
    same(one(decoded), expected)


def point(**more: Any) -> dict[str, Any]:
    return {"lon": 24.9441, "lat": 60.1712, "at": "2026-11-20T10:00:00.250Z"} | more


NATIVE: dict[str, tuple[Any, Outcome | Reason]] = {
    "every measure": (
        point(speed_mps=5.1, bearing_deg=90, accuracy_m=6, altitude_m=12.5, battery_pct=80, event="sos"),
        Fix(24.9441, 60.1712, TEN + 250, 5.1, 90.0, 6.0, 12.5, 80.0, "sos"),
    ),
    "epoch milliseconds": (point(at=TEN), Fix(24.9441, 60.1712, TEN)),
    "an offset": (point(at="2026-11-20T12:00:00+02:00"), Fix(24.9441, 60.1712, TEN)),
    "no time: that of receipt": ({"lon": 24.9441, "lat": 60.1712}, Fix(24.9441, 60.1712, RECEIVED_MS)),
    "a sign of life": ({"at": "2026-11-20T10:00:00Z", "battery_pct": 79}, SignOfLife(TEN, 79.0)),
    "unknown fields are ignored": (point(colour="red"), Fix(24.9441, 60.1712, TEN + 250)),
    "an empty object": ({}, Reason.UNREADABLE),
    "half a coordinate": (point(lat=None), Reason.HALF_COORDINATE),
    "text for a coordinate": (point(lat="60.1712"), Reason.BAD_NUMBER),
    "a boolean for a coordinate": (point(lat=True), Reason.BAD_NUMBER),
    "seconds for milliseconds": (point(at=1795168800), Reason.BAD_TIME),
    "2 min ahead is a clock's error": (
        point(at=RECEIVED_MS + 120_000),
        Fix(24.9441, 60.1712, RECEIVED_MS + 120_000),
    ),
    "more is not": (point(at=RECEIVED_MS + 120_001), Reason.CLOCK_AHEAD),
    "24 h old is a backlog": (
        point(at=RECEIVED_MS - 86_400_000),
        Fix(24.9441, 60.1712, RECEIVED_MS - 86_400_000),
    ),
    "older is not": (point(at=RECEIVED_MS - 86_400_001), Reason.TOO_OLD),
    "a sign of life from the future": ({"at": RECEIVED_MS + 10_800_000}, Reason.CLOCK_AHEAD),
    "0, 0": (point(lon=0, lat=-0.0), Reason.NULL_ISLAND),
    "an event with a line break": (point(event="a\nb"), Fix(24.9441, 60.1712, TEN + 250)),
    "NaN": ('{"lon":NaN,"lat":1}', Reason.UNREADABLE),
    "a lone surrogate": ('{"lon":1,"lat":1,"event":"\\ud800"}', Reason.UNREADABLE),
}


@pytest.mark.parametrize("name", NATIVE)
def test_native(name: str) -> None:
    body, expected = NATIVE[name]
    chosen, decoded = through_the_door("/v1/positions", request(body=body, content_type=JSON))
    assert chosen == "native"
    same(one(decoded), expected)


def feature(place: Any = (24.9384, 60.1699), **more: Any) -> dict[str, Any]:
    """A Feature as Overland writes it, without a geometry where `place` is None."""
    properties = {
        "timestamp": "2026-11-20T10:00:00Z",
        "altitude": 10,
        "speed": 6,
        "course": 200,
        "horizontal_accuracy": 5,
        "vertical_accuracy": 4,
        "speed_accuracy": 0.5,
        "course_accuracy": 4.1,
        "motion": ["driving"],
        "battery_state": "unplugged",
        "battery_level": 0.64,
        "wifi": "",
        "device_id": "bike-2",
    }
    geometry = {} if place is None else {"geometry": {"type": "Point", "coordinates": place}}
    return {"type": "Feature", **geometry, "properties": properties | more}


def without(name: str) -> dict[str, Any]:
    found = feature()
    del found["properties"][name]
    return found


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


GPSLOGGER_HEAD = "lat=60.1712&lon=24.9441"
STANDING = "spd=0.0&dir=0.0&acc=0.0&alt=0.0&batt=0.0"

GPSLOGGER: dict[str, tuple[str, Outcome | Reason]] = {
    "our template: m/s, percent, UTC": (
        f"{GPSLOGGER_HEAD}&time=2026-11-20T10:00:00.120Z&spd=5.0&dir=90.0&acc=4.0&alt=10.0&batt=55.0",
        Fix(24.9441, 60.1712, TEN + 120, 5.0, 90.0, 4.0, 10.0, 55.0),
    ),
    "all that it has, with its trailing ampersand": (
        f"{GPSLOGGER_HEAD}&sat=9&desc=&alt=10.0&acc=4.0&dir=90.0&prov=gps&spd_kph=18.0&spd=5.0"
        "&timestamp=1795168800&timeoffset=2026-11-20T12:00:00.120+02:00&time=2026-11-20T10:00:00.120Z"
        "&starttimestamp=1795160000&date=2026-11-20&batt=55.0&ischarging=false&aid=aa11&ser=aa11&act="
        "&filename=20261120&profile=Default+Profile&hdop=&vdop=&pdop=&dist=12&",
        Fix(24.9441, 60.1712, TEN + 120, 5.0, 90.0, 4.0, 10.0, 55.0),
    ),
    "colons escaped": (
        f"{GPSLOGGER_HEAD}&time=2026-11-20T10%3A00%3A00.120Z",
        Fix(24.9441, 60.1712, TEN + 120),
    ),
    "the phone's own zone, its plus escaped": (
        f"{GPSLOGGER_HEAD}&timeoffset=2026-11-20T12:00:00.120%2B02:00",
        Fix(24.9441, 60.1712, TEN + 120),
    ),
    "the phone's own zone, its plus bare": (
        f"{GPSLOGGER_HEAD}&timeoffset=2026-11-20T12:00:00.120+02:00",
        Fix(24.9441, 60.1712, TEN + 120),
    ),
    "the phone's own zone, west": (
        f"{GPSLOGGER_HEAD}&timeoffset=2026-11-20T03:00:00.120-07:00",
        Fix(24.9441, 60.1712, TEN + 120),
    ),
    "seconds": (f"{GPSLOGGER_HEAD}&timestamp=1795168800", Fix(24.9441, 60.1712, TEN)),
    "seconds with zeros behind them": (
        f"{GPSLOGGER_HEAD}&timestamp=1795168800000",
        Fix(24.9441, 60.1712, TEN),
    ),
    "seconds where time is empty": (
        f"{GPSLOGGER_HEAD}&time=&timestamp=1795168800",
        Fix(24.9441, 60.1712, TEN),
    ),
    "zeros are unknown": (f"{GPSLOGGER_HEAD}&timestamp=1795168800&{STANDING}", Fix(24.9441, 60.1712, TEN)),
    "below the sea": (
        f"{GPSLOGGER_HEAD}&timestamp=1795168800&alt=-3.0",
        Fix(24.9441, 60.1712, TEN, altitude_m=-3.0),
    ),
    "km/h where there are no m/s": (
        f"{GPSLOGGER_HEAD}&timestamp=1795168800&spd_kph=54.0",
        Fix(24.9441, 60.1712, TEN, 15.0),
    ),
    "m/s count before km/h": (
        f"{GPSLOGGER_HEAD}&timestamp=1795168800&spd_kph=54.0&spd=0.0",
        Fix(24.9441, 60.1712, TEN),
    ),
    "numbers as Java prints them": (
        "lat=-8.3E-4&lon=9.0E-4&timestamp=1795168800&acc=10.618999481201172",
        Fix(0.0009, -0.00083, TEN, accuracy_m=10.618999481201172),
    ),
    "no time: an old place may not pass for the present one": (GPSLOGGER_HEAD, Reason.NO_TIME),
    "a session's start is no time": (f"{GPSLOGGER_HEAD}&starttimestamp=1795168800", Reason.NO_TIME),
    "another's template": (
        "latitude=60.1712&longitude=24.9441&device=aa11&accuracy=8.0&battery=91.0&speed=3.0&direction=10.0"
        "&altitude=4.0&provider=gps&activity=",
        Reason.UNREADABLE,
    ),
    "JSON": ('{"lat":60.1712,"lon":24.9441,"time":"2026-11-20T10:00:00.120Z"}', Reason.UNREADABLE),
    "nothing": ("", Reason.UNREADABLE),
    "a template that was not filled in": ("lat=%LAT&lon=%LON&timestamp=1795168800", Reason.BAD_NUMBER),
    "a time that was not filled in": (f"{GPSLOGGER_HEAD}&time=%TIME", Reason.BAD_TIME),
    "half a coordinate": ("lat=60.1712&timestamp=1795168800", Reason.HALF_COORDINATE),
    "an empty number": ("lat=&lon=24.9441&timestamp=1795168800", Reason.BAD_NUMBER),
    "0, 0": ("lat=0.0&lon=0.0&timestamp=1795168800", Reason.NULL_ISLAND),
    "the year 2100": (f"{GPSLOGGER_HEAD}&timestamp=4102444800", Reason.CLOCK_AHEAD),
    "yesterday's file": (f"{GPSLOGGER_HEAD}&time=2026-11-19T09:59:29.000Z", Reason.TOO_OLD),
}


@pytest.mark.parametrize("content_type", ["", FORM, "text/plain"])
@pytest.mark.parametrize("name", GPSLOGGER)
def test_gpslogger_body(name: str, content_type: str) -> None:
    body, expected = GPSLOGGER[name]
    chosen, decoded = through_the_door("/gpslogger", request(body=body, content_type=content_type))
    assert chosen == "gpslogger"
    same(one(decoded), expected)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", [name for name in GPSLOGGER if name != "JSON"])
def test_gpslogger_query(name: str, method: str) -> None:
    text, expected = GPSLOGGER[name]
    same(one(gpslogger.decode(request(method, q=text))), expected)


def test_gpslogger_query_and_body_are_one_message_and_its_text_has_no_secret() -> None:
    decoded = gpslogger.decode(
        request(q=f"{GPSLOGGER_HEAD}&token=abc", body="key=abc&time=2026-11-20T10:00:00Z")
    )
    same(one(decoded), Fix(24.9441, 60.1712, TEN))
    assert decoded.readings[0].raw == f"{GPSLOGGER_HEAD}&time=2026-11-20T10:00:00Z".encode()


@pytest.mark.parametrize("speed_mps", [-1.0, -0.01, 150.1])
def test_a_measure_that_cannot_be_is_left_out_wherever_it_comes_from(speed_mps: float) -> None:
    found = make_fix(24.94, 60.17, TEN, RECEIVED_MS, speed_mps=speed_mps, accuracy_m=-1.0, bearing_deg=-1.0)
    assert found == Fix(24.94, 60.17, TEN)


def test_native_array_reads_each_member_by_itself() -> None:
    body = f'[{json.dumps(point())}, {{"lon":1e999,"lat":1}}, 5, {json.dumps(point(lat=91))}]'
    found = [r.outcome for r in native.decode(request(body=body)).readings]
    same(found[0], Fix(24.9441, 60.1712, TEN + 250))
    for outcome, reason in zip(
        found[1:], (Reason.UNREADABLE, Reason.UNREADABLE, Reason.OUT_OF_RANGE), strict=True
    ):
        same(outcome, reason)
    assert native.decode(request(body="[]")).readings == []


def test_the_last_of_a_repeated_key_counts_and_every_name_is_a_claim() -> None:
    decoded = osmand.decode(request(q="id=van-12&lat=1&lon=2&lat=60.17&id=van-13"))
    same(one(decoded), Fix(2.0, 60.17, RECEIVED_MS))
    assert not decoded.claimed_by("van-12")
    assert not decoded.claimed_by("van-13")
    same(one(native.decode(request(body='{"lon":1,"lat":2,"lat":3}'))), Fix(1.0, 3.0, RECEIVED_MS))


def test_who_a_message_says_it_is() -> None:
    assert osmand.decode(request(q=OSMAND["no time: that of receipt"][0])).claimed_by("van-12")
    assert not osmand.decode(request(q=OSMAND["no time: that of receipt"][0])).claimed_by("bike-2")
    assert traccar9.decode(request(body=message())).claimed_by("4711")
    assert not traccar9.decode(request(body=message())).claimed_by("471")
    assert native.decode(request(body=point())).claimed_by("any")
    assert not native.decode(request(body=point(device="van-12"))).claimed_by("bike-2")
    array = [point(device="van-12"), point(device="bike-2")]
    assert not native.decode(request(body=array)).claimed_by("van-12")


@pytest.mark.parametrize(
    ("message", "names"),
    [
        (request(body=own()), ["whoever"]),
        (request(body=own(), user="van-12"), ["van-12"]),
        (request(body=own(), x_limit_u="anna", x_limit_d="van-12"), ["anna", "van-12"]),
        (request(q="u=anna&d=van-12", body=own()), ["anna", "van-12"]),
        (request(body=own(topic="owntracks/anna/van-12/event")), ["anna", "van-12"]),
    ],
)
def test_owntracks_names_user_and_device(message: PhoneRequest, names: list[str]) -> None:
    decoded = owntracks.decode(message)
    assert all(decoded.claimed_by(name) for name in names)
    if names != ["whoever"]:
        assert not decoded.claimed_by("bike-2")


def test_overland_names_its_device_in_every_member() -> None:
    assert overland.decode(request(body={"locations": [feature(), feature()]})).claimed_by("bike-2")
    mixed = {"locations": [feature(), feature(device_id="van-12")]}
    assert not overland.decode(request(body=mixed)).claimed_by("bike-2")
    assert not overland.decode(request(body=mixed)).claimed_by("van-12")
    nameless = {"locations": [feature(device_id=""), without("device_id"), feature(device_id=None)]}
    assert overland.decode(request(body=nameless)).claimed_by("whoever")
    silent = {"locations": [feature(None, action="visit"), feature([1])], "current": feature(device_id="")}
    assert not overland.decode(request(body=silent)).claimed_by("van-12")


@pytest.mark.parametrize(
    ("message", "names"),
    [
        (request(body=GPSLOGGER_HEAD), ["van-12", "whoever"]),
        (request(body=f"{GPSLOGGER_HEAD}&aid=aa11&ser=aa11"), ["van-12", "whoever"]),
        (request(body=f"{GPSLOGGER_HEAD}&id=van-12"), ["van-12"]),
        (request("GET", q=f"{GPSLOGGER_HEAD}&id=van-12"), ["van-12"]),
        (request(body=GPSLOGGER_HEAD, user="van-12"), ["van-12"]),
        (request(q="id=van-12", body=GPSLOGGER_HEAD, user="van-12"), ["van-12"]),
        (request(q="id=van-12", body=f"{GPSLOGGER_HEAD}&id=van-13"), []),
        (request(body=f"{GPSLOGGER_HEAD}&id=van-12", user="van-13"), []),
    ],
)
def test_gpslogger_names_its_device_by_id_or_user(message: PhoneRequest, names: list[str]) -> None:
    decoded = gpslogger.decode(message)
    assert [name for name in ("van-12", "van-13", "whoever") if decoded.claimed_by(name)] == [
        name for name in ("van-12", "van-13", "whoever") if name in names or "whoever" in names
    ]


def test_parked_reasons_say_how_far_the_clock_is_off() -> None:
    outcome = one(native.decode(request(body=point(at=RECEIVED_MS + 3 * 3_600_000))))
    assert outcome == Unusable(Reason.CLOCK_AHEAD, "clock 3 h ahead")


def test_each_protocol_has_its_own_name_and_every_path_takes_any_request() -> None:
    assert len({p.name for p in PROTOCOLS}) == len(PROTOCOLS)
    for path in {p.path for p in PROTOCOLS}:
        for content_type in ("", FORM, JSON, "text/plain"):
            for body in (b"", b"[", b"{", b"\xff"):
                through_the_door(path, request(body=body, content_type=content_type))
