"""An SMS gateway in memory."""

from __future__ import annotations

import re

from shared.adapters.sms_callbacks import Callbacks
from shared.ports.sending import Failed, Reason, Sending, Sent
from shared.ports.sms import Text


class MemorySms(Callbacks):
    """Keeps the messages that it has taken in `taken`, by id. `answers` says for a number what becomes of
    messages to it; while `away` is set nothing is taken. Its callbacks are signed with `token`."""

    def __init__(self, token: str = "memory") -> None:
        super().__init__((token,))
        self.taken: dict[str, Text] = {}
        self.answers: dict[str, Sending] = {}
        self.away = False

    async def send(self, text: Text) -> Sending:
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text.to):
            return Failed(True, "", Reason.ADDRESS)
        if self.away:
            return Failed(False, "", Reason.AWAY)
        if not text.body:
            return Failed(True, "21602", Reason.REFUSED)
        answer = self.answers.get(text.to, Sent(f"SM{len(self.taken):032x}"))
        if isinstance(answer, Sent):
            self.taken[answer.id] = text
        return answer

    async def close(self) -> None:
        """There is nothing to give back."""
