"""Which record of courier.routes is a courier's plan: the same for who decides and for whoever reads."""

from __future__ import annotations

from collections.abc import Collection

from shared.contracts.courier_routes import CourierPlan

AGAIN = "again"
"""Header of a plan's record that its owner wrote again after a stray one, for compaction to keep."""


def follows(plan: CourierPlan | None, record: CourierPlan) -> bool:
    """Whether the record is the next of this plan: of two that follow the same one the first read wins."""
    return record.prev == (plan.id if plan else None) and record.version == (plan.version if plan else 0) + 1


def holds(known: CourierPlan | None, record: CourierPlan, headers: Collection[str]) -> bool:
    """Whether the record read after `known` is the plan from now on, and no stray one (of a decider that was
    frozen and woke). The first that is read is believed: compaction has removed what came before."""
    if known is None:
        return True
    if AGAIN in headers:
        return record.version >= known.version
    return follows(known, record)
