"""What recipients have answered, at the desk; and the cases that bad answers open."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.portal.api import register
from services.portal.api.audit import noted
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import PathId
from services.portal.api.problems import Problem, not_found, responses, unavailable
from services.portal.api.scope import After, Id, Scope, ScopeDep, place
from services.portal.core import answers, desk_shipments
from services.portal.schemas.answers import (
    AnswerPage,
    AnswerReport,
    CaseCount,
    CasePage,
    CaseRow,
    CaseState,
    CloseBody,
    GroupBy,
    ShipmentAnswers,
)
from services.portal.schemas.common import from_ms
from services.portal.store.answers import Answers, Wanted
from services.portal.store.cases import CaseRefused, Cases
from shared.contracts.topic import DAY_MS

router = APIRouter(tags=["answers"])

Days = Annotated[int, Query(ge=1, le=366, description="So many days back from now.")]
Limit = Annotated[int, Query(ge=1, le=200)]


def answers_of(portal: Portal) -> Answers:
    """Raises Problem: 503, there is no PostgreSQL."""
    if portal.office is None:
        raise unavailable("The answers can't be read just now. Ask again in a few seconds.")
    return Answers(portal.office.database)


def cases_of(portal: Portal) -> Cases:
    """Raises Problem: 503, there is no PostgreSQL."""
    if portal.office is None:
        raise unavailable("The cases can't be read just now. Ask again in a few seconds.")
    return Cases(portal.office.database)


@router.get(
    "/v1/answers",
    summary="What recipients have answered",
    response_model=AnswerPage,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_answers(
    portal: PortalDep,
    scope: ScopeDep,
    merchant: Id = None,
    courier: Id = None,
    days: Days = 30,
    bad: Annotated[bool, Query(description="Only those that opened a case.")] = False,
    words: Annotated[bool, Query(description="Only those with a remark.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> AnswerPage:
    """The newest answer to each question, the newest first, with the recipient's words."""
    wanted = Wanted(
        scope.tenant, merchant, courier, portal.now_ms() - days * DAY_MS, bad, words, place(after)
    )
    rows = await answers_of(portal).page(wanted, limit)
    shops, couriers = _names(portal)
    last = rows[limit - 1] if len(rows) > limit else None
    return AnswerPage(
        answers=[answers.answer_row(row, shops, couriers) for row in rows[:limit]],
        next=desk_shipments.cursor(last.at_ms, f"{last.shipment}:{last.question}") if last else None,
    )


