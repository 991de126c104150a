"""The one click in a message that ends messages (RFC 8058): its token says which shipment's recipient, and on
which channel. It opens nothing else, so it may stand in an address."""

from __future__ import annotations

from typing import get_args

from shared.contracts.notices import PersonalChannel
from shared.tickets import Seal, TicketRefused

_DOMAIN = b"dromos.stop.1\x00"


class StopTokens:
    """Made by the notifier and read by the portal, out of the ticket key. A token does not grow old: who
    finds the message years later may still want no more of them."""

    def __init__(self, keys: str) -> None:
        self._seal = Seal(keys, _DOMAIN)

    def token(self, shipment: str, channel: PersonalChannel) -> str:
        return self._seal.seal(f"{shipment}\0{channel}".encode())

    def read(self, token: str) -> tuple[str, PersonalChannel]:
        """(shipment, channel).

        Raises:
            TicketRefused: it is none of ours.
        """
        shipment, _, channel = self._seal.open(token).decode().partition("\0")
        for known in get_args(PersonalChannel):
            if channel == known:
                return shipment, known
        raise TicketRefused
