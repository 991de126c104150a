"""What of the system answers that it is ready: servers by HTTP, workers by their heartbeat in Redis.

Clients are imported where they are needed, so that other commands need not wait for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from shared.contracts.views.keys import heartbeat
from shared.contracts.views.work import Heartbeat, Role

if TYPE_CHECKING:
    from redis import Redis

WORKERS: tuple[str, ...] = get_args(Role)
TIMEOUT_S = 2.0


class Look(NamedTuple):
    """One thing that should run: `ok`, or `down` with what it said."""

    name: str
    state: str
    detail: str


def unready(name: str, why: str) -> Look:
    return Look(name, "down", why)


def answers(name: str, url: str) -> Look:
    """Ask a readiness address."""
    import httpx

    try:
        found = httpx.get(url, timeout=TIMEOUT_S)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return unready(name, f"does not answer at {url}: {str(error) or type(error).__name__}")
    if found.is_success:
        return Look(name, "ok", f"ready at {url}")
    return unready(name, f"not ready at {url}: {found.status_code} {found.text[:120].strip()}")


def connected(redis_url: str) -> Redis:
    """A client that asks once and waits for two seconds at most."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Redis.from_url(
        redis_url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


def heartbeats(client: Redis, namespace: str) -> list[Heartbeat]:
    """The workers' heartbeats, which last ten seconds."""
    names = list(client.scan_iter(match=heartbeat(namespace, "*"), count=1_000))
    found = client.mget(names) if names else []
    return [msgspec.json.decode(raw, type=Heartbeat) for raw in found if raw is not None]


def workers(redis_url: str, namespace: str) -> list[Look]:
    """Ask Redis for the workers' heartbeats."""
    from redis.exceptions import RedisError

    client = connected(redis_url)
    try:
        beats = heartbeats(client, namespace)
    except RedisError as error:
        down = unready("redis", f"does not answer: {type(error).__name__}")
        return [down, *(unready(role, "not known: its heartbeat is in Redis") for role in WORKERS)]
    finally:
        client.close()
    return [Look("redis", "ok", "answers"), *of_workers(beats)]


def of_workers(beats: Iterable[Heartbeat]) -> list[Look]:
    """Each process that beats, by the name of its part, and each kind of which none does. A part is of the
    kind whose name it begins with: `couriers`, `couriers-2`."""
    sorted_beats = sorted(beats, key=lambda beat: beat.part)
    nobody = [r for r in WORKERS if not any(beat.part.startswith(r) for beat in sorted_beats)]
    return [
        *map(_worker, sorted_beats),
        *(unready(role, "no heartbeat: not running, or just starting") for role in nobody),
    ]


def _worker(beat: Heartbeat) -> Look:
    if not beat.ready:
        return unready(beat.part, f"reading up {beat.detail}".strip())
    return Look(beat.part, "ok", f"ready {beat.detail}".strip())
