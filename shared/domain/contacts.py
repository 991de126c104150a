"""Marks that stand for addresses where those are not needed themselves."""

from __future__ import annotations

from shared.domain.command_ids import short
from shared.tickets import Seal, split_keys

_DOMAIN = b"dromos.contact.1\x00"


class ContactMarks:
    """Made by the notifier, which keeps people's wishes under them, and by the portal, which shows people
    what they wish; out of the ticket key.

    Of several keys the last makes them, which is the oldest: who wants no more messages still wants none when
    the key is changed."""

    def __init__(self, keys: str) -> None:
        """Raises ValueError: as `Seal`."""
        last = split_keys(keys, "ticket", "DROMOS_TICKET_KEY")[-1]
        self._seal = Seal(last, _DOMAIN)

    def of(self, tenant: str, address: str) -> str:
        """The mark of an e-mail address or telephone of a carrier's recipient: 26 characters that say nothing
        about it to whoever has not the key."""
        plain = f"{tenant}\0{address.strip().casefold()}".encode()
        return short(self._seal.mac(plain))
