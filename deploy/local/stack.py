"""The parts of the whole system on one machine, in the order in which they start."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from deploy.local import ports
from deploy.local.kafka import KafkaBroker
from deploy.local.parts import Asks, Heartbeat, Http, Part
from deploy.local.paths import state_dir
from deploy.local.valkey import ValkeyServer

PYTHON = sys.executable
KEYS = ("DROMOS_TICKET_KEY", "DROMOS_ADMIN_TOKEN", "DROMOS_ZONE_KEY")


@dataclass(frozen=True)
class Ports:
    """The loopback ports of a stack; each can be set by `DROMOS_<NAME>_PORT`. Those of the workers are for
    probes and metrics alone, and 0 leaves one out."""

    kafka: int = 9092
    redis: int = 6379
    ingest: int = 8081
    portal: int = 8080
    gateway: int = 8082
    shipments: int = 8083
    stages: int = 8084
    couriers: int = 8085

    @classmethod
    def variable(cls, name: str) -> str:
        """Return the environment variable that chooses a port."""
        return f"DROMOS_{name.upper()}_PORT"

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Ports:
        """Read the ports, those not set at their defaults; raise ValueError on what is no port, or one for
        two parts."""
        chosen: dict[str, int] = {}
        for field in fields(cls):
            port = int(env.get(cls.variable(field.name)) or str(field.default))
            if not 0 < port < 65_536:
                raise ValueError(f"{cls.variable(field.name)} is {port}: a port is a number from 1 to 65535")
            if (other := next((n for n, p in chosen.items() if p == port), None)) is not None:
                raise ValueError(f"{cls.variable(other)} and {cls.variable(field.name)} are both {port}")
            chosen[field.name] = port
        return cls(**chosen)

    @classmethod
    def free(cls) -> Ports:
        """Choose ports that are free now."""
        return cls(**{field.name: ports.free_port() for field in fields(cls)})

    def busy(self) -> list[str]:
        """Say for each port that is taken who holds it and how to choose another."""
        said = []
        for field in fields(self):
            port = getattr(self, field.name)
            if not ports.can_bind(port):
                other = f"{self.variable(field.name)}={ports.free_port()}"
                said.append(
                    f"port {port} ({field.name}) is held by {ports.holder(port)}\n    another: {other}"
                )
        return said


@dataclass(frozen=True)
class Stack:
    """One system: its ports, and the folder that its data, logs and secrets lie in."""

    ports: Ports
    folder: Path

    @property
    def logs(self) -> Path:
        """Where each part's output goes."""
        return self.folder / "logs"

    @property
    def status(self) -> Path:
        """The file that tells the parts' process ids while the stack runs."""
        return self.folder / "run" / "parts.json"

    @property
    def links(self) -> Path:
        """The file in which the simulator keeps the links worth looking at."""
        return self.folder / "run" / "links.json"

    @property
    def portal_url(self) -> str:
        """The portal's address on this machine."""
        return f"http://{ports.LOOPBACK}:{self.ports.portal}"

    def lay_out(self) -> None:
        """Make the folder, with links to what was built when it is not the state folder itself."""
        for name in ("run", "logs", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        if self.folder.resolve() == state_dir().resolve():
            return
        for name in ("map", "web"):
            link = self.folder / name
            if not link.exists():
                link.symlink_to(state_dir() / name)

    def kafka(self) -> KafkaBroker:
        """The broker of this stack."""
        return KafkaBroker(self.folder / "data" / "kafka", self.logs / "kafka.log", port=self.ports.kafka)

    def valkey(self) -> ValkeyServer:
        """The Valkey server of this stack."""
        return ValkeyServer(self.folder / "data" / "valkey", self.logs / "valkey.log", port=self.ports.redis)

    def secrets(self) -> dict[str, str]:
        """Return the stack's keys, made once and kept in a file that only this user can read."""
        path = self.folder / "run" / "keys.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
        missing = [name for name in KEYS if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(32) for name in missing}
            partial = path.with_suffix(".partial")
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(kept, file)
            partial.replace(path)
        return kept

    def environment(self) -> dict[str, str]:
        """Return what every part finds in its environment; what the user has set goes before."""
        ours = {
            "DROMOS_KAFKA_BOOTSTRAP": f"{ports.LOOPBACK}:{self.ports.kafka}",
            "DROMOS_REDIS_URL": f"redis://{ports.LOOPBACK}:{self.ports.redis}/0",
            "DROMOS_PUBLIC_URL": self.portal_url,
            "DROMOS_GATEWAY_URL": f"ws://{ports.LOOPBACK}:{self.ports.gateway}/",
            "DROMOS_DEMO": "1",
            "DROMOS_H3_FILE": str(self.folder / "map" / "h3.json"),
            "DROMOS_VALHALLA_TILES": str(self.folder / "map" / "valhalla"),
            **self.secrets(),
        }
        fixed = {Ports.variable(f.name): str(getattr(self.ports, f.name)) for f in fields(self.ports)}
        fixed |= {"DROMOS_STATE_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        return {**ours, **os.environ, **fixed}

    def _service(self, name: str, module: str, http_port: int | None, after: tuple[str, ...]) -> Part:
        ready = (
            Http(f"http://{ports.LOOPBACK}:{http_port}/readyz")
            if http_port is not None
            else Heartbeat(self.ports.redis, name)
        )
        command = (PYTHON, "-m", f"services.{module}.main")
        return Part(name, command, ready=ready, env={"DROMOS_PART": name}, after=after, warm=True)

    def parts(self, *, simulator: bool = True) -> list[Part]:
        """Return the parts in the order in which they start; they end in the opposite one."""
        kafka, valkey = self.kafka(), self.valkey()
        kafka.prepare()
        topics = (PYTHON, "-m", "services.cli.main", "topics", "ensure")
        listed = [
            Part("valkey", tuple(valkey.command()), ready=Asks(valkey.is_ready), prepare=valkey.prepare),
            Part("kafka", tuple(kafka.command()), ready=Asks(kafka.is_ready), grace_s=20.0),
            Part("topics", topics, after=("kafka",), once=True, warm=True),
            self._service("ingest", "ingest", self.ports.ingest, ("topics",)),
            self._service("shipments", "shipments", None, ("topics", "valkey")),
            self._service("stages", "projector.stages", None, ("topics", "valkey")),
            self._service("couriers", "projector.couriers", None, ("topics", "valkey")),
            self._service("gateway", "gateway", self.ports.gateway, ("valkey",)),
            self._service("portal", "portal", self.ports.portal, ("topics", "valkey")),
        ]
        if simulator:
            others = tuple(part.name for part in listed)
            began_s = time.time()
            listed.append(
                Part(
                    "simulator",
                    (PYTHON, "-m", "services.simulator.main"),
                    ready=Asks(lambda: len(self.current_links(since_s=began_s)) >= 3),
                    env={"DROMOS_PART": "simulator"},
                    after=others,
                    warm=True,
                )
            )
        return listed

    def current_links(self, since_s: float = 0.0) -> list[dict[str, Any]]:
        """Return the links of the simulator's file if it was written since then, else none."""
        try:
            if self.links.stat().st_mtime < since_s:
                return []
            listed: list[dict[str, Any]] = json.loads(self.links.read_text())["links"]
        except (OSError, ValueError, KeyError):
            return []
        return listed
