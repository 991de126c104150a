"""SMS going out through a gateway, its receipts, and what people answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from shared.ports.sending import Reason, Sending

Form = Sequence[tuple[str, str]]
"""The fields of a posted form, in the order in which they came."""


class Forged(Exception):
    """A callback whose signature is not the gateway's, or is missing."""


class Unreadable(Exception):
    """A callback of the gateway's that lacks what it must have."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one telephone (E.164, `+306900000000`). `status_url` is where the gateway posts
    receipts: it names the message by an id of ours and nobody in person."""

    to: str = field(repr=False)
    body: str = field(repr=False)
    status_url: str | None = None


class SmsState(StrEnum):
    """How far a message has come, as far as the network says."""

    ACCEPTED = "accepted"
    SENT = "sent"
    """With the recipient's network."""
    DELIVERED = "delivered"
    """On the telephone."""
    UNDELIVERED = "undelivered"
    """The network gave up."""
    FAILED = "failed"
    """It never left the gateway."""

    @property
    def final(self) -> bool:
        """Nothing comes after. Receipts arrive in any order: one that is not final undoes none that is."""
        return self in (SmsState.DELIVERED, SmsState.UNDELIVERED, SmsState.FAILED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the gateway says about message `id`. Where it failed: the gateway's `code` and what it means."""

    id: str
    state: SmsState
    code: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a telephone to our number, both in E.164. `stop`: the gateway has taken it as the wish
    to hear no more, and refuses what we send there."""

    id: str
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    stop: bool = False


class Sms(Protocol):
    """Sends SMS. Whatever happens outside is in the answer; nothing is raised for it."""

    async def send(self, text: Text) -> Sending:
        """Hand it to the gateway."""
        ...

    def receipt(self, url: str, form: Form, signature: str | None) -> Receipt:
        """Read a callback to a `status_url`, posted to `url` as seen from outside.

        Raises:
            Forged: the signature is not the gateway's.
            Unreadable: there is no message or no state in it.
        """
        ...

    def inbound(self, url: str, form: Form, signature: str | None) -> Inbound:
        """Read a message that somebody sent us; raises as `receipt` does."""
        ...

    async def close(self) -> None:
        """Give back connections; no call may follow."""
        ...
