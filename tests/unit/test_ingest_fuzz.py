"""Whatever a phone sends, every decoder returns readings, and every reading makes a valid record."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from services.ingest.core import query, records
from services.ingest.core.credentials import presented
from services.ingest.core.protocols import PROTOCOLS
from services.ingest.core.protocols.phone import PhoneProtocol, PhoneRequest
from services.ingest.core.reading import Fix, Nothing, SignOfLife, Unusable
from services.ingest.core.scrub import MAX_KEPT, scrub
from services.ingest.core.times import MAX_AGE_MS, MAX_AHEAD_MS
from shared.contracts.courier_positions import Position
from shared.contracts.dead_letters import DeadLetter
from tests.ingest_support import DEVICES, RECEIVED_MS

NAMES = st.sampled_from(
    [
        "id",
        "deviceid",
        "lat",
        "lon",
        "location",
        "timestamp",
        "speed",
        "bearing",
        "heading",
        "altitude",
        "accuracy",
        "batt",
        "alarm",
        "valid",
        "charge",
        "device_id",
        "coords",
        "latitude",
        "longitude",
        "battery",
        "level",
        "extras",
        "event",
        "mock",
        "heartbeat",
        "_type",
        "tst",
        "acc",
        "alt",
        "vel",
        "cog",
        "t",
        "topic",
        "at",
        "speed_mps",
        "bearing_deg",
        "accuracy_m",
        "altitude_m",
        "battery_pct",
        "device",
        "locations",
        "current",
        "geometry",
        "coordinates",
        "properties",
        "horizontal_accuracy",
        "battery_level",
        "action",
        "time",
        "timeoffset",
        "spd",
        "spd_kph",
        "dir",
    ]
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.sampled_from(
        [0, -1, -0.0, 360, 90.0000001, 180, 60.17, 24.94, 1795168800, 1795168800000, 1e308, 2**53]
    ),
)
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "nan",
            "inf",
            "1e999",
            "-1",
            "0",
            "60.17",
            "24.94",
            "1795168800",
            "2026-11-20T10:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "location",
            "transition",
            "encrypted",
            "lwt",
            "true",
            "sos",
            "60.17,24.94",
            ",",
            "van-12",
        ]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, st.text(max_size=5)), inner, max_size=8)
    ),
    max_leaves=8,
)


@st.composite
def likely(draw: st.DrawFn) -> Any:
    """Messages of the protocols' shapes with anything for values."""
    scalar = st.one_of(SCALARS, TREES)
    coords = st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("latitude", "longitude", "speed", "heading", "accuracy", "altitude"), scalar),
    )
    location = st.fixed_dictionaries(
        {},
        optional={
            "timestamp": st.one_of(scalar, st.just("2026-11-20T10:00:00Z")),
            "coords": st.one_of(coords, scalar),
            "battery": st.one_of(st.fixed_dictionaries({"level": scalar}), scalar),
            "extras": st.one_of(st.dictionaries(NAMES, scalar, max_size=3), scalar),
            "mock": scalar,
            "event": scalar,
        },
    )
    traccar = st.fixed_dictionaries({"device_id": scalar, "location": st.one_of(location, scalar)})
    flat = st.dictionaries(NAMES, scalar, max_size=12)
    owntracks = st.builds(
        lambda d, t: d | {"_type": t, "tst": 1795168800},
        flat,
        st.sampled_from(["location", "transition", "lwt", "x"]),
    )
    one = st.one_of(traccar, flat, owntracks)
    return draw(st.one_of(one, st.lists(st.one_of(one, TREES), max_size=5), TREES))


GOOD_QUERY = {
    "id": "van-12",
    "lat": "60.17",
    "lon": "24.94",
    "timestamp": "1795168800",
    "speed": "10",
    "bearing": "90",
    "accuracy": "5",
    "altitude": "15",
    "batt": "80",
}
GOOD_TRACCAR9 = {
    "device_id": "van-12",
    "location": {
        "timestamp": "2026-11-20T10:00:00Z",
        "coords": {
            "latitude": 60.17,
            "longitude": 24.94,
            "speed": 5,
            "heading": 90,
            "accuracy": 5,
            "altitude": 9,
        },
        "battery": {"level": 0.8},
        "extras": {},
    },
}
GOOD_OWNTRACKS = {
    "_type": "location",
    "lat": 60.17,
    "lon": 24.94,
    "tst": 1795168800,
    "acc": 5,
    "vel": 9,
    "batt": 1,
}
GOOD_NATIVE = {
    "lat": 60.17,
    "lon": 24.94,
    "at": 1795168800000,
    "speed_mps": 5,
    "bearing_deg": 90,
    "battery_pct": 80,
}
GOOD_OVERLAND = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [24.94, 60.17]},
    "properties": {
        "timestamp": "2026-11-20T10:00:00Z",
        "speed": 5,
        "course": 90,
        "altitude": 9,
        "horizontal_accuracy": 5,
        "vertical_accuracy": 4,
        "battery_level": 0.8,
        "device_id": "van-12",
    },
}
GOOD_GPSLOGGER = {
    "id": "van-12",
    "lat": "60.17",
    "lon": "24.94",
    "time": "2026-11-20T10:00:00.120Z",
    "timestamp": "1795168800",
    "spd": "5.0",
    "dir": "90.0",
    "acc": "4.0",
    "alt": "10.0",
    "batt": "55.0",
}


