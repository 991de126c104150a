"""What a protocol is to ingest: where it is posted, which requests are its own, how it is read and
answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from services.ingest.core.query import Query
from services.ingest.core.reading import Decoded, Nothing, Outcome, Reading, Reason, Unfit, Unusable

Carrier = Literal["bearer", "basic", "query", "path"]
"""Where a secret may stand: `Authorization: Bearer`, the password of HTTP Basic, the query key `secret` or
`token`, or the path's last segment."""

MAX_READINGS = 1_000
"""How many readings one request may hold."""


class PhoneRequest(msgspec.Struct, frozen=True):
    """A request as a decoder sees it: no secret in it. `user` is the name given with HTTP Basic; `headers`
    holds the few that protocols ask for, names in lower case."""

    method: str
    query: Query
    content_type: str
    body: bytes
    received_ms: int
    user: str | None = None
    headers: Mapping[str, str | None] = {}  # msgspec copies an empty default

    @property
    def is_json(self) -> bool:
        return self.content_type.startswith("application/json")


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one reading, for answers that say it."""

    result: Literal["accepted", "alive", "parked", "nothing"]
    id: str | None = None
    reason: str | None = None
    detail: str | None = None


def answer_empty(_results: Sequence[Result]) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class PhoneProtocol:
    """One protocol. Of those that share a `path`, the first that `takes` a request decodes it; `decode` is
    pure and returns an `Unusable` for what it cannot read."""

    name: str
    path: str
    decode: Callable[[PhoneRequest], Decoded]
    takes: Callable[[PhoneRequest], bool] = lambda _request: True
    carriers: tuple[Carrier, ...] = ("bearer",)
    methods: tuple[str, ...] = ("POST",)
    answer: Callable[[Sequence[Result]], bytes] = answer_empty
    media_type: str = "text/plain; charset=utf-8"
    summary: str = ""
    parameters: list[dict[str, Any]] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=dict)
    answer_schema: dict[str, Any] | None = None


def reading(raw: bytes, decide: Callable[[], Outcome], *, own_time: bool = True) -> Reading:
    """The reading that `decide` comes to; what it raises as `Unfit` is the outcome."""
    try:
        return Reading(decide(), raw, own_time)
    except Unfit as unfit:
        return Reading(unfit.unusable, raw)


def unreadable(raw: bytes, detail: str, reason: Reason = Reason.UNREADABLE) -> Reading:
    return Reading(Unusable(reason, detail), raw)


def nothing(raw: bytes) -> Reading:
    return Reading(Nothing(), raw)


def json_value(raw: bytes) -> Any:
    """The JSON value of `raw`.

    Raises:
        Unfit: not JSON, numbers out of range, nested too deeply.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Unfit(Reason.UNREADABLE, "the body is not JSON") from error


_ITEMS: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


def json_items(raw: bytes) -> list[bytes]:
    """The members of a JSON array, each as its own bytes, so that a broken number spoils only its own.

    Raises:
        Unfit: not a JSON array, or nested too deeply.
    """
    try:
        return [bytes(item) for item in _ITEMS.decode(raw)]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Unfit(Reason.UNREADABLE, "the body is not a JSON array") from error


def json_object(raw: bytes) -> dict[str, Any]:
    """As `json_value`, for an object.

    Raises:
        Unfit: something else.
    """
    value = json_value(raw)
    if not isinstance(value, dict):
        raise Unfit(Reason.UNREADABLE, "a JSON object is expected")
    return value
