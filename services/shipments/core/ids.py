"""Ids that follow from what they name, so that doing a thing twice is doing it once."""

from __future__ import annotations

import hashlib


def derived(kind: str, *parts: object) -> str:
    """A short id that is the hash of its parts, e.g. `evt-3f…`."""
    digest = hashlib.sha256("\0".join(str(p) for p in parts).encode()).hexdigest()
    return f"{kind}-{digest[:24]}"
