"""A merchant's webhooks: what a request makes of his record."""

from __future__ import annotations

import secrets

import msgspec

from services.portal.core.admin import Conflict
from services.portal.schemas.common import from_ms
from services.portal.schemas.webhooks import NewWebhook, WebhookDocument
from shared.contracts.merchants import Merchant, Webhook
from shared.contracts.topic import build
from shared.domain.outbound import Allowed, target_of

MAX_WEBHOOKS = 10


def find(merchant: Merchant, webhook_id: str) -> Webhook | None:
    return next((each for each in merchant.webhooks if each.id == webhook_id), None)


def add(before: Merchant, body: NewWebhook, allowed: Allowed, now_ms: int) -> tuple[Merchant, Webhook]:
    """The record and the new endpoint.

    Raises:
        ValueError: the address is none that may be called; the message says how it has to be.
        Conflict: there are too many.
    """
    url = target_of(body.url, allowed).url
    if len(before.webhooks) >= MAX_WEBHOOKS:
        raise Conflict(f"a merchant has at most {MAX_WEBHOOKS} webhooks: remove one first")
    webhook = build(
        Webhook,
        id=f"wh-{secrets.token_hex(8)}",
        url=url,
        events=tuple(dict.fromkeys(body.events)),
        enabled_ms=now_ms,
    )
    return _with(before, (*before.webhooks, webhook), now_ms), webhook


def remove(before: Merchant, webhook: Webhook, now_ms: int) -> Merchant:
    return _with(before, tuple(each for each in before.webhooks if each.id != webhook.id), now_ms)


def rotate(before: Merchant, webhook: Webhook, overlap_s: int, now_ms: int) -> tuple[Merchant, Webhook]:
    """The record, and the endpoint with its next secret. The one before stays good for `overlap_s`, the one
    before that ends now."""
    changed = msgspec.structs.replace(
        webhook, version=webhook.version + 1, previous_until_ms=now_ms + overlap_s * 1000
    )
    return _put(before, changed, now_ms), changed


def switch(before: Merchant, webhook: Webhook, on: bool, now_ms: int) -> tuple[Merchant, Webhook]:
    """The record, and the endpoint told or left in peace. Turning it on again says also that a 410 from
    before counts no more."""
    changed = msgspec.structs.replace(
        webhook, disabled=not on, enabled_ms=now_ms if on else webhook.enabled_ms
    )
    return _put(before, changed, now_ms), changed


def document(webhook: Webhook, now_ms: int, secret: str | None = None) -> WebhookDocument:
    rotating = webhook.previous_until_ms > now_ms
    return WebhookDocument(
        webhook_id=webhook.id,
        url=webhook.url,
        events=list(webhook.events),
        disabled=webhook.disabled,
        old_secret_until=from_ms(webhook.previous_until_ms) if rotating else None,
        secret=secret,
    )


def _put(before: Merchant, changed: Webhook, now_ms: int) -> Merchant:
    found = tuple(changed if each.id == changed.id else each for each in before.webhooks)
    return _with(before, found, now_ms)


def _with(before: Merchant, webhooks: tuple[Webhook, ...], now_ms: int) -> Merchant:
    return msgspec.structs.replace(before, webhooks=webhooks, updated_ms=now_ms)
