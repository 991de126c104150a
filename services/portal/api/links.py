"""Recipients' links: made and revoked by the merchant."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Response

from services.portal.api.context import PortalDep
from services.portal.api.guard import CallerDep, PathId, stage_of
from services.portal.api.problems import not_found, responses
from services.portal.core.access import may_use_shipment
from services.portal.core.ids import fresh_command_id
from services.portal.core.keys import new_secret
from services.portal.schemas.common import from_ms
from services.portal.schemas.links import NewLink, NewLinkAnswer
from shared.contracts import links
from shared.contracts.links import Link
from shared.contracts.topic import DAY_MS, build
from shared.domain.keyrings import sha256_hex

router = APIRouter(tags=["links"])

LinkId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.post(
    "/v1/shipments/{shipment}/links",
    status_code=201,
    summary="Make a link for the recipient",
    response_model=NewLinkAnswer,
    responses=responses(401, 404, 413, 422, 429, 503),
)
async def new_link(
    portal: PortalDep, caller: CallerDep, shipment: PathId, response: Response, body: NewLink | None = None
) -> NewLinkAnswer:
    """A further one each time; each is revoked by itself. Its secret stands in the URL's fragment, which no
    server and no log sees, and is shown this once."""
    stage = await stage_of(portal, caller, shipment)
    secret, now_ms = new_secret(), portal.now_ms()
    days = (body.days if body is not None else None) or portal.settings.link_days
    link = build(
        Link,
        link=sha256_hex(secret),
        tenant=stage.tenant,
        merchant=stage.merchant,
        shipment=stage.shipment,
        expires_ms=now_ms + days * DAY_MS,
        created_ms=now_ms,
    )
    await portal.write(
        links.TOPIC, portal.links, link.link, link, id=fresh_command_id(caller.kind, caller.id)
    )
    response.headers["Location"] = f"/v1/shipments/{shipment}/links/{link.link}"
    return NewLinkAnswer(
        link_id=link.link,
        url=f"{portal.settings.public_url}/t#{secret}",
        expires_at=from_ms(link.expires_ms),
    )


@router.delete(
    "/v1/shipments/{shipment}/links/{link_id}",
    status_code=204,
    summary="Revoke a link",
    responses=responses(401, 404, 422, 429, 503),
)
async def revoke_link(portal: PortalDep, caller: CallerDep, shipment: PathId, link_id: LinkId) -> None:
    """Open pages of it end within two seconds. Revoking again changes nothing."""
    link = portal.links.get(link_id)
    if link is None or link.shipment != shipment or not may_use_shipment(caller, link):
        raise not_found("link")
    if not link.revoked:
        revoked = msgspec.structs.replace(link, revoked=True)
        await portal.write(
            links.TOPIC, portal.links, link_id, revoked, id=fresh_command_id(caller.kind, caller.id)
        )
