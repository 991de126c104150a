"""Canary secrets through every way in: no log line, metric, problem or dead letter shows one."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog

from services.ingest.intake import Intake
from shared import logs
from shared.contracts import devices, merchants
from shared.contracts.merchants import ApiKey, Merchant
from shared.contracts.registry import LIVE_TOPICS
from shared.domain.keyrings import sha256_hex
from tests.ingest_support import PARKED, World, device, world

CANARY = "cAnary-sEcret_0f/van+12="
ROTATED = "cAnary-r0tated_secret-12"
UNKNOWN = "cAnary-unkn0wn_secret-00"
MERCHANT = "cAnary-merchant_secret-1"
KEY = f"mk_0c0c0c_{MERCHANT}"
HEADS = ("cAnary", quote("cAnary"), "Y0FuYXJ5")  # also as base64 would begin

ENCODED = quote(CANARY, safe="")


def auth(secret: str, user: str = "van-12") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def bear(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


Call = Callable[[httpx.AsyncClient], Any]
GOOD = "id=van-12&lat=60.17&lon=24.94&timestamp=1795168800"
BAD = "id=van-12&lat=x&lon=24.94"
ROUND = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [24.94, 60.17]},
    "properties": {"timestamp": "2026-11-20T10:00:00Z", "wifi": "cAnary"},
}
LOGGED = "lat=60.17&lon=24.94&time=2026-11-20T10:00:00.120Z"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

CALLS: dict[str, Call] = {
    "path, good": lambda c: c.get(f"/osmand/{ENCODED}?{GOOD}"),
    "path, parked": lambda c: c.get(f"/osmand/{ENCODED}?{BAD}"),
    "path and query, parked": lambda c: c.get(f"/osmand/{ENCODED}?{BAD}&secret={ROTATED}&key={ROTATED}"),
    "query, good": lambda c: c.get(f"/osmand?secret={ENCODED}&{GOOD}"),
    "query, parked": lambda c: c.get(f"/osmand?token={ENCODED}&{BAD}"),
    "query under an odd name, parked": lambda c: c.get(
        f"/osmand/{ENCODED}?{BAD}&pw={ROTATED}&note={ENCODED}"
    ),
    "a secret for a number": lambda c: c.get(f"/osmand/{ENCODED}?id=van-12&lat={ENCODED}&lon={ROTATED}"),
    "form, parked": lambda c: c.post(
        f"/osmand?secret={ENCODED}", content=f"{BAD}&secret={ENCODED}", headers=FORM
    ),
    "another's secret in the text": lambda c: c.post(
        f"/osmand/{ENCODED}", content=f"{BAD}&x={KEY}&y={MERCHANT}", headers=FORM
    ),
    "JSON, parked": lambda c: c.post(
        f"/osmand/{ENCODED}", content=f'{{"device_id":"van-12","password":"x","a":"{CANARY}"}}', headers=JSON
    ),
    "not JSON, parked": lambda c: c.post(
        f"/osmand/{ENCODED}", content=f'{{"x": {CANARY} {ROTATED}', headers=JSON
    ),
    "native, parked": lambda c: c.post(
        "/v1/positions", json={"lon": CANARY, "lat": ROTATED}, headers=bear(CANARY)
    ),
    "native, an event": lambda c: c.post(
        "/v1/positions", json={"lon": 1, "lat": 1, "event": ROTATED}, headers=bear(CANARY)
    ),
    "owntracks, parked": lambda c: c.post(
        "/owntracks", json={"_type": "x", "data": CANARY, "tid": ROTATED}, headers=auth(CANARY)
    ),
    "overland, good": lambda c: c.post(f"/overland?token={ENCODED}", json={"locations": [ROUND]}),
    "overland, parked": lambda c: c.post(
        "/overland",
        json={"locations": [ROUND, {"note": CANARY}, ROUND | {"geometry": ROTATED}], "trip": {"a": CANARY}},
        headers=bear(CANARY),
    ),
    "overland, not JSON, parked": lambda c: c.post(
        f"/overland?token={ENCODED}", content=f'{{"locations": {CANARY}'
    ),
    "gpslogger, good": lambda c: c.post("/gpslogger", content=LOGGED, auth=("van-12", CANARY)),
    "gpslogger, parked": lambda c: c.post(
        f"/gpslogger?secret={ENCODED}&note={ENCODED}", content=f"lat=x&lon=1&key={ROTATED}&a={ROTATED}"
    ),
    "gpslogger, path, parked": lambda c: c.get(f"/gpslogger/{ENCODED}?lat={ENCODED}&lon=1"),
    "the secret for a name": lambda c: c.get(f"/osmand/{ENCODED}?id={ENCODED}&lat=1&lon=1"),
    "unknown, path": lambda c: c.get(f"/osmand/{UNKNOWN}?{GOOD}"),
    "unknown, deeper path": lambda c: c.get(f"/osmand/{UNKNOWN}/more?{GOOD}"),
    "unknown, elsewhere": lambda c: c.get(f"/{UNKNOWN}?secret={UNKNOWN}"),
    "unknown, header": lambda c: c.post("/v1/positions", json={}, headers=bear(UNKNOWN)),
    "wrong method": lambda c: c.delete(f"/osmand/{ENCODED}"),
    "report, broken": lambda c: c.post(
        "/v1/shipments/s-1/events", json={CANARY: ROTATED, "event_id": 5}, headers=bear(CANARY)
    ),
    "report, bad shipment": lambda c: c.post(
        f"/v1/shipments/%20{ENCODED}/events", json={}, headers=bear(KEY)
    ),
    "report, bad type": lambda c: c.post(
        "/v1/shipments/s-1/events", json={"event_id": "1", "type": ROTATED}, headers=bear(KEY)
    ),
    "report, not JSON": lambda c: c.post("/v1/shipments/s-1/events", content=CANARY, headers=bear(KEY)),
    "broken inside": lambda c: c.get(f"/osmand/{ENCODED}?{GOOD}"),
}


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """All that is logged, our own and the libraries', as it would be written."""
    written: list[str] = []
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up("ingest", "DEBUG")
    (ours,) = root.handlers

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(ours.format(record))

    root.handlers[:] = [Keep()]
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def enrol(w: World) -> None:
    await w.log.append(devices.TOPIC, "van-12", device("van-12", "eleni", CANARY, ROTATED), id="c")
    shop = Merchant(
        merchant="canary",
        tenant="athens-couriers",
        name="C",
        keys=(ApiKey(key="0c0c0c", sha256=sha256_hex(MERCHANT)),),
    )
    await w.log.append(merchants.TOPIC, "canary", shop, id="m")


