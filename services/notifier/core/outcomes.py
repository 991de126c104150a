"""What is said of each decision on notice.outcomes."""

from __future__ import annotations

import msgspec

from services.notifier.core.ledger import Closing, Notice
from services.notifier.core.wants import Want
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.notices import State
from shared.domain.command_ids import hashed


def of_want(want: Want, state: State, reason: str, at_ms: int, due_ms: int | None = None) -> Outcome:
    """Of something worth telling as a whole: put off, folded or dropped."""
    return Outcome(
        id=_id(want.shipment, want.kind, want.revision, state, reason, due_ms or at_ms),
        tenant=want.tenant,
        merchant=want.merchant,
        shipment=want.shipment,
        kind=want.kind,
        revision=want.revision,
        state=state,
        at_ms=at_ms,
        reason=reason,
        due_ms=due_ms,
    )


def of_notice(notice: Notice, closing: Closing, at_ms: int, state: State | None = None) -> Outcome:
    """Of one notice, after a try or a receipt."""
    told = state or closing.told
    assert told is not None
    return Outcome(
        id=_id(notice.notice, told, notice.claim, notice.tries, at_ms),
        tenant=notice.tenant,
        merchant=notice.merchant,
        shipment=notice.shipment,
        kind=notice.kind,
        revision=notice.revision,
        state=told,
        at_ms=at_ms,
        channel=notice.channel,
        notice=notice.notice,
        reason=closing.reason,
        tries=notice.tries,
        due_ms=closing.due_ms,
        code=closing.code[:64],
        webhook=notice.recipient if notice.channel == "webhook" else None,
        event=_event(notice.payload) if notice.channel == "webhook" else "",
    )


class _Told(msgspec.Struct):
    type: str = ""


def _event(payload: bytes | None) -> str:
    """The type of what a webhook is sent, of its body."""
    return msgspec.json.decode(payload, type=_Told).type[:64] if payload else ""


def _id(*parts: object) -> str:
    return f"o-{hashed('outcome', *map(str, parts))}"
