"""Merchants and devices, for the administrator and the carrier's own people."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from services.portal.api import register
from services.portal.api.context import PortalDep
from services.portal.api.guard import CarrierDep, OwnerDep, PathId
from services.portal.api.problems import Problem, conflict, not_found, responses
from services.portal.core import access, admin
from services.portal.core.access import Caller
from services.portal.core.admin import Conflict
from services.portal.schemas.admin import (
    DeviceDocument,
    DeviceList,
    MerchantBody,
    MerchantDocument,
    NewDevice,
    NewKeyAnswer,
)
from services.portal.schemas.common import ID_PATTERN

router = APIRouter(tags=["administration"])

PAGE = 200


def _must_be_his(caller: Caller, tenant: str) -> None:
    """Raises Problem: 403, staff name another carrier than their own."""
    if not access.may_use_tenant(caller, tenant):
        raise Problem(403, "not_yours", f"You work for {caller.tenant}: leave the carrier at that.")


@router.put(
    "/v1/merchants/{merchant}",
    summary="Make or change a merchant",
    response_model=MerchantDocument,
    response_model_exclude_none=True,
    responses={
        201: {"model": MerchantDocument, "description": "Made; `key` is shown this once."},
        **responses(401, 403, 409, 413, 422, 429, 503),
    },
)
async def put_merchant(
    portal: PortalDep, caller: OwnerDep, merchant: PathId, body: MerchantBody, response: Response
) -> MerchantDocument:
    """The whole merchant is replaced, but for its service levels, keys and webhooks. A change of policy holds
    within two seconds."""
    _must_be_his(caller, body.tenant)
    async with portal.editing:
        before = portal.merchants.get(merchant)
        if before is not None and not access.may_use_tenant(caller, before.tenant):
            raise conflict("this id is taken: choose another")
        try:
            record, key = admin.put_merchant(merchant, body, before, portal.now_ms())
        except Conflict as error:
            raise conflict(error) from None
        await register.put_merchant(portal, caller, record)
    response.status_code = 200 if before is not None else 201
    return admin.merchant_document(record, key)


@router.get(
    "/v1/merchants/{merchant}",
    summary="Read a merchant",
    response_model=MerchantDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_merchant(portal: PortalDep, caller: OwnerDep, merchant: PathId) -> MerchantDocument:
    """Its keys by their ids only."""
    return admin.merchant_document(register.merchant_of(portal, caller, merchant))


@router.post(
    "/v1/merchants/{merchant}/keys",
    status_code=201,
    summary="Make a further API key",
    response_model=NewKeyAnswer,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def new_key(portal: PortalDep, caller: OwnerDep, merchant: PathId) -> NewKeyAnswer:
    """Shown this once. To rotate: make one, put it in place, revoke the old one."""
    async with portal.editing:
        try:
            record, key_id, key = admin.add_key(
                register.merchant_of(portal, caller, merchant), portal.now_ms()
            )
        except Conflict as error:
            raise conflict(error) from None
        await register.put_merchant(portal, caller, record)
    return NewKeyAnswer(key_id=key_id, key=key)


@router.delete(
    "/v1/merchants/{merchant}/keys/{key_id}",
    status_code=204,
    summary="Revoke an API key",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def revoke_key(portal: PortalDep, caller: OwnerDep, merchant: PathId, key_id: PathId) -> None:
    """It is refused from now on."""
    async with portal.editing:
        record = admin.revoke_key(register.merchant_of(portal, caller, merchant), key_id, portal.now_ms())
        if record is None:
            raise not_found("key")
        await register.put_merchant(portal, caller, record)


@router.post(
    "/v1/devices",
    status_code=201,
    summary="Enrol a phone",
    response_model=DeviceDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 409, 413, 422, 429, 503),
)
async def enrol(portal: PortalDep, caller: CarrierDep, body: NewDevice) -> DeviceDocument:
    """`secret` is shown this once: set it in the phone's app."""
    _must_be_his(caller, body.tenant)
    async with portal.editing:
        known = register.tenants_of(portal, body.courier_id)
        try:
            record, secret = admin.enrol(body, portal.devices.get(body.device_id), known, portal.now_ms())
        except Conflict as error:
            raise conflict(error) from None
        await register.put_device(portal, caller, record)
    return admin.device_document(record, secret, portal.settings.ingest_url)


@router.get(
    "/v1/devices",
    summary="Enrolled phones",
    response_model=DeviceList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def list_devices(
    portal: PortalDep,
    caller: CarrierDep,
    after: Annotated[str, Query(max_length=64, description="Go on after this device.")] = "",
    courier: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
) -> DeviceList:
    """At most 200 at a time, revoked ones too."""
    found = sorted(
        (
            d
            for _, d in portal.devices.items()
            if d.device > after and courier in (None, d.courier) and access.may_use_tenant(caller, d.tenant)
        ),
        key=lambda d: d.device,
    )
    page = list(islice(found, PAGE))
    return DeviceList(
        devices=[admin.device_document(d) for d in page],
        next=page[-1].device if len(found) > PAGE else None,
    )


@router.post(
    "/v1/devices/{device}/rotate",
    summary="Give a phone a new secret",
    response_model=DeviceDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def rotate(portal: PortalDep, caller: CarrierDep, device: PathId) -> DeviceDocument:
    """The one before stays good until `old_secret_until`, so that the phone can be changed meanwhile."""
    overlap_ms = portal.settings.device_overlap_s * 1000
    async with portal.editing:
        try:
            record, secret = admin.rotate(
                register.device_of(portal, caller, device), overlap_ms, portal.now_ms()
            )
        except Conflict as error:
            raise conflict(error) from None
        await register.put_device(portal, caller, record)
    return admin.device_document(record, secret, portal.settings.ingest_url)


@router.delete(
    "/v1/devices/{device}",
    status_code=204,
    summary="Revoke a phone",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def revoke(portal: PortalDep, caller: CarrierDep, device: PathId) -> None:
    """Its secrets are refused from now on. Revoking again changes nothing."""
    async with portal.editing:
        found = register.device_of(portal, caller, device)
        if not found.revoked:
            record = msgspec.structs.replace(found, revoked=True, updated_ms=portal.now_ms())
            await register.put_device(portal, caller, record)
