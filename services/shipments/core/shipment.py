"""Decides about one shipment: a command becomes exactly one event, accepted or refused with its reason."""

from __future__ import annotations

from typing import Any

from services.shipments.core.ids import derived
from services.shipments.core.transitions import legal
from shared.contracts import courier_commands, status
from shared.contracts.common import Actor
from shared.contracts.ratings import BOUNDS
from shared.contracts.remarks import WRITTEN
from shared.contracts.shipment_commands import (
    Assign,
    Command,
    Observe,
    Promise,
    Rate,
    Register,
    Remark,
    Report,
    Start,
    Withdraw,
)
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
from shared.contracts.shipment_state import ShipmentState
from shared.domain.shipment import observation

SYSTEM = Actor(kind="system", id="shipments")
MAX_AHEAD_MS = 2 * 60_000
MAX_BEFORE_MS = 24 * 3_600_000
"""Hubs may scan a parcel before its shop has announced it, but not by more than a day."""


class Refusal(Exception):
    """A command that cannot be done: a stable code and what is possible instead."""

    def __init__(self, reason: str, explanation: str) -> None:
        super().__init__(reason)
        self.reason, self.explanation = reason, explanation


def decide(state: ShipmentState, command: Command, now_ms: int, salt: str) -> AnyEvent | None:
    """The event that answers the command, or None when it has been decided before.

    `salt` names the decider: two deciders that answer the same command write events of different ids, and
    the first in the log wins."""
    if command.id in state.decided:
        return None
    head: dict[str, Any] = {
        "id": derived("evt", state.last, command.id, salt, now_ms),
        "prev": state.last,
        "seq": state.seq + 1,
        "tenant": command.tenant,
        "shipment": command.shipment,
        "command": command.id,
        "recorded_ms": now_ms,
        "actor": command.actor,
    }
    try:
        if state.registered and command.tenant != state.tenant:
            raise Refusal("unknown_shipment", "There is no such shipment.")
        at_ms = _own_time(command, now_ms)
        return _accept(state, command, head | {"at_ms": at_ms})
    except Refusal as refusal:
        return Refused(
            **head,
            at_ms=min(command.at_ms, now_ms),
            reason=refusal.reason,
            explanation=refusal.explanation,
        )


def _own_time(command: Command, now_ms: int) -> int:
    """When it happened, by who reports it; a little ahead is a clock, more is a mistake."""
    if command.at_ms > now_ms + MAX_AHEAD_MS:
        raise Refusal(
            "from_the_future",
            f"The event's time lies {(command.at_ms - now_ms) // 1000} s ahead; set the reporting clock.",
        )
    return min(command.at_ms, now_ms)


def _accept(state: ShipmentState, command: Command, head: dict[str, Any]) -> AnyEvent:
    if isinstance(command, Register):
        return _register(state, command, head)
    if not state.registered:
        raise Refusal("unknown_shipment", "There is no such shipment: register it first.")
    match command:
        case Report():
            return _report(state, command, head)
        case Assign():
            return _assign(state, command, head)
        case Withdraw():
            _must_carry(state, command.courier)
            carrier = state.carrier
            if carrier is None or carrier.joined >= command.route_version:
                raise Refusal("superseded", "The shipment joined the route again since.")
            return Withdrawn(**head, courier=command.courier, joined=carrier.joined)
        case Start():
            _must_carry(state, command.courier)
            if state.out:
                raise Refusal("already_out", "The shipment is out for delivery already.")
            return Started(**head, courier=command.courier, attempt=_next_attempt(state))
        case Observe():
            return _observe(state, command, head)
        case Promise():
            return _promise(state, command, head)
        case Rate():
            return _rate(state, command, head)
        case Remark():
            return _remark(state, command, head)


def _register(state: ShipmentState, command: Register, head: dict[str, Any]) -> AnyEvent:
    if state.registered:
        raise Refusal(
            "already_registered",
            "The shipment exists with other contents: use another Idempotency-Key for another shipment.",
        )
    return Registered(
        **head,
        merchant=command.merchant,
        order_number=command.order_number,
        fingerprint=command.fingerprint,
        parties=command.parties,
        parcels=command.parcels,
        handover=command.handover,
        cash=command.cash,
        window=command.window,
        language=command.language,
        zone=command.zone,
    )


