"""Bytes of a mail that came to our domain as an answer or as a server's report."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html.parser import HTMLParser

from shared.ports.incoming import Answer, Bounce

_IDS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_BREAKING = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3"})
_LONGEST = 20_000


def read(raw: bytes, about: str = "") -> Answer | Bounce:
    """What came; `about` is the message that a report is about where it does not say.

    Raises:
        ValueError: nobody sent it, or a report does not say about which message.
    """
    message = message_from_bytes(raw, policy=policy.default.clone(raise_on_defect=False))
    assert isinstance(message, EmailMessage)
    if message.get_content_type() == "multipart/report":
        return _report(message, about)
    senders = _addresses(message, "From")
    if not senders:
        raise ValueError("a mail from nobody")
    near = _ids(message, "In-Reply-To") + _ids(message, "References")[::-1]
    return Answer(
        id=next(iter(_ids(message, "Message-ID")), ""),
        sender=senders[0],
        to=tuple(_addresses(message, "To")),
        subject=_said(message, "Subject"),
        text=own_words(_text(message))[:_LONGEST],
        answers=tuple(dict.fromkeys(near)),
        automatic=_automatic(message),
        attachments=_attachments(message),
    )


def own_words(text: str) -> str:
    """A text without what it quotes at its end, the line that introduces that, and the signature. Where
    answers stand between quoted lines all of it stays: who reads it must see what was answered."""
    lines = text.replace("\r\n", "\n").split("\n")
    ends = len(lines)
    while ends and (not lines[ends - 1].strip() or lines[ends - 1].startswith(">")):
        ends -= 1
    if any(line.startswith(">") for line in lines[ends:]):
        began = ends
        while began and ends - began < 3 and lines[began - 1].strip():  # "On ... wrote:" may be broken in two
            began -= 1
        if ends and lines[ends - 1].rstrip().endswith(":") and (began == 0 or not lines[began - 1].strip()):
            ends = began
    kept = lines[:ends]
    if not any(line.startswith(">") for line in kept):
        kept = kept[
            : next((n for n, line in enumerate(kept) if line.rstrip("\r") in ("-- ", "--")), len(kept))
        ]
    own = "\n".join(kept).strip()
    return own or text.strip()


def _report(message: EmailMessage, about: str) -> Bounce:
    """A delivery status notification (RFC 3464): the fields of its one recipient, and the id of what it is
    about, from the message or its headers that stand in the last part."""
    code, failed = "", False
    for part in message.walk():
        match part.get_content_type():
            case "message/delivery-status":
                blocks = part.get_payload()
                for block in blocks if isinstance(blocks, list) else []:
                    assert isinstance(block, Message)
                    found = _STATUS.search(str(block.get("Status") or ""))
                    code = found[0] if found else code
                    failed = failed or str(block.get("Action") or "").strip().lower() == "failed"
            case "text/rfc822-headers":
                about = next(iter(_ids(message_from_bytes(_decoded(part)), "Message-ID")), about)
            case "message/rfc822":
                inner = part.get_payload(0)
                assert isinstance(inner, Message)
                about = next(iter(_ids(inner, "Message-ID")), about)
    if not about:
        raise ValueError("a report about no message")
    return Bounce(about, failed, code)


def _decoded(part: Message) -> bytes:
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _automatic(message: EmailMessage) -> bool:
    """By what machines say of themselves: RFC 3834 §5, and what was in use before it."""
    submitted = _said(message, "Auto-Submitted").partition(";")[0].strip().lower()
    bulk = _said(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply")
    return submitted not in ("", "no") or bulk or "X-Autoreply" in message or "X-Autorespond" in message


def _attachments(message: EmailMessage) -> int:
    """Parts that are no text of the message itself; pictures within it count."""
    body = message.get_body(("plain", "html"))
    parts = [part for part in message.walk() if not part.is_multipart() and part is not body]
    return sum(
        part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"
        for part in parts
    )


def _said(message: Message, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError):  # a header that the library can't read
        return ""


def _ids(message: Message, name: str) -> list[str]:
    return _IDS.findall(_said(message, name))


def _addresses(message: Message, name: str) -> list[str]:
    return [address.lower() for _, address in getaddresses([_said(message, name)]) if "@" in address]


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        written = str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows
        written = _decoded(part).decode("utf-8", "replace")
    if part.get_content_type() != "text/html":
        return written
    legible = _Legible()
    legible.feed(written)
    return re.sub(r"\n{3,}", "\n\n", "".join(legible.text)).strip()


class _Legible(HTMLParser):
    """The text of HTML, but for what is quoted."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("style", "script", "title", "blockquote"):
            self._hidden.append(tag)
        if tag in _BREAKING and not self._hidden:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(re.sub(r"\s+", " ", data))
