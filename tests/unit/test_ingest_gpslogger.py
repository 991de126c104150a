"""What GPSLogger's queries and bodies come to, as a table, and whom they name."""

from __future__ import annotations

import pytest

from services.ingest.core.protocols import gpslogger
from services.ingest.core.protocols.phone import PhoneRequest
from services.ingest.core.reading import Fix, Outcome, Reason
from tests.unit.phone_messages import FORM, GPSLOGGER_HEAD, TEN, one, request, same, through_the_door

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