def _report(state: ShipmentState, command: Report, head: dict[str, Any]) -> AnyEvent:
    at_ms: int = head["at_ms"]
    if command.substatus not in status.SUBSTATUSES:
        raise Refusal("unknown_status", f"One of: {', '.join(status.SUBSTATUSES)}.")
    if command.actor.kind == "courier":
        if not state.carried_by(command.actor.id, at_ms):
            raise Refusal(
                "not_the_assigned_courier",
                "Only the courier who carries the shipment can report on it.",
            )
    elif command.actor.kind == "merchant" and command.actor.id != state.merchant:
        raise Refusal("unknown_shipment", "There is no such shipment.")
    announced_ms = min(state.history, key=lambda e: e.seq).at_ms
    if at_ms < announced_ms - MAX_BEFORE_MS:
        raise Refusal(
            "before_it_was_announced",
            "The event's time lies more than a day before the shipment was announced; give the time at "
            "which it happened.",
        )
    before = state.substatus or "Pending_001"
    attempt = command.attempt if command.attempt is not None else _attempt_at(state, command, at_ms)
    late = (attempt, at_ms) < (state.attempt, state.status_ms) or at_ms < state.status_ms
    ends = command.substatus in status.FINAL
    # Of two different ends the earlier one is true, whichever is reported first.
    before_the_end = at_ms < state.status_ms and status.tag_of(before) is not status.tag_of(command.substatus)
    if state.ended and (not late or (ends and not before_the_end)):
        raise Refusal("already_ended", f"The shipment has ended ({before}): nothing follows.")
    if not late and not legal(before, command.substatus):
        raise Refusal("not_from_here", f"{command.substatus} cannot follow {before}.")
    # What ended the delivery ends it whenever its report arrives; any other late report is history only.
    current = not late or ends
    return Reported(
        **head,
        substatus=command.substatus,
        attempt=attempt,
        current=current,
        note=command.note,
        place=command.place,
        cash=command.cash,
        proofs=command.proofs,
    )


_OF_ATTEMPTS = frozenset({status.Tag.OUT_FOR_DELIVERY, status.Tag.ATTEMPT_FAIL, status.Tag.DELIVERED})


def _attempt_at(state: ShipmentState, command: Report, at_ms: int) -> int:
    """The attempt a report belongs to when it does not say: the one that was on at its own time."""
    begun = [e.attempt for e in state.history if e.at_ms <= at_ms]
    least = 1 if status.tag_of(command.substatus) in _OF_ATTEMPTS else 0
    return max([least, *begun])


def _next_attempt(state: ShipmentState) -> int:
    return state.attempt if state.attempt_open else state.attempt + 1


def _must_carry(state: ShipmentState, courier: str) -> None:
    if state.ended:
        raise Refusal("already_ended", f"The shipment has ended ({state.substatus}): nothing follows.")
    if state.carrier is None or state.carrier.courier != courier:
        raise Refusal("not_on_this_route", "The shipment is not with this courier.")


def _must_be_out(state: ShipmentState, command: Observe | Promise) -> None:
    """What is noticed or expected of a courier is of the plan by which he is out with it."""
    _must_carry(state, command.courier)
    if not state.out or state.carrier is None or state.carrier.joined != command.joined:
        raise Refusal("not_out", "The shipment is not out for delivery by this plan.")


def _assign(state: ShipmentState, command: Assign, head: dict[str, Any]) -> AnyEvent:
    if state.ended:
        raise Refusal("already_ended", f"The shipment has ended ({state.substatus}): nothing follows.")
    carrier = state.carrier
    if carrier and carrier.courier == command.courier and carrier.joined >= command.route_version:
        raise Refusal("superseded", "The shipment is with this courier by a newer plan.")
    return Assigned(
        **head,
        courier=command.courier,
        route=command.route,
        joined=command.route_version,
        out=command.out,
        attempt=_next_attempt(state),
    )


