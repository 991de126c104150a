"""How the whole system stands, asked of all of it at once: servers, workers, Kafka, Redis, PostgreSQL.

Blocking, and bounded: for a command line, or in a thread."""

from __future__ import annotations

import asyncio
import json as jsons
import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import msgspec

from shared.adapters.health import TIMEOUT_S, WORKERS, answers, connected, heartbeats
from shared.adapters.kafka.deadline import begin
from shared.config import CommonSettings
from shared.contracts.registry import DEAD_LETTER_TOPICS
from shared.contracts.views.keys import Keys, canary, generation_pointer
from shared.contracts.views.work import Canary
from shared.domain import standing
from shared.domain.page import caught_up
from shared.domain.standing import Mark, Part, Put, Standing

ASKED_S = 3.5
"""What has not answered by then is told as away: the whole is said within five seconds."""
HOUR_MS = 3_600_000


def _until[T](asked: Future[T], end_s: float) -> tuple[T | None, str]:
    """The answer, or why there is none."""
    try:
        return asked.result(max(0.0, end_s - time.monotonic())), ""
    except TimeoutError:
        return None, f"no answer within {ASKED_S:g} s"
    except Exception as error:
        return None, str(error) or type(error).__name__


def _samples(url: str) -> dict[str, float]:
    """Metrics by name; none where they are not told (the gateway's beyond its machine)."""
    import httpx

    try:
        text = httpx.get(url, timeout=TIMEOUT_S).raise_for_status().text
    except httpx.HTTPError:
        return {}
    pairs = (row.rsplit(" ", 1) for row in text.splitlines() if row and not row.startswith("#"))
    return {name.partition("{")[0]: float(value) for name, value in pairs}


def _server(role: str, address: str) -> tuple[Part, dict[str, float]]:
    look = answers(role, f"{address}/readyz")
    samples = _samples(f"{address}/metrics") if look.state == "ok" else {}
    began_s = samples.get("process_start_time_seconds")
    since_ms = None if began_s is None else int(began_s * 1000)
    return Part(role, role, look.state == "ok", since_ms, look.detail), samples


def _workers(settings: CommonSettings) -> tuple[list[Part], tuple[Mark, ...], int, Canary | None]:
    """Heartbeats, marks, the shown generation and the canary's last word, from Redis."""
    client = connected(settings.redis_url)
    try:
        generation = int(client.get(generation_pointer(settings.namespace)) or 1)
        beats = sorted(heartbeats(client, settings.namespace), key=lambda beat: beat.part)
        keys = Keys(settings.namespace, generation, settings.partitions)
        at = [(role, p) for role in WORKERS for p in range(settings.partitions)]
        flown: Any = client.get(canary(settings.namespace))
        values = client.mget([keys.worked_off(role, p) for role, p in at])
    finally:
        client.close()
    now_ms = _now_ms()
    found: Any = {where: int(raw) for where, raw in zip(at, values, strict=True) if raw is not None}
    marks = tuple(_mark(role, found, settings.partitions, now_ms) for role in WORKERS)
    parts = [
        Part(
            next((r for r in WORKERS if beat.part.startswith(r)), beat.part),
            beat.part,
            beat.ready,
            beat.since_ms or None,
            beat.detail,
        )
        for beat in beats
    ]
    running = {part.role for part in parts}
    parts += [Part(r, r, False, None, "no heartbeat") for r in WORKERS if r not in running]
    return parts, marks, generation, msgspec.json.decode(flown, type=Canary) if flown else None


def _mark(role: Any, found: Any, partitions: int, now_ms: int) -> Mark:
    ages = [found.get((role, p)) for p in range(partitions)]
    oldest_s = None if None in ages else max(0.0, (now_ms - min(ages)) / 1000)
    late = (p for p in range(partitions) if not caught_up(found, role, p, now_ms))
    return Mark(role, oldest_s, tuple(late))


def _groups(settings: CommonSettings) -> list[tuple[str, int, int, float]]:
    from shared.adapters.kafka.admin import KafkaAdmin
    from shared.adapters.kafka.lag import lags
    from shared.adapters.kafka.tail import tailing

    _quiet()
    with KafkaAdmin(settings, ASKED_S) as admin, tailing(settings, ASKED_S) as tail:
        found = lags(admin, tail, _now_ms())
    prefix = settings.topic_prefix
    return [(g.group.removeprefix(prefix), g.members, g.lag, g.behind_s) for g in found]


