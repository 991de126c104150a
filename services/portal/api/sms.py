"""What the SMS gateway posts: receipts of messages that were sent, and what people write to our number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from services.portal.api.asking import About, about, ask, recipient
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import PathId
from services.portal.api.problems import Problem, invalid, not_found, responses, unavailable
from services.portal.api.replies import take_sms
from services.portal.core.notices import wish_in
from services.portal.store.notices import Found, NoticeLists
from shared import logs
from shared.adapters.sms_callbacks import Callbacks
from shared.contracts.common import Actor
from shared.contracts.notice_commands import Prefer
from shared.contracts.notice_commands import Receipt as ReceiptCommand
from shared.ports.sms import Forged, Form, SmsState, Unreadable

router = APIRouter(tags=["sms"])
log = logs.get(__name__)

GATEWAY = Actor(kind="system", id="sms")
_STATES = {
    SmsState.SENT: "sent",
    SmsState.DELIVERED: "delivered",
    SmsState.UNDELIVERED: "undelivered",
    SmsState.FAILED: "undelivered",
}
_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/v1/sms/receipts/{shipment}/{notice}",
    status_code=204,
    summary="The gateway: how far a message has come",
    openapi_extra=_FORM,
    responses=responses(403, 404, 413, 422, 429, 503),
)
async def take_receipt(portal: PortalDep, request: Request, shipment: PathId, notice: PathId) -> None:
    """Signed by the gateway (`X-Twilio-Signature`). The same receipt again changes nothing."""
    receipt = await _signed(portal, request, Callbacks.receipt)
    state = _STATES.get(receipt.state)
    if state is None:
        return
    of = await about(portal, shipment)
    if of is None:
        raise not_found("shipment")
    reason = str(receipt.reason or "")
    await ask(
        portal,
        ReceiptCommand,
        of,
        GATEWAY,
        once=f"{notice} {state}",
        notice=notice,
        state=state,
        reason=reason,
    )


@router.post(
    "/v1/sms/inbound",
    summary="The gateway: somebody writes to our number",
    openapi_extra=_FORM,
    responses={
        200: {"description": "Taken; nothing is answered.", "content": {"text/xml": {}}},
        **responses(403, 404, 413, 422, 429, 503),
    },
    response_class=Response,
)
async def take_message(portal: PortalDep, request: Request) -> Response:
    """STOP, or what the gateway has taken as that, ends SMS to this telephone; START begins them again. It
    holds with every carrier that has sent something there. Anything else is what the recipient of the newest
    shipment to this telephone says of it, or kept apart where there is none."""
    message = await _signed(portal, request, Callbacks.inbound)
    wish = "stop" if message.stop else wish_in(message.text)
    if portal.lists is None:
        raise unavailable("The lists can't be read just now. Send it again in a few seconds.")
    found = await NoticeLists(portal.lists).by_phone(message.sender)
    for newest in _newest_of_each_carrier(found):
        of = About(newest.shipment, newest.tenant, newest.merchant)
        once = f"sms {message.id}"
        if wish == "stop":
            await ask(portal, Prefer, of, recipient(of.shipment), once=once, stop=("sms",))
        elif wish == "start":
            await ask(portal, Prefer, of, recipient(of.shipment), once=once, resume=("sms",))
    if wish is None:
        await take_sms(portal, message, found)
    log.info("sms.inbound", wish=wish or "none", shipments=len(found))
    return Response(_NOTHING_TO_SAY, media_type="text/xml")


def _newest_of_each_carrier(found: list[Found]) -> list[Found]:
    """Wishes hold for all of a carrier's shipments to a contact: one of them says whose it is."""
    first: dict[str, Found] = {}
    for each in found:
        first.setdefault(each.tenant, each)
    return list(first.values())


async def _signed[T](
    portal: Portal, request: Request, read: Callable[[Callbacks, str, Form, str | None], T]
) -> T:
    """The form, read by one of `Callbacks`' methods.

    Raises:
        Problem: 404, there is no gateway; 403, it is not from the gateway; 422, it is not readable.
    """
    if portal.sms is None:
        raise Problem(404, "not_found", "There is no SMS gateway here: set DROMOS_SMS_TOKEN.")
    await portal.auth_limit.may(request)
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{portal.settings.public_url}{request.url.path}{query}"
    body = (await request.body()).decode("utf-8", "replace")
    form: Form = parse_qsl(body, keep_blank_values=True)
    try:
        return read(portal.sms, url, form, request.headers.get("X-Twilio-Signature"))
    except Forged:
        portal.metrics.refused.labels("sms_signature").inc()
        await portal.auth_limit.hit(request)
        raise Problem(403, "forged", "Sign it as the gateway does, for this address.") from None
    except Unreadable as error:
        raise invalid(f"It can't be used: {error}.") from None
