"""A partition's couriers as their owner knows them, and which of their routes are over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.projector.couriers.core import Courier
from shared.contracts.common import Actor
from shared.contracts.courier_commands import CloseRoute
from shared.contracts.topic import MINUTE_MS

CLOSE_AFTER_MS = 10 * MINUTE_MS
"""A route is over when its last outcome is so old; before, the courier may correct himself or try again."""


@dataclass
class Partition:
    """The couriers of a partition and our epoch on it."""

    epoch: int
    couriers: dict[str, Courier] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    closed: set[tuple[str, str, int]] = field(default_factory=set)
    closing: dict[str, int] = field(default_factory=dict)
    """By courier, when (epoch ms) a route of his may be over."""
    restoring: bool = True
    traces: dict[str, str] = field(default_factory=dict)
    """By courier, the trace of his newest fix, if it is one of those that the logs follow."""


def finished(known: Partition, courier: Courier, now_ms: int) -> Iterable[CloseRoute]:
    """A started route is over some minutes after the last of its shipments has an outcome: its
    coordinates go then."""
    plan = courier.plan
    for route in plan.routes if plan is not None else ():
        places = [s for stop in route.stops for s in stop.shipments]
        outcomes = [courier.outcomes.get(s.shipment) for s in places]
        ended_ms = [
            o.at_ms
            for o, s in zip(outcomes, places, strict=True)
            if o is not None and not o.open and o.joined == s.joined
        ]
        if plan is None or route.set_out_ms is None or len(ended_ms) < len(places):
            continue
        due_ms = max(ended_ms, default=0) + CLOSE_AFTER_MS
        if now_ms < due_ms:
            known.closing[courier.courier] = due_ms
            continue
        mark = (courier.courier, route.route, plan.version)
        if mark in known.closed:
            continue
        known.closed.add(mark)
        digest = hashlib.sha256("\0".join(map(str, mark)).encode()).hexdigest()
        yield CloseRoute(
            id=f"cmd-{digest[:24]}",
            tenant=plan.tenant,
            courier=courier.courier,
            at_ms=now_ms,
            actor=Actor(kind="system", id="couriers"),
            route=route.route,
        )
