"""The mail server: takes all mail over SMTP and keeps it; and a mail as people read it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.store import Kept, Store

TROUBLES = {
    "+nobody": "550 5.1.1 <{}>: nobody here",
    "+later": "451 4.3.0 <{}>: try later",
    "+grey": "451 4.7.1 <{}>: greylisted",
    "+spam": "554 5.7.1 message for <{}> refused",
    "+full": "552 5.2.2 mailbox of <{}> is full",
    "+cut": "",
    "+bounce": "250 2.0.0 taken",
}
"""What happens to mail by the end of the local part: at RCPT `+nobody`, `+later` and `+grey` (the first
time); after the message `+spam`, `+full` and `+cut` (it is kept, and the connection ends without an
answer); `+bounce` is taken and a report follows."""

_AT_RCPT = ("+nobody", "+later", "+grey")
_LIMIT = 2_000_000
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class Post:
    """What aiosmtpd asks, command by command. `bounce` is called with a message that is to be reported back
    to its envelope's sender."""

    def __init__(self, store: Store, bounce: Callable[[str, str, EmailMessage], None]) -> None:
        self._store, self._bounce = store, bounce
        self._seen: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        trouble = _trouble(address)
        greeted = trouble == "+grey" and address in self._seen
        self._seen.add(address)
        if trouble in _AT_RCPT and not greeted:
            self._store.count("smtp_rcpt_refused")
            return TROUBLES[trouble].format(address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del session
        content = envelope.original_content or b""
        self._store.count("smtp_data")
        parsed = read(content)
        for recipient in envelope.rcpt_tos:
            trouble = _trouble(recipient)
            if trouble in ("+spam", "+full"):
                return TROUBLES[trouble].format(recipient)
        for recipient in envelope.rcpt_tos:
            self._store.add(
                Kept(
                    kind="mail",
                    direction="in",
                    sender=sender_of(content) or envelope.mail_from or "",
                    recipient=recipient.lower(),
                    text=text_of(parsed),
                    ref=str(parsed["Message-ID"] or ""),
                    subject=str(parsed["Subject"] or ""),
                    raw=content,
                )
            )
            if _trouble(recipient) == "+bounce" and envelope.mail_from:
                self._bounce(envelope.mail_from, recipient, parsed)
        if any(_trouble(recipient) == "+cut" for recipient in envelope.rcpt_tos):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 2.0.0 taken"


def sender_of(content: bytes) -> str:
    """From as mail programs show it. The library's newer parser puts a blank between the encoded words of a
    name; its older one reads them as RFC 2047 §6.2 has it."""
    written = message_from_bytes(content, policy=policy.compat32)["From"]
    return "" if written is None else str(make_header(decode_header(written)))


class _Server(SMTP):
    def eof_received(self) -> bool | None:
        """Close at once. aiosmtpd leaves one half open that ended before its first command was waited for."""
        super().eof_received()
        return False


def server(post: Post) -> SMTP:
    """The protocol of one connection."""
    return _Server(
        post,
        data_size_limit=_LIMIT,
        enable_SMTPUTF8=True,
        hostname="mailbox.localhost",
        ident="mailbox",
        loop=asyncio.get_running_loop(),
    )


def _trouble(address: str) -> str | None:
    local = address.rpartition("@")[0].lower()
    return next((end for end in TROUBLES if local.endswith(end)), None)


def read(raw: bytes) -> EmailMessage:
    """A mail parsed; whatever is wrong with it is not."""
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _body(parsed: EmailMessage, kind: str) -> str | None:
    part = parsed.get_body((kind,))
    if part is None:
        return None
    try:
        written = str(part.get_content())
    except (LookupError, KeyError):  # a charset that nobody knows
        written = str(part.get_payload())
    return written.replace("\r\n", "\n")


def html_of(parsed: EmailMessage) -> str | None:
    return _body(parsed, "html")


def text_of(parsed: EmailMessage) -> str:
    """The plain text, or what is legible of the HTML."""
    plain = _body(parsed, "plain")
    if plain is not None:
        return plain
    scan = _Scan()
    scan.feed(_body(parsed, "html") or "")
    return " ".join("".join(scan.text).split())


class _Scan(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script", "title")
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith(("http://", "https://")):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def links(text: str, html: str | None = None) -> list[str]:
    """The pages that a message leads to, each once."""
    found = [link.rstrip(".,;:!?") for link in _LINK.findall(text)]
    if html is not None:
        scan = _Scan()
        scan.feed(html)
        found += scan.links
    return list(dict.fromkeys(found))


class Unsubscribe(NamedTuple):
    """Where a mail program's button leads to; `one_click`: POST is enough (RFC 8058)."""

    url: str
    one_click: bool


def unsubscribe(parsed: EmailMessage) -> Unsubscribe | None:
    found = re.search(r"<(https?://[^>]+)>", str(parsed["List-Unsubscribe"] or ""))
    if found is None:
        return None
    said = str(parsed["List-Unsubscribe-Post"] or "").replace(" ", "")
    return Unsubscribe(found[1], said == "List-Unsubscribe=One-Click")


def answer_to(parsed: EmailMessage) -> str:
    """The address that an answer goes to."""
    return parseaddr(str(parsed["Reply-To"] or parsed["From"] or ""))[1]
