"""What a state says of the promise ledger (each window as it was shown, how each attempt ended) and of what
its recipient answered and said; and the row of a notice's outcome. Pure.

Rows follow from the state alone: the same in any order of states, and however often."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.notice_outcomes import Outcome
from shared.contracts.shipment_state import HistoryEntry, ShipmentState
from shared.contracts.status import Tag, tag_of
from shared.domain.shipment import OUTCOMES

Row = dict[str, Any]


def promise_rows(state: ShipmentState) -> list[Row]:
    """A row a window that the state remembers, by (shipment, seq): such a row never changes."""
    return [
        {
            "shipment": state.shipment,
            "seq": p.seq,
            "tenant": state.tenant,
            "merchant": state.merchant,
            "courier": p.courier,
            "attempt": p.attempt,
            "shown_ms": p.arrival.at_ms,
            "from_ms": p.arrival.window.from_ms if p.arrival.window is not None else None,
            "to_ms": p.arrival.window.to_ms if p.arrival.window is not None else None,
            "eta_ms": p.eta_ms,
            "grain": p.arrival.grain,
            "why": p.arrival.why,
            "model": p.model[:32],
            "inputs": msgspec.to_builtins(p.inputs),
            "zone": state.zone[:64],
        }
        for p in state.promises
    ]


def closing_rows(state: ShipmentState) -> list[Row]:
    """How each attempt ended, by (shipment, attempt), and when that was: with the delivery if there was one
    (who had not opened may come running), else with the first outcome at the door. A newer state's replaces
    it."""
    ended: dict[int, HistoryEntry] = {}
    for entry in state.history:
        if entry.attempt <= 0 or (tag := tag_of(entry.substatus)) not in OUTCOMES:
            continue
        known = ended.setdefault(entry.attempt, entry)
        if tag is Tag.DELIVERED and tag_of(known.substatus) is not tag:
            ended[entry.attempt] = entry
    return [
        {
            "shipment": state.shipment,
            "attempt": attempt,
            "seq": state.seq,
            "substatus": entry.substatus,
            "at_ms": entry.at_ms,
        }
        for attempt, entry in ended.items()
    ]


def rating_rows(state: ShipmentState) -> list[Row]:
    """The newest answer to each question, by (shipment, question)."""
    carrier = state.carriers[-1] if state.carriers else None
    return [
        {
            "shipment": state.shipment,
            "question": rating.question,
            "seq": rating.seq,
            "tenant": state.tenant,
            "merchant": state.merchant,
            "courier": carrier.courier if carrier is not None else None,
            "score": rating.score,
            "bad": rating.bad,
            "note": rating.note,
            "at_ms": rating.at_ms,
        }
        for rating in state.ratings
    ]


def remark_rows(state: ShipmentState) -> list[Row]:
    """A row a thing said that the state remembers, by (shipment, seq): such a row never changes."""
    return [
        {
            "shipment": state.shipment,
            "seq": said.seq,
            "tenant": state.tenant,
            "merchant": state.merchant,
            "at_ms": said.at_ms,
            "direction": said.direction,
            "way": said.way,
            "by": said.by.kind,
            "about": said.about,
            "note": said.note,
            "answers": said.answers,
            "attachments": said.attachments,
        }
        for said in state.remarks
    ]


def outcome_row(outcome: Outcome) -> Row:
    """A decision about a notice, by its own id."""
    row = msgspec.structs.asdict(outcome)
    row["outcome"] = row.pop("id")
    plain = {name: row[name] or None for name in ("code", "event")}
    return row | plain | {"reason": outcome.reason[:64]}
