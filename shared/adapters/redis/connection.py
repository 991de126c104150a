"""What every Redis client of ours is told."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_S = 1.0


def connect(url: str, *, timeout_s: float = TIMEOUT_S) -> Redis:
    """A client that fails within `timeout_s` instead of retrying: whoever asks shows "paused" meanwhile.
    TLS (`rediss://`) and credentials are part of the URL."""
    return Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )
