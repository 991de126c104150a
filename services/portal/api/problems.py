"""Errors as problem details (RFC 9457): what is wrong, and what to do about it.

Nothing of what was sent is repeated: a log or a screenshot of an error holds no name and no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.core.routes import PlanError
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.ports.history import HistoryUnavailable
from shared.ports.log import LogUnavailable
from shared.ports.objects import ObjectsUnavailable
from shared.ports.views import ViewsUnavailable

MEDIA_TYPE = "application/problem+json"
MAX_BODY = 1 << 20
"""Bytes; the limit of all operations that have none of their own."""

log = logs.get(__name__)


class Problem(Exception):
    """Ends a request. `more` are further members of the problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = dict(headers or {}), dict(more or {})

    def response(self) -> Response:
        body = {
            "type": f"urn:dromos:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(msgspec.json.encode(body), self.status, headers, media_type=MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """The one answer for what is not there and for what is somebody else's."""
    detail = f"There is no such {what}, or it is not yours; one just made takes a moment to be there."
    return Problem(404, "not_found", detail)


def conflict(reason: object) -> Problem:
    """It can't be done as things stand. `reason` says so and what is possible: an exception's message, or
    words of the same kind, without a full stop."""
    return Problem(409, "conflict", f"Refused as things stand: {reason}.", more={"reason": "conflict"})


def link_gone() -> Problem:
    """The one answer for a link that is unknown, expired or revoked."""
    return Problem(404, "link_gone", "This link is not valid any more. Ask the shop for a new one.")


def unavailable(detail: str) -> Problem:
    return Problem(503, "unavailable", detail, headers={"Retry-After": "2"})


def too_large(most: int = MAX_BODY) -> Problem:
    # The rest of the body is not read: the connection has to end.
    detail = f"Send a body of at most {most >> 20} MiB."
    return Problem(413, "too_large", detail, headers={"Connection": "close"})


def invalid(detail: str, errors: Sequence[Mapping[str, str]] = ()) -> Problem:
    more = {"errors": [dict(e) for e in errors]} if errors else None
    return Problem(422, "invalid", detail, more=more)


def _field(location: Sequence[int | str]) -> str:
    """Where in the request, e.g. `body.recipient.phone`; safe to encode whatever the sender wrote."""
    return ".".join(str(part) for part in location).encode("ascii", "backslashreplace").decode()[:200]


def _explain(error: RequestValidationError) -> Problem:
    errors = [
        {"field": _field(found["loc"]), "message": str(found["msg"])[:300]} for found in error.errors()[:20]
    ]
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return invalid(_NOT_JSON)
    return invalid("Mend the fields named in `errors` and send the request again.", errors)


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods that the documented address of this path takes (RFC 9110 §10.2.1); of several that fit,
    the one that leaves least open."""
    fit = [
        (template.count("{"), sorted(verb.upper() for verb in verbs))
        for template, verbs in app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)), path)
    ]
    return min(fit, default=(0, []))[1]


_NOT_JSON = "The body is not JSON. Send one JSON object with Content-Type application/json."
_DETAILS = {
    401: "Send `Authorization: Bearer` with your key.",
    404: "There is nothing at this address. The API is described at /openapi.json.",
    405: "This address does not take this method. See `Allow`, and /openapi.json.",
}


def install(app: FastAPI) -> None:
    """Translate every exception that may leave a handler."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> Response:
        return _explain(error).response()

    @app.exception_handler(PlanError)
    async def _plan(_: Request, error: PlanError) -> Response:
        return invalid(f"The route can't be planned so: {error}.").response()

    @app.exception_handler(msgspec.ValidationError)
    async def _bounds(_: Request, error: msgspec.ValidationError) -> Response:
        return invalid(f"A value is out of bounds: {error}.").response()

    @app.exception_handler(LogUnavailable)
    async def _log(_: Request, error: LogUnavailable) -> Response:
        log.warning("log.unavailable", error=str(error))
        return unavailable(
            "The request may or may not have been written down. Send it again, the same, with the same "
            "Idempotency-Key or event id if it had one."
        ).response()

    @app.exception_handler(DatabaseUnavailable)
    async def _database(_: Request, error: DatabaseUnavailable) -> Response:
        log.warning("database.unavailable", error=str(error))
        return unavailable("The lists can't be read just now. Ask again in a few seconds.").response()

    @app.exception_handler(ViewsUnavailable)
    async def _views(_: Request, error: ViewsUnavailable) -> Response:
        log.warning("views.unavailable", error=str(error))
        return unavailable(
            "What is known can't be read at the moment. Ask again in a few seconds."
        ).response()

    @app.exception_handler(HistoryUnavailable)
    async def _history(_: Request, error: HistoryUnavailable) -> Response:
        log.warning("history.unavailable", error=str(error))
        return unavailable("The log could not be read in time. Ask again in a few seconds.").response()

    @app.exception_handler(ObjectsUnavailable)
    async def _objects(_: Request, error: ObjectsUnavailable) -> Response:
        log.warning("objects.unavailable", error=str(error))
        return unavailable("Pictures can't be kept or read just now. Ask again in a few seconds.").response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 413:
            return too_large(getattr(error, "most", MAX_BODY)).response()
        if error.status_code == 400:  # the framework's word for a body that is no text at all
            return invalid(_NOT_JSON).response()
        if error.status_code == 405:
            # The framework names the methods of the first route of this path only.
            headers = {"Allow": ", ".join(_methods(app, request.url.path)) or "GET"}
            return Problem(405, "method_not_allowed", _DETAILS[405], headers=headers).response()
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        detail = _DETAILS.get(error.status_code, str(error.detail))
        return Problem(error.status_code, code, detail, headers=error.headers).response()

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, _error: Exception) -> Response:
        return Problem(
            500,
            "internal",
            "Something is wrong on our side; it has been written down. The request may be sent again.",
            headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"},
        ).response()


SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error and what to do about it (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:dromos:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do."},
        "reason": {"type": "string", "description": "Why a command was refused: a stable code."},
        "command": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
"""The schema `Problem` of the OpenAPI document."""


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems an operation may answer with, for its OpenAPI."""
    meanings = {
        401: "No key, or not a good one.",
        403: "The administrator's token is needed.",
        404: "Not there, or not yours.",
        409: "Refused as things stand; `reason` and `detail` say why and what is possible.",
        408: "The body did not come in time.",
        413: "The body is larger than is taken here (1 MiB unless told).",
        422: "The request itself has to be mended; `errors` names the fields.",
        429: "Too many requests; come back after `Retry-After` seconds.",
        503: "Not now; come back after `Retry-After` seconds.",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": meanings[status], "content": content} for status in statuses}
