"""Merchants and devices: what a request makes of the record."""

from __future__ import annotations

import msgspec

from services.portal.core.keys import new_api_key, new_secret, sha256_hex
from services.portal.schemas.admin import (
    DeviceDocument,
    KeyAnswer,
    MerchantBody,
    MerchantDocument,
    NewDevice,
    PolicyBody,
)
from services.portal.schemas.common import ContactBody, from_ms
from shared.contracts.devices import Device, DeviceSecret
from shared.contracts.merchants import Branding, Merchant
from shared.contracts.topic import build

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
        branding=Branding(colour=body.colour),
        keys=before.keys if before is not None else (key,),
        updated_ms=now_ms,
    )
    return merchant, text


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
        colour=merchant.branding.colour,
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


def rotate(before: Device, overlap_ms: int, now_ms: int) -> tuple[Device, str]:
    """The record with a new secret; the newest one before it stays good for `overlap_ms`.

    Raises:
        Conflict: the device is revoked.
    """
    if before.revoked:
        raise Conflict("this device is revoked: enrol it again")
    secret = new_secret()
    newest = before.secrets[0]
    until_ms = min(now_ms + overlap_ms, newest.until_ms or now_ms + overlap_ms)
    secrets = (
        DeviceSecret(sha256=sha256_hex(secret)),
        *((msgspec.structs.replace(newest, until_ms=until_ms),) if until_ms > now_ms else ()),
    )
    return msgspec.structs.replace(before, secrets=secrets, updated_ms=now_ms), secret


def device_document(device: Device, secret: str | None = None) -> DeviceDocument:
    until = [s.until_ms for s in device.secrets if s.until_ms is not None]
    return DeviceDocument(
        device_id=device.device,
        courier_id=device.courier,
        tenant=device.tenant,
        revoked=device.revoked,
        updated_at=from_ms(device.updated_ms),
        old_secret_until=from_ms(max(until)) if until and not device.revoked else None,
        secret=secret,
    )
