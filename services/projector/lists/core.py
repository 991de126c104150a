"""What a record makes of a row: states, people, and the newest that was heard of a courier's phone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from services.projector.lists.ledger import closing_rows, outcome_row, promise_rows, rating_rows, remark_rows
from shared.contracts import link_openings, notice_outcomes, shipment_parties, shipment_state
from shared.contracts.courier_positions import Position
from shared.contracts.shipment_parties import Party, Recipient
from shared.contracts.shipment_state import HistoryEntry, ShipmentState
from shared.contracts.status import tag_of
from shared.domain.local_time import zone_of
from shared.domain.search import order_words, phone_words, vector, words

Row = dict[str, Any]
_POSITION = msgspec.json.Decoder(Position)

PLACED = ("at_ms", "lon", "lat", "speed_mps", "bearing_deg", "accuracy_m")
"""What a fix says; the rest of a courier's row comes with every sign of life."""


def _fit(text: str | None, longest: int) -> str | None:
    """A text as its column takes it: a record that other software wrote is no reason to stop."""
    return text.replace("\x00", "")[:longest] if text is not None else None


def shipment_row(state: ShipmentState) -> Row | None:
    """The row of a registered shipment; None: nobody has announced it."""
    if state.merchant is None or state.parties is None or state.substatus is None:
        return None
    carrier = state.carrier or (state.carriers[-1] if state.ended and state.carriers else None)
    paid = next((e for e in reversed(state.history) if e.cash is not None), None)
    taken = paid.cash if paid is not None else None
    first = min(state.history, key=lambda e: e.seq)
    return {
        "shipment": state.shipment,
        "tenant": state.tenant,
        "merchant": state.merchant,
        "seq": state.seq,
        "order_number": _fit(state.order_number, 64),
        "parties": state.parties,
        "substatus": state.substatus,
        "tag": str(tag_of(state.substatus)),
        "status_ms": state.status_ms,
        "registered_ms": first.at_ms,
        "day": _day(state.window.from_ms if state.window else state.status_ms, state.zone),
        "window_from_ms": state.window.from_ms if state.window else None,
        "window_to_ms": state.window.to_ms if state.window else None,
        "courier": carrier.courier if carrier else None,
        "joined": carrier.joined if carrier else 0,
        "route": state.route if carrier else None,
        "attempt": state.attempt,
        "out": state.out,
        "ended": state.ended,
        "parcels": state.parcels,
        "handover": state.handover,
        "cash": Decimal(state.cash.amount) if state.cash else None,
        "currency": state.cash.currency if state.cash else None,
        "cash_taken": Decimal(taken.amount) if taken else None,
        "taken_currency": taken.currency if taken else None,
        "taken_ms": paid.at_ms if paid else None,
        "taken_by": _with(state, paid.at_ms) if paid else None,
        "zone": _fit(state.zone, 64),
        "language": state.language,
        "history": [_stage(state, entry) for entry in state.history],
        "own": vector(order_words(state.order_number)),
    }


def _stage(state: ShipmentState, entry: HistoryEntry) -> Row:
    """A stage as JSON, with who carried the shipment then."""
    return {**msgspec.to_builtins(entry), "courier": _with(state, entry.at_ms)}


def _with(state: ShipmentState, at_ms: int) -> str | None:
    """The courier who carried it then. A report by the door may come a moment after the plan has changed:
    the last one before it counts."""
    before = [c for c in state.carriers if c.since_ms <= at_ms]
    return before[-1].courier if before else None


def _day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(zone_of(zone)).date()


_LONGEST = {
    "name": 120, "line": 120, "city": 64, "postcode": 16, "phone": 32, "email": 254, "floor": 64, "bell": 64,
    "note": 4000, "taken_by": 120, "language": 2, "message_id": 250,
}  # fmt: skip


_OF_NOTES = ("taken_by", "message_id")


def party_row(party: Party) -> Row:
    """The row of a recipient, or of what was said with a report."""
    row: Row = dict.fromkeys((*_LONGEST, "lon", "lat"))
    if isinstance(party, Recipient):
        row |= {name: getattr(party, name) for name in row if name not in _OF_NOTES}
        found = words(party.name, party.line, party.city, party.postcode) + phone_words(party.phone)
    else:
        row |= {"note": party.text} | {name: getattr(party, name) for name in _OF_NOTES}
        found = []
    row |= {name: _fit(row[name], longest) for name, longest in _LONGEST.items()}
    head = {"shipment": party.shipment, "version": party.version, "tenant": party.tenant}
    return {**head, **row, "words": vector(found)}


