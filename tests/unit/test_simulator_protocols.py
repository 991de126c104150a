"""Each protocol's requests, read back by ingest's own decoders."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from services.ingest.core import query
from services.ingest.core.protocols import PROTOCOLS as DOORS
from services.ingest.core.protocols.phone import PhoneProtocol, PhoneRequest
from services.ingest.core.reading import Fix as Read
from services.ingest.core.reading import SignOfLife
from services.simulator.core.gps import Fix
from services.simulator.core.protocols import PROTOCOLS, Request, encode

AT = 1_795_168_800.25
SECRET = "s3cr/et+="
FIX = Fix(AT, 24.944123, 60.171234, 8.33, 91.5, 6.4, 12.3, 77, None)
BARE = Fix(AT, 24.944123, 60.171234)
ALIVE = Fix(AT, battery_pct=50)


def received(request: Request) -> tuple[PhoneProtocol, PhoneRequest]:
    """The request as ingest's core sees it, without the secret, and the protocol that takes it."""
    parts = urlsplit(request.path)
    path = (
        parts.path.removesuffix("/" + parts.path.rsplit("/", 1)[1]) if "osmand" in parts.path else parts.path
    )
    seen = PhoneRequest(
        method=request.method,
        query=query.parse(parts.query.encode()),
        content_type=request.headers.get("Content-Type", ""),
        body=request.body,
        received_ms=round(AT * 1000) + 2000,
        headers={name.lower(): value for name, value in request.headers.items()},
    )
    door = next(
        door for door in DOORS if door.path == path and request.method in door.methods and door.takes(seen)
    )
    return door, seen


@pytest.mark.parametrize(
    ("protocol", "door"),
    [
        ("native", "native"),
        ("osmand-get", "osmand"),
        ("osmand-post", "osmand"),
        ("traccar9", "traccar9"),
        ("traccar10", "traccar10"),
        ("owntracks", "owntracks"),
        ("overland", "overland"),
        ("gpslogger", "gpslogger"),
    ],
)
def test_ingest_reads_what_the_phone_knew(protocol: str, door: str) -> None:
    (request,) = encode(protocol, "van-12", SECRET, [FIX])
    taken_by, seen = received(request)
    assert taken_by.name == door
    decoded = taken_by.decode(seen)
    assert decoded.claimed_by("van-12")
    (reading,) = decoded.readings
    fix = reading.outcome
    assert isinstance(fix, Read)
    whole_seconds = protocol in ("traccar10", "owntracks", "overland")
    assert fix.at_ms == (int(AT) if whole_seconds else AT) * 1000
    assert (fix.lon, fix.lat) == (24.944123, 60.171234)
    rounded = {"owntracks": 0.15, "overland": 0.5}
    assert fix.speed_mps == pytest.approx(8.33, abs=rounded.get(protocol, 0.01))
    assert fix.bearing_deg == pytest.approx(91.5, abs=0.5)
    assert fix.accuracy_m == pytest.approx(6.4, abs=0.5)
    assert fix.battery_pct == pytest.approx(77)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_the_phone_does_not_know_stays_unknown(protocol: str) -> None:
    (request,) = encode(protocol, "van-12", SECRET, [BARE])
    door, seen = received(request)
    fix = door.decode(seen).readings[0].outcome
    assert isinstance(fix, Read)
    assert fix.speed_mps is None
    assert fix.bearing_deg is None
    assert fix.battery_pct is None


SILENT = ("owntracks", "overland", "gpslogger")


@pytest.mark.parametrize("protocol", [p for p in PROTOCOLS if p not in SILENT])
def test_signs_of_life(protocol: str) -> None:
    (request,) = encode(protocol, "van-12", SECRET, [ALIVE])
    door, seen = received(request)
    assert isinstance(door.decode(seen).readings[0].outcome, SignOfLife)


@pytest.mark.parametrize("protocol", SILENT)
def test_some_apps_have_no_sign_of_life(protocol: str) -> None:
    assert encode(protocol, "van-12", SECRET, [ALIVE]) == []


def test_a_backlog_is_one_request_where_the_protocol_has_batches_and_single_requests_elsewhere() -> None:
    (request,) = encode("native", "van-12", SECRET, [FIX, BARE, ALIVE])
    door, seen = received(request)
    assert len(door.decode(seen).readings) == 3
    (request,) = encode("overland", "van-12", SECRET, [FIX, ALIVE, BARE])
    door, seen = received(request)
    assert len(door.decode(seen).readings) == 2
    assert len(encode("traccar10", "van-12", SECRET, [FIX, BARE])) == 2
    assert len(encode("gpslogger", "van-12", SECRET, [FIX, BARE])) == 2
    assert encode("native", "van-12", SECRET, []) == []


def test_the_secret_stands_where_each_app_can_put_it() -> None:
    (request,) = encode("osmand-get", "van-12", SECRET, [FIX])
    assert request.path.startswith("/osmand/s3cr%2Fet%2B%3D?")
    assert parse_qs(urlsplit(request.path).query)["id"] == ["van-12"]
    for protocol in ("owntracks", "gpslogger"):
        (request,) = encode(protocol, "van-12", SECRET, [FIX])
        token = request.headers["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(token).decode() == f"van-12:{SECRET}"
    for protocol in ("native", "overland"):
        (request,) = encode(protocol, "van-12", SECRET, [FIX])
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        assert SECRET not in request.path


def test_oddities_of_the_apps() -> None:
    (request,) = encode("traccar9", "van-12", SECRET, [BARE])
    coords = json.loads(request.body)["location"]["coords"]
    assert (coords["speed"], coords["heading"]) == (-1, -1)
    still = Fix(AT, 24.9, 60.1, speed_mps=0.0, bearing_deg=0.0)
    (request,) = encode("owntracks", "van-12", SECRET, [still])
    assert "vel" not in json.loads(request.body)
    with pytest.raises(ValueError, match="unknown protocol"):
        encode("carrier-pigeon", "van-12", SECRET, [FIX])
