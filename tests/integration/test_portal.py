"""The portal as a process, with the decider and the projector behind it: a merchant's day over HTTP."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geojson
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from shared.adapters.kafka.log import KafkaLog
from shared.config import CommonSettings
from shared.contracts import courier_positions
from shared.contracts.courier_positions import position
from shared.contracts.registry import TOPICS
from shared.tickets import Tickets
from tests.integration.workers import Workers, running, settings_of

PREFIX = "t-portal."
ADMIN = "canary-admin-token-0123456789"
TICKET_KEY = "canary-ticket-key-0123456789"
CANARIES = ("Canarina", "+306911111111", "canary@example.org", "Canary Street 7", "the canary sings")
BODY = {
    "order_number": "GR-10442",
    "recipient": {
        "name": "Maria Canarina",
        "phone": "+306911111111",
        "email": "canary@example.org",
        "note": "the canary sings",
    },
    "address": {"line": "Canary Street 7", "city": "Helsinki", "lon": 24.9441, "lat": 60.1689},
}
WAIT = {"Prefer": "wait=30"}


def until[T](what: str, ask: Callable[[], T | None], within_s: float = 60) -> T:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {within_s} s: {what}")


@dataclass
class System:
    """The portal's process and a client of it."""

    settings: CommonSettings
    workers: Workers
    folder: Path
    client: httpx.Client
    port: int
    secrets: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = self.workers.environment("portal") | {
            "DROMOS_PORTAL_PORT": str(self.port),
            "DROMOS_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DROMOS_GATEWAY_URL": "ws://127.0.0.1:1/",
            "DROMOS_ADMIN_TOKEN": ADMIN,
            "DROMOS_TICKET_KEY": TICKET_KEY,
            "DROMOS_MAX_WAIT_S": "30",
        }
        with (self.folder / "portal.log").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.portal.main"],
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        process = self.process

        def ready() -> bool | None:
            assert process.poll() is None, self.log()
            with contextlib.suppress(httpx.TransportError):
                return True if self.client.get("/readyz").status_code == 200 else None
            return None

        until("the portal is ready", ready)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def log(self) -> str:
        return (self.folder / "portal.log").read_text()

    def admin(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.client.request(method, path, headers={"Authorization": f"Bearer {ADMIN}"}, **more)

    def shop(self, method: str, path: str, *headers: dict[str, str], **more: Any) -> httpx.Response:
        whole = {"Authorization": f"Bearer {self.secrets[0]}"}
        for each in headers:
            whole |= each
        return self.client.request(method, path, headers=whole, **more)


@pytest.fixture(scope="module")
def system(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("portal")
    settings = settings_of(infra, PREFIX, partitions=2)
    port = free_port()
    with (
        running(settings, folder, "shipments", "stages") as workers,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
    ):
        found = System(settings, workers, folder, client, port)
        found.start()
        try:
            shop = {"tenant": "athens", "name": "Πλειάδες", "zone": "Europe/Athens", "language": "el"}
            made = found.admin("PUT", "/v1/merchants/books", json=shop)
            assert made.status_code == 201, made.text
            found.secrets.append(made.json()["key"])
            phone = {"device_id": "van-1", "courier_id": "eleni", "tenant": "athens"}
            found.secrets.append(found.admin("POST", "/v1/devices", json=phone).json()["secret"])
            yield found
        finally:
            if found.process is not None and found.process.poll() is None:
                found.process.kill()
                found.process.wait()


def register(system: System, key: str, body: Any = BODY) -> httpx.Response:
    return system.shop("POST", "/v1/shipments", WAIT, {"Idempotency-Key": key}, json=body)


def shown(system: System, shipment: str, good: Callable[[Any], bool] = lambda _: True) -> Any:
    """The shipment once the projector shows it so: its views follow the decider's outcome by some ms."""

    def look() -> Any:
        answer = system.shop("GET", f"/v1/shipments/{shipment}")
        return answer.json() if answer.status_code == 200 and good(answer.json()) else None

    return until(f"{shipment} is shown", look)


def test_a_shipments_life_over_http(system: System) -> None:
    first = register(system, "life")
    assert first.status_code == 201, first.text
    assert first.headers["Preference-Applied"] == "wait=30"
    shipment = first.json()["shipment"]
    assert shown(system, shipment)["status"] == "InfoReceived_001"

    link = system.shop("POST", f"/v1/shipments/{shipment}/links").json()
    secret = link["url"].partition("#")[2]
    system.secrets.append(secret)
    exchanged = system.client.post("/v1/link/ticket", json={"secret": secret})
    assert exchanged.status_code == 200
    ticket = exchanged.json()["ticket"]
    assert Tickets(TICKET_KEY).verify(ticket, now_ms=time.time_ns() // 10**6).shipment == shipment

    def view() -> Any:
        answer = system.client.get("/v1/link/view", headers={"Authorization": f"Ticket {ticket}"})
        return answer.json() if answer.status_code == 200 and "home" in answer.json() else None

    snapshot = until("the view is whole", view)
    assert snapshot["shop"]["name"] == "Πλειάδες"
    assert snapshot["home"]["name"].startswith("Maria C")
    assert "Canarina" not in snapshot["home"]["name"]
    assert snapshot["driver"] == {"version": [0, 0], "show": "none", "why": "not_set_out"}

    stops = {"stops": [{"shipments": [shipment]}], "driver": {"first_name": "Eleni"}}
    planned = system.shop("PUT", "/v1/routes/eleni/r-1", WAIT, json=stops)
    assert planned.status_code == 200, planned.text
    route = until(
        "the route is read",
        lambda: (
            answer.json()
            if (answer := system.shop("GET", "/v1/routes/eleni/r-1")).status_code == 200
            else None
        ),
    )
    # The stop had no place of its own: it is the shipment's address.
    assert (route["stops"][0]["lon"], route["stops"][0]["lat"]) == (24.9441, 60.1689)
    assert system.shop("POST", "/v1/routes/eleni/r-1/set-out", WAIT).status_code == 200
    assert shown(system, shipment, lambda s: s["out_for_delivery"])["courier"] == "eleni"

    report = {"event_id": "door-1", "substatus": "Delivered_005", "taken_by": "Canarina's neighbour"}
    done = system.shop("POST", f"/v1/shipments/{shipment}/events", WAIT, json=report)
    assert done.status_code == 200, done.text
    again = system.shop("POST", f"/v1/shipments/{shipment}/events", WAIT, json=report)
    assert again.json()["seq"] == done.json()["seq"]
    ended = shown(system, shipment, lambda s: s["ended"])
    assert [h["status"] for h in ended["history"]].count("Delivered_005") == 1
    late = {"event_id": "door-2", "substatus": "AttemptFail_002"}
    refused = system.shop("POST", f"/v1/shipments/{shipment}/events", WAIT, json=late)
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_ended")

    assert system.shop("DELETE", f"/v1/shipments/{shipment}/links/{link['link_id']}").status_code == 204
    dead = system.client.post("/v1/link/ticket", json={"secret": secret})
    unknown = system.client.post("/v1/link/ticket", json={"secret": "A" * 22})
    assert (dead.status_code, dead.content) == (404, unknown.content)


def test_the_same_key_is_the_same_shipment_and_another_body_is_422(system: System) -> None:
    answers = [register(system, "idem") for _ in range(2)]
    assert {a.json()["shipment"] for a in answers} == {answers[0].json()["shipment"]}
    assert answers[0].status_code == 201
    # At once, while the projector may not have shown the first one yet.
    other = register(system, "idem", {**BODY, "parcels": 7})
    assert (other.status_code, other.json()["reason"]) == (422, "already_registered")
    shown(system, answers[0].json()["shipment"])
    assert register(system, "idem").status_code == 200
    assert register(system, "idem", {**BODY, "parcels": 8}).status_code == 422
    # And without waiting, as soon as the shipment is shown.
    key = {"Idempotency-Key": "idem"}
    late = system.shop("POST", "/v1/shipments", key, json={**BODY, "parcels": 9})
    assert late.status_code == 422


def test_a_restart_knows_everything_and_ends_cleanly(system: System) -> None:
    shipment = register(system, "restart").json()["shipment"]
    shown(system, shipment)
    link = system.shop("POST", f"/v1/shipments/{shipment}/links").json()
    secret = link["url"].partition("#")[2]
    system.secrets.append(secret)
    assert system.stop() == 0
    system.start()
    assert system.client.post("/v1/link/ticket", json={"secret": secret}).status_code == 200
    assert [x["link_id"] for x in shown(system, shipment)["links"]] == [link["link_id"]]
    assert system.admin("GET", "/v1/devices").json()["devices"][0]["device_id"] == "van-1"


def test_a_request_under_way_is_answered_when_the_process_is_told_to_end(system: System) -> None:
    """The decider is frozen, so that the request waits while the signal comes."""
    answers: list[httpx.Response] = []
    system.workers.freeze("shipments")
    try:
        key = {"Idempotency-Key": "drain", "Prefer": "wait=8"}
        thread = threading.Thread(
            target=lambda: answers.append(system.shop("POST", "/v1/shipments", key, json=BODY))
        )
        thread.start()
        # The counts' own request is one of them.
        two = "dromos_portal_requests_under_way 2.0"
        until("it is under way", lambda: True if two in system.client.get("/metrics").text else None)
        assert system.stop() == 0
        thread.join(30)
    finally:
        system.workers.wake("shipments")
    assert [a.status_code for a in answers] == [202]
    system.start()


async def test_the_track_comes_from_the_log(system: System) -> None:
    now = time.time_ns() // 10**6
    async with KafkaLog(system.settings, "/test") as log:
        for number in range(5):
            fix = position(24.94 + number / 1000, 60.17, now - (5 - number) * 1000)
            await log.append(courier_positions.TOPIC, "eleni", fix, id=f"p{number}", timeout_s=10)
    answer = system.admin("GET", "/v1/couriers/eleni/track?zone=UTC")
    assert answer.status_code == 200
    found = geojson.loads(answer.text)
    assert found.is_valid
    assert len(found["features"][0]["geometry"]["coordinates"]) == 5


async def test_no_secret_and_no_name_where_they_do_not_belong(system: System) -> None:
    """After all the above: the portal's log, its counts, and every topic but the one for personal data."""
    log = system.log() + system.client.get("/metrics").text
    everywhere = [*system.secrets, *(s.split("_", 2)[2] for s in system.secrets if s.startswith("mk_"))]
    for canary in (*CANARIES, *everywhere, ADMIN, TICKET_KEY):
        assert canary not in log
    assert re.search(r'"route": ?"/v1/shipments/\{shipment\}"', log), "the log was looked at in vain"
    consumer = AIOKafkaConsumer(bootstrap_servers=system.settings.kafka_bootstrap, group_id=None)
    await consumer.start()
    try:
        names = {PREFIX + name for name in TOPICS}
        found = [TopicPartition(t, p) for t in names for p in consumer.partitions_for_topic(t) or ()]
        if not found:
            await consumer._client.force_metadata_update()
            all_topics = await consumer.topics()
            found = [
                TopicPartition(t, p)
                for t in names & all_topics
                for p in consumer.partitions_for_topic(t) or ()
            ]
        consumer.assign(found)
        await consumer.seek_to_beginning(*found)
        ends = await consumer.end_offsets(found)
        read = dict.fromkeys(names, b"")
        while any([await consumer.position(tp) < ends[tp] for tp in found]):
            for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                for r in records:
                    heads = b"".join(v for _, v in r.headers)
                    read[tp.topic] += (r.key or b"") + (r.value or b"") + heads
    finally:
        await consumer.stop()
    assert b"Canarina" in read[PREFIX + "shipment.parties"]
    for topic, content in read.items():
        for canary in everywhere:
            assert canary.encode() not in content, topic
        if topic != PREFIX + "shipment.parties":
            for canary in CANARIES:
                assert canary.encode() not in content, topic
    assert json.loads(system.client.get("/openapi.json").text)["openapi"].startswith("3.")