@st.composite
def spoilt(draw: st.DrawFn, good: dict[str, Any], values: st.SearchStrategy[Any]) -> dict[str, Any]:
    """A good message of which a few values, at any depth, are replaced or gone; the simplest is whole."""
    found = {}
    for name, value in good.items():
        match draw(st.integers(0, 14)):
            case 14:
                continue
            case 13:
                found[name] = draw(values)
            case _:
                found[name] = draw(spoilt(value, values)) if isinstance(value, dict) else value
    return found


def dumped(value: Any) -> bytes:
    return json.dumps(value, allow_nan=True).encode()


def quoted(pairs: Any) -> bytes:
    return "&".join(f"{k}={quote(str(v), safe='', errors='replace')}" for k, v in pairs).encode()


SPOILT = [
    spoilt(good, SCALARS | TREES)
    for good in (GOOD_TRACCAR9, GOOD_OWNTRACKS, GOOD_NATIVE, GOOD_QUERY, GOOD_OVERLAND, GOOD_GPSLOGGER)
]
QUERIES = st.one_of(
    spoilt(GOOD_QUERY, WORDS | NUMBERS).map(lambda found: quoted(found.items())),
    st.binary(max_size=300),
    st.lists(st.tuples(NAMES, WORDS | NUMBERS), max_size=12).map(quoted),
    st.text(alphabet="%&=+;abidltn.0123456789", max_size=100).map(str.encode),
)
BODIES = st.one_of(
    *(one.map(dumped) for one in SPOILT),
    st.lists(st.one_of(SPOILT), max_size=3).map(dumped),
    st.binary(max_size=400),
    likely().map(dumped),
    TREES.map(dumped),
    QUERIES,
)


def requests(name: str) -> st.SearchStrategy[PhoneRequest]:
    """Requests to a protocol: half of them its own messages, more or less spoilt, half of them anything."""
    form = spoilt(GOOD_QUERY, WORDS | NUMBERS).map(lambda found: quoted(found.items()))
    own = {
        "native": spoilt(GOOD_NATIVE, SCALARS | TREES).map(dumped),
        "traccar9": spoilt(GOOD_TRACCAR9, SCALARS | TREES).map(dumped),
        "owntracks": spoilt(GOOD_OWNTRACKS, SCALARS | TREES).map(dumped),
        "traccar10": form,
        "osmand": form,
        "overland": st.fixed_dictionaries(
            {"locations": st.lists(spoilt(GOOD_OVERLAND, SCALARS | TREES), max_size=4) | TREES},
            optional={"current": spoilt(GOOD_OVERLAND, SCALARS | TREES) | TREES, "trip": TREES},
        ).map(dumped),
        "gpslogger": spoilt(GOOD_GPSLOGGER, WORDS | NUMBERS).map(lambda found: quoted(found.items())),
    }[name]
    return st.builds(
        PhoneRequest,
        st.sampled_from(["GET", "POST"]),
        (own if name == "osmand" else QUERIES).map(query.parse) | st.just(query.EMPTY),
        st.sampled_from(
            ["", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "text/x"]
        ),
        own | BODIES,
        st.just(RECEIVED_MS),
        st.none() | st.text(max_size=10),
        st.dictionaries(st.sampled_from(["x-limit-u", "x-limit-d"]), st.none() | st.text(max_size=10)),
    )


def by_json(sent: Any) -> PhoneRequest:
    return PhoneRequest("POST", query.EMPTY, "application/json", dumped(sent), RECEIVED_MS)


def by_query(sent: dict[str, Any]) -> PhoneRequest:
    return PhoneRequest("GET", query.parse(quoted(sent.items())), "", b"", RECEIVED_MS)


def by_form(sent: dict[str, Any]) -> PhoneRequest:
    form = "application/x-www-form-urlencoded"
    return PhoneRequest("POST", query.EMPTY, form, quoted(sent.items()), RECEIVED_MS)


GOOD: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], PhoneRequest]]] = {
    "native": (GOOD_NATIVE, by_json),
    "traccar9": (GOOD_TRACCAR9, by_json),
    "traccar10": (GOOD_QUERY, by_form),
    "osmand": (GOOD_QUERY, by_query),
    "owntracks": (GOOD_OWNTRACKS, by_json),
    "overland": (GOOD_OVERLAND, lambda location: by_json({"locations": [location]})),
    "gpslogger": (GOOD_GPSLOGGER, by_form),
}
BROKEN: tuple[Any, ...] = (
    None,
    True,
    "",
    "x",
    "nan",
    "inf",
    "1e999",
    "0001-01-01T00:00:00+14:00",
    -1,
    0,
    1e308,
    10**40,
    [],
    {},
)