@pytest.mark.parametrize("name", CALLS)
async def test_no_secret_is_shown(name: str, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        await enrol(w)
        if name == "broken inside":

            async def failing(*_: object, **__: object) -> None:
                raise RuntimeError(f"cannot write for {CANARY}")

            monkeypatch.setattr(Intake, "append", failing)
        answer = await CALLS[name](w.client)
        if name == "broken inside":
            assert answer.status_code == 500
        if "parked" in name:
            assert w.parked(), "the case is meant to park something"
        shown = {
            "answer": answer.text + str(sorted(answer.headers.items())),
            "metrics": (await w.client.get("/metrics")).text,
            "log": "\n".join(line for line in lines if '"logger": "httpx"' not in line),
        }
        for topic in (*LIVE_TOPICS, PARKED):
            for record in w.log.records(topic):
                if topic.name not in (devices.TOPIC.name, merchants.TOPIC.name):
                    shown[topic.name] = (
                        shown.get(topic.name, "") + f"{record.key}{record.value!r}{record.headers}"
                    )
        for where, text in shown.items():
            for head in HEADS:
                assert head not in text, where


async def test_the_canary_would_be_seen(lines: list[str]) -> None:
    logs.get("services.ingest.test").warning("leak", secret=CANARY)
    assert any("cAnary" in line for line in lines)
