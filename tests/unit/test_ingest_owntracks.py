"""What OwnTracks' messages come to, as a table, and whom they name."""

from __future__ import annotations

from typing import Any

import pytest

from services.ingest.core.protocols import owntracks
from services.ingest.core.protocols.phone import PhoneRequest
from services.ingest.core.reading import Fix, Nothing, Outcome, Reason
from tests.unit.phone_messages import JSON, TEN, one, own, request, same, through_the_door

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
