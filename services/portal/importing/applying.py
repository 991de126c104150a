"""Good rows become shipments, then routes: all of the one before any of the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from pydantic import ValidationError

from services.portal.core import shipments
from services.portal.core.access import find_route
from services.portal.core.ids import shipment_id
from services.portal.core.imports.faults import Fault, Faulty
from services.portal.core.imports.orders import caller_of, planned_shipments, route_of, shipment_of
from services.portal.core.imports.state import Line, Plan, PlannedRoute, State, key_of
from services.portal.importing.planning import routes
from services.portal.importing.work import Unsettled, Work
from shared.contracts import courier_commands, shipment_commands
from shared.contracts.courier_commands import PlannedShipment
from shared.contracts.merchants import Merchant
from shared.contracts.views.work import Outcome

BATCH = 50
AT_ONCE = 16
PATIENCE_S = 20.0
ASK_S = 5.0
CHANGED_MEANWHILE = 8


async def apply(work: Work) -> dict[str, Any]:
    """Register what is not registered, plan what is not planned. Begun again after a crash it goes on: ids
    follow from the import and the row, so that nothing is made twice."""
    found = work.found
    shop = work.portal.merchants.get(found.merchant)
    if shop is None:
        return {"state": State.FAILED, "fault": Fault("merchant_gone")}
    if found.plan is None or not found.plan.final:
        refused = await _register_all(work, shop)
        if refused:
            return {"state": State.FAILED, "fault": Fault("some_refused", params={"count": str(refused)})}
        good = [line for line in await work.lines() if line.good and line.shipment]
        try:
            planned = await routes(work.portal, found, good)
        except Faulty as error:
            return {"state": State.FAILED, "fault": error.fault}
        await work.save({"plan": replace(planned, final=True)})
    assert work.found.plan is not None
    shipments_by_row = planned_shipments(work.found, await work.lines())
    for route in work.found.plan.routes:
        if route.made:
            continue
        outcome = await _make(work, route, shipments_by_row)
        if outcome is not None:
            params = {"courier": route.courier, "reason": outcome.explanation or outcome.reason or ""}
            return {"state": State.FAILED, "fault": Fault("route_refused", params=params)}
        await work.save({"plan": _made(work.found.plan, route.route), "done": work.found.done + 1})
    return {"state": State.DONE, "done": work.found.total, "fault": None}


def _made(plan: Plan, route: str) -> Plan:
    return replace(plan, routes=tuple(replace(r, made=True) if r.route == route else r for r in plan.routes))


async def _register_all(work: Work, shop: Merchant) -> int:
    """How many were refused."""
    found = work.found

    def own(line: Line) -> str:
        return shipment_id(shop.merchant, key_of(found.import_id, line.row))

    good = [line for line in await work.lines() if line.good]
    todo = [line for line in good if line.shipment is None]
    taken = await work.imports.take_orders(found, work.worker, [line.order.order_number for line in todo])
    if work.portal.lists is not None:  # or the shop's own API has been quicker
        numbers = [line.order.order_number for line in todo]
        known = await work.portal.lists.orders_known(found.merchant, numbers)
        taken |= {
            line.order.order_number
            for line in todo
            if known.get(line.order.order_number, own(line)) != own(line)
        }
    exists = Fault("order_exists", "order_number")
    lost = [replace(line, faults=(*line.faults, exists)) for line in todo if line.order.order_number in taken]
    todo = [line for line in todo if line.order.order_number not in taken]
    done, refused = len(good) - len(todo) - len(lost), len(lost)
    planned = len(found.plan.routes) if found.plan else 0
    await work.save({"done": done, "total": len(good) + planned, "fault": None}, lost)
    gate = asyncio.Semaphore(AT_ONCE)
    for first in range(0, len(todo), BATCH):
        batch = todo[first : first + BATCH]
        registered = await asyncio.gather(*(_register(work, shop, line, gate) for line in batch))
        done += len(batch)
        refused += sum(1 for line in registered if line.shipment is None)
        await work.save({"done": done}, registered)
    return refused


async def _register(work: Work, shop: Merchant, line: Line, gate: asyncio.Semaphore) -> Line:
    """As `POST /v1/shipments` does, under the row's own Idempotency-Key.

    Raises:
        Unsettled, LogUnavailable, ViewsUnavailable: it may or may not be registered; to be done again.
    """
    portal, found = work.portal, work.found
    try:
        body = shipment_of(line, shop.zone)
    except ValidationError:
        return replace(line, faults=(*line.faults, Fault("refused", params={"reason": "invalid"})))
    key = key_of(found.import_id, line.row)
    window = body.window.to_contract() if body.window is not None else None
    command, recipient = shipments.register(caller_of(found), shop, key, body, window, portal.now_ms())
    async with gate:
        known = await portal.views.stage(command.shipment)
        if known is None:
            await portal.write_party(recipient)
        if known is None or known.parties != command.id:
            await portal.log.append(shipment_commands.TOPIC, command.shipment, command, id=command.id)
            outcome = await _outcome(work, command.id)
            portal.metrics.commands.labels("register", "accepted" if outcome.accepted else "refused").inc()
            if not outcome.accepted:
                reason = outcome.explanation or outcome.reason or "refused"
                return replace(line, faults=(*line.faults, Fault("refused", params={"reason": reason})))
    return replace(line, shipment=command.shipment)


async def _make(
    work: Work, route: PlannedRoute, shipments_by_row: Mapping[int, PlannedShipment]
) -> Outcome | None:
    """Plan one courier's route; the outcome if it was refused. A plan that has changed meanwhile is read
    again: the route is added to what it is then."""
    portal = work.portal
    for _ in range(CHANGED_MEANWHILE):
        plan = portal.plans.get(route.courier)
        if find_route(plan, route.route) is not None:
            return None
        version = plan.version if plan is not None else None
        courier = portal.couriers.get(route.courier)
        command = route_of(work.found, route, shipments_by_row, courier, version, portal.now_ms())
        await portal.log.append(courier_commands.TOPIC, command.courier, command, id=command.id)
        outcome = await _outcome(work, command.id)
        portal.metrics.commands.labels("plan_route", "accepted" if outcome.accepted else "refused").inc()
        if outcome.accepted:
            return None
        if outcome.reason != "plan_changed":
            return outcome
        await _read_again(work, route.courier, version)
    return outcome


async def _read_again(work: Work, courier: str, version: int | None) -> None:
    deadline = time.monotonic() + ASK_S
    while time.monotonic() < deadline:
        plan = work.portal.plans.get(courier)
        if plan is not None and plan.version != version:
            return
        await asyncio.sleep(0.05)


async def _outcome(work: Work, command: str) -> Outcome:
    """Raises Unsettled: nothing was decided while it was waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if (outcome := await work.portal.views.outcome(command, timeout_s=ASK_S)) is not None:
            return outcome
    raise Unsettled(command)