@router.get(
    "/v1/answers/report",
    summary="NPS, CSI, and how many say that all is right",
    response_model=AnswerReport,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_report(
    portal: PortalDep,
    scope: ScopeDep,
    by: GroupBy = "shop",
    merchant: Id = None,
    courier: Id = None,
    days: Days = 30,
) -> AnswerReport:
    """By shop, courier or day, each with its count and its 95 % interval. The day is the delivery's."""
    now_ms = portal.now_ms()
    wanted = Wanted(scope.tenant, merchant, courier, now_ms - days * DAY_MS)
    store = answers_of(portal)
    counts = await store.counts(wanted, by)
    delivered, answered = await store.reach(wanted, now_ms)
    shops, couriers = _names(portal)
    names: dict[GroupBy, answers.Names] = {"shop": shops, "courier": couriers, "day": str}
    found = answers.groups(counts, names[by])
    if by == "day":
        found.sort(key=lambda each: each.key, reverse=True)
    return AnswerReport(
        by=by,
        since=from_ms(wanted.since_ms),
        until=from_ms(now_ms),
        delivered=delivered,
        answered=answered,
        all=answers.together(counts),
        groups=found,
    )


@router.get(
    "/v1/shipments/{shipment}/answers",
    summary="What a shipment's recipient has answered",
    response_model=ShipmentAnswers,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_shipment_answers(portal: PortalDep, scope: ScopeDep, shipment: PathId) -> ShipmentAnswers:
    """With his words, and with what was done about them."""
    store = answers_of(portal)
    if not await store.there(shipment, scope.tenant):
        raise not_found("shipment")
    found = await cases_of(portal).of_shipment(shipment, scope.tenant)
    rows = (await store.of_shipments([shipment])).get(shipment, [])
    closed = answers.closing(found) if found is not None else None
    is_open = found is not None and found.is_open
    return ShipmentAnswers(
        answers=answers.case_answers(rows),
        case=None if found is None else "open" if is_open else "closed",
        closed=None if is_open else closed,
    )


@router.get(
    "/v1/cases",
    summary="Recipients who are not content",
    response_model=CasePage,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_cases(
    portal: PortalDep, scope: ScopeDep, state: CaseState = "open", after: After = None, limit: Limit = 50
) -> CasePage:
    """A bad answer opens one (no to "is everything all right?", NPS 0-6, CSI 1-2), until somebody closes it
    with a word. Who changes a bad answer to a good one takes his case back."""
    store = cases_of(portal)
    is_open = state == "open"
    rows = await store.page(scope.tenant, is_open=is_open, after=place(after), limit=limit)
    shown = rows[:limit]
    said = await answers_of(portal).of_shipments([row.shipment for row in shown])
    shops, couriers = _names(portal)
    last = shown[-1] if len(rows) > limit else None
    end = None if last is None else (last.opened_ms if is_open else last.closed_ms, last.shipment)
    return CasePage(
        cases=[
            answers.case_row(row, answers.case_answers(said.get(row.shipment, [])), shops, couriers)
            for row in shown
        ],
        open=await store.open_count(scope.tenant),
        next=desk_shipments.cursor(*end) if end is not None else None,
    )


@router.get(
    "/v1/cases/count",
    summary="How many cases are open",
    response_model=CaseCount,
    responses=responses(401, 403, 422, 429, 503),
)
async def count_cases(portal: PortalDep, scope: ScopeDep) -> CaseCount:
    """For the desk's navigation."""
    return CaseCount(open=await cases_of(portal).open_count(scope.tenant))


@router.post(
    "/v1/cases/{shipment}/closings",
    status_code=201,
    summary="Close a case with a word",
    response_model=CaseRow,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def close_case(
    portal: PortalDep, scope: ScopeDep, request: Request, shipment: PathId, body: CloseBody
) -> CaseRow:
    """What was done. A bad answer that came since (another `seq`) keeps it open: 409 `answered_again`."""
    store = cases_of(portal)
    found = await store.of_shipment(shipment, scope.tenant)
    if found is None:
        raise not_found("case")
    made = f"cc-{secrets.token_hex(12)}"
    try:
        await store.close(made, found, body.seq, body.word, scope.by, portal.now_ms())
    except CaseRefused as error:
        raise Problem(409, error.reason, error.detail, more={"reason": error.reason}) from None
    noted(request, subject=shipment, detail=made, tenant=found.tenant)
    return await _case(portal, scope, shipment)


@router.delete(
    "/v1/cases/{shipment}/closings/{closing}",
    status_code=204,
    summary="Open a closed case again",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def reopen_case(
    portal: PortalDep, scope: ScopeDep, request: Request, shipment: PathId, closing: PathId
) -> None:
    """The word stays written, as taken back. Again changes nothing."""
    account, _ = scope.by
    tenant = await cases_of(portal).reopen(shipment, closing, scope.tenant, account, portal.now_ms())
    if tenant is None:
        raise not_found("case")
    noted(request, subject=shipment, detail=closing, tenant=tenant)


async def _case(portal: Portal, scope: Scope, shipment: str) -> CaseRow:
    """Raises Problem: 404, he has taken his answer back since."""
    found = await cases_of(portal).of_shipment(shipment, scope.tenant)
    if found is None:
        raise not_found("case")
    said = await answers_of(portal).of_shipments([shipment])
    return answers.case_row(found, answers.case_answers(said.get(shipment, [])), *_names(portal))


def _names(portal: Portal) -> tuple[answers.Names, answers.Names]:
    return partial(register.shop_name, portal), partial(register.courier_name, portal)
