"""Who may see and do what, object by object.

What is not his looks to a merchant as if it were not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.portal.core.ids import OwnerKind
from shared.contracts.common import Actor
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.views.stage import StageView


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a merchant by his key, or the administrator (`merchant` None)."""

    merchant: Merchant | None = None

    @property
    def admin(self) -> bool:
        return self.merchant is None

    @property
    def kind(self) -> OwnerKind:
        return "admin" if self.merchant is None else "merchant"

    @property
    def id(self) -> str:
        return "admin" if self.merchant is None else self.merchant.merchant

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.id)


def may_use_shipment(caller: Caller, stage: StageView) -> bool:
    merchant = caller.merchant
    return merchant is None or (stage.merchant, stage.tenant) == (merchant.merchant, merchant.tenant)


def may_use_link(caller: Caller, link: Link) -> bool:
    merchant = caller.merchant
    return merchant is None or (link.merchant, link.tenant) == (merchant.merchant, merchant.tenant)


def tenants_of(courier: str, plan: CourierPlan | None, devices: Iterable[Device]) -> set[str]:
    """The carriers this courier is known to drive for: by his plan, or by a device that speaks for him."""
    found = {device.tenant for device in devices if device.courier == courier and not device.revoked}
    return found | ({plan.tenant} if plan is not None else set())


def find_route(plan: CourierPlan | None, route: str) -> Route | None:
    return next((r for r in plan.routes if r.route == route), None) if plan is not None else None


def mine(caller: Caller, stop: Stop) -> bool:
    """Whether the stop has a shipment of the caller's."""
    return caller.admin or any(s.merchant == caller.id for s in stop.shipments)


def may_see_route(caller: Caller, plan: CourierPlan, route: Route) -> bool:
    """A merchant sees a route on which he has a shipment, of his own carrier's courier."""
    merchant = caller.merchant
    return merchant is None or (
        plan.tenant == merchant.tenant and any(mine(caller, stop) for stop in route.stops)
    )


def only_his(caller: Caller, routes: Iterable[Route]) -> bool:
    """Whether nobody else's shipment stands on the routes: who changes a route changes it for everybody."""
    return caller.admin or all(
        s.merchant == caller.id for route in routes for stop in route.stops for s in stop.shipments
    )
