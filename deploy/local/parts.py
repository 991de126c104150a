"""What a supervisor runs: a part's command, and how it says that it is ready."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from deploy.local import ports
from deploy.local.valkey import ask


class Probe(Protocol):
    """Asks a part whether it is ready; blocks for a second or so at most."""

    def __call__(self, started_ms: int) -> bool:
        """Tell whether the process started at that time (Unix, milliseconds) is ready."""
        ...


@dataclass(frozen=True)
class Http:
    """Ready when GET of the address answers 2xx."""

    url: str

    def __call__(self, started_ms: int) -> bool:
        del started_ms
        try:
            with urllib.request.urlopen(self.url, timeout=2) as answer:
                return 200 <= int(answer.status) < 300
        except (urllib.error.URLError, OSError):
            return False


@dataclass(frozen=True)
class Tcp:
    """Ready when the loopback port accepts a connection."""

    port: int

    def __call__(self, started_ms: int) -> bool:
        del started_ms
        return ports.is_listening(self.port)


@dataclass(frozen=True)
class Heartbeat:
    """Ready when the part's key in Redis says so and was written since the part started."""

    redis_port: int
    part: str
    namespace: str = "dromos"

    def __call__(self, started_ms: int) -> bool:
        try:
            value = ask(self.redis_port, "GET", f"{self.namespace}:heartbeat:{self.part}")
            beat = json.loads(value) if isinstance(value, bytes) else {}
        except (OSError, ValueError):
            return False
        return beat.get("ready") is True and int(beat.get("at_ms", 0)) >= started_ms


@dataclass(frozen=True)
class Asks:
    """Ready when a function of no arguments says so."""

    question: Callable[[], bool]

    def __call__(self, started_ms: int) -> bool:
        del started_ms
        return self.question()


@dataclass(frozen=True)
class Part:
    """One process of the system, or with `once` a command that must end with 0 before others begin.

    `prepare` runs before every start; `after` names parts that must be ready first; a part gets `grace_s`
    to end by itself after `stop_signal`. One whose command is `python -m MODULE` may load its code while it
    waits (`warm`).
    """

    name: str
    command: tuple[str, ...]
    ready: Probe | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    once: bool = False
    prepare: Callable[[], None] | None = None
    grace_s: float = 10.0
    stop_signal: int = signal.SIGTERM
    warm: bool = False
