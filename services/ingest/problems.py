"""Errors as RFC 9457 problem details: what is wrong and what to do, and nothing of what was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends a request. `headers` go with the answer; `more` are further members of the problem."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code = status, code
        self.headers = dict(headers or {})
        self.body = msgspec.json.encode(
            {
                "type": f"urn:dromos:problem:{code}",
                "title": title,
                "status": status,
                "detail": detail,
                **(more or {}),
            }
        )

    def response(self) -> Response:
        headers = {"cache-control": "no-store", **self.headers}
        return Response(self.body, self.status, headers, media_type=MEDIA_TYPE)


def unauthorised(challenge: str) -> Problem:
    """The one answer to a missing, wrong, unknown, expired or revoked secret, and to another's name."""
    return Problem(
        401,
        "unauthorised",
        "Not authorised",
        "The secret is missing or not good for this device. Check the device's name and its secret in the "
        "app; a lost secret is replaced by a new one, from whoever enrolled the device.",
        headers={"www-authenticate": f'{challenge} realm="dromos"'},
    )


def unavailable(detail: str, retry_after_s: int = 2) -> Problem:
    return Problem(
        503,
        "unavailable",
        "Not written down",
        detail,
        headers={"retry-after": str(retry_after_s)},
    )


def too_many(wait_s: float) -> Problem:
    seconds = max(1, math.ceil(wait_s))
    return Problem(
        429,
        "too_many_requests",
        "Too many requests",
        f"Send again in {seconds} s; several positions fit into one request to /v1/positions.",
        headers={"retry-after": str(seconds)},
    )


def too_large(detail: str) -> Problem:
    # The rest of the body is not read: the connection has to end.
    headers = {"connection": "close"}
    return Problem(413, "too_large", "Request too large", detail, headers=headers)


def invalid(detail: str, errors: list[dict[str, str]] | None = None) -> Problem:
    more = {"errors": errors} if errors else None
    return Problem(422, "invalid", "Not understood", detail, more=more)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:dromos:problem:unavailable"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
"""The schema `Problem` of the OpenAPI document."""
