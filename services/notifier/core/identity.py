"""Names of notices: what makes two of them the same, and what a link to a shipment is made from.

Nothing of it is random: after a crash the same notice has the same id, message id and link."""

from __future__ import annotations

import base64

from services.notifier.core.ledger import Notice
from services.notifier.core.wants import Want
from shared.contracts.notices import Channel
from shared.domain.command_ids import hashed
from shared.domain.contacts import ContactMarks
from shared.tickets import Seal

_LINK = b"dromos.link.1\x00"


class Marks:
    """Marks of contacts, and secrets of links, out of the server's ticket key; the marks out of `contacts`,
    where that is a key of its own."""

    def __init__(self, keys: str, contacts: str = "") -> None:
        self._contacts, self._links = ContactMarks(contacts or keys), Seal(keys, _LINK)

    def contact(self, tenant: str, address: str) -> str:
        """Stands for an e-mail address or telephone where it is not needed itself."""
        return self._contacts.of(tenant, address)

    def link(self, shipment: str, version: str, number: int) -> str:
        """The secret of the link that messages to this version of the recipient carry; another `number` once
        the one before was revoked. 128 bits, base64url (22 characters)."""
        mac = self._links.mac(f"{shipment}\0{version}\0{number}".encode())
        return base64.urlsafe_b64encode(mac[:16]).decode().rstrip("=")


def notice_id(want: Want, recipient: str, channel: Channel) -> str:
    """One notice: unique by shipment, kind, revision, recipient and channel."""
    return f"n-{hashed('notice', want.shipment, want.kind, str(want.revision), recipient, channel)}"


def noticed(
    want: Want,
    recipient: str,
    channel: Channel,
    *,
    named: str = "",
    reason: str = "",
    payload: bytes | None = None,
) -> Notice:
    """The notice of a want, with a message of its own. `named` stands for the recipient in its id, where he
    is told of more than one thing of the same want."""
    id = notice_id(want, named or recipient, channel)
    return Notice(
        notice=id,
        lead=id,
        shipment=want.shipment,
        kind=want.kind,
        revision=want.revision,
        recipient=recipient,
        channel=channel,
        tenant=want.tenant,
        merchant=want.merchant,
        reason=reason,
        payload=payload,
    )


def message_id(notice: str, domain: str) -> str:
    """RFC 5322 §3.6.4, without the angle brackets: the same for the same notice, so that a mail program shows
    one that came twice once."""
    return f"{notice}@{domain}"