def courier_row(courier: str, headers: dict[str, str], position: Position) -> Row:
    """The newest of a courier; without a geometry it is a sign of life.

    Raises:
        ValueError: a header says no number.
    """
    where, said = position.geometry, position.properties
    battery = headers.get("battery_pct", "")
    return {
        "courier": courier,
        "tenant": _fit(headers.get("tenant"), 64) or "",
        "seen_ms": int(headers.get("received_ms") or said.at_ms),
        "at_ms": said.at_ms if where else None,
        "lon": where.coordinates[0] if where else None,
        "lat": where.coordinates[1] if where else None,
        "speed_mps": said.speed_mps if where else None,
        "bearing_deg": said.bearing_deg if where else None,
        "accuracy_m": said.accuracy_m if where else None,
        "battery_pct": round(min(max(float(battery), 0.0), 100.0)) if battery else None,
        "protocol": _fit(headers.get("protocol"), 32),
    }


def newer(before: Row | None, row: Row) -> Row:
    """Of two that were heard of one courier what is newest in each respect: the fix by its own time, the rest
    by when it was heard. Taken in any order it comes to the same."""
    if before is None:
        return row
    later, earlier = (row, before) if row["seen_ms"] >= before["seen_ms"] else (before, row)
    fix = before if (before["at_ms"] or -1) >= (row["at_ms"] or -1) else row
    merged = {**later, **{name: fix[name] for name in PLACED}}
    for name in ("battery_pct", "protocol"):
        merged[name] = later[name] if later[name] is not None else earlier[name]
    return merged


class Batch:
    """The newest of each shipment, person and courier of a batch. Raises on a record that says nothing that
    could be kept (`msgspec.MsgspecError`, `ValueError`), which is left out then."""

    def __init__(self) -> None:
        self.shipments: dict[str, Row | None] = {}
        self.people: dict[tuple[str, str], Row | None] = {}
        self.couriers: dict[str, Row] = {}
        self.promises: dict[tuple[str, int], Row] = {}
        self.closings: dict[tuple[str, int], Row] = {}
        self.ratings: dict[tuple[str, str], Row] = {}
        self.notices: dict[str, Row] = {}
        self.remarks: dict[tuple[str, int], Row] = {}
        self.openings: dict[str, Row] = {}

    @property
    def touched(self) -> set[str]:
        """The shipments that may be found by other words now."""
        return {*self.shipments, *(shipment for shipment, _ in self.people)}

    def state(self, key: str, value: bytes | None) -> None:
        """A state; a tombstone takes the shipment off the lists."""
        if value is None:
            self.shipments[key] = None
            return
        state = shipment_state.DECODER.decode(value).state
        row = shipment_row(state)
        if row is not None:
            before = self.shipments.get(row["shipment"])
            if before is None or before["seq"] < row["seq"]:
                self.shipments[row["shipment"]] = row
                self.promises |= {(p["shipment"], p["seq"]): p for p in promise_rows(state)}
                self.ratings |= {(r["shipment"], r["question"]): r for r in rating_rows(state)}
                self.remarks |= {(r["shipment"], r["seq"]): r for r in remark_rows(state)}
                self.closings |= {(c["shipment"], c["attempt"]): c for c in closing_rows(state)}

    def party(self, key: str, value: bytes | None) -> None:
        """A recipient or a note; a tombstone deletes it."""
        shipment, _, version = key.partition("/")
        if value is None:
            self.people[shipment, version] = None
            return
        row = party_row(shipment_parties.DECODER.decode(value))
        self.people[row["shipment"], row["version"]] = row

    def outcome(self, value: bytes | None) -> None:
        """What became of a notice."""
        if value is not None:
            row = outcome_row(notice_outcomes.DECODER.decode(value))
            self.notices[row["outcome"]] = row

    def opening(self, value: bytes | None) -> None:
        """That a link was opened: the first time counts."""
        if value is not None:
            opening = link_openings.DECODER.decode(value)
            before = self.openings.get(opening.shipment)
            if before is None or opening.at_ms < before["first_ms"]:
                self.openings[opening.shipment] = {"shipment": opening.shipment, "first_ms": opening.at_ms}

    def position(self, key: str, headers: dict[str, str], value: bytes | None) -> None:
        if value is not None:
            if not 0 < len(key) <= 64:
                raise ValueError("a courier's id has 1 to 64 characters")
            row = courier_row(key, headers, _POSITION.decode(value))
            self.couriers[key] = newer(self.couriers.get(key), row)
