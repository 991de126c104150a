"""How a shipment's state follows from its events: the same fold for who decides and who projects."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts import status
from shared.contracts.promises import Arrival, PromiseLine
from shared.contracts.ratings import Rating
from shared.contracts.remarks import Exchange
from shared.contracts.shipment_events import (
    AnyEvent,
    Assigned,
    Observed,
    Promised,
    Rated,
    Refused,
    Registered,
    Remarked,
    Reported,
    Started,
    Withdrawn,
)
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState
from shared.contracts.views.stage import StageView
from shared.domain.promise import told_after

REMEMBERED_COMMANDS = 128
"""How many command ids a state keeps, so that a repeated command is not decided twice."""

REMEMBERED_PROMISES = 64
"""How many windows a state keeps, more than an attempt has; older ones stand in the ledger."""

REMEMBERED_REMARKS = 32
"""How many things said a state keeps; older ones stand in the lists."""

SHOWN_BEFORE = 6
"""How many of the windows before are shown."""

OUTCOMES = frozenset(
    {status.Tag.DELIVERED, status.Tag.ATTEMPT_FAIL, status.Tag.EXCEPTION, status.Tag.AVAILABLE_FOR_PICKUP}
)
"""Tags that end the courier's work at the stop: the attempt is over."""

replace = msgspec.structs.replace


def empty(shipment: str, tenant: str) -> ShipmentState:
    """The state of a shipment nobody has heard of."""
    return ShipmentState(shipment=shipment, tenant=tenant)


def follows(state: ShipmentState, event: AnyEvent) -> bool:
    """Whether the event is the next of this state. Of two that follow the same event the first one read
    wins; the second does not follow any more."""
    return event.prev == state.last and event.seq == state.seq + 1


def fold(state: ShipmentState, event: AnyEvent) -> ShipmentState:
    """The state after an event that follows it.

    Raises:
        ValueError: the event does not follow (ask `follows` first).
    """
    if not follows(state, event):
        raise ValueError(f"event {event.id} of {event.shipment} does not follow {state.last}")
    after = replace(
        state,
        seq=event.seq,
        last=event.id,
        decided=(*state.decided[-REMEMBERED_COMMANDS + 1 :], event.command),
    )
    match event:
        case Registered():
            after = replace(
                after,
                tenant=event.tenant,
                merchant=event.merchant,
                order_number=event.order_number,
                fingerprint=event.fingerprint,
                parties=event.parties,
                parcels=event.parcels,
                handover=event.handover,
                cash=event.cash,
                window=event.window,
                language=event.language,
                zone=event.zone,
            )
            return _enter(after, event, "InfoReceived_001", 0)
        case Reported():
            return _enter(
                after,
                event,
                event.substatus,
                event.attempt,
                place=event.place,
                note=event.note,
                cash=event.cash,
                proofs=event.proofs,
            )
        case Assigned():
            carrier = Carrier(
                courier=event.courier, joined=event.joined, since_ms=event.at_ms, started=event.out
            )
            after = replace(
                after, route=event.route, carriers=(*_ended_carriers(after, event.at_ms), carrier)
            )
            return _enter(after, event, "OutForDelivery_001", event.attempt) if event.out else after
        case Started():
            if after.carrier is not None:
                carriers = (*after.carriers[:-1], replace(after.carriers[-1], started=True))
                after = replace(after, carriers=carriers)
            return _enter(after, event, "OutForDelivery_001", event.attempt)
        case Withdrawn():
            return replace(after, carriers=_ended_carriers(after, event.at_ms))
        case Observed():
            seen = observation(event.attempt, event.what)
            after = replace(after, observed=(*after.observed[-8:], seen))
            return _enter(after, event, "OutForDelivery_004", event.attempt) if seen_at_door(event) else after
        case Promised():
            promise = PromiseLine(
                seq=event.seq,
                arrival=Arrival(at_ms=event.at_ms, window=event.window, grain=event.grain, why=event.why),
                courier=event.courier,
                joined=event.joined,
                attempt=event.attempt,
                model=event.model,
                eta_ms=event.eta_ms,
                inputs=event.inputs,
            )
            promises = (*after.promises[-REMEMBERED_PROMISES + 1 :], promise)
            return replace(after, promises=promises, told=told_after(after.told, promise))
        case Rated():
            rating = Rating(
                seq=event.seq,
                question=event.question,
                at_ms=event.at_ms,
                score=event.score,
                note=event.note,
            )
            others = tuple(r for r in after.ratings if r.question != event.question)
            return replace(after, ratings=(*others, rating))
        case Remarked():
            exchange = Exchange(
                seq=event.seq,
                at_ms=event.at_ms,
                direction=event.direction,
                way=event.way,
                by=event.actor,
                about=event.about,
                note=event.note,
                answers=event.answers,
                attachments=event.attachments,
            )
            return replace(after, remarks=(*after.remarks[-REMEMBERED_REMARKS + 1 :], exchange))
        case Refused():
            return after


