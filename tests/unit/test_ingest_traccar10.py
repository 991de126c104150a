"""What Traccar Client 10's forms come to, as a table."""

from __future__ import annotations

import json

import pytest

from services.ingest.core.protocols import osmand, traccar10
from services.ingest.core.reading import Fix, Outcome, Reason, SignOfLife
from tests.ingest_support import RECEIVED_MS
from tests.unit.phone_messages import FORM, JSON, KNOT, TEN, one, request, same, through_the_door

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
