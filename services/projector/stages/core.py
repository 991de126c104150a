"""What follows from an event, without I/O: the same on a normal day and in a rebuild."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.courier_routes import CourierPlan
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.merchants import Merchant
from shared.contracts.remarks import WRITTEN
from shared.contracts.shipment_events import (
    AnyEvent,
    Assigned,
    Observed,
    Promised,
    Refused,
    Registered,
    Remarked,
    Reported,
    Started,
)
from shared.contracts.shipment_milestones import Milestone, MilestoneKind
from shared.contracts.shipment_parties import Recipient
from shared.contracts.shipment_state import ShipmentState
from shared.contracts.status import Tag, tag_of
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Outcome
from shared.domain.promise import material
from shared.domain.shipment import OUTCOMES, stage_view


@dataclass(frozen=True)
class Effects:
    """All that an event changes: written in this order, the state last."""

    view: StageView | None
    outcome: Outcome
    stop: StopOutcome | None
    milestones: tuple[Milestone, ...]


def effects(before: ShipmentState, event: AnyEvent, after: ShipmentState) -> Effects:
    """What the event, which led from `before` to `after`, changes."""
    refused = isinstance(event, Refused)
    return Effects(
        view=stage_view(after),
        outcome=Outcome(
            command=event.command,
            accepted=not refused,
            subject=event.shipment,
            seq=event.seq,
            reason=event.reason if isinstance(event, Refused) else None,
            explanation=event.explanation if isinstance(event, Refused) else None,
        ),
        stop=_stop(before, event, after),
        milestones=tuple(_milestone(kind, before, event, after) for kind in _kinds(before, event, after)),
    )


def _stop(before: ShipmentState, event: AnyEvent, after: ShipmentState) -> StopOutcome | None:
    """How the shipment stands with the courier who carries it, when this event changed that."""
    if not isinstance(event, Reported) or not event.current or after.carrier is None:
        return None
    over = tag_of(event.substatus) in OUTCOMES
    if not over and tag_of(before.substatus or "Pending_001") not in OUTCOMES:
        return None
    return StopOutcome(
        tenant=after.tenant,
        courier=after.carrier.courier,
        shipment=after.shipment,
        seq=after.seq,
        joined=after.carrier.joined,
        open=not over,
        substatus=event.substatus,
        at_ms=event.at_ms,
    )


_BY_TAG: dict[Tag, MilestoneKind] = {
    Tag.DELIVERED: "delivered",
    Tag.ATTEMPT_FAIL: "attempt_failed",
    Tag.EXCEPTION: "exception",
    Tag.AVAILABLE_FOR_PICKUP: "pickup_ready",
    Tag.EXPIRED: "expired",
}


def _kinds(before: ShipmentState, event: AnyEvent, after: ShipmentState) -> Iterable[MilestoneKind]:
    match event:
        case Registered():
            yield "registered"
        case Reported(current=True):
            tag = tag_of(event.substatus)
            if tag in _BY_TAG:
                yield _BY_TAG[tag]
            elif tag is Tag.IN_TRANSIT and tag_of(before.substatus or "Pending_001") in (
                Tag.PENDING,
                Tag.INFO_RECEIVED,
            ):
                yield "taken_over"
            elif tag is Tag.OUT_FOR_DELIVERY and not before.out and after.out:
                yield "out_for_delivery"
        case Started():
            yield "out_for_delivery"
        case Assigned(out=True) if not before.out:
            yield "out_for_delivery"
        case Observed():
            yield "next_stop" if event.what == "next" else event.what
        case Promised():
            worth_telling = material(before.told, after.promises[-1], after.window)
            if worth_telling is not None:
                yield worth_telling
        case Remarked(direction="out"):
            yield "answered"
        case Remarked(way=way) if way in WRITTEN and event.actor.kind == "recipient":
            yield "replied"
        case _:
            return


def _milestone(
    kind: MilestoneKind, before: ShipmentState, event: AnyEvent, after: ShipmentState
) -> Milestone:
    told = before.told.window if before.told is not None and before.told.attempt == after.attempt else None
    return Milestone(
        id=f"m-{event.id}",
        tenant=after.tenant,
        merchant=after.merchant or "unknown",
        shipment=after.shipment,
        kind=kind,
        revision=event.seq,
        at_ms=event.at_ms,
        attempt=after.attempt,
        substatus=event.substatus if isinstance(event, Reported) else None,
        stops_left=event.stops_left if isinstance(event, Observed) else None,
        parties=after.parties,
        note=event.note if isinstance(event, Reported | Remarked) else None,
        window=event.window if isinstance(event, Promised) else None,
        was=(told or after.window) if isinstance(event, Promised) else None,
        language=after.language,
        zone=after.zone,
        way=event.way if isinstance(event, Remarked) else None,
        answers=event.answers if isinstance(event, Remarked) else None,
        attachments=event.attachments if isinstance(event, Remarked) else 0,
    )


def plan_outcome(plan: CourierPlan) -> Outcome:
    """What became of the command that a plan's record answers."""
    reason, _, explanation = (plan.refused or "").partition(": ")
    return Outcome(
        command=plan.command,
        accepted=plan.refused is None,
        subject=plan.courier,
        seq=plan.version,
        reason=reason or None,
        explanation=explanation or None,
    )


def masked(recipient: Recipient) -> PartyView:
    """The recipient as his own page shows him: first name and initial; the address is needed to check it."""
    first, *others = recipient.name.split() or ["?"]
    name = f"{first} {others[-1][0]}." if others else first
    town = " ".join(part for part in (recipient.postcode, recipient.city) if part)
    return PartyView(
        shipment=recipient.shipment,
        version=recipient.version,
        name=name,
        address=f"{recipient.line}, {town}" if town else recipient.line,
        lon=recipient.lon,
        lat=recipient.lat,
    )


def merchant_view(merchant: Merchant) -> MerchantView:
    """A merchant without his API keys."""
    return MerchantView(
        merchant=merchant.merchant,
        tenant=merchant.tenant,
        name=merchant.name,
        contact=merchant.contact,
        zone=merchant.zone,
        language=merchant.language,
        policy=merchant.policy,
        branding=merchant.branding,
    )
