"""The audit log: who changed what at the desk. Written in one place, for every change that was answered as
done, before the answer leaves; read by owners."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import OnlyOwnerDep
from services.portal.api.problems import responses
from services.portal.api.sessions import SAFE, office_of
from services.portal.core.access import Staff
from services.portal.core.office import Entry
from services.portal.schemas.common import from_ms
from services.portal.schemas.desk_people import AuditEntry, AuditPage
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable

router = APIRouter(tags=["people"])
log = logs.get(__name__)

ADMIN = "admin"
_LONGEST = 200


def noted(
    request: Request, *, subject: str | None = None, detail: str | None = None, tenant: str | None = None
) -> None:
    """Say more of this request in the audit log: ids and words of ours, never a name or a secret. With
    `tenant` the administrator's request is written down too, as that carrier's."""
    said = {"audit_subject": subject, "audit_detail": detail, "audit_tenant": tenant}
    for name, value in said.items():
        if value is not None:
            setattr(request.state, name, value)


class Audited:
    """Writes down each change made with a session (`request.state.staff`): the route, the ids in its path,
    what came of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return

        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await _note(scope, message["status"])
            await send(message)

        await self._app(scope, receive, _send)


def action_of(scope: Scope) -> str:
    """`area.what`, of the route's tag and function, such as `people.change_person`."""
    route = scope.get("route")
    area = str((getattr(route, "tags", None) or ["desk"])[0]).replace(" ", "_")
    return f"{area}.{getattr(route, 'name', 'unknown')}"


async def _note(scope: Scope, status: int) -> None:
    state: dict[str, Any] = scope.get("state", {})
    staff: Staff | None = state.get("staff")
    tenant = staff.tenant if staff is not None else state.get("audit_tenant")
    portal: Portal = scope["app"].state.portal
    if tenant is None or portal.office is None:
        return
    ids = "/".join(str(value) for value in scope.get("path_params", {}).values())
    entry = Entry(
        at_ms=portal.now_ms(),
        tenant=tenant,
        actor=staff.account if staff is not None else ADMIN,
        action=action_of(scope),
        outcome=status,
        subject=(state.get("audit_subject") or ids or "")[:_LONGEST] or None,
        detail=(state.get("audit_detail") or "")[:_LONGEST] or None,
    )
    try:
        await portal.office.note(entry)
    except DatabaseUnavailable as error:  # it is done, and can't be undone for want of a line
        portal.metrics.audit_lost.inc()
        log.error(
            "audit.lost", action=entry.action, actor=entry.actor, subject=entry.subject, error=str(error)
        )


@router.get(
    "/v1/audit",
    summary="Who changed what",
    response_model=AuditPage,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_audit(
    portal: PortalDep,
    caller: OnlyOwnerDep,
    before: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="A page's `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Newest first, of the last two years. For owners."""
    office = office_of(portal)
    found = await office.entries(caller.tenant, int(before) if before is not None else None, limit + 1)
    page = found[:limit]
    names = await office.names(sorted({entry.actor for _, entry in page}))
    return AuditPage(
        entries=[
            AuditEntry(
                at=from_ms(entry.at_ms),
                actor=entry.actor,
                actor_name=names.get(entry.actor),
                action=entry.action,
                subject=entry.subject,
                detail=entry.detail,
                count=entry.count,
            )
            for _, entry in page
        ],
        next=str(page[-1][0]) if len(found) > limit else None,
    )
