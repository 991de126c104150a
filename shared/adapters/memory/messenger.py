"""Messengers in memory."""

from __future__ import annotations

from shared.ports.messenger import Message
from shared.ports.sending import Failed, Reason, Sending, Sent


class MemoryMessenger:
    """Keeps what it has taken in `taken`. Addresses begin with `memory://`; `answers` says for an address
    what becomes of messages to it."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.answers: dict[str, Sending] = {}

    def takes(self, url: str) -> bool:
        return url.startswith("memory://") and len(url) > len("memory://")

    async def send(self, message: Message) -> Sending:
        if not self.takes(message.url):
            return Failed(True, "", Reason.ADDRESS)
        answer = self.answers.get(message.url, Sent(""))
        if isinstance(answer, Sent):
            self.taken.append(message)
        return answer

    async def close(self) -> None:
        """There is nothing to give back."""
