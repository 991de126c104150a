"""The carrier's couriers, as a list: who they are and what was last heard of each."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import responses
from services.portal.api.scope import Scope, ScopeDep, desk_lists
from services.portal.core.today import Heard, on_duty
from services.portal.schemas.admin import CourierList, CourierStanding
from services.portal.schemas.common import from_ms

router = APIRouter(tags=["couriers"])

PAGE = 500


@router.get(
    "/v1/couriers",
    summary="The carrier's couriers",
    response_model=CourierList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def list_couriers(
    portal: PortalDep,
    scope: ScopeDep,
    after: Annotated[str, Query(max_length=64, description="Go on after this courier.")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> CourierList:
    """By their ids, those who have left too; where each is stands in `/v1/desk/today`."""
    heard = await desk_lists(portal).heard(scope.tenant)
    found = sorted((c, tenant) for c, tenant in _tenants(portal, scope).items() if c > after)
    page = [_standing(portal, courier, tenant, heard) for courier, tenant in islice(found, limit)]
    return CourierList(couriers=page, next=page[-1].courier_id if len(found) > limit else None)


def _tenants(portal: Portal, scope: Scope) -> dict[str, str]:
    """Whom each courier drives for: by the list of couriers, else by his plan, else by a phone of his."""
    found = {d.courier: d.tenant for _, d in portal.devices.items() if not d.revoked and d.hub is None}
    found |= {courier: plan.tenant for courier, plan in portal.plans.items()}
    found |= {courier: known.tenant for courier, known in portal.couriers.items()}
    return {courier: tenant for courier, tenant in found.items() if scope.has(tenant)}


def _standing(portal: Portal, courier: str, tenant: str, heard: dict[str, Heard]) -> CourierStanding:
    known, plan, last = portal.couriers.get(courier), portal.plans.get(courier), heard.get(courier)
    driver = next((r.driver for r in plan.routes if r.driver is not None), None) if plan is not None else None
    phones = [d for d in portal.devices_of.of(courier) if d.secrets and not d.revoked]
    return CourierStanding(
        courier_id=courier,
        tenant=tenant,
        name=known.name if known is not None else driver.first_name if driver is not None else courier,
        phone=known.phone if known is not None else None,
        vehicle=known.vehicle if known is not None else driver.vehicle if driver is not None else None,
        active=known is None or known.active,
        listed=known is not None,
        on_duty=on_duty(plan),
        phones=len(phones),
        seen_at=from_ms(last.seen_ms) if last is not None else None,
        battery_pct=last.battery_pct if last is not None else None,
    )
