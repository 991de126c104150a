"""What people wrote, as far as it may stand in a message."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

# Control characters, the marks that turn the direction of text, and halves of surrogate pairs.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SUBJECT = 160
_SCHEMES = frozenset({"http", "https"})


def line(text: str) -> str:
    """One line: nothing invisible in it, no line ends, single spaces."""
    return " ".join(_INVISIBLE.sub("", _BREAKS.sub("\n", text)).split())


def subject(text: str) -> str:
    """A header's value: one line of at most 160 characters, so that nothing in it begins another header."""
    whole = line(text)
    return whole if len(whole) <= _SUBJECT else f"{whole[: _SUBJECT - 1].rstrip()}…"


def paragraphs(text: str) -> str:
    """Lines as they were written, at most one empty line between two."""
    rows = [line(row) for row in _BREAKS.sub("\n", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip()


def address(url: str | None) -> str | None:
    """An address that may be followed: http or https, of one line; otherwise None."""
    if url is None or line(url) != url or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in _SCHEMES and parts.netloc else None


def phone(number: str | None) -> str | None:
    """A telephone number grouped as people read it; what is none stays as it is."""
    try:
        return format_number(parse(number or "", None), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def answering(link: str, name: str, value: str) -> str:
    """The link that opens the page with an answer chosen. The page sends it: to look at a link answers
    nothing, as mail scanners do."""
    parts = urlsplit(link)
    query = f"{parts.query}&{name}={value}" if parts.query else f"{name}={value}"
    return urlunsplit(parts._replace(query=query))
