"""What all phone protocols have in common."""

from __future__ import annotations

import pytest

from services.ingest.core.protocols import PROTOCOLS, native, osmand, traccar9
from services.ingest.core.reading import Fix, Reason, Unusable
from services.ingest.core.values import make_fix
from tests.ingest_support import RECEIVED_MS
from tests.unit.phone_messages import FORM, JSON, TEN, message, one, point, request, same, through_the_door
from tests.unit.test_ingest_osmand import OSMAND


@pytest.mark.parametrize("speed_mps", [-1.0, -0.01, 150.1])
def test_a_measure_that_cannot_be_is_left_out_wherever_it_comes_from(speed_mps: float) -> None:
    found = make_fix(24.94, 60.17, TEN, RECEIVED_MS, speed_mps=speed_mps, accuracy_m=-1.0, bearing_deg=-1.0)
    assert found == Fix(24.94, 60.17, TEN)


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


def test_parked_reasons_say_how_far_the_clock_is_off() -> None:
    outcome = one(native.decode(request(body=point(at=RECEIVED_MS + 3 * 3_600_000))))
    assert outcome == Unusable(Reason.CLOCK_AHEAD, "clock 3 h ahead")


def test_each_protocol_has_its_own_name_and_every_path_takes_any_request() -> None:
    assert len({p.name for p in PROTOCOLS}) == len(PROTOCOLS)
    for path in {p.path for p in PROTOCOLS}:
        for content_type in ("", FORM, JSON, "text/plain"):
            for body in (b"", b"[", b"{", b"\xff"):
                through_the_door(path, request(body=body, content_type=content_type))
