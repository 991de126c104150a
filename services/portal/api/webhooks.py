"""A merchant's webhooks, for himself, his carrier's owners and the administrator."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.api import register
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, PathId, ShopDep
from services.portal.api.problems import Problem, conflict, not_found, responses
from services.portal.core import webhooks
from services.portal.core.admin import Conflict
from services.portal.schemas.webhooks import NewWebhook, RotateBody, WebhookDocument, WebhookList
from shared.contracts.merchants import Merchant, Webhook
from shared.domain.webhooks import Secrets

router = APIRouter(tags=["webhooks"])


def _secrets(portal: Portal) -> Secrets:
    """Raises Problem: 409, webhooks are switched off here."""
    keys = portal.settings.webhook_key.get_secret_value()
    if not keys:
        raise conflict("webhooks are switched off here: DROMOS_WEBHOOK_KEY turns them on")
    return Secrets(keys)


def _webhook(merchant: Merchant, webhook_id: str) -> Webhook:
    found = webhooks.find(merchant, webhook_id)
    if found is None:
        raise not_found("webhook")
    return found


@router.post(
    "/v1/merchants/{merchant}/webhooks",
    status_code=201,
    summary="Add a webhook",
    response_model=WebhookDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def add_webhook(
    portal: PortalDep, caller: ShopDep, merchant: PathId, body: NewWebhook
) -> WebhookDocument:
    """`secret` is shown this once: messages are signed with it (Standard Webhooks)."""
    secrets = _secrets(portal)
    async with portal.editing:
        before = register.shop_of(portal, caller, merchant)
        try:
            record, made = webhooks.add(before, body, portal.webhook_allow, portal.now_ms())
        except Conflict as error:
            raise conflict(error) from None
        except ValueError as error:
            raise Problem(
                422, "url_refused", f"`url` has to be {error}.", more={"reason": "url_refused"}
            ) from None
        await register.put_merchant(portal, caller, record)
    return webhooks.document(made, portal.now_ms(), secrets.shown(made))


@router.get(
    "/v1/merchants/{merchant}/webhooks",
    summary="A merchant's webhooks",
    response_model=WebhookList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def list_webhooks(portal: PortalDep, caller: CallerDep, merchant: PathId) -> WebhookList:
    """Without their secrets."""
    found = register.shop_of(portal, caller, merchant)
    return WebhookList(webhooks=[webhooks.document(each, portal.now_ms()) for each in found.webhooks])


@router.delete(
    "/v1/merchants/{merchant}/webhooks/{webhook}",
    status_code=204,
    summary="Remove a webhook",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def remove_webhook(portal: PortalDep, caller: ShopDep, merchant: PathId, webhook: PathId) -> None:
    """It is called no more, not for what is waiting either."""
    async with portal.editing:
        before = register.shop_of(portal, caller, merchant)
        record = webhooks.remove(before, _webhook(before, webhook), portal.now_ms())
        await register.put_merchant(portal, caller, record)


@router.post(
    "/v1/merchants/{merchant}/webhooks/{webhook}/rotate",
    summary="Give a webhook a new secret",
    response_model=WebhookDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def rotate_webhook(
    portal: PortalDep, caller: ShopDep, merchant: PathId, webhook: PathId, body: RotateBody | None = None
) -> WebhookDocument:
    """Shown this once. Until `old_secret_until` every message has two signatures, so that neither secret
    misses one while the receiver changes."""
    secrets, overlap_s = _secrets(portal), (body or RotateBody()).overlap_s
    async with portal.editing:
        before = register.shop_of(portal, caller, merchant)
        record, changed = webhooks.rotate(before, _webhook(before, webhook), overlap_s, portal.now_ms())
        await register.put_merchant(portal, caller, record)
    return webhooks.document(changed, portal.now_ms(), secrets.shown(changed))


async def _switch(portal: Portal, caller: ShopDep, merchant: str, webhook: str, on: bool) -> WebhookDocument:
    async with portal.editing:
        before = register.shop_of(portal, caller, merchant)
        record, changed = webhooks.switch(before, _webhook(before, webhook), on, portal.now_ms())
        await register.put_merchant(portal, caller, record)
    return webhooks.document(changed, portal.now_ms())


@router.post(
    "/v1/merchants/{merchant}/webhooks/{webhook}/enable",
    summary="Turn a webhook on again",
    response_model=WebhookDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def enable_webhook(
    portal: PortalDep, caller: ShopDep, merchant: PathId, webhook: PathId
) -> WebhookDocument:
    """After it was turned off, or answered 410 and was left in peace since."""
    return await _switch(portal, caller, merchant, webhook, True)


@router.post(
    "/v1/merchants/{merchant}/webhooks/{webhook}/disable",
    summary="Turn a webhook off",
    response_model=WebhookDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def disable_webhook(
    portal: PortalDep, caller: ShopDep, merchant: PathId, webhook: PathId
) -> WebhookDocument:
    """It keeps its secret and is not called. What happens meanwhile is not sent later."""
    return await _switch(portal, caller, merchant, webhook, False)
