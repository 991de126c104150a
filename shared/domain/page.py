"""What a recipient's page shows, made from the views: the one place where it is decided who sees the driver.

Pure. The portal answers its view from here and the gateway its snapshots and deltas, so that what is withheld
on one way is withheld on the other. The couriers worker has decided before (`shared.contracts.views.live`);
here its lines are matched with the shipment's stage, and withheld when a part is behind its log."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.common import NO_JSON, Policy
from shared.contracts.frames import (
    Answered,
    DriverState,
    Home,
    Shipment,
    ShipmentDelta,
    Shop,
    Show,
    Snapshot,
    Stage,
    Why,
)
from shared.contracts.partition import partition_of
from shared.contracts.topic import DAY_MS
from shared.contracts.views.live import Line, LiveView, Watcher
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Role

BEHIND_MS = 1_500
"""Positions are withheld while a part is further behind its log than this."""

MARK_INTERVAL_MS = 500
"""How often a part writes its worked-off mark: a mark of this age may be one of a part that is not behind."""

LATE_MS = BEHIND_MS + MARK_INTERVAL_MS
"""A mark older than this is one of a part that is behind."""

LINK_AFTER_END_MS = 10 * DAY_MS
"""A link shows how it ended for so long, then it is over, however long it was made for: a survey is sent
three days after, and answered within a week or not at all."""

WorkedOff = Mapping[tuple[Role, int], int]


def caught_up(worked_off: WorkedOff, role: Role, partition: int, now_ms: int) -> bool:
    """Whether `role` had worked off this partition's log lately enough; a missing mark says no."""
    mark = worked_off.get((role, partition))
    return mark is not None and now_ms - mark <= LATE_MS


def paused(worked_off: WorkedOff, shipment: str, courier: str, partitions: int, now_ms: int) -> bool:
    """Whether what would be shown of `courier` to `shipment` may be out of date, so that it is withheld."""
    at, his = partition_of(shipment, partitions), partition_of(courier, partitions)
    return not (
        caught_up(worked_off, "shipments", at, now_ms)
        and caught_up(worked_off, "stages", at, now_ms)
        and caught_up(worked_off, "couriers", his, now_ms)
    )


def link_over(stage: StageView, now_ms: int) -> bool:
    """Whether the shipment ended so long ago that links to it look as if revoked."""
    return stage.ended and now_ms - stage.status_ms > LINK_AFTER_END_MS


def line_of(stage: StageView, live: LiveView | None) -> tuple[Line, Watcher] | None:
    """The line this shipment is in the audience of, and its place there.

    None unless the live view is of the courier who carries the shipment and it joined his plan at the version
    the stage names: a line of an earlier assignment is nobody's."""
    if live is None or stage.courier is None or stage.ended or live.courier != stage.courier:
        return None
    for line in live.lines:
        for watcher in line.audience:
            if watcher.shipment == stage.shipment and watcher.joined == stage.joined:
                return line, watcher
    return None


def allowed(policy: Policy, show: Show, stops_left: int) -> bool:
    """Whether the merchant's policy of now lets a point be shown with so many stops left.

    The worker that drew the line asks the same; asking again here ends what a stricter policy forbids before
    the worker has heard of it."""
    if show not in ("exact", "resting") or policy.mode == "open":
        return True
    return stops_left <= policy.exact_from_stops


def driver_of(stage: StageView, policy: Policy, live: LiveView | None, *, behind: bool) -> DriverState:
    """What may be shown of the driver, and why not more. `behind`: `paused` of this shipment and courier."""
    found = line_of(stage, live)
    line, watcher = found if found is not None else (None, None)
    show, why = _shown(stage, policy, line, watcher, behind=behind)
    visible = line is not None and show != "none"
    mine = live is not None and live.courier == stage.courier
    return DriverState(
        version=live.version if live is not None and mine else (0, 0),
        show=show,
        why=why,
        at_ms=line.at_ms if line is not None and visible else 0,
        stops_left=watcher.stops_left if watcher is not None else None,
        arrived=watcher is not None and stage.out and watcher.arrived,
        exact_from_stops=policy.exact_from_stops,
        feature=line.feature if line is not None and visible else NO_JSON,
        leg=line.leg
        if line is not None and watcher is not None and visible and watcher.stops_left == 0
        else NO_JSON,
        person=live.driver
        if live is not None and watcher is not None and stage.out and policy.show_driver
        else None,
    )


