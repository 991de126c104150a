"""Sending a command, waiting for what becomes of it as far as the caller asked (RFC 7240), and answering."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, PathId
from services.portal.api.problems import Problem, not_found, responses
from services.portal.core.access import Caller, may_use_shipment
from services.portal.core.ids import fresh_command_id, other_body, with_body
from services.portal.schemas.shipments import CommandAnswer
from shared.contracts import courier_commands, shipment_commands
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.views.work import Outcome
from shared.domain.command_ids import command_id, is_command_of
from shared.ports.views import ViewsUnavailable

router = APIRouter(tags=["commands"])

PreferHeader = Annotated[
    str | None,
    Header(
        alias="Prefer",
        max_length=200,
        description="`wait=2`: wait up to 2 s for the outcome (RFC 7240); without it 202 at once.",
        examples=["wait=2"],
    ),
]
KeyHeader = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="Names the request: the same key is the same shipment, however often it is sent.",
        examples=["order-GR-10442"],
    ),
]
OptionalKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="Names the request, so that sending it again does not do it again. "
        "Another body needs another key.",
    ),
]
MerchantHeader = Annotated[
    str | None,
    Header(
        alias="Dromos-Merchant",
        max_length=64,
        description="For whom the administrator asks; a merchant's key needs none.",
    ),
]

SHOWN_S = 1.0

_WAIT = re.compile(r"wait\s*=\s*\"?([0-9]{1,6})\"?", re.IGNORECASE)
_STATUS_OF_REASON = {
    "unknown_shipment": 404,
    "unknown_courier": 404,
    "unknown_route": 404,
    "already_registered": 422,
    "from_the_future": 422,
    "before_it_was_announced": 422,
    "unknown_status": 422,
    "bad_stops": 422,
    "shipment_twice": 422,
    "stop_twice": 422,
}
"""Of the deciders' reasons those that are not 409: not there, or the request itself is wrong."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that has been written down; `outcome` None: not known while the caller waited."""

    command: str
    kind: str
    outcome: Outcome | None
    waited_s: float | None


def wait_of(prefer: str | None, longest_s: float) -> float | None:
    """How long to wait, s; None where nothing was asked (RFC 7240 §4.3: unknown preferences are ignored)."""
    for preference in (prefer or "").split(","):
        match = _WAIT.fullmatch(preference.split(";")[0].strip())
        if match:
            return min(float(match.group(1)), longest_s)
    return None


def id_of(caller: Caller, kind: str, subject: str, key: str | None) -> str:
    """The command's id: by the caller's Idempotency-Key if he gave one, else new."""
    if key is None:
        return fresh_command_id(caller.kind, caller.id)
    return command_id(caller.kind, caller.id, kind, subject, key)


def id_of_body(
    caller: Caller, kind: str, subject: str, key: str | None, body: BaseModel, plan: CourierPlan | None
) -> str:
    """As `id_of`, of a command to a courier's plan that says more than its kind. The plan remembers what it
    has decided.

    Raises:
        Problem: 422, the key has been used with another body.
    """
    command = id_of(caller, kind, subject, key)
    if key is None:
        return command
    command = with_body(command, key, body.model_dump_json().encode())
    if other_body(command, plan.decided if plan is not None else ()):
        raise Problem(
            422,
            "key_used",
            "This Idempotency-Key has been used with another body: a new request needs a new key, or none.",
            more={"reason": "key_used"},
        )
    return command


async def send(
    portal: Portal,
    command: shipment_commands.Command | courier_commands.Command,
    prefer: str | None,
    *,
    wait_anyway_s: float = 0.0,
) -> Sent:
    """Append the command and wait as asked, at least `wait_anyway_s`.

    Raises:
        LogUnavailable: not acknowledged; the outcome is unknown.
    """
    kind = str(type(command).__struct_config__.tag)
    if isinstance(command, shipment_commands.ShipmentCommand):
        await portal.log.append(shipment_commands.TOPIC, command.shipment, command, id=command.id)
    else:
        await portal.log.append(courier_commands.TOPIC, command.courier, command, id=command.id)
    asked_s = wait_of(prefer, portal.settings.max_wait_s)
    outcome = None
    if wait_s := max(asked_s or 0.0, wait_anyway_s):
        try:
            outcome = await portal.views.outcome(command.id, timeout_s=wait_s)
        except ViewsUnavailable:
            outcome = None  # it is written down: that its outcome can't be read now is "not known yet"
    if outcome is not None and outcome.accepted:
        await _until_shown(portal, command, outcome)
    result = "pending" if outcome is None else "accepted" if outcome.accepted else "refused"
    portal.metrics.commands.labels(kind, result).inc()
    return Sent(command.id, kind, outcome, asked_s)


async def _until_shown(
    portal: Portal, command: shipment_commands.Command | courier_commands.Command, outcome: Outcome
) -> None:
    """Wait a little until what was decided can also be read here, so that who was told "accepted" finds it
    so: decider and projector are two processes, some ms apart. Not in time, the answer still stands."""
    with contextlib.suppress(TimeoutError, ViewsUnavailable):
        async with asyncio.timeout(SHOWN_S):
            if isinstance(command, shipment_commands.ShipmentCommand):
                await portal.views_show(command.shipment, outcome.seq)
            else:
                await portal.plan_shows(command.courier, outcome.seq)


def settle(sent: Sent, response: Response, *, done: int = 200, location: str | None = None) -> dict[str, Any]:
    """The members of a `CommandAnswer`, with the answer's status and headers set.

    Raises:
        Problem: the command was refused.
    """
    if sent.waited_s is not None:
        response.headers["Preference-Applied"] = f"wait={sent.waited_s:g}"
    if sent.outcome is None:
        response.status_code = 202
        response.headers["Location"] = f"/v1/commands/{sent.command}"
        return {"command": sent.command, "status": "pending"}
    if not sent.outcome.accepted:
        raise refusal(sent.outcome)
    response.status_code = done
    if location is not None:
        response.headers["Location"] = location
    return _members(sent.outcome)


def refusal(outcome: Outcome) -> Problem:
    reason = outcome.reason or "refused"
    return Problem(
        _STATUS_OF_REASON.get(reason, 409),
        reason,
        outcome.explanation or "The command was refused as things stand.",
        more={"reason": reason, "command": outcome.command},
    )


def _members(outcome: Outcome) -> dict[str, Any]:
    return {
        "command": outcome.command,
        "status": "accepted" if outcome.accepted else "refused",
        "subject": outcome.subject,
        "seq": outcome.seq,
        "reason": outcome.reason,
        "explanation": outcome.explanation,
    }


@router.get(
    "/v1/commands/{command}",
    summary="What became of a command",
    response_model=CommandAnswer,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_command(portal: PortalDep, caller: CallerDep, command: PathId) -> dict[str, Any]:
    """`pending` also once the outcome has been forgotten, ten minutes after the decision: read the shipment
    or the route then."""
    outcome = await portal.views.outcome(command, timeout_s=0.001)
    if not (caller.admin or is_command_of(command, caller.kind, caller.id)):
        # Not sent with this key, but about a shipment of his (a courier's report): he may know.
        stage = await portal.views.stage(outcome.subject) if outcome is not None else None
        if stage is None or not may_use_shipment(caller, stage):
            raise not_found("command")
    if outcome is None:
        return {"command": command, "status": "pending"}
    return _members(outcome)
