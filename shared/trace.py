"""W3C Trace Context: one `traceparent` follows a message from the phone's POST to the socket."""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

HEADER = "traceparent"

_VALID = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new() -> str:
    """A fresh traceparent (https://www.w3.org/TR/trace-context/ §3.2), sampled."""
    return f"00-{random.getrandbits(128) | 1:032x}-{random.getrandbits(64) | 1:016x}-01"


def current() -> str:
    """The traceparent of what is being handled, or a new one."""
    return _current.get() or new()


def take_up(traceparent: str | None) -> None:
    """Go on under a received traceparent; what is not one is replaced by a new one."""
    _current.set(traceparent if traceparent and _VALID.match(traceparent) else new())
