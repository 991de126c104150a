"""Messengers, by one address a person or shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from shared.ports.sending import Sending


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `url` says messenger, key and person in one, such as `tgram://bot-token/chat`: a secret
    that stands in no log."""

    url: str = field(repr=False)
    title: str = field(repr=False)
    body: str = field(repr=False)


class Messenger(Protocol):
    """Sends to messengers. Whatever happens outside is in the answer; nothing is raised for it."""

    def takes(self, url: str) -> bool:
        """Whether this is an address that messages may be sent to."""
        ...

    async def send(self, message: Message) -> Sending:
        """Send it; an address that `takes` does not take is Failed as ADDRESS."""
        ...

    async def close(self) -> None:
        """Wait for nothing; no call may follow."""
        ...
