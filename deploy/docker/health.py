"""A container's health check: `python -m deploy.docker.health PORT`, or the name of a worker.

A service with a port answers GET /readyz; a worker keeps a heartbeat in Redis. Exits with 0 when ready.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request

import redis


def answers(port: int) -> bool:
    """Tell whether this container's service says on its port that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as reply:
            return 200 <= int(reply.status) < 300
    except (urllib.error.URLError, OSError):
        return False


def beats(part: str, url: str, namespace: str) -> bool:
    """Tell whether the worker's heartbeat, which expires by itself, is there and says it is ready."""
    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            value = client.get(f"{namespace}:heartbeat:{part}")
        beat = json.loads(value) if isinstance(value, bytes) else {}
    except (redis.RedisError, ValueError):
        return False
    return beat.get("ready") is True


def main(argv: list[str]) -> int:
    """Check the port or the worker named on the command line."""
    what = argv[0]
    if what.isdigit():
        return 0 if answers(int(what)) else 1
    url = os.environ["DROMOS_REDIS_URL"]
    return 0 if beats(what, url, os.environ.get("DROMOS_NAMESPACE", "dromos")) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
