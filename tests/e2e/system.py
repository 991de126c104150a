"""The running system from outside: a shop's HTTP calls, a courier's phone, a recipient's socket."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import redis
from websockets import Origin
from websockets.sync.client import ClientConnection, connect

from tests.waiting import eventually

TENANT = "helsinki-couriers"
CENTRE = (24.9420, 60.1705)
STEP_DEG = 0.0011  # about 60 m of longitude here


@dataclass
class Phone:
    """A courier's phone with an OsmAnd app."""

    ingest: str
    device: str
    secret: str
    http: httpx.Client

    def post(self, lon: float, lat: float, speed_mps: float = 6.0, at_s: float | None = None) -> int:
        """One fix of now (or of `at_s`); the answer's status."""
        query: dict[str, str | float] = {
            "id": self.device,
            "lat": lat,
            "lon": lon,
            "timestamp": int((at_s or time.time()) * 1000),
            "speed": speed_mps * 1.943844,
            "accuracy": 5,
        }
        return self.http.post(f"{self.ingest}/osmand/{self.secret}", params=query).status_code


@dataclass
class Round:
    """A courier's round: shipments in stop order with their links, and his phone."""

    courier: str
    route: str
    shipments: list[str]
    places: list[tuple[float, float]]
    links: list[str]
    link_ids: list[str]
    phone: Phone


@dataclass
class System:
    """Addresses and tokens of the running system."""

    portal: str
    ingest: str
    gateway: str
    redis_url: str
    admin: str
    folder: Path
    supervisor: int
    mailbox: str = ""
    mail_in: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20, trust_env=False))
    keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, told: dict[str, str], admin: str, folder: Path, supervisor: int) -> System:
        return cls(
            told["portal"],
            told["ingest"],
            told["DROMOS_GATEWAY_URL"],
            told["DROMOS_REDIS_URL"],
            admin,
            folder,
            supervisor,
            told["mailbox"],
            told["mail_in"],
        )

    def __enter__(self) -> System:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, key: str, body: Any = None, **headers: str) -> Any:
        """An API call that must succeed; its JSON."""
        sent = {"Authorization": f"Bearer {key}", "Prefer": "wait=2"} | headers
        answer = self.http.request(method, self.portal + path, json=body, headers=sent)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def merchant(self, id: str, *, mode: str = "live", language: str = "en", **policy: Any) -> str:
        """A shop and its key."""
        if id not in self.keys:
            body = {
                "tenant": TENANT,
                "name": f"Shop {id}",
                "contact": {"phone": "+302100000000", "email": "shop@example.org", "hours": "9-17"},
                "zone": "Europe/Helsinki",
                "language": language,
                "policy": {"mode": mode, "show_driver": True} | policy,
            }
            self.keys[id] = self.call("PUT", f"/v1/merchants/{id}", self.admin, body)["key"]
        return self.keys[id]

    def round(
        self,
        stops: int,
        *,
        shop: str = "e2e",
        set_out: bool = True,
        step_deg: float = STEP_DEG,
        **merchant: Any,
    ) -> Round:
        """A planned round of that many stops along a line, with a link each and a phone."""
        tag = uuid.uuid4().hex[:8]
        key = self.merchant(shop, **merchant)
        courier = f"c-{tag}"
        places = [(CENTRE[0] + step_deg * (n + 3), CENTRE[1]) for n in range(stops)]
        shipments, links, ids = [], [], []
        for n, (lon, lat) in enumerate(places):
            made = self.call(
                "POST",
                "/v1/shipments",
                key,
                {
                    "order_number": f"N-{tag}-{n}",
                    "parcels": 2,
                    "cash": {"amount": "24.90", "currency": "EUR"},
                    "recipient": {"name": "Maria Papadopoulou", "phone": "+306900000000"},
                    "address": {
                        "line": f"Aleksanterinkatu {n + 1}",
                        "city": "Helsinki",
                        "lon": lon,
                        "lat": lat,
                    },
                },
                **{"Idempotency-Key": f"{tag}-{n}"},
            )
            shipments.append(made["shipment"])
            link = self.call("POST", f"/v1/shipments/{made['shipment']}/links", key, {})
            links.append(link["url"])
            ids.append(link["link_id"])
        device = self.call(
            "POST",
            "/v1/devices",
            self.admin,
            {"device_id": f"d-{tag}", "courier_id": courier, "tenant": TENANT},
        )
        planned = {
            "stops": [
                {"stop": f"stop-{n}", "lon": lon, "lat": lat, "shipments": [shipments[n]]}
                for n, (lon, lat) in enumerate(places)
            ],
            "driver": {"first_name": "Eleni", "vehicle": "white van"},
        }
        self.call("PUT", f"/v1/routes/{courier}/r-{tag}", self.admin, planned)
        if set_out:
            self.call("POST", f"/v1/routes/{courier}/r-{tag}/set-out", self.admin)
        phone = Phone(self.ingest, f"d-{tag}", device["secret"], self.http)
        eventually("the phone is known to ingest", lambda: phone.post(*CENTRE) == 200 or None)
        return Round(courier, f"r-{tag}", shipments, places, links, ids, phone)

    def report(self, round_: Round, stop: int, substatus: str) -> None:
        """The courier reports from his phone."""
        answer = self.http.post(
            f"{self.ingest}/v1/shipments/{round_.shipments[stop]}/events",
            json={
                "event_id": uuid.uuid4().hex,
                "substatus": substatus,
                "at": datetime.now(UTC).isoformat(),
            },
            headers={"Authorization": f"Bearer {round_.phone.secret}", "Prefer": "wait=2"},
        )
        assert answer.is_success, answer.text
        assert answer.json().get("outcome", {}).get("accepted", True), answer.text

    def socket(self, link: str) -> Socket:
        """A recipient's socket on a link, opened as the page does."""
        return Socket(self, link)

    def pid(self, part: str) -> int:
        told = json.loads((self.folder / "run" / "parts.json").read_text())["parts"]
        return int(told[part]["pid"] if isinstance(told[part], dict) else told[part])

    def flush_redis(self) -> None:
        """Redis loses everything."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()

    def kill(self, part: str) -> None:
        """kill -9: the supervisor starts it again."""
        os.kill(self.pid(part), signal.SIGKILL)

    @contextlib.contextmanager
    def without(self, *parts: str) -> Iterator[None]:
        """The parts are killed, and are started again only after the block."""
        os.kill(self.supervisor, signal.SIGSTOP)
        try:
            for part in parts:
                self.kill(part)
            yield
        finally:
            os.kill(self.supervisor, signal.SIGCONT)

    @contextlib.contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """The part hangs during the block."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


