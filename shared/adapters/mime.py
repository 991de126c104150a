"""A mail as the bytes that travel: text and HTML beside each other, headers that carry no others in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any
from urllib.parse import urlsplit

from shared.ports.mailer import Mail

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")  # dot-atom-text, RFC 5322 §3.2.3
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_URL = re.compile(r"[!-;=?-~]+")  # printable ASCII but for angle brackets
_LONGEST_URL = 900
_REFERENCES = 3
"""The last ones; a thread is found by any."""
_OURS = frozenset({"from", "reply-to"})
"""Headers with one address, whose name people have chosen."""
_WHOLE = frozenset({"message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"})


class _Policy(EmailPolicy):
    """Leaves ids and addresses of pages on one line: the library would write long ones as encoded words,
    which nobody reads back as an address (RFC 2047 §5). A line may have 998 octets (RFC 5322 §2.1.1).

    Subjects and names beyond ASCII are encoded words throughout: where the library mixes them with plain
    ones, readers see a blank too many."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in _WHOLE:
            return f"{name}: {value}{self.linesep}"
        if name.lower() == "subject" and not str(value).isascii():
            return f"{name}: {_encoded(str(value), name)}{self.linesep}"
        if name.lower() in _OURS and not str(value).isascii():
            (who,) = value.addresses
            shown = _encoded(who.display_name, name)
            return f"{name}: {shown}{self.linesep} <{who.addr_spec}>{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _WHOLE | _OURS | {"subject"}:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


def _encoded(text: str, name: str) -> str:
    """The text as encoded words alone, between which blanks mean nothing (RFC 2047 §6.2)."""
    return Header(text, "utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")


POLICY = _Policy(linesep="\r\n", cte_type="7bit", raise_on_defect=False)


def address(written: str) -> str:
    """An address as it stands in an envelope (RFC 5321 §4.1.2), the domain in its ASCII form.

    Quoted and internationalised local parts are refused: few servers take them, and fewer people have one.

    Raises:
        ValueError: it is no address.
    """
    local, at, domain = written.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError("not an e-mail address") from None
    fits = at and len(local) <= 64 and len(domain) <= 253 and _LOCAL.fullmatch(local)
    if not fits or not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise ValueError("not an e-mail address")
    return f"{local}@{domain}"


def line(text: str) -> str:
    """A text on one line, such as a header has it."""
    return _BREAKS.sub(" ", text).strip()


def build(mail: Mail, own: str) -> EmailMessage:
    """The message, from `mail.sender` at our address `own`.

    Raises:
        ValueError: an address, an id or a page's address is none.
    """
    message = EmailMessage(POLICY)
    message["From"] = Address(line(mail.sender), addr_spec=address(own))
    message["To"] = Address(addr_spec=address(mail.to))
    message["Subject"] = line(mail.subject)
    message["Date"] = datetime.fromtimestamp(mail.at_ms / 1000, UTC)
    message["Message-ID"] = _bracketed(mail.message_id)
    if mail.reply_to is not None:
        message["Reply-To"] = Address(line(mail.sender), addr_spec=address(mail.reply_to))
    if mail.in_reply_to is not None:
        message["In-Reply-To"] = _bracketed(mail.in_reply_to)
    if mail.references:
        message["References"] = " ".join(map(_bracketed, mail.references[-_REFERENCES:]))
    if mail.unsubscribe_url is not None:
        _unsubscribe(message, mail.unsubscribe_url)
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange asks for this one
    message.set_content(mail.text, charset="utf-8")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", charset="utf-8")
    if mail.language is not None:
        message["Content-Language"] = line(mail.language)  # of the whole, so after the parts
    return message


def is_id(message_id: str) -> bool:
    """Whether it can stand as a message's id; what others write is not always one."""
    return _ID.fullmatch(message_id) is not None and len(message_id) <= 250


def _bracketed(message_id: str) -> str:
    if not is_id(message_id):
        raise ValueError("not a message's id")
    return f"<{message_id}>"


def _unsubscribe(message: EmailMessage, url: str) -> None:
    """RFC 2369 §3.2; by one click where the page is reached by https (RFC 8058 §3.1), or only from here."""
    parts = urlsplit(url)
    written = _URL.fullmatch(url) and len(url) <= _LONGEST_URL
    if parts.scheme not in ("https", "http") or not parts.hostname or not written:
        raise ValueError("not a page's address")
    message["List-Unsubscribe"] = f"<{url}>"
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
