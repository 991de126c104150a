"""How a shipment's state follows from its events: the same fold for who decides and who projects."""

from __future__ import annotations

import msgspec

from shared.contracts import status
from shared.contracts.shipment_events import (
    AnyEvent,
    Assigned,
    Observed,
    Refused,
    Registered,
    Reported,
    Started,
    Withdrawn,
)
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState
from shared.contracts.views.stage import StageView

REMEMBERED_COMMANDS = 128
"""How many command ids a state keeps, so that a repeated command is not decided twice."""

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
            return _registered(after, event)
        case Reported():
            return _reported(after, event)
        case Assigned():
            return _assigned(after, event)
        case Started():
            return _set_out(after, event.seq, event.at_ms, event.attempt)
        case Withdrawn():
            return replace(after, carriers=_ended_carriers(after, event.at_ms), out=False)
        case Observed():
            return _observed(after, event)
        case Refused():
            return after


def _registered(state: ShipmentState, event: Registered) -> ShipmentState:
    return replace(
        state,
        merchant=event.merchant,
        order_number=event.order_number,
        fingerprint=event.fingerprint,
        parties=event.parties,
        parcels=event.parcels,
        cash=event.cash,
        window=event.window,
        language=event.language,
        zone=event.zone,
        substatus="InfoReceived_001",
        status_ms=event.at_ms,
        history=(HistoryEntry(seq=event.seq, substatus="InfoReceived_001", at_ms=event.at_ms),),
    )


def _with_history(state: ShipmentState, entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
    """The history with the entry at its own time; of equal times the one reported later comes later."""
    return tuple(sorted((*state.history, entry), key=lambda e: (e.at_ms, e.seq)))


def _reported(state: ShipmentState, event: Reported) -> ShipmentState:
    entry = HistoryEntry(
        seq=event.seq,
        substatus=event.substatus,
        at_ms=event.at_ms,
        attempt=event.attempt,
        place=event.place,
    )
    state = replace(state, history=_with_history(state, entry))
    if not event.current:
        return state
    tag = status.tag_of(event.substatus)
    over = tag in OUTCOMES
    return replace(
        state,
        substatus=event.substatus,
        status_ms=event.at_ms,
        attempt=event.attempt,
        out=(tag is status.Tag.OUT_FOR_DELIVERY and (state.out or state.carrier is not None)),
        attempt_open=not over and (tag is status.Tag.OUT_FOR_DELIVERY or state.attempt_open),
    )


def _ended_carriers(state: ShipmentState, at_ms: int) -> tuple[Carrier, ...]:
    if state.carrier is None:
        return state.carriers
    last = replace(state.carriers[-1], until_ms=max(at_ms, state.carriers[-1].since_ms))
    return (*state.carriers[:-1], last)


def _assigned(state: ShipmentState, event: Assigned) -> ShipmentState:
    carrier = Carrier(courier=event.courier, joined=event.joined, since_ms=event.at_ms)
    state = replace(
        state,
        route=event.route,
        carriers=(*_ended_carriers(state, event.at_ms), carrier),
        out=False,
    )
    return _set_out(state, event.seq, event.at_ms, event.attempt) if event.out else state


def _set_out(state: ShipmentState, seq: int, at_ms: int, attempt: int) -> ShipmentState:
    entry = HistoryEntry(seq=seq, substatus="OutForDelivery_001", at_ms=at_ms, attempt=attempt)
    state = replace(
        state,
        history=_with_history(state, entry),
        attempt=attempt,
        attempt_open=True,
        out=True,
    )
    if at_ms < state.status_ms:
        return state
    return replace(state, substatus="OutForDelivery_001", status_ms=at_ms)


def _observed(state: ShipmentState, event: Observed) -> ShipmentState:
    state = replace(state, observed=(*state.observed[-8:], observation(event.attempt, event.what)))
    if event.what != "arrived" or event.at_ms < state.status_ms:
        return state
    entry = HistoryEntry(
        seq=event.seq, substatus="OutForDelivery_004", at_ms=event.at_ms, attempt=event.attempt
    )
    return replace(
        state,
        history=_with_history(state, entry),
        substatus="OutForDelivery_004",
        status_ms=event.at_ms,
    )


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
        cash=state.cash,
        window=state.window,
        language=state.language,
        zone=state.zone,
        attempt=state.attempt,
        courier=carrier.courier if carrier else None,
        joined=carrier.joined if carrier else 0,
        out=state.out and carrier is not None and not state.ended,
        ended=state.ended,
        history=state.history,
    )
