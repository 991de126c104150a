"""What OsmAnd's queries come to, as a table."""

from __future__ import annotations

import pytest

from services.ingest.core.protocols import osmand
from services.ingest.core.reading import Fix, Outcome, Reason, SignOfLife
from tests.ingest_support import RECEIVED_MS
from tests.unit.phone_messages import KNOT, TEN, one, request, same, through_the_door

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
