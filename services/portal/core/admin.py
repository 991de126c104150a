"""Merchants, couriers and devices: what a request makes of the record."""

from __future__ import annotations

import secrets

import msgspec

from services.portal.core.keys import new_api_key, new_secret
from services.portal.schemas.admin import (
    CourierBody,
    CourierDocument,
    DeviceDocument,
    KeyAnswer,
    MerchantBody,
    MerchantDocument,
    NewDevice,
    NoticesBody,
    PolicyBody,
)
from services.portal.schemas.common import ContactBody, from_ms
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device, DeviceSecret
from shared.contracts.merchants import Branding, Merchant
from shared.contracts.notices import NoticePolicy
from shared.contracts.topic import build
from shared.domain.keyrings import sha256_hex

MAX_KEYS = 10


class Conflict(Exception):
    """It can't be done as things stand; the message says what is possible."""


def put_merchant(
    merchant_id: str, body: MerchantBody, before: Merchant | None, now_ms: int
) -> tuple[Merchant, str | None]:
    """The record, and for a new merchant the API key to hand out.

    Raises:
        Conflict: a merchant would change carriers, and his shipments with him.
    """
    if before is not None and before.tenant != body.tenant:
        raise Conflict(f"this merchant ships with {before.tenant}: make another merchant for another carrier")
    text, key = new_api_key() if before is None else (None, None)
    merchant = build(
        Merchant,
        merchant=merchant_id,
        tenant=body.tenant,
        name=body.name,
        contact=body.contact.to_contract(),
        zone=body.zone,
        language=body.language,
        policy=body.policy.to_contract(),
        notices=_notices(body, before),
        branding=Branding(colour=body.colour, logo_url=body.logo_url),
        keys=before.keys if before is not None else (key,),
        webhooks=before.webhooks if before is not None else (),
        service_levels=before.service_levels if before is not None else (),
        updated_ms=now_ms,
    )
    return merchant, text


def _notices(body: MerchantBody, before: Merchant | None) -> NoticePolicy:
    if body.notices is not None:
        return body.notices.to_contract()
    return before.notices if before is not None else NoticePolicy()


def add_key(before: Merchant, now_ms: int) -> tuple[Merchant, str, str]:
    """The record, the new key's id and the key to hand out.

    Raises:
        Conflict: there are too many good ones.
    """
    good = tuple(key for key in before.keys if not key.revoked)
    if len(good) >= MAX_KEYS:
        raise Conflict(f"a merchant has at most {MAX_KEYS} good keys: revoke one first")
    text, key = new_api_key()
    return msgspec.structs.replace(before, keys=(*before.keys, key), updated_ms=now_ms), key.key, text


def revoke_key(before: Merchant, key_id: str, now_ms: int) -> Merchant | None:
    """The record without this key being good; None: there is no such key. Revoking again changes nothing."""
    if all(key.key != key_id for key in before.keys):
        return None
    keys = tuple(
        msgspec.structs.replace(key, revoked=True) if key.key == key_id else key for key in before.keys
    )
    return msgspec.structs.replace(before, keys=keys, updated_ms=now_ms)


def merchant_document(merchant: Merchant, key: str | None = None) -> MerchantDocument:
    policy = merchant.policy
    return MerchantDocument(
        merchant=merchant.merchant,
        tenant=merchant.tenant,
        name=merchant.name,
        contact=ContactBody.of(merchant.contact),
        zone=merchant.zone,
        language=merchant.language,
        policy=PolicyBody.model_construct(**msgspec.structs.asdict(policy)),
        notices=NoticesBody.of(merchant.notices),
        colour=merchant.branding.colour,
        logo_url=merchant.branding.logo_url,
        keys=[KeyAnswer(key_id=k.key, revoked=k.revoked) for k in merchant.keys],
        updated_at=from_ms(merchant.updated_ms),
        key=key,
    )


def enrol(
    body: NewDevice, before: Device | None, tenants_of_courier: set[str], now_ms: int
) -> tuple[Device, str]:
    """The record and the secret to set in the phone. A revoked device may be enrolled again.

    Raises:
        Conflict: it is enrolled, or the courier drives for another carrier.
    """
    if before is not None and not before.revoked:
        raise Conflict("this device is enrolled: rotate its secret, or revoke it first")
    if before is not None and before.tenant != body.tenant:
        raise Conflict("this device was another carrier's: choose another id")
    if tenants_of_courier - {body.tenant}:
        raise Conflict("this courier drives for another carrier: choose another courier id")
    secret = new_secret()
    device = build(
        Device,
        device=body.device_id,
        tenant=body.tenant,
        courier=body.courier_id,
        secrets=(DeviceSecret(sha256=sha256_hex(secret)),),
        updated_ms=now_ms,
    )
    return device, secret


def put_courier(
    courier: str, tenant: str, body: CourierBody, known_tenants: set[str], now_ms: int
) -> Courier:
    """The record.

    Raises:
        Conflict: he drives for another carrier.
    """
    if known_tenants - {tenant}:
        raise Conflict("this courier drives for another carrier: choose another id")
    return build(
        Courier,
        courier=courier,
        tenant=tenant,
        name=body.name,
        phone=body.phone,
        vehicle=body.vehicle,
        active=body.active,
        updated_ms=now_ms,
    )


def new_phone(courier: Courier, now_ms: int) -> Device:
    """A phone of the courier's without a secret: it gets one for its code.

    Raises:
        Conflict: he has left.
    """
    if not courier.active:
        raise Conflict("this courier has left: make him active again first")
    return build(
        Device,
        device=f"phone-{secrets.token_hex(5)}",
        tenant=courier.tenant,
        courier=courier.courier,
        secrets=(),
        updated_ms=now_ms,
    )


def courier_document(courier: Courier) -> CourierDocument:
    return CourierDocument(
        courier_id=courier.courier,
        tenant=courier.tenant,
        name=courier.name,
        phone=courier.phone,
        vehicle=courier.vehicle,
        active=courier.active,
        updated_at=from_ms(courier.updated_ms),
    )


def rotate(before: Device, overlap_ms: int, now_ms: int) -> tuple[Device, str]:
    """The record with a new secret; the newest one before it stays good for `overlap_ms`.

    Raises:
        Conflict: the device is revoked.
    """
    if before.revoked:
        raise Conflict("this device is revoked: enrol it again")
    if not before.secrets:
        raise Conflict("no phone has used this device's code yet: make a new code instead")
    secret = new_secret()
    newest = before.secrets[0]
    until_ms = min(now_ms + overlap_ms, newest.until_ms or now_ms + overlap_ms)
    good = (
        DeviceSecret(sha256=sha256_hex(secret)),
        *((msgspec.structs.replace(newest, until_ms=until_ms),) if until_ms > now_ms else ()),
    )
    return msgspec.structs.replace(before, secrets=good, updated_ms=now_ms), secret


def device_document(
    device: Device, secret: str | None = None, ingest_url: str | None = None
) -> DeviceDocument:
    until = [s.until_ms for s in device.secrets if s.until_ms is not None]
    return DeviceDocument(
        device_id=device.device,
        courier_id=device.courier,
        tenant=device.tenant,
        revoked=device.revoked,
        updated_at=from_ms(device.updated_ms),
        enrolled=bool(device.secrets),
        code_until=from_ms(device.enrolment.until_ms) if device.enrolment is not None else None,
        seen_as=device.seen_as,
        old_secret_until=from_ms(max(until)) if until and not device.revoked else None,
        secret=secret,
        ingest_url=ingest_url.rstrip("/") if ingest_url is not None else None,
    )
