"""Who may see and do what, object by object.

What is not his looks to a merchant as if it were not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.portal.core.ids import OwnerKind
from shared.contracts.common import Actor
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.views.stage import StageView


class Role(StrEnum):
    """What somebody at the desk may do; each may do what the next may."""

    OWNER = "owner"
    STAFF = "staff"
    READER = "reader"

    def covers(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) <= order.index(needed)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of a carrier who has logged in at the desk."""

    account: str
    tenant: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a merchant by his key, one of a carrier's staff by his session, or else the administrator."""

    merchant: Merchant | None = None
    staff: Staff | None = None

    @property
    def admin(self) -> bool:
        return self.merchant is None and self.staff is None

    @property
    def carrier(self) -> bool:
        """Whether he acts for the carrier as a whole: all merchants' shipments of it are his business."""
        return self.merchant is None

    @property
    def tenant(self) -> str | None:
        """The carrier he is bound to; None: the administrator, who is bound to none."""
        if self.merchant is not None:
            return self.merchant.tenant
        return self.staff.tenant if self.staff is not None else None

    @property
    def kind(self) -> OwnerKind:
        if self.merchant is not None:
            return "merchant"
        return "staff" if self.staff is not None else "admin"

    @property
    def id(self) -> str:
        if self.merchant is not None:
            return self.merchant.merchant
        return self.staff.account if self.staff is not None else "admin"

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.id)


def may_use_shipment(caller: Caller, of: StageView | Link) -> bool:
    """Whether the shipment, or the link to it, is his business."""
    if caller.tenant not in (None, of.tenant):
        return False
    return caller.merchant is None or of.merchant == caller.merchant.merchant


def may_use_tenant(caller: Caller, tenant: str) -> bool:
    """Whether something of this carrier's own (a courier, a phone, a shop) is his business."""
    return caller.carrier and caller.tenant in (None, tenant)


def may_use_merchant(caller: Caller, merchant: Merchant) -> bool:
    """Whether the shop is his business: a merchant's only his own."""
    if caller.merchant is not None:
        return caller.merchant.merchant == merchant.merchant
    return may_use_tenant(caller, merchant.tenant)


def tenants_of(
    courier: str, plan: CourierPlan | None, devices: Iterable[Device], known: Courier | None
) -> set[str]:
    """The carriers this courier is known to drive for: by the carrier's list of them, by his plan, or by a
    device that speaks for him."""
    found = {device.tenant for device in devices if device.courier == courier and not device.revoked}
    if known is not None and known.active:
        found.add(known.tenant)
    return found | ({plan.tenant} if plan is not None else set())


def find_route(plan: CourierPlan | None, route: str) -> Route | None:
    return next((r for r in plan.routes if r.route == route), None) if plan is not None else None


def mine(caller: Caller, stop: Stop) -> bool:
    """Whether the stop has a shipment of the caller's."""
    return caller.carrier or any(s.merchant == caller.id for s in stop.shipments)


def may_see_route(caller: Caller, plan: CourierPlan, route: Route) -> bool:
    """Of his own carrier's couriers; a merchant those on which he has a shipment."""
    return caller.tenant in (None, plan.tenant) and (
        caller.carrier or any(mine(caller, stop) for stop in route.stops)
    )


def only_his(caller: Caller, routes: Iterable[Route]) -> bool:
    """Whether nobody else's shipment stands on the routes: who changes a route changes it for everybody."""
    return caller.carrier or all(
        s.merchant == caller.id for route in routes for stop in route.stops for s in stop.shipments
    )
