"""What is asked to be told: a command a window, whose id follows from it and from what was told before."""

from __future__ import annotations

from collections.abc import Sequence

from services.estimator.core.model import Estimate, Moment
from services.estimator.core.showing import Shown
from shared.contracts.common import Actor, Window
from shared.contracts.courier_routes import RouteShipment
from shared.contracts.promises import Arrival, Inputs
from shared.contracts.shipment_commands import Promise
from shared.domain.command_ids import hashed

MODEL = "2026-11.4"
"""Names the model in the ledger; another one whenever its windows would be others."""

_ACTOR = Actor(kind="system", id="estimator")
_MOVED = {"sooner": -1, "later": 1, "late": 1}


def shown(arrival: Arrival, was: Sequence[Arrival] = ()) -> Shown:
    """What is told now, as the next window is measured against it; `was` what had been told before, the
    oldest first: that it became narrower changes nothing about which way it moved last."""
    moves = [each.why for each in (*was, arrival) if each.why != "nearer"]
    window = arrival.window
    return Shown(
        from_ms=window.from_ms if window is not None else None,
        to_ms=window.to_ms if window is not None else None,
        grain=arrival.grain if window is not None else None,
        shown_ms=arrival.at_ms,
        why=arrival.why,
        moved=_MOVED.get(moves[-1], 0) if moves else 0,
    )


def promise(
    tenant: str,
    courier: str,
    shipment: RouteShipment,
    before: Shown | None,
    now: Shown,
    estimate: Estimate,
    moment: Moment,
) -> Promise:
    """The command. Noticed twice, by two estimators or by one that was started again, it is one."""
    window = (
        Window(from_ms=now.from_ms, to_ms=now.to_ms)
        if now.from_ms is not None and now.to_ms is not None
        else None
    )
    was = (before.from_ms, before.to_ms, before.shown_ms) if before is not None else None
    parts = (courier, shipment.shipment, shipment.joined, was, now.from_ms, now.to_ms, now.grain)
    return Promise(
        id=f"w-{hashed('window', *map(str, parts))}",
        tenant=tenant,
        shipment=shipment.shipment,
        at_ms=moment.now_ms,
        actor=_ACTOR,
        courier=courier,
        joined=shipment.joined,
        window=window,
        grain=now.grain or (before.grain if before is not None else None) or "window",
        why=now.why,
        model=MODEL,
        eta_ms=estimate.eta_ms if window is not None else None,
        inputs=Inputs(
            drive_s=round(estimate.drive_s, 1),
            dwell_s=round(estimate.dwell_s, 1),
            stops=estimate.stops,
            silent_s=round(moment.silent_s, 1),
            at_stop_s=round(moment.at_stop_s, 1),
            early_s=round(estimate.early_s, 1),
            late_s=round(estimate.late_s, 1),
        ),
    )
