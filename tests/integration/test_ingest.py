"""ingest as a process on the real Kafka and Valkey: what 2xx, 503 and SIGTERM mean."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from deploy.local.infra import Infra
from deploy.local.ports import free_port, is_listening
from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.deadline import BrokerAway
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.tail import Tail
from shared.adapters.redis.views import RedisViewsWriter
from shared.config import CommonSettings
from shared.contracts import courier_positions, devices, merchants, shipment_commands, shipment_parties
from shared.contracts.courier_positions import Position
from shared.contracts.partition import partition_of
from shared.contracts.topic import Topic
from shared.contracts.views.work import Outcome
from shared.ports.log import Record
from tests.ingest_support import BOOKSHOP, DEVICES, MERCHANT_KEY, PARKED, SECRET, bearer, device

STARTED_S = 90.0
USED = (
    courier_positions.TOPIC,
    PARKED,
    devices.TOPIC,
    merchants.TOPIC,
    shipment_commands.TOPIC,
    shipment_parties.TOPIC,
)


def until[T](what: str, ask: Callable[[], T | None], within_s: float = 60.0) -> T:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {what}")


@dataclass
class Service:
    """One ingest process, its log and a client of it."""

    settings: CommonSettings
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = self.settings
        environment = os.environ | {
            "DROMOS_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "DROMOS_REDIS_URL": settings.redis_url,
            "DROMOS_TOPIC_PREFIX": settings.topic_prefix,
            "DROMOS_NAMESPACE": settings.namespace,
            "DROMOS_INGEST_PORT": str(self.port),
            "DROMOS_INGEST_RATE_PER_S": "100000",
            "DROMOS_INGEST_RATE_BURST": "100000",
            "DROMOS_LOG_LEVEL": "DEBUG",
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.ingest.main"], env=environment, stdout=out, stderr=out
            )
        until("ingest is ready", self._ready, STARTED_S)

    def _ready(self) -> bool | None:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        if not is_listening(self.port):  # as httpx would find too, at a hundred times the cost
            return None
        try:
            return httpx.get(self.url("/readyz"), timeout=5).status_code == 200 or None
        except httpx.TransportError:
            return None

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def post(self, at_ms: int, secret: str = SECRET) -> httpx.Response:
        fix = {"lon": 24.9441, "lat": 60.1712, "at": at_ms}
        return httpx.post(self.url("/v1/positions"), json=fix, headers=bearer(secret), timeout=30)

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def records(self, topic: Topic) -> list[Record]:
        """All that is in the topic now; a broker that was frozen comes back by and by."""

        def read() -> list[Record] | None:
            try:
                with contextlib.closing(Tail(self.settings, timeout_s=30)) as tail:
                    return list(tail.read([topic]))
            except BrokerAway:
                return None

        return until(f"{topic.name} is read", read)


def write(settings: CommonSettings, *records: tuple[Topic, str, msgspec.Struct]) -> None:
    async def run() -> None:
        async with KafkaLog(settings, "/dromos/test") as log:
            for topic, key, value in records:
                await log.append(topic, key, value, id=f"{key}-{time.time_ns()}", timeout_s=30)

    asyncio.run(run())


@pytest.fixture
def service(infra: Infra, topic_prefix: str, tmp_path: Path) -> Iterator[Service]:
    settings = CommonSettings(
        kafka_bootstrap=infra.bootstrap,
        redis_url=infra.redis_url,
        topic_prefix=topic_prefix,
        namespace=topic_prefix.rstrip("."),
    )
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure(USED)
    write(
        settings,
        *((devices.TOPIC, one.device, one) for one in DEVICES),
        (merchants.TOPIC, BOOKSHOP.merchant, BOOKSHOP),
    )
    made = Service(settings, tmp_path / "ingest.log")
    made.start()
    yield made
    assert made.process is not None
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_fix_is_in_the_log_once_it_is_answered(service: Service) -> None:
    at_s = now_ms() // 1000
    query = f"id=van-12&lat=60.170833&lon=24.9375&timestamp={at_s}&speed=10&batt=80&alarm=sos"
    answer = httpx.get(service.url(f"/osmand/{SECRET}?{query}"), timeout=30)
    assert (answer.status_code, answer.content) == (200, b"")
    (record,) = service.records(courier_positions.TOPIC)
    assert record.value is not None
    fix = msgspec.json.decode(record.value, type=Position)
    assert fix.geometry is not None
    assert fix.geometry.coordinates == (24.9375, 60.170833)
    assert (fix.properties.at_ms, fix.properties.speed_mps) == (at_s * 1000, 5.144)
    assert (record.key, record.partition) == ("eleni", partition_of("eleni", service.settings.partitions))
    wanted = {"device": "van-12", "protocol": "osmand", "battery_pct": "80", "event": "sos"}
    assert wanted.items() <= dict(record.headers).items()
    assert record.headers["ce_type"] == "dromos.courier.positions"


def test_unusable_points_are_parked_and_no_secret_is_in_log_or_metrics(service: Service) -> None:
    calls = [
        httpx.get(service.url(f"/osmand/{SECRET}?id=van-12&lat=x&lon=1&pw={SECRET}"), timeout=30),
        httpx.get(service.url(f"/osmand/not-{SECRET}?id=van-12&lat=1&lon=1"), timeout=30),
        httpx.get(service.url(f"/elsewhere/{SECRET}?secret={SECRET}"), timeout=30),
        httpx.post(
            service.url("/owntracks"), json={"_type": "encrypted"}, auth=("van-12", SECRET), timeout=30
        ),
        service.post(now_ms() + 3 * 3_600_000),
    ]
    assert [c.status_code for c in calls] == [200, 401, 404, 200, 200]
    letters = [msgspec.json.decode(r.value or b"") for r in service.records(PARKED)]
    assert sorted(x["reason"] for x in letters) == ["bad_number", "clock_ahead", "encrypted"]
    assert {x["detail"] for x in letters if x["reason"] == "clock_ahead"} == {"clock 3 h ahead"}
    assert service.records(courier_positions.TOPIC) == []
    shown = service.log.read_text() + httpx.get(service.url("/metrics")).text + str(letters)
    assert SECRET not in shown
    assert "dromos_ingest_parked_total" in shown


def test_a_new_device_posts_and_a_revoked_one_no_more(service: Service) -> None:
    secret = "a-device-enrolled-later"
    assert service.post(now_ms(), secret).status_code == 401
    write(service.settings, (devices.TOPIC, "late-1", device("late-1", "anna", secret)))
    until("it posts", lambda: service.post(now_ms(), secret).status_code == 200 or None)
    write(service.settings, (devices.TOPIC, "late-1", device("late-1", "anna", secret, revoked=True)))
    until("it posts no more", lambda: service.post(now_ms(), secret).status_code == 401 or None)


def test_a_report_and_its_note_and_its_outcome(service: Service) -> None:
    body = {"event_id": "scan-1", "type": "left_with_neighbour", "taken_by": "N. Ioannou"}
    url = service.url("/v1/shipments/s-1/events")
    first = httpx.post(url, json=body, headers=bearer(MERCHANT_KEY), timeout=30)
    assert first.status_code == 202
    (command,), (note,) = service.records(shipment_commands.TOPIC), service.records(shipment_parties.TOPIC)
    decoded = shipment_commands.DECODER.decode(command.value or b"")
    assert isinstance(decoded, shipment_commands.Report)
    assert (command.key, note.key) == ("s-1", f"s-1/{decoded.note}")
    assert note.partition == command.partition
    assert note.timestamp_ms <= command.timestamp_ms

    async def decide() -> None:
        writer = RedisViewsWriter(service.settings, 1)
        await writer.put_outcome(Outcome(command=decoded.id, accepted=True, subject="s-1", seq=4))
        await writer.close()

    asyncio.run(decide())
    headers = bearer(MERCHANT_KEY) | {"prefer": "wait=2"}
    again = httpx.post(url, json=body, headers=headers, timeout=30)
    assert again.json()["command"] == first.json()["command"]
    assert again.json()["outcome"] == {"accepted": True, "seq": 4, "reason": None, "explanation": None}


def test_a_silent_broker_is_503_and_what_was_answered_is_there(service: Service, infra: Infra) -> None:
    answered: list[str] = []

    def keep(answer: httpx.Response) -> int:
        if answer.status_code == 200:
            answered.append(answer.json()["results"][0]["id"])
        return answer.status_code

    start_ms = now_ms()
    assert keep(service.post(start_ms)) == 200
    assert infra.kafka.pid is not None
    os.kill(infra.kafka.pid, signal.SIGSTOP)
    try:
        silent = service.post(start_ms + 1)
        assert keep(silent) == 503
        assert int(silent.headers["retry-after"]) >= 1
        assert httpx.get(service.url("/readyz"), timeout=30).status_code == 503
        assert httpx.get(service.url("/healthz"), timeout=30).status_code == 200
    finally:
        os.kill(infra.kafka.pid, signal.SIGCONT)
    until("it takes the repeat", lambda: keep(service.post(start_ms + 1)) == 200 or None)
    ids = [r.headers["ce_id"] for r in service.records(courier_positions.TOPIC)]
    assert set(answered) <= set(ids)
    assert len(set(ids)) == 2


def test_nothing_that_was_answered_is_lost_over_a_kill(service: Service) -> None:
    answered: set[str] = set()
    ended = threading.Event()
    start_ms = now_ms() - 3_600_000

    def phone(offset: int) -> None:
        with httpx.Client(timeout=30) as client:
            for i in range(100_000):
                fix = {"lon": 24.9441, "lat": 60.1712, "at": start_ms + 4 * i + offset}
                try:
                    answer = client.post(service.url("/v1/positions"), json=fix, headers=bearer(SECRET))
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    answered.add(answer.json()["results"][0]["id"])
                if ended.is_set():
                    return

    phones = [threading.Thread(target=phone, args=(n,)) for n in range(4)]
    for thread in phones:
        thread.start()
    until("a few hundred answers", lambda: len(answered) > 300 or None)
    assert service.process is not None
    service.process.kill()
    ended.set()
    for thread in phones:
        thread.join(60)
    service.process.wait(30)
    assert answered <= {r.headers["ce_id"] for r in service.records(courier_positions.TOPIC)}


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while chunk := connection.recv(65_536):
        found += chunk
    return found


def test_sigterm_ends_what_is_under_way_and_then_the_process(service: Service) -> None:
    body = msgspec.json.encode({"lon": 24.9441, "lat": 60.1712, "at": now_ms()})
    head = (
        f"POST /v1/positions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        connection.sendall(head + body[:5])
        until("the request is under way", lambda: _in_flight(service) or None)
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        until("no new connection is taken", lambda: _refused(service.port) or None)
        connection.sendall(body[5:])
        assert read_all(connection).startswith(b"HTTP/1.1 200")
    assert service.process.wait(60) == 0
    assert len(service.records(courier_positions.TOPIC)) == 1
    assert "ingest.stopped" in service.log.read_text()


def _in_flight(service: Service) -> bool:
    return "dromos_ingest_in_flight 1.0" in httpx.get(service.url("/metrics"), timeout=30).text


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return True
    return False


def test_a_large_body_is_refused_on_the_wire_and_the_connection_ends(service: Service) -> None:
    head = f"POST /v1/positions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    for extra, sent in (
        ("Content-Length: 2000000\r\n\r\n", b" " * 1000),
        ("Transfer-Encoding: chunked\r\n\r\n", chunk * 17),
    ):
        with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
            connection.sendall((head + extra).encode() + sent)
            assert read_all(connection).startswith(b"HTTP/1.1 413")
    assert service.post(now_ms()).status_code == 200


def test_without_kafka_the_process_says_so_and_ends() -> None:
    environment = os.environ | {
        "DROMOS_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "DROMOS_INGEST_PORT": str(free_port()),
    }
    done: Any = subprocess.run(
        [sys.executable, "-m", "services.ingest.main"],
        env=environment,
        capture_output=True,
        timeout=120,
        cwd=Path.cwd(),
        check=False,
    )
    assert done.returncode == 1
    assert b"ingest.no_log" in done.stderr
