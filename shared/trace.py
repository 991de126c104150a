"""W3C Trace Context: one `traceparent` follows a message from the phone's POST to the socket."""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

HEADER = "traceparent"

_VALID = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_share = 0.01


def sample(share: float) -> None:
    """Of what begins here, so large a share is sampled: every process that it passes writes a line."""
    global _share
    _share = share


def new() -> str:
    """A fresh traceparent (https://www.w3.org/TR/trace-context/ §3.2), sampled or not."""
    flags = "01" if random.random() < _share else "00"
    return f"00-{random.getrandbits(128) | 1:032x}-{random.getrandbits(64) | 1:016x}-{flags}"


def sampled(traceparent: str | None = None) -> bool:
    """Whether this traceparent, or else that of what is being handled, asks for a line in the log (§3.2.2.5:
    the lowest bit; a client's own wish is respected)."""
    found = traceparent or _current.get()
    return found is not None and int(found[-2:], 16) & 1 == 1


def id_of(traceparent: str) -> str:
    """The trace's id, under which all logs speak of it."""
    return traceparent[3:35]


def valid(traceparent: str | None) -> str | None:
    """A traceparent as received, if it is one."""
    return traceparent if traceparent and _VALID.match(traceparent) else None


def current() -> str:
    """The traceparent of what is being handled, or a new one."""
    return _current.get() or new()


def take_up(traceparent: str | None) -> None:
    """Go on under a received traceparent; what is not one is replaced by a new one."""
    _current.set(valid(traceparent) or new())
