"""Requests and messages of phones for tests, and how what they come to is compared; received at
2026-11-20T10:00:30Z."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.ingest.core import query
from services.ingest.core.protocols import PROTOCOLS
from services.ingest.core.protocols.phone import PhoneRequest
from services.ingest.core.reading import Decoded, Outcome, Reason, Unusable
from tests.ingest_support import RECEIVED_MS

TEN = 1_795_168_800_000  # 2026-11-20T10:00:00Z
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json; charset=utf-8"
KNOT = 1852 / 3600


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


def location(**more: Any) -> dict[str, Any]:
    coords = {"latitude": 60.1712, "longitude": 24.9441, "accuracy": 5, "speed": 7.5, "heading": 181.2}
    return {"timestamp": "2026-11-20T10:00:01.500Z", "coords": coords | {"altitude": 20.1}} | more


def message(**more: Any) -> dict[str, Any]:
    return {"location": location(**more), "device_id": "4711"}


def own(**more: Any) -> dict[str, Any]:
    return {"_type": "location", "lat": 60.1699, "lon": 24.9384, "tst": 1795168800, "tid": "b2"} | more


def point(**more: Any) -> dict[str, Any]:
    return {"lon": 24.9441, "lat": 60.1712, "at": "2026-11-20T10:00:00.250Z"} | more


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


GPSLOGGER_HEAD = "lat=60.1712&lon=24.9441"
