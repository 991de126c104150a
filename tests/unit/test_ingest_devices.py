"""Who may post, how often, and under which ids."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.core.credentials import Credentials, presented
from services.ingest.core.rate import RateLimit
from services.ingest.core.reading import Fix, Reading, SignOfLife
from services.ingest.core.records import feature, record_id
from shared.contracts.devices import Device, DeviceSecret
from shared.domain.keyrings import DeviceKeys, MerchantKeys, sha256_hex
from tests.ingest_support import (
    BOOKSHOP,
    DEVICES,
    MERCHANT_KEY,
    MERCHANT_SECRET,
    OTHER_SECRET,
    REVOKED_SECRET,
    SECRET,
    device,
)

NOW = 1_795_168_830_000


def keys(*of: Device) -> DeviceKeys:
    ring = DeviceKeys()
    for one in of:
        ring.put(one.device, one)
    return ring


def test_a_secret_finds_its_device_and_no_other() -> None:
    ring = keys(*DEVICES)
    found = ring.find(SECRET, NOW)
    assert found is not None
    assert (found.device, found.courier) == ("van-12", "eleni")
    for wrong in ("", SECRET + "x", SECRET[:-1], SECRET.upper(), sha256_hex(SECRET), REVOKED_SECRET):
        assert ring.find(wrong, NOW) is None


def test_two_secrets_while_rotating() -> None:
    rotating = Device(
        device="van-12",
        tenant="t",
        courier="eleni",
        secrets=(
            DeviceSecret(sha256=sha256_hex("new-secret-new-secret")),
            DeviceSecret(sha256=sha256_hex(SECRET), until_ms=NOW + 60_000),
        ),
    )
    ring = keys(rotating)
    assert ring.find("new-secret-new-secret", NOW) is rotating
    assert ring.find(SECRET, NOW + 59_999) is rotating
    assert ring.find(SECRET, NOW + 60_000) is None
    assert ring.find("new-secret-new-secret", NOW + 60_000) is rotating


def test_a_change_takes_effect_at_once() -> None:
    ring = keys(*DEVICES)
    ring.put("van-12", device("van-12", "eleni", "another-secret-for-it"))
    assert ring.find(SECRET, NOW) is None
    assert not ring.knows(SECRET)
    ring.put("van-12", device("van-12", "eleni", "another-secret-for-it", revoked=True))
    assert ring.find("another-secret-for-it", NOW) is None
    ring.put("bike-2", None)
    assert ring.find(OTHER_SECRET, NOW) is None


def test_a_secret_that_went_to_another_device_stays_there() -> None:
    ring = keys(device("a", "anna", SECRET))
    ring.put("b", device("b", "boris", SECRET))
    ring.put("a", None)
    found = ring.find(SECRET, NOW)
    assert found is not None
    assert found.device == "b"


def test_a_merchants_key_is_its_id_and_its_secret() -> None:
    ring = MerchantKeys()
    ring.put("bookshop", BOOKSHOP)
    assert ring.find(MERCHANT_KEY, NOW) is BOOKSHOP
    for wrong in (
        MERCHANT_SECRET,
        f"mk_ffffff_{MERCHANT_SECRET}",
        MERCHANT_KEY + "x",
        "mk_0a1b2c_",
        "mk",
        "",
    ):
        assert ring.find(wrong, NOW) is None
    assert ring.knows(MERCHANT_KEY)


def basic(user: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


ALL = ("bearer", "basic", "query", "path")


@pytest.mark.parametrize(
    ("header", "path", "query", "carriers", "expected"),
    [
        (b"Bearer abc", None, None, ALL, Credentials("abc")),
        (b"bearer  abc ", None, None, ALL, Credentials("abc")),
        (basic("van-12", "a:b"), None, None, ALL, Credentials("a:b", "van-12")),
        (None, "abc", None, ALL, Credentials("abc")),
        (None, None, "abc", ALL, Credentials("abc")),
        (b"Bearer abc", "def", "ghi", ALL, Credentials("abc")),
        (None, "abc", "def", ("bearer", "basic"), None),
        (b"Bearer abc", None, None, ("basic",), None),
        (b"Basic !!", None, None, ALL, None),
        (b"Basic", None, None, ALL, None),
        (b"Digest abc", None, None, ALL, None),
        (b"Bearer ", None, None, ALL, None),
        (b"Bearer " + b"x" * 300, None, None, ALL, None),
        (None, None, None, ALL, None),
    ],
)
def test_where_a_secret_may_stand(
    header: bytes | None,
    path: str | None,
    query: str | None,
    carriers: tuple[str, ...],
    expected: Credentials | None,
) -> None:
    assert presented(header, path=path, query=query, carriers=carriers) == expected


def test_a_burst_then_the_rate() -> None:
    limit = RateLimit(per_s=2, burst=3)
    assert [limit.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert limit.take("a", 0.0) == pytest.approx(0.5)
    assert limit.take("b", 0.0) == 0
    assert limit.take("a", 0.5) == 0
    assert limit.take("a", 0.5) > 0
    assert [limit.take("a", 100.0) for _ in range(4)][:3] == [0, 0, 0]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.integers(1, 20), st.integers(1, 10))
def test_never_more_than_burst_and_rate_allow(gaps: list[float], per_s: int, burst: int) -> None:
    limit, now, passed = RateLimit(per_s, burst), 0.0, []
    for gap in gaps:
        now += gap
        if limit.take("a", now) == 0:
            passed.append(now)
    for i, start in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= burst + (passed[j] - start) * per_s + 1e-6


def test_many_at_once_are_paid_off_before_the_next() -> None:
    limit = RateLimit(per_s=10, burst=5)
    assert limit.take("a", 0.0, 50) == 0
    wait_s = limit.take("a", 0.0, 1)
    assert wait_s == pytest.approx(4.6)
    assert limit.take("a", wait_s, 1) == 0


def test_a_rate_that_lets_nothing_through_is_refused() -> None:
    for per_s, burst in ((0, 1), (-1, 1), (1, 0)):
        with pytest.raises(ValueError, match="rate"):
            RateLimit(per_s, burst)


def test_the_id_is_of_the_device_and_the_fix_not_of_its_receipt() -> None:
    fix = Reading(Fix(1.0, 2.0, NOW), b"raw")
    assert record_id("van-12", fix, NOW) == record_id("van-12", fix, NOW + 5000)
    assert record_id("van-12", fix, NOW) != record_id("bike-2", fix, NOW)
    assert record_id("van-12", fix, NOW) != record_id("van-12", Reading(fix.outcome, b"raw2"), NOW)
    timeless = Reading(SignOfLife(NOW), b"raw", own_time=False)
    assert record_id("van-12", timeless, NOW) != record_id("van-12", timeless, NOW + 5000)


def test_a_bearing_just_below_north_stays_within_its_bounds() -> None:
    assert feature(Fix(1.0, 2.0, NOW, bearing_deg=359.97)).properties.bearing_deg == 0.0


def test_a_sign_of_life_has_no_place() -> None:
    assert feature(SignOfLife(NOW)).geometry is None
