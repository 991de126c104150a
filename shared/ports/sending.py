"""What comes of handing one message to a mail server, an SMS gateway or a messenger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a message did not go. What servers write beside their codes is not kept: it names the recipient."""

    ADDRESS = "address"
    """It is none, or nobody's, or takes no messages."""
    OPTED_OUT = "opted_out"
    """The recipient told the gateway to send him nothing."""
    REFUSED = "refused"
    """This message is not taken: its size, its content, a policy."""
    ACCOUNT = "account"
    """Our login, sender or account is not accepted: nothing goes until somebody has looked at it."""
    BUSY = "busy"
    """Later perhaps: greylisting, a limit, a server at its end."""
    AWAY = "away"
    """There was no connection, or it ended before the message was handed over."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken the message and answers for it; `id` is what it calls the message, empty where
    it did not say."""

    id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The message surely did not go. `permanent`: to this address it never will; else the same may be tried
    again, not before `retry_after_s` where the other side said so. `code` is the other side's, such as
    `550 5.1.1`; empty: it said none."""

    permanent: bool
    code: str
    reason: Reason
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The message was handed over and no answer came: it may have gone. Whether it is sent again is for the
    channel's policy to say. `code` is the other side's, or what happened to the connection."""

    code: str


Sending = Sent | Failed | Unsure
