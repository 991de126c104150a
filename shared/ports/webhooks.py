"""One try to hand a message to a receiver that a merchant has named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a try failed."""

    URL = "url"
    """The address is none that may be called."""
    NAME = "name"
    """Its name is not known to DNS."""
    ADDRESS = "address"
    """Its name stands for no public address."""
    CONNECT = "connect"
    """Nobody answers there."""
    TLS = "tls"
    """No certificate for this name that is trusted, or no TLS at all."""
    TIMEOUT = "timeout"
    """No answer in time."""
    BROKEN = "broken"
    """The connection broke before an answer, or what came was no HTTP."""
    REDIRECT = "redirect"
    """It sends us elsewhere, and we do not go."""
    STATUS = "status"
    """Another status than 2xx."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Taken: 2xx. `excerpt` is how the answer begins, for the delivery log."""

    status: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Not taken. `retry`: another try may do better; `after_ms`: not before so long, the receiver asked."""

    retry: bool
    reason: Reason
    status: int | None = None
    excerpt: str = ""
    after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """410: the receiver wants no more of these, ever; the endpoint is to be turned off."""

    status: int = 410
    excerpt: str = ""


Outcome = Delivered | Failed | Gone


class Webhooks(Protocol):
    """Sends to addresses that strangers have written."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Try once, within some 15 s. Whatever the receiver does is an outcome and raises nothing."""
        ...

    async def close(self) -> None:
        """Give back the connections; no call may follow."""
        ...
