"""E-mail going out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from shared.ports.sending import Sending


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person. Ids of messages (RFC 5322 §3.6.4) stand without their angle brackets.

    Whoever sends the same notice a second time gives the same `message_id`: mail programs then show one.
    Line breaks in names and subjects become spaces."""

    message_id: str
    to: str = field(repr=False)
    sender: str = field(repr=False)
    """The name before our own address, such as `Shop via Carrier`."""
    subject: str = field(repr=False)
    text: str = field(repr=False)
    at_ms: int
    html: str | None = field(default=None, repr=False)
    language: str | None = None
    reply_to: str | None = field(default=None, repr=False)
    unsubscribe_url: str | None = field(default=None, repr=False)
    """Answers POST with one click (RFC 8058) and shows a page to GET."""
    bounce_to: str | None = field(default=None, repr=False)
    """The envelope's sender, to whom servers report; our own address unless told."""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = True
    """No person wrote it: answering machines keep silent (RFC 3834 §5)."""


class Mailer(Protocol):
    """Sends mail. Whatever happens outside is in the answer; nothing is raised for it."""

    async def send(self, mail: Mail) -> Sending:
        """Hand it to the mail server. An address that can't be one is Failed as ADDRESS without asking.

        Raises:
            ValueError: `message_id` or another id is none: a mistake of the caller's.
        """
        ...

    async def close(self) -> None:
        """Give back connections; no call may follow."""
        ...
