"""ingest's doors on memory adapters: what is written, what is answered, and what is refused."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.ingest.core.protocols import PROTOCOLS
from services.ingest.core.protocols.phone import PhoneRequest
from services.ingest.core.reading import Decoded
from shared.contracts import courier_positions, devices
from shared.ports.log import LogUnavailable
from tests.ingest_support import (
    OTHER_SECRET,
    RECEIVED_MS,
    REVOKED_SECRET,
    SCANNER_SECRET,
    SECRET,
    World,
    bearer,
    device,
    world,
)

FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
QUERY = "id=van-12&lat=60.1712&lon=24.9441&timestamp=1795168800"
FIX = {"lon": 24.9441, "lat": 60.1712, "at": "2026-11-20T10:00:00Z"}
OWN = {"_type": "location", "lat": 60.1699, "lon": 24.9384, "tst": 1795168800}
TRACCAR9 = {
    "device_id": "van-12",
    "location": {"timestamp": "2026-11-20T10:00:00Z", "coords": {"latitude": 60.17, "longitude": 24.94}},
}
FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [24.9384, 60.1699]},
    "properties": {"timestamp": "2026-11-20T10:00:00Z", "device_id": "van-12"},
}
BATCH = {"locations": [FEATURE]}
TAKEN = b'{"result":"ok"}'
LOGGED = "lat=60.1712&lon=24.9441&time=2026-11-20T10:00:00.120Z"


@pytest.fixture
async def w() -> AsyncIterator[World]:
    async with world() as made:
        yield made


async def post_fix(w: World, secret: str = SECRET, **more: Any) -> httpx.Response:
    return await w.client.post("/v1/positions", json=FIX | more, headers=bearer(secret))


async def test_a_fix_is_a_feature_with_its_origin_in_the_headers(w: World) -> None:
    answer = await post_fix(w, speed_mps=5.1, bearing_deg=90, accuracy_m=6, battery_pct=80.4, event="sos")
    assert answer.status_code == 200
    (record,) = w.log.records(courier_positions.TOPIC)
    assert json.loads(record.value or b"") == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [24.9441, 60.1712]},
        "properties": {"at_ms": 1795168800000, "speed_mps": 5.1, "bearing_deg": 90.0, "accuracy_m": 6.0},
    }
    assert record.key == "eleni"
    wanted = {
        "tenant": "athens-couriers",
        "device": "van-12",
        "protocol": "native",
        "received_ms": str(RECEIVED_MS),
        "battery_pct": "80",
        "event": "sos",
    }
    assert wanted.items() <= dict(record.headers).items()
    assert answer.json() == {"results": [{"result": "accepted", "id": record.headers["ce_id"]}]}


async def test_every_way_in_names_its_protocol_and_answers_as_it_wants(w: World) -> None:
    c, form = w.client, FORM
    ways = [
        ("osmand", b"", await c.get(f"/osmand/{SECRET}?{QUERY}")),
        ("osmand", b"", await c.post(f"/osmand?{QUERY}&secret={SECRET}")),
        ("osmand", b"", await c.get(f"/?token={SECRET}&{QUERY}")),
        ("osmand", b"", await c.get(f"/osmand/?{QUERY}", headers=bearer(SECRET))),
        ("osmand", b"", await c.get(f"/osmand?{QUERY}", auth=("van-12", SECRET))),
        ("traccar10", b"", await c.post(f"/osmand/{SECRET}", content=QUERY, headers=form)),
        ("traccar10", b"", await c.post(f"/osmand?secret={SECRET}", content=QUERY, headers=form)),
        ("traccar10", b"", await c.post(f"/?secret={SECRET}", content=QUERY, headers=form)),
        ("traccar9", b"", await c.post(f"/osmand/{SECRET}/", json=TRACCAR9)),
        ("owntracks", b"[]", await c.post("/owntracks", json=OWN, auth=("van-12", SECRET))),
        ("overland", TAKEN, await c.post("/overland", json=BATCH, headers=bearer(SECRET))),
        ("overland", TAKEN, await c.post(f"/overland?token={SECRET}", json=BATCH)),
        ("gpslogger", b"", await c.post("/gpslogger", content=LOGGED, auth=("van-12", SECRET))),
        ("gpslogger", b"", await c.post("/gpslogger", content=LOGGED, headers=bearer(SECRET))),
        ("gpslogger", b"", await c.get(f"/gpslogger/{SECRET}?{LOGGED}")),
        ("gpslogger", b"", await c.get(f"/gpslogger?{LOGGED}&secret={SECRET}")),
    ]
    for protocol, body, answer in ways:
        assert (answer.status_code, answer.content) == (200, body), protocol
    records = w.log.records(courier_positions.TOPIC)
    assert [r.headers["protocol"] for r in records] == [protocol for protocol, _, _ in ways]
    assert {r.key for r in records} == {"eleni"}
    # The same text of the same device is the same fix, wherever the secret stood.
    assert len({r.headers["ce_id"] for r in records}) == 5


async def test_a_repeat_has_the_same_id_whenever_it_comes(w: World) -> None:
    first = (await post_fix(w)).json()
    w.now_ms += 3_600_000
    assert (await post_fix(w)).json() == first


async def test_an_array_has_a_result_for_each_member(w: World) -> None:
    ahead = FIX | {"at": "2026-11-20T13:00:30Z"}
    items = f'[{json.dumps(FIX)}, {json.dumps(ahead)}, {{"lon":1e999,"lat":1}}, {{"battery_pct":5}}]'
    answer = await w.client.post("/v1/positions", content=items, headers=bearer(SECRET))
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [r["result"] for r in results] == ["accepted", "parked", "parked", "alive"]
    assert [r.get("reason") for r in results] == [None, "clock_ahead", "unreadable", None]
    assert results[1]["detail"] == "clock 3 h ahead"
    assert [p.geometry is None for p in w.positions()] == [False, True]
    letters = w.parked()
    assert [letter.reason for letter in letters] == ["clock_ahead", "unreadable"]
    assert json.loads(letters[0].value) == ahead
    assert {(x.device, x.tenant, x.key, x.topic, x.where) for x in letters} == {
        ("van-12", "athens-couriers", "eleni", "courier.positions", "ingest")
    }


async def test_of_a_batch_the_usable_is_taken_the_rest_parked_and_the_app_told_to_forget_all(
    w: World,
) -> None:
    ahead = FEATURE | {"properties": {"timestamp": "2026-11-20T13:00:30Z"}}
    void = FEATURE | {"properties": FEATURE["properties"] | {"horizontal_accuracy": -1}}  # type: ignore[operator]
    trip = FEATURE | {"properties": {"timestamp": "2026-11-20T10:00:09Z", "type": "trip"}}
    later = FEATURE | {"properties": {"timestamp": "2026-11-20T10:00:10Z"}}
    batch = {"locations": [ahead, FEATURE, void, 7, trip, later]}
    answer = await w.client.post("/overland", json=batch, headers=bearer(SECRET))
    assert (answer.status_code, answer.content) == (200, TAKEN)
    assert answer.headers["content-type"] == "application/json"
    assert [p.properties.at_ms for p in w.positions()] == [1795168800000, 1795168810000]
    assert [letter.reason for letter in w.parked()] == ["clock_ahead", "not_valid", "unreadable"]
    for broken in ("", "[]", '{"locations":'):
        answer = await w.client.post("/overland", content=broken, headers=bearer(SECRET))
        assert (answer.status_code, answer.content) == (200, TAKEN)


async def test_an_empty_array_writes_nothing(w: World) -> None:
    answer = await w.client.post("/v1/positions", json=[], headers=bearer(SECRET))
    assert answer.json() == {"results": []}
    assert w.positions() == []


@pytest.mark.parametrize(
    ("path", "kwargs", "reason"),
    [
        (f"/osmand/{SECRET}?lat=60.17&lon=24.94", {"method": "GET"}, "no_device"),
        (f"/osmand/{SECRET}?{QUERY.replace('60.1712', '')}", {"method": "GET"}, "bad_number"),
        (f"/osmand/{SECRET}", {"method": "POST"}, "no_device"),
        (f"/osmand/{SECRET}", {"method": "POST", "json": []}, "unreadable"),
        (f"/osmand/{SECRET}", {"method": "POST", "json": {"device_id": "van-12"}}, "unreadable"),
        (
            "/owntracks",
            {"method": "POST", "json": {"_type": "encrypted"}, "auth": ("van-12", SECRET)},
            "encrypted",
        ),
        ("/v1/positions", {"method": "POST", "content": b"\xff{", "headers": bearer(SECRET)}, "unreadable"),
    ],
)
async def test_what_is_unusable_is_parked_and_answered_like_the_rest(
    w: World, path: str, kwargs: dict[str, Any], reason: str
) -> None:
    answer = await w.client.request(url=path, **kwargs)
    assert answer.status_code == 200
    assert [letter.reason for letter in w.parked()] == [reason]
    assert w.positions() == []


async def test_what_means_nothing_is_neither_written_nor_parked(w: World) -> None:
    answer = await w.client.post("/owntracks", json={"_type": "lwt", "tst": 1}, auth=("van-12", SECRET))
    assert (answer.status_code, answer.json()) == (200, [])
    assert w.positions() == []
    assert w.parked() == []


async def refusals(w: World) -> list[httpx.Response]:
    c = w.client
    unknown = "never-Issued_secret-22"
    return [
        await post_fix(w, unknown),
        await post_fix(w, REVOKED_SECRET),
        await c.post("/v1/positions", json=FIX),
        await post_fix(w, SECRET, device="bike-2"),
        await c.get(f"/osmand/{unknown}?{QUERY}"),
        await c.get(f"/osmand/{REVOKED_SECRET}?{QUERY}"),
        await c.get(f"/osmand?{QUERY}"),
        await c.get(f"/osmand/{OTHER_SECRET}?{QUERY}"),
        await c.get(f"/osmand/{SECRET}?{QUERY}&id=bike-2"),
        await c.post(f"/osmand/{OTHER_SECRET}", content=QUERY, headers=FORM),
        await c.post(f"/osmand/{OTHER_SECRET}", json=TRACCAR9),
        await c.post("/owntracks", json=OWN, auth=("van-12", unknown)),
        await c.post("/owntracks", json=OWN, auth=("bike-2", SECRET)),
        await c.post("/owntracks", json=OWN),
    ]


async def test_no_good_secret_is_the_same_401_and_never_parked(w: World) -> None:
    answers = await refusals(w)
    assert {a.status_code for a in answers} == {401}
    assert len({a.content for a in answers}) == 1
    assert {a.headers["content-type"] for a in answers} == {"application/problem+json"}
    for door in ("/v1/positions", "/osmand", "/owntracks"):
        headers = {str(sorted(a.headers.items())) for a in answers if a.request.url.path.startswith(door)}
        assert len(headers) == 1
    assert w.positions() == []
    assert w.parked() == []


async def test_a_device_speaks_for_its_courier_only(w: World) -> None:
    await post_fix(w, OTHER_SECRET)
    assert [r.key for r in w.log.records(courier_positions.TOPIC)] == ["nikos"]


async def test_a_revocation_holds_from_the_next_request(w: World) -> None:
    assert (await post_fix(w)).status_code == 200
    await w.log.append(devices.TOPIC, "van-12", device("van-12", "eleni", SECRET, revoked=True), id="x")
    assert (await post_fix(w)).status_code == 401
    await w.log.append(devices.TOPIC, "bike-2", None, id="y")
    assert (await post_fix(w, OTHER_SECRET)).status_code == 401


async def test_before_the_devices_are_read_nobody_is_told_401() -> None:
    async with world(started=False) as w:
        for answer in [await post_fix(w), await w.client.get(f"/osmand/{SECRET}?{QUERY}")]:
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
        assert (await w.client.get("/readyz")).status_code == 503
        assert (await w.client.get("/healthz")).status_code == 200


async def test_a_scanner_posts_no_positions(w: World) -> None:
    assert (await post_fix(w, SCANNER_SECRET)).status_code == 403
    assert w.positions() == []


async def test_unacknowledged_is_503_and_a_retry_is_the_same_fix(w: World) -> None:
    w.log.available = False
    bad = FIX | {"lat": 100}
    for answer in [
        await post_fix(w),
        await w.client.post("/v1/positions", json=[FIX, bad], headers=bearer(SECRET)),
        await w.client.get(f"/osmand/{SECRET}?lat=1"),
    ]:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "again" in answer.json()["detail"]
    w.log.available = True
    assert (await post_fix(w)).status_code == 200
    assert len(w.positions()) == 1


async def test_an_array_half_acknowledged_is_503(w: World) -> None:
    append, calls = w.log.append, 0

    async def flaky(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise LogUnavailable("not acknowledged")
        return await append(*args, **kwargs)

    w.log.append = flaky  # type: ignore[method-assign]
    answer = await w.client.post(
        "/v1/positions", json=[FIX, FIX | {"at": 1795168801000}], headers=bearer(SECRET)
    )
    assert answer.status_code == 503


async def test_2xx_only_after_the_acknowledgement(w: World) -> None:
    append, let_go = w.log.append, asyncio.Event()
    bounds: list[float] = []

    async def slow(*args: Any, **kwargs: Any) -> Any:
        bounds.append(kwargs["timeout_s"])
        await let_go.wait()
        return await append(*args, **kwargs)

    w.log.append = slow  # type: ignore[method-assign]
    pending = asyncio.create_task(post_fix(w))
    await asyncio.sleep(0.05)
    assert not pending.done()
    let_go.set()
    assert (await pending).status_code == 200
    assert bounds == [2.0]


async def test_what_is_in_flight_is_bounded() -> None:
    async with world(ingest_in_flight=2) as w:
        let_go = asyncio.Event()
        append = w.log.append

        async def slow(*args: Any, **kwargs: Any) -> Any:
            await let_go.wait()
            return await append(*args, **kwargs)

        w.log.append = slow  # type: ignore[method-assign]
        pending = [asyncio.create_task(post_fix(w, at=1795168800000 + i)) for i in range(2)]
        await asyncio.sleep(0.05)
        refused = await post_fix(w)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        let_go.set()
        assert [(await p).status_code for p in pending] == [200, 200]
        assert (await post_fix(w)).status_code == 200


async def test_a_device_has_a_rate_of_its_own() -> None:
    async with world(ingest_rate_per_s=20, ingest_rate_burst=20) as w:
        answers = [await post_fix(w, at=1795168800000 + i) for i in range(21)]
        assert [a.status_code for a in answers] == [200] * 20 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await post_fix(w, OTHER_SECRET)).status_code == 200
        w.now_s += 1
        assert (await post_fix(w)).status_code == 200


async def test_readings_have_a_rate_too() -> None:
    async with world(ingest_points_per_s=10, ingest_points_burst=100) as w:
        backlog = [FIX | {"at": 1795168000000 + 1000 * i} for i in range(200)]
        first = await w.client.post("/v1/positions", json=backlog, headers=bearer(SECRET))
        second = await w.client.post("/v1/positions", json=backlog[:2], headers=bearer(SECRET))
        assert (first.status_code, second.status_code) == (200, 429)
        assert (await post_fix(w)).status_code == 200


async def test_a_large_body_is_413_announced_or_not(w: World) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 1
            yield b"x" * 65_536

    limit = w.intake.settings.ingest_max_body_bytes
    doors: list[tuple[str, Any]] = [
        ("/v1/positions", None),
        (f"/osmand/{SECRET}", None),
        ("/owntracks", None),
        ("/v1/shipments/s-1/events", None),
    ]
    for path, _ in doors:
        announced = await w.client.post(path, content=b"[" * (limit + 1), headers=bearer(SECRET))
        sent = 0
        chunked = await w.client.post(path, content=chunks(), headers=bearer(SECRET))
        for answer in (announced, chunked):
            assert (answer.status_code, answer.headers["connection"]) == (413, "close"), path
            assert answer.headers["content-type"] == "application/problem+json"
        assert sent < 20
    exactly = await w.client.post(
        "/v1/positions", content=b"[" + b" " * (limit - 2) + b"]", headers=bearer(SECRET)
    )
    assert exactly.json() == {"results": []}


async def test_others_get_their_turn_while_many_messages_are_parked(w: World) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(other())
    answer = await w.client.post("/v1/positions", json=[{"lon": "x"}] * 1_000, headers=bearer(SECRET))
    waiting.cancel()
    assert {r["result"] for r in answer.json()["results"]} == {"parked"}
    assert turns >= 1_000


async def test_more_positions_than_one_request_may_hold(w: World) -> None:
    many = [FIX] * 1001
    assert (await w.client.post("/v1/positions", json=many, headers=bearer(SECRET))).status_code == 413
    assert w.positions() == []


async def test_a_compressed_body_and_a_long_query_are_refused(w: World) -> None:
    headers = bearer(SECRET) | {"content-encoding": "gzip"}
    assert (await w.client.post("/v1/positions", content=b"x", headers=headers)).status_code == 415
    assert (await w.client.get(f"/osmand/{SECRET}?id={'x' * 9000}")).status_code == 414


async def test_a_body_that_does_not_come_is_408() -> None:
    async with world(ingest_body_timeout_s=0.05) as w:

        async def stalled() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.sleep(30)

        answer = await w.client.post("/v1/positions", content=stalled(), headers=bearer(SECRET))
        assert answer.status_code == 408
        assert (await post_fix(w)).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/v1/positions", f"/osmand/{SECRET}", "/owntracks"])
async def test_other_methods_are_405(w: World, method: str, path: str) -> None:
    answer = await w.client.request(method, path, headers=bearer(SECRET))
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/nothing", "/v1/positions/x", "/osmandx", "/owntracks/x", "/v1"])
async def test_elsewhere_is_404_with_a_way_on(w: World, path: str) -> None:
    answer = await w.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "/openapi.json" in answer.json()["detail"]


async def test_a_decoder_that_fails_parks_the_message(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: PhoneRequest) -> Decoded:
        raise ZeroDivisionError("canary")

    native = next(p for p in PROTOCOLS if p.name == "native")
    door = w.app._doors["/v1/positions"]
    monkeypatch.setattr(door, "_protocols", (dataclasses.replace(native, decode=broken),))
    answer = await post_fix(w)
    assert answer.status_code == 200
    assert [letter.reason for letter in w.parked()] == ["decoder_failed"]


async def test_ready_when_read_up_and_the_log_answers(w: World) -> None:
    assert (await w.client.get("/readyz")).json() == {"devices": True, "log": True}
    w.kafka_answers = False
    answer = await w.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"devices": True, "log": False})


async def test_metrics_count_what_happened(w: World) -> None:
    await post_fix(w)
    await post_fix(w, lat=100)
    await post_fix(w, "never-Issued_secret-22")
    text = (await w.client.get("/metrics")).text
    assert 'dromos_ingest_readings_total{protocol="native",result="accepted"} 1.0' in text
    assert 'dromos_ingest_parked_total{reason="out_of_range"} 1.0' in text
    assert 'dromos_ingest_requests_total{protocol="positions",status="401"} 1.0' in text
    assert 'dromos_ingest_refused_total{why="secret"} 1.0' in text
    assert "dromos_ingest_append_seconds_count 2.0" in text
    assert "dromos_ingest_in_flight 0.0" in text


async def test_the_trace_goes_on(w: World) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await w.client.post("/v1/positions", json=[FIX, FIX], headers=bearer(SECRET) | {"traceparent": trace})
    await post_fix(w)
    found = [r.headers["traceparent"] for r in w.log.records(courier_positions.TOPIC)]
    assert found[:2] == [trace, trace]
    assert found[2] != trace
