"""Workers as real processes, on a test's own topics and keys."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis

from deploy.local.infra import Infra
from shared.adapters.kafka.admin import KafkaAdmin
from shared.config import CommonSettings

MODULES = {
    "shipments": "services.shipments.main",
    "stages": "services.projector.stages.main",
    "couriers": "services.projector.couriers.main",
    "lists": "services.projector.lists.main",
    "notifier": "services.notifier.main",
}
READY_S = 180.0


@dataclass
class Workers:
    """Starts, kills and freezes workers; `names` are parts, several of a kind by a suffix (`couriers-2`)."""

    settings: CommonSettings
    logs: Path
    modules: dict[str, str] = field(default_factory=lambda: dict(MODULES))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, part: str) -> dict[str, str]:
        settings = self.settings
        return os.environ | {
            "DROMOS_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "DROMOS_REDIS_URL": settings.redis_url,
            "DROMOS_TOPIC_PREFIX": settings.topic_prefix,
            "DROMOS_NAMESPACE": settings.namespace,
            "DROMOS_PARTITIONS": str(settings.partitions),
            "DROMOS_SESSION_TIMEOUT_S": str(settings.session_timeout_s),
            "DROMOS_STATE_DIR": str(self.logs),
            "DROMOS_PART": part,
        }

    def start(self, *parts: str) -> None:
        """Start them and wait until each says ready."""
        begun = {part: self._spawn(part) for part in parts}
        client = redis.Redis.from_url(self.settings.redis_url)
        try:
            for part, since_ms in begun.items():
                self._until_ready(client, part, since_ms)
        finally:
            client.close()

    def _spawn(self, part: str) -> int:
        since_ms = time.time_ns() // 1_000_000
        with (self.logs / f"{part}.log").open("ab") as out:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "-m", self.modules[part.partition("-")[0]]],
                env=self.environment(part),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return since_ms

    def _until_ready(self, client: redis.Redis, part: str, since_ms: int) -> None:
        end = time.monotonic() + READY_S
        key = f"{self.settings.namespace}:heartbeat:{part}"
        while time.monotonic() < end:
            if (code := self.processes[part].poll()) is not None:
                raise AssertionError(f"{part} ended with {code}:\n{self.log(part)}")
            beat = json.loads(client.get(key) or b"{}")
            if beat.get("ready") and beat["at_ms"] >= since_ms:
                return
            time.sleep(0.1)
        raise AssertionError(f"{part} was not ready within {READY_S} s:\n{self.log(part)}")

    def log(self, part: str) -> str:
        return (self.logs / f"{part}.log").read_text()[-4000:]

    def kill(self, part: str) -> None:
        """kill -9."""
        self.processes[part].kill()
        self.processes[part].wait()

    def freeze(self, part: str) -> None:
        self.processes[part].send_signal(signal.SIGSTOP)

    def wake(self, part: str) -> None:
        self.processes[part].send_signal(signal.SIGCONT)

    def wait_for_end(self, part: str, timeout_s: float) -> int:
        return self.processes[part].wait(timeout_s)

    def stop_all(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def settings_of(infra: Infra, topic_prefix: str, **more: object) -> CommonSettings:
    """Settings on a test's own topics and keys."""
    return CommonSettings(
        kafka_bootstrap=infra.bootstrap,
        redis_url=infra.redis_url,
        topic_prefix=topic_prefix,
        namespace=topic_prefix.rstrip("."),
        **more,  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def running(settings: CommonSettings, folder: Path, *parts: str) -> Iterator[Workers]:
    """Topics, and workers on them, for the length of a block."""
    with KafkaAdmin(settings, timeout_s=90) as admin:
        admin.ensure()
    workers = Workers(settings, folder)
    try:
        workers.start(*parts)
        yield workers
    finally:
        workers.stop_all()
