"""What a milestone makes worth telling, and from when on. Who, how and whether at all is decided when it is
due, by what holds then (`deciding`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.contracts.notice_commands import SendLink
from shared.contracts.notices import NoticeKind, NoticePolicy
from shared.contracts.shipment_milestones import Milestone, MilestoneKind

SETTLE_MS = 20_000
"""A courier who sets out has his windows a moment later, and a message without one would need a second."""

TICK_MS = 5_000
"""What comes due within one tick is looked at together, so that shipments which move together are told so."""

_KINDS: dict[MilestoneKind, NoticeKind] = {
    "taken_over": "announced",
    "out_for_delivery": "out_for_delivery",
    "stops_away": "stops_away",
    "near": "arriving",
    "late": "late",
    "window_moved": "window_moved",
    "delivered": "delivered",
    "attempt_failed": "attempt_failed",
    "exception": "exception",
    "pickup_ready": "pickup_ready",
    "expired": "expired",
    "answered": "reply",
}
"""`registered` is the shop's own to confirm; that his stop is next a recipient hears with "arriving"."""


@dataclass(frozen=True, slots=True)
class Want:
    """One thing worth telling, unique by (shipment, kind, revision); looked at from `due_ms` (epoch) on.
    `waits_ms`: since when it has waited for what it can't be decided without; None: it does not."""

    shipment: str
    kind: NoticeKind
    revision: int
    tenant: str
    merchant: str
    at_ms: int
    due_ms: int
    milestone: Milestone | None = None
    waits_ms: int | None = None


def kind_of(milestone: Milestone) -> NoticeKind:
    """What a webhook's notice of it is called among the others."""
    return "reply" if milestone.kind == "replied" else _KINDS.get(milestone.kind, "announced")


def want_of(milestone: Milestone) -> Want:
    """What a notice of it to the shop itself, or to its systems, is named by."""
    return _want(milestone, kind_of(milestone), milestone.at_ms)


def wants(milestone: Milestone, policy: NoticePolicy) -> Iterator[Want]:
    """What its recipient may be told because of it."""
    kind = _KINDS.get(milestone.kind)
    if kind is None:
        return
    settle_ms = SETTLE_MS if kind == "out_for_delivery" else 0
    yield _want(milestone, kind, _on_a_tick(milestone.at_ms + settle_ms))
    if kind == "delivered":
        if policy.ask_after_s:
            yield _want(milestone, "all_right", milestone.at_ms + policy.ask_after_s * 1000)
        if policy.survey_after_s:
            yield _want(milestone, "survey", milestone.at_ms + policy.survey_after_s * 1000)


def link_wanted(command: SendLink) -> Want:
    """The link once more: of two commands of one moment one is enough."""
    return Want(
        shipment=command.shipment,
        kind=command.kind,
        revision=command.at_ms,
        tenant=command.tenant,
        merchant=command.merchant,
        at_ms=command.at_ms,
        due_ms=command.at_ms,
    )


def _want(milestone: Milestone, kind: NoticeKind, due_ms: int) -> Want:
    return Want(
        shipment=milestone.shipment,
        kind=kind,
        revision=milestone.revision,
        tenant=milestone.tenant,
        merchant=milestone.merchant,
        at_ms=milestone.at_ms,
        due_ms=due_ms,
        milestone=milestone,
    )


def _on_a_tick(at_ms: int) -> int:
    return -(-at_ms // TICK_MS) * TICK_MS
