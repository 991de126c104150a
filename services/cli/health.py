"""Whether a server answers that it is ready."""

from __future__ import annotations

from typing import NamedTuple

import httpx

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
    try:
        found = httpx.get(url, timeout=TIMEOUT_S)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return unready(name, f"does not answer at {url}: {str(error) or type(error).__name__}")
    if found.is_success:
        return Look(name, "ok", f"ready at {url}")
    return unready(name, f"not ready at {url}: {found.status_code} {found.text[:120].strip()}")