def _observe(state: ShipmentState, command: Observe, head: dict[str, Any]) -> AnyEvent:
    _must_be_out(state, command)
    if observation(state.attempt, command.what) in state.observed:
        raise Refusal("noticed_already", "This was noticed in this attempt already.")
    return Observed(
        **head,
        courier=command.courier,
        what=command.what,
        attempt=state.attempt,
        stops_left=command.stops_left,
    )


def _promise(state: ShipmentState, command: Promise, head: dict[str, Any]) -> AnyEvent:
    """A window is told while it lies ahead, of who is out with the shipment, and once."""
    _must_be_out(state, command)
    if command.window is not None and not head["recorded_ms"] < command.window.to_ms > command.window.from_ms:
        raise Refusal("not_ahead", "A window that has passed, or is empty, is told to nobody.")
    before = state.promise
    if before is not None and command.at_ms < before.arrival.at_ms:
        raise Refusal("superseded", "A newer window is told already.")
    if before is not None and (before.arrival.window, before.arrival.grain) == (
        command.window,
        command.grain,
    ):
        raise Refusal("told_already", "This window is told already.")
    return Promised(
        **head,
        courier=command.courier,
        joined=command.joined,
        attempt=state.attempt,
        window=command.window,
        grain=command.grain,
        why=command.why,
        model=command.model,
        eta_ms=command.eta_ms,
        inputs=command.inputs,
    )


def _rate(state: ShipmentState, command: Rate, head: dict[str, Any]) -> AnyEvent:
    """Answers are taken once an attempt has been made: before there is nothing to judge."""
    if state.attempt == 0 and not state.ended:
        raise Refusal("nothing_to_rate", "The parcel has not been brought yet.")
    if command.score is None and command.note is None:
        if not any(r.question == command.question and r.given for r in state.ratings):
            raise Refusal("no_answer", "There is no answer to take back.")
        return Rated(**head, question=command.question)
    bounds = BOUNDS.get(command.question)
    if bounds is None and command.score is not None:
        raise Refusal("no_such_score", "A remark has words, and no score.")
    if bounds is not None and (command.score is None or not bounds[0] <= command.score <= bounds[1]):
        raise Refusal("no_such_score", f"From {bounds[0]} to {bounds[1]}.")
    return Rated(**head, question=command.question, score=command.score, note=command.note)


def _remark(state: ShipmentState, command: Remark, head: dict[str, Any]) -> AnyEvent:
    """What a recipient says is taken at any time; he is answered on the way on which he has written last.
    What somebody has noted of him gives no leave to write to him."""
    if command.direction == "in":
        if command.way is None:
            raise Refusal("no_way", "Say how it was said.")
        said: dict[str, Any] = {"way": command.way}
    else:
        wrote = [r for r in state.remarks if r.by.kind == "recipient" and r.way in WRITTEN]
        if not wrote:
            raise Refusal("nobody_wrote", "The recipient has written no mail and no SMS: call him.")
        if command.note is None:
            raise Refusal("no_words", "An answer has words.")
        said = {"way": wrote[-1].way, "answers": wrote[-1].note}
    return Remarked(
        **head,
        **said,
        direction=command.direction,
        about=command.about,
        note=command.note,
        attachments=command.attachments,
    )


def told_on(state: ShipmentState, command: Command, now_ms: int) -> list[courier_commands.Command]:
    """What couriers' plans must hear once `command` is decided, from the state after it: who lost the
    shipment to another courier, or was refused it, takes it off. Says the same when asked again."""
    if not isinstance(command, Assign):
        return []
    losers = [(c.courier, c.joined) for c in state.carriers if c.until_ms is not None]
    carrier = state.carrier
    mine = (command.courier, command.route_version)
    if carrier is None or (carrier.courier, carrier.joined) != mine:
        losers.append(mine)
    return [
        courier_commands.TakeBack(
            id=derived("cmd", "take_back", courier, command.shipment, joined),
            tenant=command.tenant,
            courier=courier,
            at_ms=now_ms,
            actor=SYSTEM,
            route=command.route,
            shipment=command.shipment,
            route_version=joined,
        )
        for courier, joined in dict.fromkeys(losers[-4:])
        if carrier is None or (courier, joined) != (carrier.courier, carrier.joined)
    ]
