"""What recipients send back: answers by mail and SMS, reports of mail that can't be delivered, one click."""

from __future__ import annotations

import asyncio
import re
import smtplib
import time
import uuid
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from urllib.parse import urlsplit

import httpx

from deploy.local.mailbox import mail
from deploy.local.mailbox.options import Options
from deploy.local.mailbox.sms import new_sid, sign
from deploy.local.mailbox.store import Kept, Store
from deploy.local.mailbox.under_way import UnderWay

_CALL_S = 5.0


class NotTaken(Exception):
    """Nobody takes this answer; the message says why."""


class Answers:
    """The recipient's hand."""

    def __init__(self, options: Options, store: Store, http: httpx.AsyncClient) -> None:
        self._options, self._store, self._http = options, store, http
        self._under_way = UnderWay()

    async def answer(self, to: Kept, text: str) -> int:
        """Answer a message; return the answer's id. Raises NotTaken."""
        return await (self._by_mail(to, text) if to.kind == "mail" else self._by_sms(to, text))

    async def _by_sms(self, to: Kept, text: str) -> int:
        if self._options.sms_replies is None:
            raise NotTaken("nobody takes SMS here")
        sid = new_sid()
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "AccountSid": self._options.account,
            "From": to.recipient,
            "To": to.sender,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        if text.strip().upper() in ("STOP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"):
            form["OptOutType"] = "STOP"
        url = self._options.sms_replies
        signature = sign(self._options.token, url, list(form.items()))
        await self._post(url, form, {"X-Twilio-Signature": signature})
        kept = Kept("sms", "out", to.recipient, to.sender, text, ref=sid, answers=to.id, state="delivered")
        return self._store.add(kept)

    async def _by_mail(self, to: Kept, text: str) -> int:
        original = mail.read(to.raw or b"")
        answer = EmailMessage()
        answer["From"] = to.recipient
        answer["To"] = mail.answer_to(original)
        answer["Subject"] = to.subject if to.subject.lower().startswith("re:") else f"Re: {to.subject}"
        answer["Date"] = formatdate(time.time())
        answer["Message-ID"] = f"<{uuid.uuid4().hex}@mailbox.localhost>"
        answer["In-Reply-To"] = to.ref
        answer["References"] = f"{original['References'] or ''} {to.ref}".strip()
        quoted = "".join(f"> {line}\n" for line in to.text.splitlines())
        answer.set_content(f"{text}\n\n{to.sender}:\n{quoted}")
        await self._hand_over(to.recipient, str(answer["To"]), bytes(answer))
        return self._store.add(
            Kept(
                kind="mail",
                direction="out",
                sender=to.recipient,
                recipient=str(answer["To"]),
                text=text,
                ref=str(answer["Message-ID"]),
                subject=str(answer["Subject"]),
                raw=bytes(answer),
                answers=to.id,
            )
        )

    async def _hand_over(self, sender: str, recipient: str, content: bytes) -> None:
        """To the server that takes mail for `recipient`. Raises NotTaken."""
        if self._options.mail_replies is None:
            raise NotTaken("nobody takes mail here")
        where = urlsplit(self._options.mail_replies)
        content = re.sub(rb"\r?\n", b"\r\n", content)  # smtplib sends bytes as they are

        def post() -> None:
            with smtplib.SMTP(where.hostname or "", where.port or 25, "mailbox.localhost", _CALL_S) as server:
                server.sendmail(sender, [recipient], content)

        try:
            await asyncio.to_thread(post)
        except smtplib.SMTPResponseException as error:
            raise NotTaken(f"SMTP {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(f"no answer ({type(error).__name__})") from error

    def bounce(self, sender: str, recipient: str, original: EmailMessage) -> None:
        """Report in a while that the message could not be delivered."""
        self._under_way.begin(self._report(sender, recipient, original))

    async def _report(self, sender: str, recipient: str, original: EmailMessage) -> None:
        """A delivery status notification (RFC 3464) to the envelope's sender, from nobody."""
        await asyncio.sleep(self._options.receipt_s)
        report = MIMEMultipart("report", report_type="delivery-status")
        report["From"] = "Mail Delivery System <mailer-daemon@mailbox.localhost>"
        report["To"] = sender
        report["Subject"] = "Undelivered mail returned to sender"
        report["Date"] = formatdate(time.time())
        report["Message-ID"] = f"<{uuid.uuid4().hex}@mailbox.localhost>"
        report["Auto-Submitted"] = "auto-replied"
        report.attach(MIMEText("Your message could not be delivered.\n"))
        about, status = EmailMessage(), EmailMessage()
        about["Reporting-MTA"] = "dns; mailbox.localhost"
        status["Final-Recipient"] = f"rfc822; {recipient}"
        status["Action"] = "failed"
        status["Status"] = "5.1.1"
        delivery = MIMEMessage(about, "delivery-status")
        delivery.set_payload([about, status])
        report.attach(delivery)
        headers = "".join(f"{k}: {v}\n" for k, v in original.items() if k.lower() != "content-type")
        report.attach(MIMEText(headers, "rfc822-headers", "utf-8"))
        try:
            await self._hand_over("", sender, report.as_bytes())
        except NotTaken:
            self._store.count("bounces_not_taken")
        else:
            self._store.count("bounces")

    async def unsubscribe(self, kept: Kept) -> None:
        """Press a mail program's button (RFC 8058 §3.2). Raises NotTaken."""
        found = mail.unsubscribe(mail.read(kept.raw or b""))
        if found is None or not found.one_click:
            raise NotTaken("there is no button in this message")
        await self._post(found.url, {"List-Unsubscribe": "One-Click"})

    async def _post(self, url: str, form: dict[str, str], headers: dict[str, str] | None = None) -> None:
        """To whoever is asked at this address. Raises NotTaken."""
        try:
            taken = await self._http.post(self._options.reach(url), data=form, headers=headers)
        except httpx.HTTPError as error:
            raise NotTaken(f"no answer ({type(error).__name__})") from error
        if not taken.is_success:
            raise NotTaken(f"HTTP {taken.status_code}")

    async def close(self) -> None:
        await self._under_way.close()
