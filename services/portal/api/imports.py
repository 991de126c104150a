"""Imports: a file comes, is looked at, and is applied whole."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile

from services.portal.api import register
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CarrierDep, PathId, merchant_of
from services.portal.api.problems import Problem, invalid, not_found, responses, too_large, unavailable
from services.portal.core.access import Caller
from services.portal.core.imports.document import document, summary
from services.portal.core.imports.sniffing import MOST_BYTES
from services.portal.core.imports.state import KEPT_MS, WORKING, Import, State, Wish, may_apply
from services.portal.core.imports.template import template
from services.portal.core.imports.words import language_of
from services.portal.schemas.imports import (
    ImportAccepted,
    ImportApplyBody,
    ImportDocument,
    ImportList,
)
from services.portal.store.imports import Imports

router = APIRouter(tags=["imports"])

UPLOAD = "/v1/imports"
MOST_BODY = MOST_BYTES + (64 << 10)
"""The file and the form around it."""
AT_ONCE = 5
LISTED = 50
_WHY = {
    "applied_already": "It is being applied, or has been.",
    "import_failed": "The file can't be used: `error` says why. Mend it and send it again.",
    "not_ready": "It is still being looked at. Ask again in a moment.",
    "no_good_rows": "No row is good: mend the file and send it again.",
}

LanguageHeader = Annotated[str, Header(alias="Accept-Language", description="el, ru or en.")]


def _imports(portal: Portal) -> Imports:
    if portal.imports is None:
        raise unavailable("Imports need PostgreSQL: set DROMOS_POSTGRES_URL.")
    return portal.imports


async def _import_of(portal: Portal, caller: Caller, import_id: str) -> Import:
    found = await _imports(portal).get(import_id, caller.tenant)
    if found is None:
        raise not_found("import")
    return found


def _couriers(portal: Portal, tenant: str, named: list[str] | None) -> tuple[str, ...] | None:
    """Raises Problem: 422 naming those who do not drive for this carrier."""
    if named is None:
        return None
    unknown = [courier for courier in named if not register.drives_for(portal, courier, tenant)]
    if unknown:
        raise invalid(f"These couriers do not drive for {tenant}: {', '.join(unknown[:5])}.")
    return tuple(dict.fromkeys(named))


@router.post(
    UPLOAD,
    status_code=202,
    summary="Import a spreadsheet",
    response_model=ImportAccepted,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def upload(
    portal: PortalDep,
    caller: CarrierDep,
    response: Response,
    file: Annotated[UploadFile, File(description="CSV, at most 2 MB and 5,000 rows.")],
    merchant: Annotated[str, Form(max_length=64, description="For which shop.")],
    dry_run: Annotated[
        bool, Form(description="True: wait for apply. False: apply at once, if every row is good.")
    ] = True,
    couriers: Annotated[
        str | None, Form(max_length=8000, description="As in apply, separated by commas.")
    ] = None,
) -> ImportAccepted:
    """The file is read, its addresses are looked up and routes are proposed beside this answer: read it by
    its id. Nothing is registered before it is applied."""
    imports = _imports(portal)
    shop = merchant_of(portal, caller, merchant)
    wanted = [c.strip() for c in couriers.split(",") if c.strip()] if couriers is not None else None
    wish = Wish(couriers=_couriers(portal, shop.tenant, wanted))
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    under_way = [i for i in await imports.listed(shop.tenant, LISTED) if i.state in WORKING]
    if len(under_way) >= AT_ONCE:
        raise Problem(
            409, "busy", f"{AT_ONCE} imports are under way: wait for one of them.", more={"reason": "busy"}
        )
    now_ms = portal.now_ms()
    made = Import(
        import_id=f"i-{secrets.token_hex(8)}",
        tenant=shop.tenant,
        merchant=shop.merchant,
        by_kind=caller.kind,
        by_id=caller.id,
        state=State.READING,
        apply_when_good=not dry_run,
        created_ms=now_ms,
        expires_ms=now_ms + KEPT_MS,
        wish=wish,
    )
    await imports.add(made, content)
    portal.imports_wake.set()
    response.headers["Location"] = f"/v1/imports/{made.import_id}"
    return ImportAccepted(import_id=made.import_id)


@router.get(
    UPLOAD,
    summary="Imports of the last day",
    response_model=ImportList,
    responses=responses(401, 403, 429, 503),
)
async def list_imports(portal: PortalDep, caller: CarrierDep) -> ImportList:
    """The newest first; each is deleted a day after its file came."""
    found = await _imports(portal).listed(caller.tenant, LISTED)
    return ImportList(imports=[summary(each) for each in found])


@router.get(
    "/v1/imports/template.csv",
    summary="A spreadsheet to begin with",
    response_class=Response,
    responses={
        200: {"description": "CSV with headings and two examples.", "content": {"text/csv": {}}},
        **responses(422),
    },
)
async def read_template(lang: Annotated[Literal["el", "ru", "en"], Query()] = "en") -> Response:
    """UTF-8 with a mark, headings and separator as spreadsheets of that language have them."""
    return Response(
        template(lang),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="dromos-{lang}.csv"'},
    )


@router.get(
    "/v1/imports/{import_id}",
    summary="An import as it stands",
    response_model=ImportDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_import(
    portal: PortalDep,
    caller: CarrierDep,
    import_id: PathId,
    rows: Annotated[
        Literal["all", "bad", "none"], Query(description="Which rows to tell; none while waiting.")
    ] = "all",
    accept_language: LanguageHeader = "en",
) -> ImportDocument:
    """What is wrong with each row and what to do, in the language asked for; the routes proposed."""
    found = await _import_of(portal, caller, import_id)
    lines = await _imports(portal).lines(import_id)
    shown = [line for line in lines if rows == "all" or (rows == "bad" and not line.good)]
    shop = portal.merchants.get(found.merchant)
    names = {
        route.courier: courier.name
        for route in (found.plan.routes if found.plan else ())
        if (courier := portal.couriers.get(route.courier)) is not None
    }
    return document(
        found,
        lines,
        shown=shown,
        language=language_of(accept_language),
        zone=shop.zone if shop is not None else "UTC",
        names=names,
    )


@router.post(
    "/v1/imports/{import_id}/apply",
    status_code=202,
    summary="Apply an import",
    response_model=ImportAccepted,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def apply_import(
    portal: PortalDep, caller: CarrierDep, import_id: PathId, body: ImportApplyBody, response: Response
) -> ImportAccepted:
    """Registers every good row and those confirmed, then plans the couriers' routes. If it breaks off in the
    middle it goes on by itself, and nothing is made twice."""
    imports = _imports(portal)
    found = await _import_of(portal, caller, import_id)
    couriers = _couriers(portal, found.tenant, body.couriers)
    confirmed = set(body.confirm)
    lines = await imports.lines(import_id)
    if unknown := confirmed - {line.row for line in lines}:
        raise invalid(f"There are no such rows: {', '.join(map(str, sorted(unknown)[:5]))}.")
    why = may_apply(found, lines, confirmed)
    if why is not None:
        raise Problem(409, why, _WHY[why], more={"reason": why})
    wish = found.wish
    if not (found.plan is not None and found.plan.final):
        depot = (body.depot.lon, body.depot.lat) if body.depot is not None else wish.depot
        wish = Wish(couriers=couriers if body.couriers is not None else wish.couriers, depot=depot)
    if not await imports.apply(found, {"wish": wish, "fault": None}, sorted(confirmed)):
        raise Problem(409, "applied_already", _WHY["applied_already"], more={"reason": "applied_already"})
    portal.imports_wake.set()
    response.headers["Location"] = f"/v1/imports/{import_id}"
    return ImportAccepted(import_id=import_id)


@router.delete(
    "/v1/imports/{import_id}",
    status_code=204,
    summary="Throw an import away",
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def delete_import(portal: PortalDep, caller: CarrierDep, import_id: PathId) -> None:
    """With all that it holds of people; shipments it has made stay."""
    await _import_of(portal, caller, import_id)
    if not await _imports(portal).delete(import_id):
        raise Problem(
            409,
            "applying",
            "It is being applied: wait until it is done.",
            more={"reason": "applying"},
        )
