"""Rows of what was said as documents. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from services.portal.schemas.common import from_ms
from services.portal.schemas.replies import ExchangeEntry, StrayEntry
from shared.domain.strays import Stray


def entry(row: Any) -> ExchangeEntry:
    return ExchangeEntry(
        seq=row.seq,
        at=from_ms(row.at_ms),
        direction=row.direction,
        way=row.way,
        by=row.by,
        about=row.about,
        text=row.text,
        attachments=row.attachments,
    )


def answer_by(rows: Sequence[Any]) -> Literal["email", "sms"] | None:
    """On which way an answer goes back: the decider's rule (`shipments`), for who is about to write one."""
    for row in reversed(rows):
        if row.by == "recipient" and row.way in ("email", "sms"):
            return "sms" if row.way == "sms" else "email"
    return None


def stray_entry(stray: Stray) -> StrayEntry:
    return StrayEntry(
        stray=stray.stray,
        way=stray.way,  # type: ignore[arg-type]  # as it was written
        why=stray.why,  # type: ignore[arg-type]  # as it was written
        sender=stray.sender,
        subject=stray.subject,
        text=stray.text,
        attachments=stray.attachments,
        at=from_ms(stray.at_ms),
        shipment=stray.shipment,
    )
