"""What of the system answers that it is ready: servers by HTTP, workers by their heartbeat in Redis.

Clients are imported where they are needed, so that other commands need not wait for them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from shared.contracts.views.keys import heartbeat
from shared.contracts.views.work import Heartbeat

WORKERS = ("shipments", "stages", "couriers")
TIMEOUT_S = 2.0


class Look(NamedTuple):
    """One thing that runs or does not: `ok`, or `note` with what it said."""

    name: str
    state: str
    detail: str


def unready(name: str, why: str) -> Look:
    return Look(name, "note", why)


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


def workers(redis_url: str, namespace: str) -> list[Look]:
    """Ask Redis for each worker's heartbeat, which lasts ten seconds."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    client = Redis.from_url(
        redis_url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        found = client.mget([heartbeat(namespace, part) for part in WORKERS])
    except RedisError as error:
        return [unready("redis", f"does not answer: {type(error).__name__}")]
    finally:
        client.close()
    return [Look("redis", "ok", "answers"), *map(_worker, WORKERS, found)]


def _worker(part: str, raw: bytes | str | None) -> Look:
    if raw is None:
        return unready(part, "no heartbeat: not running, or just starting")
    beat = msgspec.json.decode(raw, type=Heartbeat)
    if not beat.ready:
        return unready(part, f"reading up {beat.detail}".strip())
    return Look(part, "ok", f"ready {beat.detail}".strip())
