"""What a recipient answers on his page: is everything all right, NPS, CSI, a remark.

A message's links only open the page with an answer chosen. Programs look into messages and follow links, and
run no script: the answer is what the page posts with the link's ticket. No cookie says who asks, so there is
nothing that another site could send in his name."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from services.portal.api.asking import recipient
from services.portal.api.commands import OptionalKeyHeader, refusal, send
from services.portal.api.context import Portal, PortalDep
from services.portal.api.link_page import TicketDep, link_of_ticket
from services.portal.api.problems import responses, unavailable
from services.portal.schemas.answers import RatingAnswer, RatingBody
from shared import logs
from shared.contracts.links import Link
from shared.contracts.ratings import Question
from shared.contracts.shipment_commands import Rate
from shared.contracts.shipment_parties import Note
from shared.contracts.views.stage import StageView
from shared.domain.command_ids import command_id

router = APIRouter(tags=["link page"])
log = logs.get(__name__)

WAIT_S = 2.0
"""So long the decision is waited for, so that a refusal can be said where it was tapped."""


@router.post(
    "/v1/link/rating",
    summary="The recipient answers a question",
    response_model=RatingAnswer,
    response_model_exclude_none=True,
    responses={
        202: {"model": RatingAnswer, "description": "Written down, not decided yet."},
        **responses(401, 404, 409, 413, 422, 429, 503),
    },
)
async def rate(
    portal: PortalDep,
    request: Request,
    response: Response,
    body: RatingBody,
    _: TicketDep,
    key: OptionalKeyHeader = None,
) -> RatingAnswer:
    """With the page's ticket. A later answer replaces the one before; the same answer again changes nothing.
    Refused with 409 `nothing_to_rate` before the parcel has been brought."""
    link, stage = await _stage(portal, request)
    before = next((r for r in stage.ratings if r.question == body.question and r.given), None)
    if before is not None and before.score == body.score and body.words is None:
        return RatingAnswer(question=body.question, score=body.score, status="accepted")
    command = _id(link, key, body.model_dump_json().encode())
    note = before.note if before is not None and body.words is None else None
    if body.words:
        # The words first: the command names their version.
        said = Note(tenant=link.tenant, shipment=link.shipment, version=command, text=body.words)
        await portal.write_party(said)
        note = command
    status = await _send(portal, response, link, command, body.question, body.score, note)
    return RatingAnswer(question=body.question, score=body.score, status=status)


@router.delete(
    "/v1/link/rating/{question}",
    summary="The recipient takes an answer back",
    response_model=RatingAnswer,
    response_model_exclude_none=True,
    responses={
        202: {"model": RatingAnswer, "description": "Written down, not decided yet."},
        **responses(401, 404, 409, 422, 429, 503),
    },
)
async def take_back(
    portal: PortalDep,
    request: Request,
    response: Response,
    question: Annotated[Question, Path()],
    _: TicketDep,
) -> RatingAnswer:
    """With the page's ticket: a tap too many. What is not there is taken back already."""
    link, stage = await _stage(portal, request)
    if not any(r.question == question and r.given for r in stage.ratings):
        return RatingAnswer(question=question, status="accepted")
    command = _id(link, None, b"")
    status = await _send(portal, response, link, command, question, None, None)
    return RatingAnswer(question=question, status=status)


async def _stage(portal: Portal, request: Request) -> tuple[Link, StageView]:
    link = await link_of_ticket(portal, request)
    await portal.rating_limit.hit(request, link.shipment)
    stage = await portal.views.stage(link.shipment)
    if stage is None:
        raise unavailable("The shipment is being read up. Ask again in a few seconds.")
    return link, stage


def _id(link: Link, key: str | None, body: bytes) -> str:
    """Of the request and its body: a repeat is decided once, and words are never written over others."""
    named = (key, hashlib.sha256(body).hexdigest()) if key is not None else (secrets.token_hex(16),)
    return command_id("recipient", link.shipment, "rate", *named)


async def _send(
    portal: Portal,
    response: Response,
    link: Link,
    command: str,
    question: Question,
    score: int | None,
    note: str | None,
) -> Literal["accepted", "pending"]:
    """Raises Problem: 409, as things stand it is not taken."""
    rating = Rate(
        id=command,
        tenant=link.tenant,
        shipment=link.shipment,
        at_ms=portal.now_ms(),
        actor=recipient(link.shipment),
        question=question,
        score=score,
        note=note,
    )
    sent = await send(portal, rating, None, wait_anyway_s=WAIT_S)
    if sent.outcome is None:
        response.status_code = 202
        return "pending"
    if not sent.outcome.accepted:
        raise refusal(sent.outcome)
    log.info("rating.taken", shipment=link.shipment, question=question, score=score)
    return "accepted"
