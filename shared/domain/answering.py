"""Addresses of ours that name a message: where answers to it go, and where mail servers report of it.

`reply+<token>@domain`, the token of a notice's id and 128 bits of its HMAC-SHA-256. All of it is in lower
case, for some servers change that of a local part; it has 59 of the 64 octets that one may have (RFC 5321
§4.5.3.1.1)."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from shared.domain.command_ids import short
from shared.tickets import Seal

Purpose = Literal["reply", "bounce"]

_DOMAIN = b"dromos.answer.1\x00"
_NOTICE = re.compile(r"n-([a-z2-7]{26})")
_LOCAL = re.compile(r"([a-z]+)\+([a-z2-7]{26})([a-z2-7]{26})")
MOST = 64


@dataclass(frozen=True, slots=True)
class Addressed:
    """What an address of ours says: `notice` None, it names none, or nobody of ours has sealed it."""

    purpose: Purpose
    notice: str | None
    forged: bool = field(default=False)


class AnswerAddresses:
    """Made and read by the notifier, out of the ticket key. An address does not grow old: somebody may answer
    a message weeks later."""

    def __init__(self, keys: str, domain: str) -> None:
        self._seal, self._domain = Seal(keys, _DOMAIN), domain.lower()

    def of(self, purpose: Purpose, notice: str) -> str:
        """The address for a notice.

        Raises:
            ValueError: this is no notice's id.
        """
        found = _NOTICE.fullmatch(notice)
        if found is None:
            raise ValueError("not a notice's id")
        return f"{purpose}+{found[1]}{short(self._seal.mac(_said(purpose, notice)))}@{self._domain}"

    def read(self, address: str) -> Addressed | None:
        """What somebody has written to; None: it is no address of these, or of another domain."""
        local, _, domain = address.strip().lower().rpartition("@")
        if domain != self._domain:
            return None
        for purpose in get_args(Purpose):
            if local == purpose:
                return Addressed(purpose, None)
            if local.startswith(f"{purpose}+"):
                return self._opened(purpose, local)
        return None

    def _opened(self, purpose: Purpose, local: str) -> Addressed:
        found = _LOCAL.fullmatch(local)
        if found is None:
            return Addressed(purpose, None, forged=True)
        notice = f"n-{found[2]}"
        good = [hmac.compare_digest(short(mac), found[3]) for mac in self._seal.macs(_said(purpose, notice))]
        return Addressed(purpose, notice) if any(good) else Addressed(purpose, None, forged=True)


def _said(purpose: Purpose, notice: str) -> bytes:
    return f"{purpose}\0{notice}".encode()
