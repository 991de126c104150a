"""A mail server in memory."""

from __future__ import annotations

from email.message import EmailMessage

from shared.adapters import mime
from shared.ports.mailer import Mail
from shared.ports.sending import Failed, Reason, Sending, Sent


class MemoryMailer:
    """Keeps the messages that it has taken in `taken`. `answers` says for an address what becomes of mail to
    it; while `away` is set nothing is taken."""

    def __init__(self, own: str = "notices@example.org") -> None:
        self._own = own
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, Sending] = {}
        self.away = False

    async def send(self, mail: Mail) -> Sending:
        try:
            recipient = mime.address(mail.to)
            if mail.bounce_to is not None:
                mime.address(mail.bounce_to)
        except ValueError:
            return Failed(True, "", Reason.ADDRESS)
        message = mime.build(mail, self._own)
        if self.away:
            return Failed(False, "", Reason.AWAY)
        answer = self.answers.get(recipient, Sent(mail.message_id))
        if isinstance(answer, Sent):
            self.taken.append(message)
        return answer

    async def close(self) -> None:
        """There is nothing to give back."""
