"""The carrier's register of shops, couriers and phones: found if they are the caller's, changed by him."""

from __future__ import annotations

from services.portal.api.context import Portal
from services.portal.api.problems import not_found
from services.portal.core import access
from services.portal.core.access import Caller, may_use_merchant, may_use_tenant
from services.portal.core.ids import fresh_command_id
from shared.contracts import couriers, devices, merchants
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant
from shared.contracts.topic import Topic
from shared.ports.log import Table


def merchant_of(portal: Portal, caller: Caller, merchant: str) -> Merchant:
    """Raises Problem: 404, the same whether it is not there or another carrier's."""
    return _his(portal.merchants, caller, merchant, "merchant")


def shop_of(portal: Portal, caller: Caller, merchant: str) -> Merchant:
    """As `merchant_of`, and for the merchant himself."""
    found = portal.merchants.get(merchant)
    if found is None or not may_use_merchant(caller, found):
        raise not_found("merchant")
    return found


def courier_of(portal: Portal, caller: Caller, courier: str) -> Courier:
    """As `merchant_of`."""
    return _his(portal.couriers, caller, courier, "courier")


def device_of(portal: Portal, caller: Caller, device: str) -> Device:
    """As `merchant_of`."""
    return _his(portal.devices, caller, device, "device")


def tenants_of(portal: Portal, courier: str) -> set[str]:
    """The carriers that the courier is known to drive for (`access.tenants_of`)."""
    return access.tenants_of(
        courier, portal.plans.get(courier), portal.devices_of.of(courier), portal.couriers.get(courier)
    )


def drives_for(portal: Portal, courier: str, tenant: str) -> bool:
    """Whether he drives for this carrier, and has not left."""
    known = portal.couriers.get(courier)
    return tenant in tenants_of(portal, courier) and (known is None or known.active)


def courier_name(portal: Portal, courier: str) -> str | None:
    """His name, where the carrier has told it."""
    found = portal.couriers.get(courier)
    return found.name if found is not None else None


def shop_name(portal: Portal, merchant: str) -> str | None:
    found = portal.merchants.get(merchant)
    return found.name if found is not None else None


def _his[T: (Merchant, Courier, Device)](table: Table[T], caller: Caller, key: str, what: str) -> T:
    found = table.get(key)
    if found is None or not may_use_tenant(caller, found.tenant):
        raise not_found(what)
    return found


async def put_merchant(portal: Portal, caller: Caller, merchant: Merchant) -> None:
    """Raises LogUnavailable: not acknowledged; so do the others."""
    await _put(portal, caller, merchants.TOPIC, portal.merchants, merchant.merchant, merchant)


async def put_courier(portal: Portal, caller: Caller, courier: Courier) -> None:
    await _put(portal, caller, couriers.TOPIC, portal.couriers, courier.courier, courier)


async def put_device(portal: Portal, caller: Caller, device: Device) -> None:
    await _put(portal, caller, devices.TOPIC, portal.devices, device.device, device)


async def _put[T: (Merchant, Courier, Device)](
    portal: Portal, caller: Caller, topic: Topic, table: Table[T], key: str, value: T
) -> None:
    await portal.write(topic, table, key, value, id=fresh_command_id(caller.kind, caller.id))