def seen_at_door(event: Observed) -> bool:
    """Whether what was noticed is a stage of its own: the courier is at the stop."""
    return event.what == "arrived"


def _enter(state: ShipmentState, event: AnyEvent, substatus: str, attempt: int, **said: Any) -> ShipmentState:
    """The state with a stage entered in its history at its own time. Everything that depends on the history
    follows from it anew, so that a late report gives the state that it would have given in time."""
    entry = HistoryEntry(seq=event.seq, substatus=substatus, at_ms=event.at_ms, attempt=attempt, **said)
    history = tuple(sorted((*state.history, entry), key=lambda e: (e.at_ms, e.seq)))
    now = current_entry(history)
    last = max(e.attempt for e in history)
    door = [e for e in history if e.attempt == last and _of_the_door(e)]
    return replace(
        state,
        history=history,
        substatus=now.substatus,
        status_ms=now.at_ms,
        attempt=last,
        attempt_open=bool(door) and status.tag_of(door[-1].substatus) is status.Tag.OUT_FOR_DELIVERY,
    )


def _of_the_door(entry: HistoryEntry) -> bool:
    tag = status.tag_of(entry.substatus)
    return tag in OUTCOMES or tag is status.Tag.OUT_FOR_DELIVERY


def current_entry(history: tuple[HistoryEntry, ...]) -> HistoryEntry:
    """The stage that counts: what ended the shipment, whenever its report came; else the newest of the
    newest attempt. Never one that lies before."""
    final = [e for e in history if e.substatus in status.FINAL]
    return final[0] if final else max(history, key=lambda e: (e.attempt, e.at_ms, e.seq))


def _ended_carriers(state: ShipmentState, at_ms: int) -> tuple[Carrier, ...]:
    if state.carrier is None:
        return state.carriers
    last = replace(state.carriers[-1], until_ms=max(at_ms, state.carriers[-1].since_ms))
    return (*state.carriers[:-1], last)


def observation(attempt: int, what: str) -> str:
    """How a state remembers that something was noticed in an attempt."""
    return f"{attempt}:{what}"


def stage_view(state: ShipmentState) -> StageView | None:
    """The view of a state; None before the shipment is registered."""
    if state.merchant is None or state.substatus is None or state.parties is None:
        return None
    carrier = state.carrier
    return StageView(
        shipment=state.shipment,
        tenant=state.tenant,
        merchant=state.merchant,
        seq=state.seq,
        order_number=state.order_number,
        parties=state.parties,
        substatus=state.substatus,
        status_ms=state.status_ms,
        parcels=state.parcels,
        handover=state.handover,
        cash=state.cash,
        window=state.window,
        language=state.language,
        zone=state.zone,
        attempt=state.attempt,
        courier=carrier.courier if carrier else None,
        joined=carrier.joined if carrier else 0,
        out=state.out,
        ended=state.ended,
        history=state.history,
        ratings=state.ratings,
        arrival=promise.arrival if (promise := state.promise) is not None else None,
        was=tuple(p.arrival for p in state.promises if p is not promise and p.attempt == state.attempt)[
            -SHOWN_BEFORE:
        ],
    )
