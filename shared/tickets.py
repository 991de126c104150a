"""Tickets: what the portal gives for a link's secret, and what the gateway takes as the first message.

A ticket is `<payload>.<mac>`, both base64url without padding: the payload is the JSON of a `Ticket`, the mac
its HMAC-SHA-256 (RFC 2104). It holds no secret of the link: only the link's id, which is the secret's
SHA-256, so that the link can be looked up again and a ticket dies with its link."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Annotated

import msgspec

from shared.contracts.common import Id, Ms

LIFE_MS = 60_000
"""A ticket is taken for a minute: long enough to open a socket, too short to be passed on."""

MAX_LENGTH = 1024
MIN_KEY_LENGTH = 16

_DOMAIN = b"dromos.ticket.1\x00"  # a mac of ours for another purpose is never a ticket's


class TicketRefused(Exception):
    """The ticket is malformed, forged, or past its time; which of them is nobody's business."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave to open a socket for one shipment through one link, until `expires_ms`."""

    link: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    shipment: Id
    expires_ms: Ms


def split_keys(keys: str, kind: str, variable: str) -> list[str]:
    """The keys of a setting, one or several separated by commas while rotating: at least one, none empty.
    `kind` and `variable` (the setting's) are for whoever reads why it was refused, which repeats no key.

    Raises:
        ValueError: no key, or one shorter than `MIN_KEY_LENGTH` characters.
    """
    parts = [part.strip() for part in keys.split(",") if part.strip()]
    if not parts or any(len(part) < MIN_KEY_LENGTH for part in parts):
        raise ValueError(f"a {kind} key has at least {MIN_KEY_LENGTH} characters: set {variable}")
    return parts


class Seal:
    """Seals payloads as `<payload>.<mac>` and opens them again; `domain` names the purpose, so that what is
    sealed for one is never taken for another.

    `keys` is one key, or several separated by commas while rotating: the first seals, all open."""

    def __init__(self, keys: str, domain: bytes) -> None:
        """Raises ValueError: no key, or one shorter than `MIN_KEY_LENGTH` characters."""
        parts = split_keys(keys, "ticket", "DROMOS_TICKET_KEY")
        self._keys, self._domain = tuple(hashlib.sha256(part.encode()).digest() for part in parts), domain

    def mac(self, payload: bytes) -> bytes:
        """What only a holder of the first key can say of the payload; 32 bytes."""
        return _mac(self._keys[0], self._domain, payload)

    def macs(self, payload: bytes) -> tuple[bytes, ...]:
        """What holders of any of the keys say of it."""
        return tuple(_mac(key, self._domain, payload) for key in self._keys)

    def seal(self, payload: bytes) -> str:
        return f"{_encode(payload)}.{_encode(self.mac(payload))}"

    def open(self, text: str) -> bytes:
        """The payload, if one of the keys sealed it.

        Raises:
            TicketRefused: anything else.
        """
        if len(text) > MAX_LENGTH:
            raise TicketRefused
        head, dot, tail = text.partition(".")
        if not dot:
            raise TicketRefused
        payload, mac = _decode(head), _decode(tail)
        # All keys are tried and compared in constant time: the time says nothing about which one signed.
        good = [hmac.compare_digest(_mac(key, self._domain, payload), mac) for key in self._keys]
        if not any(good):
            raise TicketRefused
        return payload


class Tickets:
    """Signs and verifies tickets; portal and gateway hold the same keys (see `Seal`)."""

    def __init__(self, keys: str) -> None:
        """Raises ValueError: no key, or one shorter than `MIN_KEY_LENGTH` characters."""
        self._seal = Seal(keys, _DOMAIN)

    def sign(self, link: str, shipment: str, *, now_ms: int, life_ms: int = LIFE_MS) -> tuple[str, int]:
        """A ticket and its expiry (epoch ms) for a link (hex SHA-256 of its secret) and its shipment."""
        expires_ms = now_ms + life_ms
        payload = msgspec.json.encode(Ticket(link=link, shipment=shipment, expires_ms=expires_ms))
        return self._seal.seal(payload), expires_ms

    def verify(self, text: str, *, now_ms: int) -> Ticket:
        """The ticket's content, if one of the keys signed it and its time has not passed.

        Raises:
            TicketRefused: anything else.
        """
        try:
            ticket = msgspec.json.decode(self._seal.open(text), type=Ticket)
        except msgspec.MsgspecError as error:
            raise TicketRefused from error
        if now_ms >= ticket.expires_ms:
            raise TicketRefused
        return ticket


def _mac(key: bytes, domain: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, domain + payload, "sha256")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Strict base64url: other alphabets, padding and loose last bits are refused, so that a ticket has one
    spelling only."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise TicketRefused from error
    if _encode(raw) != text:
        raise TicketRefused
    return raw
