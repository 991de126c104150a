"""Couriers as their firm knows them, and their phones' codes."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response

from services.portal.api import register
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CarrierDep, PathId
from services.portal.api.problems import Problem, conflict, invalid, responses
from services.portal.core import admin, courier
from services.portal.core.access import Caller
from services.portal.core.admin import Conflict
from services.portal.schemas.admin import CourierBody, CourierDocument, InvitationAnswer
from services.portal.schemas.common import from_ms
from shared.contracts.devices import Device

router = APIRouter(tags=["couriers"])


@router.put(
    "/v1/couriers/{courier_id}",
    summary="Make or change a courier",
    response_model=CourierDocument,
    response_model_exclude_none=True,
    responses={
        201: {"model": CourierDocument, "description": "Made."},
        **responses(401, 403, 409, 413, 422, 429, 503),
    },
)
async def put_courier(
    portal: PortalDep, caller: CarrierDep, courier_id: PathId, body: CourierBody, response: Response
) -> CourierDocument:
    """One who is not active any more has left: his phones are revoked."""
    tenant = caller.tenant or body.tenant
    if tenant is None:
        raise invalid("Say for which carrier he drives: tenant.")
    if body.tenant not in (None, tenant):
        raise Problem(403, "not_yours", f"You work for {tenant}: leave the carrier out.")
    async with portal.editing:
        before = portal.couriers.get(courier_id)
        known = register.tenants_of(portal, courier_id)
        try:
            record = admin.put_courier(courier_id, tenant, body, known, portal.now_ms())
        except Conflict as error:
            raise conflict(error) from None
        await register.put_courier(portal, caller, record)
        for device in portal.devices_of.of(courier_id) if not record.active else ():
            if not device.revoked:
                revoked = msgspec.structs.replace(device, revoked=True, updated_ms=portal.now_ms())
                await register.put_device(portal, caller, revoked)
    response.status_code = 200 if before is not None else 201
    return admin.courier_document(record)


@router.get(
    "/v1/couriers/{courier_id}",
    summary="Read a courier",
    response_model=CourierDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_courier(portal: PortalDep, caller: CarrierDep, courier_id: PathId) -> CourierDocument:
    """As his firm knows him."""
    return admin.courier_document(register.courier_of(portal, caller, courier_id))


@router.post(
    "/v1/couriers/{courier_id}/phones",
    status_code=201,
    summary="A code by which a phone of the courier's enrols itself",
    response_model=InvitationAnswer,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def invite_phone(portal: PortalDep, caller: CarrierDep, courier_id: PathId) -> InvitationAnswer:
    """Show `url` as a QR code: he scans it, and his phone is connected. Good once, for an hour unless set
    otherwise."""
    found = register.courier_of(portal, caller, courier_id)
    async with portal.editing:
        try:
            device = admin.new_phone(found, portal.now_ms())
        except Conflict as error:
            raise conflict(error) from None
        return await _invite(portal, caller, device)


@router.post(
    "/v1/devices/{device}/code",
    status_code=201,
    summary="A new code for a phone that is there",
    response_model=InvitationAnswer,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def renew_code(portal: PortalDep, caller: CarrierDep, device: PathId) -> InvitationAnswer:
    """For a code that grew too old, or for a phone that takes the place of another: once the code is used,
    the old phone's secret is good no more."""
    async with portal.editing:
        found = register.device_of(portal, caller, device)
        if found.revoked:
            raise conflict("this device is revoked: add the phone anew")
        return await _invite(portal, caller, found)


async def _invite(portal: Portal, caller: Caller, device: Device) -> InvitationAnswer:
    record, code = courier.invite(device, portal.settings.enrolment_s * 1000, portal.now_ms())
    await register.put_device(portal, caller, record)
    assert record.enrolment is not None
    return InvitationAnswer(
        device_id=record.device,
        courier_id=record.courier,
        url=f"{portal.settings.public_url}/courier#{code}",
        expires_at=from_ms(record.enrolment.until_ms),
    )
