"""OwnTracks in HTTP mode: `_type` location and transition are fixes.

Fields as in the OwnTracks booklet (`tech/json.md`, `tech/http.md`): seconds, km/h, percent; zeros are left
out, so that absent means zero or unknown. A zero that is there all the same comes from phones that always
say zero, and a -1 from iOS: all of them are unknown here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.ingest.core.protocols.phone import (
    PhoneProtocol,
    PhoneRequest,
    Result,
    json_object,
    nothing,
    reading,
    unreadable,
)
from services.ingest.core.reading import Decoded, Outcome, Reading, Reason, Unfit
from services.ingest.core.times import epoch_ms
from services.ingest.core.values import KMH_MPS, event_name, make_fix, maybe

_SILENT = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "lwt",
        "request",
        "status",
        "steps",
        "waypoint",
        "waypoints",
    }
)
"""Types that say nothing of where the phone is; a waypoint's coordinate is a saved place."""


def decode(request: PhoneRequest) -> Decoded:
    raw = request.body
    if not raw.strip():
        return Decoded([nothing(raw)], _claims(request, {}))
    try:
        message = json_object(raw)
    except Unfit as unfit:
        return Decoded([Reading(unfit.unusable, raw)], _claims(request, {}))
    return Decoded([_reading(message, raw, request.received_ms)], _claims(request, message))


def _claims(request: PhoneRequest, message: dict[str, Any]) -> tuple[frozenset[str], ...]:
    """The user's and the device's name, wherever the app puts them; one of them is our device's."""
    headers, params = request.headers, dict(request.query.fields)
    names = {
        request.user,
        headers.get("x-limit-u"),
        headers.get("x-limit-d"),
        params.get("u"),
        params.get("d"),
    }
    topic = message.get("topic")
    if isinstance(topic, str):
        names.update(topic.split("/")[1:3])
    found = frozenset(name for name in names if name)
    return (found,) if found else ()


def _reading(message: dict[str, Any], raw: bytes, received_ms: int) -> Reading:
    kind = message.get("_type")
    if kind in ("location", "transition"):
        return reading(raw, lambda: _outcome(message, received_ms))
    if kind == "encrypted":
        detail = "turn off the encryption key in the app: TLS protects the message"
        return unreadable(raw, detail, Reason.ENCRYPTED)
    if isinstance(kind, str) and kind in _SILENT:
        return nothing(raw)
    detail = "_type is missing" if kind is None else "this _type is not known"
    return unreadable(raw, detail, Reason.UNKNOWN_TYPE)


def _outcome(message: dict[str, Any], received_ms: int) -> Outcome:
    tst = message.get("tst")
    if tst is None:
        raise Unfit(Reason.NO_TIME, "tst is missing")
    seconds = None if isinstance(tst, str) else maybe(tst)
    if seconds is None:
        raise Unfit(Reason.BAD_TIME, "tst is not a number of seconds")
    lon, lat = message.get("lon"), message.get("lat")
    if (lon is None) != (lat is None):
        raise Unfit(Reason.HALF_COORDINATE, "one of lat and lon is missing")
    speed = _known(message.get("vel"))
    return make_fix(
        lon,
        lat,
        epoch_ms(seconds),
        received_ms,
        speed_mps=None if speed is None else speed * KMH_MPS,
        bearing_deg=_known(message.get("cog")),
        accuracy_m=_known(message.get("acc")),
        altitude_m=maybe(message.get("alt")) or None,
        battery_pct=maybe(message.get("batt")),
        event=_event(message),
    )


def _known(value: object) -> float | None:
    found = maybe(value)
    return found if found is not None and found > 0 else None


def _event(message: dict[str, Any]) -> str | None:
    """`enter` or `leave` of a transition. `ping`: the phone sends an old position with the present time."""
    if message["_type"] == "transition":
        return event_name(message.get("event"))
    return "ping" if message.get("t") == "p" else None


def answer(_results: Sequence[Result]) -> bytes:
    return b"[]"


PROTOCOL = PhoneProtocol(
    name="owntracks",
    path="/owntracks",
    decode=decode,
    carriers=("basic", "bearer"),
    answer=answer,
    media_type="application/json",
    summary="OwnTracks in HTTP mode",
    bodies={
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["_type"],
                "properties": {
                    "_type": {"type": "string", "examples": ["location", "transition"]},
                    "lat": {"type": "number"},
                    "lon": {"type": "number"},
                    "tst": {"type": "integer", "description": "Seconds."},
                    "acc": {"type": "number"},
                    "alt": {"type": "number"},
                    "vel": {"type": "number", "description": "km/h."},
                    "cog": {"type": "number"},
                    "batt": {"type": "number"},
                },
            },
            "examples": {
                "location": {
                    "value": {
                        "_type": "location",
                        "lat": 60.1699,
                        "lon": 24.9384,
                        "tst": 1_795_168_800,
                        "acc": 10,
                        "vel": 54,
                        "cog": 90,
                        "batt": 77,
                        "tid": "b2",
                    }
                }
            },
        }
    },
    answer_schema={"type": "array", "maxItems": 0},
)