def _put_aside(settings: CommonSettings) -> tuple[Put, ...]:
    from shared.adapters.kafka.redrive import letters
    from shared.adapters.kafka.tail import tailing

    _quiet()
    with tailing(settings, ASKED_S) as tail:
        return standing.put_aside(letters(tail, DEAD_LETTER_TOPICS, _now_ms() - HOUR_MS))


def _began(settings: CommonSettings) -> dict[str, int]:
    """When each process started (epoch ms), if the system asked is the one that runs on this machine."""
    run = settings.state_dir / "run"
    try:
        import psutil
    except ImportError:
        return {}
    try:
        told = jsons.loads((run / "up.json").read_text(encoding="utf-8"))
        parts = jsons.loads((run / "parts.json").read_text(encoding="utf-8"))["parts"]
        if told["DROMOS_REDIS_URL"] != settings.redis_url:
            return {}
        pids = {
            name: part["pid"]
            for name, part in parts.items()
            if part["pid"] and psutil.pid_exists(part["pid"])
        }
        return {name: int(psutil.Process(pid).create_time() * 1000) for name, pid in pids.items()}
    except (OSError, ValueError, KeyError, psutil.Error):  # one may end while it is asked
        return {}


def _postgres(settings: CommonSettings) -> str:
    """Why PostgreSQL is away; empty: it answers."""
    import asyncpg

    async def ask() -> None:
        url = settings.database_url.replace("+asyncpg", "", 1)
        connection = await asyncpg.connect(url, timeout=TIMEOUT_S)
        await connection.close()

    try:
        asyncio.run(ask())
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return str(error) or type(error).__name__
    return ""


def _quiet() -> None:
    """kafka-python's own log says at length what is told in a line here."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def look(settings: CommonSettings, addresses: Mapping[str, str]) -> Standing:
    """Ask all of them at once. `addresses`: where portal, ingest and gateway answer, without a slash at the
    end."""
    end_s = time.monotonic() + ASKED_S
    servers = {r: begin("ask", lambda r=r, a=a: _server(r, a)) for r, a in addresses.items()}  # type: ignore[misc]
    asked_workers = begin("ask", lambda: _workers(settings))
    asked_groups = begin("ask", lambda: _groups(settings))
    asked_letters = begin("ask", lambda: _put_aside(settings))
    asked_postgres = begin("ask", lambda: _postgres(settings))

    parts: list[Part] = []
    sockets: float | None = None
    for role, asked in servers.items():
        server = _until(asked, end_s)
        answer, why = server
        part, samples = answer or (Part(role, role, False, None, why), {})
        parts.append(part)
        sockets = samples.get("dromos_gateway_sessions") if role == "gateway" else sockets
    workers_told = _until(asked_workers, end_s)
    workers, redis_away = workers_told
    groups_told, letters_told = _until(asked_groups, end_s), _until(asked_letters, end_s)
    postgres_told = _until(asked_postgres, end_s)
    postgres, postgres_why = postgres_told
    known, marks, generation, flown = workers or (
        [Part(role, role, False, None, "not known: its heartbeat is in Redis") for role in WORKERS],
        None,
        None,
        None,
    )
    (groups, groups_why), (letters, _) = groups_told, letters_told
    began = _began(settings)
    all_parts = (
        msgspec.structs.replace(p, since_ms=p.since_ms or began.get(p.part)) for p in (*parts, *known)
    )
    return Standing(
        at_ms=_now_ms(),
        parts=tuple(all_parts),
        kafka=groups_why if groups is None and letters is None and not _flew(flown) else "",
        redis=redis_away,
        postgres=postgres_why if postgres is None else postgres,
        lag=None if groups is None else standing.role_lags(groups, WORKERS, generation),
        marks=marks,
        put_aside=letters,
        sockets=None if sockets is None else int(sockets),
        canary=flown,
    )


def _flew(flown: Canary | None) -> bool:
    """Whether a fix came all the way within the last minute: then Kafka is no more than slow to tell."""
    return flown is not None and flown.delay_ms is not None and _now_ms() - flown.at_ms < 60_000


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
