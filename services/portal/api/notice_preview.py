"""How a shop's messages look, before they are sent to anybody."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from msgspec.structs import replace
from starlette.responses import HTMLResponse

from services.portal.api import register
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import PathId, ShopDep
from services.portal.api.problems import responses
from services.portal.core.access import Caller
from services.portal.schemas.common import LanguageCode
from services.portal.schemas.notices import PreviewAnswer, SegmentsAnswer
from shared.contracts.common import Language
from shared.contracts.notices import NoticeKind
from shared.domain.notice_texts import Rendered, render, segments
from shared.domain.notice_texts.samples import samples
from shared.domain.notice_texts.shops import shop_of

router = APIRouter(tags=["notices"])

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""A mail carries its styles itself; it runs nothing, loads nothing but the shop's logo, and leads nowhere."""

Kind = Annotated[NoticeKind, Query()]
Reader = Annotated[LanguageCode | None, Query(description="The shop's, unless told.")]


@router.get(
    "/v1/merchants/{merchant}/notices/preview",
    summary="How a shop's message looks",
    response_model=PreviewAnswer,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def preview(
    portal: PortalDep,
    caller: ShopDep,
    merchant: PathId,
    kind: Kind = "out_for_delivery",
    language: Reader = None,
    capitals: Annotated[bool | None, Query(description="Greek SMS in capitals; as the shop has it.")] = None,
) -> PreviewAnswer:
    """With a made-up order and recipient. `segments` are what the SMS costs."""
    chosen, rendered = _rendered(portal, caller, merchant, kind, language, capitals)
    counted = segments(rendered.sms)
    asked = urlencode({"kind": kind, "language": chosen})
    return PreviewAnswer(
        kind=kind,
        language=chosen,
        subject=rendered.subject,
        text=rendered.text,
        sms=rendered.sms,
        segments=SegmentsAnswer(encoding=counted.encoding, units=counted.units, count=counted.count),
        mail=f"/v1/merchants/{merchant}/notices/preview/mail?{asked}",
    )


@router.get(
    "/v1/merchants/{merchant}/notices/preview/mail",
    summary="A shop's e-mail as a page",
    responses={
        200: {"description": "The mail's HTML.", "content": {"text/html": {}}},
        **responses(401, 403, 404, 422, 429, 503),
    },
    response_class=HTMLResponse,
)
async def preview_mail(
    portal: PortalDep,
    caller: ShopDep,
    merchant: PathId,
    kind: Kind = "out_for_delivery",
    language: Reader = None,
) -> HTMLResponse:
    """As a mail program shows it; its links lead nowhere."""
    _, rendered = _rendered(portal, caller, merchant, kind, language, None)
    return HTMLResponse(rendered.html, headers={"Content-Security-Policy": MAIL_POLICY})


def _rendered(
    portal: Portal,
    caller: Caller,
    merchant: str,
    kind: NoticeKind,
    language: Language | None,
    capitals: bool | None,
) -> tuple[Language, Rendered]:
    shop = register.shop_of(portal, caller, merchant)
    chosen = language or shop.language
    usual = next(telling for telling in samples(chosen).values() if telling.kind == kind)
    shown = shop_of(shop, capitals=capitals)
    several = tuple(replace(part, shop=shown) for part in usual.several)
    return chosen, render(replace(usual, shop=shown, several=several))
