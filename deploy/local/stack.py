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
from deploy.local.door import Door
from deploy.local.hosts import Host
from deploy.local.kafka import KafkaBroker
from deploy.local.parts import Asks, Heartbeat, Http, Part
from deploy.local.paths import state_dir
from deploy.local.postgres import STOP, PostgresServer
from deploy.local.valkey import ValkeyServer

PYTHON = sys.executable
DOOR = ("door", "door_plain")
SMS_ACCOUNT = "AC00000000000000000000000000000000"
SMS_FROM = "+302100000000"
"""A number that nobody has: its messages stay in the mailbox."""

KEYS = (
    "DROMOS_TICKET_KEY",
    "DROMOS_ADMIN_TOKEN",
    "DROMOS_ZONE_KEY",
    "DROMOS_WEBHOOK_KEY",
    "DROMOS_SMS_TOKEN",
    "DROMOS_POSTGRES_PASSWORD",
)


@dataclass(frozen=True)
class Ports:
    """The loopback ports of a stack; each can be set by `DROMOS_<NAME>_PORT`. Those of the workers are for
    probes and metrics alone. Those of the door are the host's, and taken only where there is one."""

    kafka: int = 9092
    redis: int = 6379
    postgres: int = 5432
    ingest: int = 8081
    portal: int = 8080
    gateway: int = 8082
    shipments: int = 8083
    stages: int = 8084
    couriers: int = 8085
    lists: int = 8086
    canary: int = 8087
    notifier: int = 8088
    estimator: int = 8089
    smtp: int = 8025
    mailbox: int = 8026
    mail_in: int = 8027
    door: int = 8443
    door_plain: int = 8480

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

    def busy(self, host: Host | None = None) -> list[str]:
        """Say for each port that is taken who holds it and how to choose another."""
        said = []
        for field in fields(self):
            port, where = getattr(self, field.name), ports.LOOPBACK
            if field.name in DOOR:
                if host is None:
                    continue
                where = host.address
            if not ports.can_bind(port, where):
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
    host: Host | None = None
    """Where phones reach it; None: nothing but this machine does."""

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
    def desk(self) -> Path:
        """The file in which the simulator keeps the password of the desk's demonstration owner."""
        return self.folder / "run" / "desk.json"

    def desk_login(self) -> dict[str, str] | None:
        """His `email` and `password`; None: he is not made."""
        try:
            told: dict[str, str] = json.loads(self.desk.read_text())
        except (OSError, ValueError):
            return None
        return told

    @property
    def portal_url(self) -> str:
        """The portal's address on this machine."""
        return f"http://{ports.LOOPBACK}:{self.ports.portal}"

    @property
    def mailbox_url(self) -> str:
        """The page with the messages that were sent, and the SMS gateway."""
        return f"http://{ports.LOOPBACK}:{self.ports.mailbox}"

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

    def postgres(self) -> PostgresServer:
        """The PostgreSQL server of this stack."""
        return PostgresServer(
            self.folder / "data" / "postgres",
            self.logs / "postgres.log",
            self.secrets()["DROMOS_POSTGRES_PASSWORD"],
            port=self.ports.postgres,
        )

    def door(self) -> Door | None:
        """The front door for phones in the network, if there is one."""
        if self.host is None:
            return None
        own = self.ports
        return Door(
            self.host,
            own.door,
            own.door_plain,
            portal=own.portal,
            ingest=own.ingest,
            gateway=own.gateway,
            folder=self.folder / "door",
        )

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
            "DROMOS_POSTGRES_URL": self.postgres().address,
            "DROMOS_PUBLIC_URL": self.portal_url,
            "DROMOS_INGEST_URL": f"http://{ports.LOOPBACK}:{self.ports.ingest}/",
            "DROMOS_GATEWAY_URL": f"ws://{ports.LOOPBACK}:{self.ports.gateway}/",
            "DROMOS_SMTP_URL": f"smtp://{ports.LOOPBACK}:{self.ports.smtp}",
            "DROMOS_SMS_URL": self.mailbox_url,
            "DROMOS_SMS_ACCOUNT": SMS_ACCOUNT,
            "DROMOS_SMS_FROM": SMS_FROM,
            "DROMOS_DEMO": "1",
            "DROMOS_TRACE_SAMPLE": "1",
            "DROMOS_H3_FILE": str(self.folder / "map" / "h3.json"),
            "DROMOS_VALHALLA_TILES": str(self.folder / "map" / "valhalla"),
            **self.secrets(),
        }
        if (door := self.door()) is not None:
            ours |= door.environment()
        fixed = {Ports.variable(f.name): str(getattr(self.ports, f.name)) for f in fields(self.ports)}
        fixed |= {"DROMOS_STATE_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        told = {**ours, **os.environ, **fixed}
        replies = {
            "DROMOS_MAILBOX_SMS_REPLIES": f"{told['DROMOS_PUBLIC_URL'].rstrip('/')}/v1/sms/inbound",
            "DROMOS_MAILBOX_MAIL_REPLIES": f"smtp://{ports.LOOPBACK}:{self.ports.mail_in}",
        }
        return replies | told

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
        kafka, valkey, postgres = self.kafka(), self.valkey(), self.postgres()
        kafka.prepare()
        topics = (PYTHON, "-m", "services.cli.main", "topics", "ensure")
        listed = [
            Part("valkey", tuple(valkey.command()), ready=Asks(valkey.is_ready), prepare=valkey.prepare),
            Part(
                "postgres",
                tuple(postgres.command()),
                ready=Asks(postgres.is_ready),
                prepare=postgres.prepare,
                stop_signal=STOP,
            ),
            Part("kafka", tuple(kafka.command()), ready=Asks(kafka.is_ready), grace_s=20.0),
            self._mailbox(),
            Part("topics", topics, after=("kafka",), once=True, warm=True),
            self._service("ingest", "ingest", self.ports.ingest, ("topics",)),
            self._service("shipments", "shipments", None, ("topics", "valkey")),
            self._service("stages", "projector.stages", None, ("topics", "valkey")),
            self._service("couriers", "projector.couriers", None, ("topics", "valkey")),
            self._service("lists", "projector.lists", None, ("topics", "valkey", "postgres")),
            self._service("estimator", "estimator", None, ("topics", "valkey", "postgres")),
            self._service("notifier", "notifier", None, ("topics", "valkey", "postgres", "mailbox")),
            self._service("gateway", "gateway", self.ports.gateway, ("valkey",)),
            self._service("portal", "portal", self.ports.portal, ("topics", "valkey", "postgres")),
        ]
        if (door := self.door()) is not None:
            listed.append(
                Part(
                    "door",
                    tuple(door.command()),
                    ready=Asks(door.is_ready),
                    env=door.own_environment(),
                    after=("ingest", "gateway", "portal"),
                    prepare=door.prepare,
                )
            )
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
            if door is None:  # its certificate is known to phones, not to the canary
                listed.append(self._canary(others))
        return listed

    def _mailbox(self) -> Part:
        ready = Http(f"{self.mailbox_url}/readyz")
        return Part("mailbox", (PYTHON, "-m", "deploy.local.mailbox"), ready=ready)

    def _canary(self, after: tuple[str, ...]) -> Part:
        env = {
            "DROMOS_PART": "canary",
            "DROMOS_PORTAL": self.portal_url,
            "DROMOS_INGEST_URL": f"http://{ports.LOOPBACK}:{self.ports.ingest}/",
        }
        return Part("canary", (PYTHON, "-m", "services.canary.main"), env=env, after=after, warm=True)

    def current_links(self, since_s: float = 0.0) -> list[dict[str, Any]]:
        """Return the links of the simulator's file if it was written since then, else none."""
        try:
            if self.links.stat().st_mtime < since_s:
                return []
            listed: list[dict[str, Any]] = json.loads(self.links.read_text())["links"]
        except (OSError, ValueError, KeyError):
            return []
        return listed
