"""What our own messages come to, as a table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.ingest.core.protocols import native
from services.ingest.core.reading import Fix, Outcome, Reason, SignOfLife
from tests.ingest_support import RECEIVED_MS
from tests.unit.phone_messages import JSON, TEN, one, point, request, same, through_the_door

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


def test_native_array_reads_each_member_by_itself() -> None:
    body = f'[{json.dumps(point())}, {{"lon":1e999,"lat":1}}, 5, {json.dumps(point(lat=91))}]'
    found = [r.outcome for r in native.decode(request(body=body)).readings]
    same(found[0], Fix(24.9441, 60.1712, TEN + 250))
    for outcome, reason in zip(
        found[1:], (Reason.UNREADABLE, Reason.UNREADABLE, Reason.OUT_OF_RANGE), strict=True
    ):
        same(outcome, reason)
    assert native.decode(request(body="[]")).readings == []
