"""POST /v1/shipments/{id}/events: what a courier, a hub or a merchant reports of a shipment."""

from __future__ import annotations

import re
import time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ValidationError

from services.ingest.core import reports
from services.ingest.core.credentials import presented
from services.ingest.http import pick, read_body
from services.ingest.intake import Intake
from services.ingest.problems import invalid, unauthorised
from shared import logs, trace
from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_parties import Note, party_key
from shared.contracts.views.work import Outcome
from shared.domain.report import ReportBody, Unreportable
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,6})", re.ASCII | re.IGNORECASE)


class OutcomeBody(BaseModel):
    """What was decided: accepted, or refused with a stable `reason` and what is possible instead."""

    accepted: bool
    seq: int
    reason: str | None = None
    explanation: str | None = None


class ReportAnswer(BaseModel):
    """The command's id; its outcome when it was waited for and is known."""

    command: str
    shipment: str
    outcome: OutcomeBody | None = None


def router(intake: Intake, responses: dict[int | str, dict[str, Any]]) -> APIRouter:
    """The route, bound to `intake`."""
    routes = APIRouter()

    @routes.post(
        "/v1/shipments/{shipment}/events",
        status_code=202,
        response_model=ReportAnswer,
        responses=responses,
        summary="Report what happened to a shipment",
        openapi_extra={
            "security": [{"secret": []}],
            "parameters": [
                {
                    "name": "Prefer",
                    "in": "header",
                    "schema": {"type": "string"},
                    "description": "`wait=2` waits up to 2 s for the outcome (RFC 7240).",
                    "example": "wait=2",
                }
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ReportBody.model_json_schema()}},
            },
        },
    )
    async def report(
        request: Request,
        shipment: Annotated[str, Path(pattern=f"^{_ID.pattern}$", examples=["s-1"])],
    ) -> Response:
        """Taken in once the log has acknowledged it; the shipment then decides. Only the courier who carries
        the shipment, its merchant or a hub of the carrier may report."""
        return await _report(intake, request, shipment)

    return routes


async def _report(intake: Intake, request: Request, shipment: str) -> Response:
    intake.check_read_up()
    headers = pick(request.scope["headers"])
    trace.take_up(request.headers.get("traceparent"))
    reporter = _reporter(intake, headers)
    intake.take_places()
    try:
        raw = await read_body(
            request.receive,
            headers,
            max_bytes=intake.settings.ingest_max_body_bytes,
            timeout_s=intake.settings.ingest_body_timeout_s,
        )
        command, note = _command(intake, shipment, reporter, raw)
        await _append(intake, command, note)
    finally:
        intake.leave()
    intake.metrics.requests.add("report", "202")
    log.info("report.taken", shipment=shipment, command=command.id, substatus=command.substatus)
    wait_s = _wait_s(request.headers.get("prefer"), intake.settings.ingest_wait_max_s)
    answer: dict[str, Any] = {"command": command.id, "shipment": shipment}
    applied: dict[str, str] = {"cache-control": "no-store"}
    if wait_s is not None:
        applied["preference-applied"] = f"wait={wait_s:g}"
        answer["outcome"] = await _outcome(intake, command.id, wait_s)
    return Response(msgspec.json.encode(answer), 202, applied, media_type="application/json")


def _command(
    intake: Intake, shipment: str, reporter: Device | Merchant, raw: bytes
) -> tuple[shipment_commands.Report, Note | None]:
    try:
        body = ReportBody.model_validate_json(raw)
        return reports.commands(shipment, reporter, body, intake.now_ms())
    except ValidationError as error:
        raise invalid("The report has errors: mend the fields named.", _errors(error)) from None
    except Unreportable as error:
        raise invalid(str(error)) from None


def _reporter(intake: Intake, headers: dict[bytes, bytes]) -> Device | Merchant:
    credentials = presented(headers.get(b"authorization"), carriers=("bearer", "basic"))
    if credentials is not None:
        now_ms = intake.now_ms()
        device = intake.device_keys.find(credentials.secret, now_ms)
        if device is not None and credentials.user in (None, device.device):
            intake.limit_device(device.device)
            return device
        merchant = intake.merchant_keys.find(credentials.secret, now_ms)
        if merchant is not None and credentials.user in (None, merchant.merchant):
            intake.limit_merchant(merchant.merchant)
            return merchant
    intake.metrics.refused.add("secret")
    raise unauthorised("Bearer")


async def _append(intake: Intake, command: shipment_commands.Report, note: Note | None) -> None:
    """The note first: a command never names a version that is not written."""
    deadline_s = time.monotonic() + intake.settings.ingest_ack_timeout_s
    try:
        if note is not None:
            await intake.log.append(
                shipment_parties.TOPIC,
                party_key(note.shipment, note.version),
                note,
                id=note.version,
                timeout_s=intake.settings.ingest_ack_timeout_s,
            )
        await intake.log.append(
            shipment_commands.TOPIC,
            command.shipment,
            command,
            id=command.id,
            timeout_s=max(0.05, deadline_s - time.monotonic()),
        )
    except LogUnavailable as error:
        raise intake.not_acknowledged() from error


async def _outcome(intake: Intake, command: str, wait_s: float) -> dict[str, Any] | None:
    """The outcome within the wait; None when it is not known yet, or the views are away: the report is
    written down all the same."""
    try:
        found: Outcome | None = await intake.views.outcome(command, timeout_s=wait_s)
    except ViewsUnavailable:
        if intake.throttle.due("views"):
            log.warning("ingest.views_unavailable")
        return None
    if found is None:
        return None
    return {
        "accepted": found.accepted,
        "seq": found.seq,
        "reason": found.reason,
        "explanation": found.explanation,
    }


def _wait_s(prefer: str | None, most_s: float) -> float | None:
    """RFC 7240 §4.3: the seconds asked for, at most ours; None: not asked."""
    found = _WAIT.search(prefer) if prefer else None
    return None if found is None else min(float(found[1]), most_s)


def _errors(error: ValidationError) -> list[dict[str, str]]:
    """Fields and messages; never what was sent, be it as the name of a field."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    known = ", ".join(ReportBody.model_fields)
    return [
        {"field": "body", "message": f"an unknown field; known are {known}"}
        if e["type"] == "extra_forbidden"
        else {"field": ".".join(str(part) for part in e["loc"]) or "body", "message": e["msg"]}
        for e in found[:20]
    ]