class Socket:
    """Frames of one recipient's socket."""

    def __init__(self, system: System, link: str) -> None:
        secret = link.partition("#")[2]
        answer = system.http.post(f"{system.portal}/v1/link/ticket", json={"secret": secret})
        assert answer.status_code == 200, answer.text
        ticket = answer.json()
        self.connection: ClientConnection = connect(
            ticket["socket"], origin=Origin(system.portal), compression=None, proxy=None, legacy=True
        )
        self.connection.send(json.dumps({"type": "hello", "ticket": ticket["ticket"]}))
        self.frames: list[dict[str, Any]] = []

    def read(self, seconds: float) -> list[dict[str, Any]]:
        """Frames that arrive within so many seconds; they are also kept in `frames`."""
        end, found = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            try:
                frame = json.loads(self.connection.recv(timeout=left))
            except TimeoutError:
                break
            except Exception as ended:
                if "Closed" in type(ended).__name__:
                    break
                raise
            found.append(frame)
        self.frames += found
        return found

    def until(self, what: str, seen: Callable[[dict[str, Any]], bool], timeout_s: float = 30) -> Any:
        """The first frame that fits."""

        def look() -> Any:
            return next((frame for frame in self.read(0.3) if seen(frame)), None)

        return eventually(what, look, timeout_s)

    def close(self) -> None:
        self.connection.close()


def coordinates(frame: dict[str, Any]) -> Any:
    """A driver's place in a frame, however it is wrapped: nothing but the recipient's home may be one."""
    driver = frame.get("driver") or {}
    feature = frame.get("feature") or driver.get("feature")
    if feature is None and (leg := driver.get("leg")):
        feature = leg
    return feature["geometry"]["coordinates"] if feature and feature.get("geometry") else None
