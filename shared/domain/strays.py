"""What people wrote to us that belongs to no shipment for certain."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A row. `why`: `forged` (an address that we have not sealed), `unmatched` (it names nothing that is
    known), `other_sender` (not from the shop whose answer it would be), `too_many`, `unreadable`."""

    stray: str
    way: str
    why: str
    at_ms: int
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    message_id: str | None = None
    attachments: int = 0
    tenant: str | None = None
    shipment: str | None = None