def _shown(
    stage: StageView, policy: Policy, line: Line | None, watcher: Watcher | None, *, behind: bool
) -> tuple[Show, Why | None]:
    """The reasons, in the order in which they hold."""
    if stage.ended:
        return "none", "ended"
    if not stage.out or stage.courier is None:
        return "none", "not_set_out"
    if behind:
        return "none", "paused"
    if line is None or watcher is None:
        return "none", "no_fix"
    if line.show == "withheld":
        return "none", line.why or "no_fix"
    if line.feature == NO_JSON:
        return "none", line.why or "no_fix"
    if not allowed(policy, line.show, watcher.stops_left):
        return "none", "protected"
    if line.show == "resting":
        return "resting", line.why or "at_another_stop"
    return line.show, line.why


def shipment_of(stage: StageView) -> Shipment:
    """The shipment as the page shows it."""
    return Shipment(
        seq=stage.seq,
        order_number=stage.order_number,
        substatus=stage.substatus,
        status_ms=stage.status_ms,
        parcels=stage.parcels,
        cash=stage.cash,
        window=stage.window,
        attempt=stage.attempt,
        out=stage.out,
        ended=stage.ended,
        arrival=stage.arrival,
        was=stage.was,
        stages=tuple(
            Stage(
                substatus=entry.substatus,
                at_ms=entry.at_ms,
                attempt=entry.attempt,
                place=entry.place,
                seq=entry.seq,
                proofs=len(entry.proofs),
            )
            for entry in stage.history
        ),
        ratings=tuple(
            Answered(question=rating.question, score=rating.score, words=rating.note is not None)
            for rating in stage.ratings
            if rating.given
        ),
    )


def snapshot(
    stage: StageView,
    party: PartyView | None,
    merchant: MerchantView,
    live: LiveView | None,
    worked_off: WorkedOff,
    *,
    partitions: int,
    now_ms: int,
) -> Snapshot:
    """All that the page shows now. `live` is the live view of `stage.courier`, or None; `partitions` is the
    count that the courier and shipment topics share."""
    return Snapshot(
        now_ms=now_ms,
        shop=Shop(name=merchant.name, contact=merchant.contact, colour=merchant.branding.colour),
        shipment=shipment_of(stage),
        driver=driver_of(stage, merchant.policy, live, behind=_behind(stage, worked_off, partitions, now_ms)),
        home=home_of(party) if party is not None and party.shipment == stage.shipment else None,
        language=stage.language or merchant.language,
        zone=stage.zone,
    )


def shipment_delta(
    stage: StageView,
    merchant: MerchantView,
    live: LiveView | None,
    worked_off: WorkedOff,
    *,
    partitions: int,
    now_ms: int,
) -> ShipmentDelta:
    """The same shipment and driver as `snapshot` of the same views."""
    return ShipmentDelta(
        now_ms=now_ms,
        shipment=shipment_of(stage),
        driver=driver_of(stage, merchant.policy, live, behind=_behind(stage, worked_off, partitions, now_ms)),
    )


def home_of(party: PartyView) -> Home:
    """The recipient's own door."""
    return Home(name=party.name, address=party.address, lon=party.lon, lat=party.lat)


def _behind(stage: StageView, worked_off: WorkedOff, partitions: int, now_ms: int) -> bool:
    return stage.courier is not None and paused(worked_off, stage.shipment, stage.courier, partitions, now_ms)
