"""`dromos status`: every part, lag, marks, what was put aside, and in words what is to be done."""

from __future__ import annotations

import json as jsons
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.core import standing
from services.cli.core.records import clock, iso, span
from services.cli.core.standing import Mark, Part, Put, RoleLag, Standing, word
from services.cli.health import TIMEOUT_S, WORKERS, answers, connected, heartbeats
from services.cli.output import Failure, Json, as_json, command, json_line, line, table
from shared.contracts.registry import DEAD_LETTER_TOPICS
from shared.contracts.views.keys import Keys, generation_pointer
from shared.domain.page import caught_up

ASKED_S = 3.5
"""What has not answered by then is told as away: the whole is said within five seconds."""
HOUR_MS = 3_600_000
EVERY_S = 2.0


def _begin[T](ask: Callable[[], T]) -> Future[T]:
    """Ask in a thread that is left behind when it takes too long."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(ask())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result


def _until[T](asked: Future[T], end_s: float) -> tuple[T | None, str]:
    """The answer, or why there is none."""
    try:
        return asked.result(max(0.0, end_s - time.monotonic())), ""
    except TimeoutError:
        return None, f"no answer within {ASKED_S:g} s"
    except Failure as failure:
        return None, failure.reason
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


def _workers(settings: CliSettings) -> tuple[list[Part], tuple[Mark, ...], int]:
    """Heartbeats, marks and the shown generation, from Redis."""
    client = connected(settings.redis_url)
    try:
        generation = int(client.get(generation_pointer(settings.namespace)) or 1)
        beats = sorted(heartbeats(client, settings.namespace), key=lambda beat: beat.part)
        keys = Keys(settings.namespace, generation, settings.partitions)
        at = [(role, p) for role in WORKERS for p in range(settings.partitions)]
        values = client.mget([keys.worked_off(role, p) for role, p in at])
    finally:
        client.close()
    now_ms = _now_ms()
    found: Any = {where: int(raw) for where, raw in zip(at, values, strict=True) if raw is not None}
    marks = tuple(_mark(role, found, settings.partitions, now_ms) for role in WORKERS)
    parts = [
        Part(next((r for r in WORKERS if b.part.startswith(r)), b.part), b.part, b.ready, None, b.detail)
        for b in beats
    ]
    running = {part.role for part in parts}
    parts += [Part(r, r, False, None, "no heartbeat") for r in WORKERS if r not in running]
    return parts, marks, generation


def _mark(role: Any, found: Any, partitions: int, now_ms: int) -> Mark:
    ages = [found.get((role, p)) for p in range(partitions)]
    oldest_s = None if None in ages else max(0.0, (now_ms - min(ages)) / 1000)
    late = (p for p in range(partitions) if not caught_up(found, role, p, now_ms))
    return Mark(role, oldest_s, tuple(late))


def _groups(settings: CliSettings) -> list[tuple[str, int, int, float]]:
    from shared.adapters.kafka.lag import lags

    with kafka.admin(settings) as admin, kafka.tail(settings) as tail:
        found = lags(admin, tail, _now_ms())
    prefix = settings.topic_prefix
    return [(g.group.removeprefix(prefix), g.members, g.lag, g.behind_s) for g in found]


def _put_aside(settings: CliSettings) -> tuple[Put, ...]:
    from shared.adapters.kafka.redrive import letters

    with kafka.tail(settings) as tail:
        return standing.put_aside(letters(tail, DEAD_LETTER_TOPICS, _now_ms() - HOUR_MS))


def _began(settings: CliSettings) -> dict[str, int]:
    """When each process started (epoch ms), if the system asked is the one that runs on this machine."""
    run = settings.state_dir / "run"
    try:
        import psutil

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
    except (ImportError, OSError, ValueError, KeyError):
        return {}


def look(settings: CliSettings) -> Standing:
    """Ask all of them at once."""
    end_s = time.monotonic() + ASKED_S
    brief = settings.model_copy(update={"timeout_s": min(settings.timeout_s, ASKED_S)})
    gateway = f"http{settings.gateway_url.removeprefix('ws').rstrip('/')}"
    addresses = {"portal": settings.portal_address, "ingest": settings.ingest_address, "gateway": gateway}
    servers = {r: _begin(lambda r=r, a=a: _server(r, a)) for r, a in addresses.items()}  # type: ignore[misc]
    asked_workers = _begin(lambda: _workers(settings))
    asked_groups = _begin(lambda: _groups(brief))
    asked_letters = _begin(lambda: _put_aside(brief))

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
    known, marks, generation = workers or (
        [Part(role, role, False, None, "not known: its heartbeat is in Redis") for role in WORKERS],
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
        kafka=groups_why if groups is None and letters is None else "",
        redis=redis_away,
        lag=None if groups is None else standing.role_lags(groups, WORKERS, generation),
        marks=marks,
        put_aside=letters,
        sockets=None if sockets is None else int(sockets),
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _told(now: Standing) -> dict[str, Any]:
    """As JSON: `ok` is what the exit code says."""
    said = word(now)
    told = msgspec.to_builtins(now)
    told["at"] = iso(told.pop("at_ms"))
    for part in told["parts"]:
        began_ms = part.pop("since_ms")
        part["since"] = None if began_ms is None else iso(began_ms)
    for name in ("kafka", "redis"):
        told[name] = {"up": not told[name], "detail": told[name] or None}
    return {"ok": said.ok, "say": said.text, "see": _see(said.section), **told, "paused": now.paused}


def _see(section: str) -> str | None:
    return f"docs/operations.md, {section}" if section else None


def _show(now: Standing) -> None:
    rows = [
        ("kafka", "", "AWAY" if now.kafka else "ok", "", now.kafka),
        ("redis", "", "AWAY" if now.redis else "ok", "", now.redis),
        *(
            (
                part.role,
                part.part,
                "ready" if part.ready else "NOT READY",
                "" if part.since_ms is None else f"{span(max(0, now.at_ms - part.since_ms) / 1000)} ago",
                part.detail,
            )
            for part in now.parts
        ),
    ]
    table(("role", "instance", "", "started", "detail"), rows)
    line("")
    lags: dict[str, RoleLag] = {lag.role: lag for lag in now.lag or ()}
    marks: dict[str, Mark] = {mark.role: mark for mark in now.marks or ()}
    table(
        ("role", "group", "members", "lag", "behind", "worked off", "paused partitions"),
        [_lag_row(role, lags.get(role), marks.get(role)) for role in WORKERS],
    )
    line("")
    paused = {None: "not known", True: "yes, of the partitions above", False: "no"}[now.paused]
    line(f"Pages say 'paused': {paused}.")
    line(f"Open sockets: {'not known' if now.sockets is None else now.sockets}.")
    if now.put_aside is None:
        line("Put aside in the last hour: not known.")
    for put in now.put_aside or ():
        what = "points parked" if put.parked else "dead letters"
        line(f"Put aside in the last hour: {put.count} {what} of {put.topic}, {put.reason}.")
    line("")
    said = word(now)
    line(said.text + (f" See {_see(said.section)}." if said.section else ""))


def _lag_row(role: str, lag: RoleLag | None, mark: Mark | None) -> tuple[object, ...]:
    lagging = (lag.group, lag.members, lag.records, span(lag.seconds)) if lag else ("not known", "", "", "")
    if mark is None:
        return role, *lagging, "not known", ""
    age = "never everywhere" if mark.oldest_s is None else f"{span(mark.oldest_s)} ago"
    return role, *lagging, age, ", ".join(map(str, mark.late))


def register(app: typer.Typer) -> None:
    """Add the command to the command line itself."""

    @command(app, "status", example="dromos status --watch")
    def status(
        watch: Annotated[
            bool, typer.Option("--watch", help="Again every two seconds, until Ctrl-C.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Show how the whole system stands, and say in words what is to be done, if anything.

        Every part and since when it runs, Kafka and Redis, how far each worker is behind, whether pages say
        "paused" now, what was put aside in the last hour, open sockets (of one gateway process, on its own
        machine). What does not answer is told as away and the rest is shown. Exit code 1 when something is
        down or behind. With --json and --watch each look is one line."""
        settings = CliSettings()
        while watch:
            now = look(settings)
            if json:
                json_line(_told(now))
            else:
                Console().clear()
                line(f"{clock(now.at_ms)} UTC")
                _show(now)
            time.sleep(EVERY_S)
        now = look(settings)
        if json:
            as_json(_told(now))
        else:
            _show(now)
        if not (said := word(now)).ok:
            raise Failure(said.text, f"See {_see(said.section)}.")