def each_spoilt(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A good message with one value, at any depth, gone or replaced."""
    for name, value in good.items():
        yield {other: kept for other, kept in good.items() if other != name}
        for broken in BROKEN:
            yield good | {name: broken}
        if isinstance(value, dict):
            for inner in each_spoilt(value):
                yield good | {name: inner}


def check(protocol: PhoneProtocol, request: PhoneRequest) -> set[type]:
    decoded = protocol.decode(request)
    decoded.claimed_by("van-12")
    for reading in decoded.readings:
        outcome = reading.outcome
        if isinstance(outcome, (Fix, SignOfLife)):
            assert RECEIVED_MS - MAX_AGE_MS <= outcome.at_ms <= RECEIVED_MS + MAX_AHEAD_MS
            assert outcome.battery_pct is None or 0 <= outcome.battery_pct <= 100
            assert outcome.event is None or outcome.event.isascii()
        if isinstance(outcome, Fix):
            assert -180 <= outcome.lon <= 180
            assert -90 <= outcome.lat <= 90
            assert (outcome.lon, outcome.lat) != (0, 0)
            measures = (outcome.speed_mps, outcome.bearing_deg, outcome.accuracy_m, outcome.altitude_m)
            assert all(m is None or math.isfinite(m) for m in measures)
        if isinstance(outcome, Unusable):
            assert outcome.detail
        made = records.entry(
            DEVICES[0], protocol.name, reading, RECEIVED_MS, lambda raw: scrub(raw, "s", bool)
        )
        if isinstance(outcome, Nothing):
            assert made is None
            continue
        assert made is not None
        # What we wrote is what its contract allows, bounds included.
        kind = DeadLetter if isinstance(outcome, Unusable) else Position
        msgspec.json.decode(made.encoded, type=kind)
    return {type(reading.outcome) for reading in decoded.readings}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_no_decoder_fails_on_anything(protocol: PhoneProtocol) -> None:
    @given(requests(protocol.name))
    @settings(max_examples=200, deadline=None)
    def run(request: PhoneRequest) -> None:
        check(protocol, request)

    run()


@pytest.mark.parametrize("kind", [Fix, Unusable])
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_what_is_sent_to_it_comes_near_the_code_that_matters(protocol: PhoneProtocol, kind: type) -> None:
    """Otherwise it proves little that nothing fails. The search is the same in each run."""
    sought = settings(
        max_examples=5_000, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )
    found = find(requests(protocol.name), lambda request: kind in check(protocol, request), settings=sought)
    assert kind in check(protocol, found)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_a_good_message_of_which_one_value_is_spoilt(protocol: PhoneProtocol) -> None:
    """Each value gone and replaced by each of what has broken decoders; the whole one is a fix."""
    good, sent = GOOD[protocol.name]
    assert check(protocol, sent(good)) == {Fix}
    seen = [check(protocol, sent(one)) for one in each_spoilt(good)]
    assert {Unusable} in seen
    assert {Fix} in seen, "what the message can do without"


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=10))
def test_a_query_gives_back_what_was_put_in_but_for_secrets(pairs: list[tuple[str, str]]) -> None:
    pairs = [(k.encode(errors="replace").decode(), v.encode(errors="replace").decode()) for k, v in pairs]
    raw = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs).encode()
    parsed = query.parse(raw)
    assert parsed.fields == [(k, v) for k, v in pairs if k.lower() not in query.SECRET_NAMES]


@given(st.binary(max_size=200))
def test_a_query_never_keeps_a_secret_however_its_name_is_escaped(noise: bytes) -> None:
    for name in ("secret", "%73ecret", "TOKEN", "s%65cret", "password"):
        parsed = query.parse(b"id=1&" + name.encode() + b"=canary-canary&" + noise)
        assert b"canary" not in parsed.raw
        assert all("canary" not in value for _, value in parsed.fields)


@given(st.binary(max_size=200), st.sampled_from(["Bearer ", "Basic ", "basic", ""]))
def test_credentials_never_fail(header: bytes, scheme: str) -> None:
    presented(scheme.encode() + header, carriers=("bearer", "basic"))


@given(st.binary(max_size=MAX_KEPT * 2), st.integers(0, 5))
def test_scrubbing_takes_the_secret_out_of_anything(noise: bytes, where: int) -> None:
    secret = "canary/Secret+of=22chars"
    forms = [secret, quote(secret, safe=""), quote(secret)]
    cut = len(noise) * where // 5
    for form in forms:
        text = scrub(noise[:cut] + form.encode() + noise[cut:], secret, lambda _: False)
        assert secret not in text
        assert form not in text
        assert len(text) <= MAX_KEPT + 1


@given(
    st.sampled_from(['"', "=", "&", " ", "/", ",", "token=", "Bearer "]),
    st.sampled_from(['"', "&", " ", ","]),
)
def test_scrubbing_finds_the_secrets_it_knows(before: str, after: str) -> None:
    text = scrub(
        f"id=1{before}known-Secret_0f-22-chars{after}x".encode(), "other", "known-Secret_0f-22-chars".__eq__
    )
    assert "known-Secret" not in text
    assert "id=1" in text
