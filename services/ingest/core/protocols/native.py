"""Dromos' own JSON: one object or an array, `POST /v1/positions`.

An object with `lon` and `lat` is a fix, one without them a sign of life. `at` is ISO 8601 or epoch
milliseconds; absent, it is the time of receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.ingest.core.protocols.phone import (
    PhoneProtocol,
    PhoneRequest,
    Result,
    json_items,
    json_object,
    reading,
)
from services.ingest.core.reading import Decoded, Outcome, Reading, Reason, SignOfLife, Unfit
from services.ingest.core.times import SECONDS_BELOW, check_time, epoch_ms, iso_ms
from services.ingest.core.values import battery_percent, event_name, make_fix, maybe, scaled

_MEANINGFUL = ("at", "battery_pct", "event")


def decode(request: PhoneRequest) -> Decoded:
    """Readings of an object or of an array's members, each by itself."""
    body = request.body
    if body.lstrip()[:1] != b"[":
        found, claim = _one(body, request.received_ms)
        return Decoded([found], claim)
    try:
        items = json_items(body)
    except Unfit as unfit:
        return Decoded([Reading(unfit.unusable, body)])
    read = [_one(item, request.received_ms) for item in items]
    return Decoded([r for r, _ in read], tuple(claim for _, claims in read for claim in claims))


def _one(raw: bytes, received_ms: int) -> tuple[Reading, tuple[frozenset[str], ...]]:
    try:
        point = json_object(raw)
    except Unfit as unfit:
        return Reading(unfit.unusable, raw), ()
    device = point.get("device")
    claims = () if device is None else (frozenset({str(device)}),)
    own_time = point.get("at") is not None
    return reading(raw, lambda: _outcome(point, received_ms), own_time=own_time), claims


def _outcome(point: dict[str, Any], received_ms: int) -> Outcome:
    at_ms = _time(point.get("at"), received_ms)
    lon, lat = point.get("lon"), point.get("lat")
    battery = battery_percent(maybe(point.get("battery_pct")))
    event = event_name(point.get("event"))
    if lon is None and lat is None:
        if not any(name in point for name in _MEANINGFUL):
            raise Unfit(Reason.UNREADABLE, "neither a place nor a sign of life")
        if unknown := sorted(point.keys() - _POINT["properties"].keys()):
            # A misspelt place would pass for a sign of life, and be lost without a word.
            raise Unfit(Reason.UNREADABLE, f"no lon and lat, and unknown members: {', '.join(unknown)[:80]}")
        check_time(at_ms, received_ms)
        return SignOfLife(at_ms, battery, event)
    if lon is None or lat is None:
        raise Unfit(Reason.HALF_COORDINATE, "one of lon and lat is missing")
    return make_fix(
        None if isinstance(lon, str) else lon,
        None if isinstance(lat, str) else lat,
        at_ms,
        received_ms,
        speed_mps=scaled(point.get("speed_mps"), 1),
        bearing_deg=maybe(point.get("bearing_deg")),
        accuracy_m=maybe(point.get("accuracy_m")),
        altitude_m=maybe(point.get("altitude_m")),
        battery_pct=battery,
        event=event,
    )


def _time(at: object, received_ms: int) -> int:
    if at is None:
        return received_ms
    if isinstance(at, str):
        return iso_ms(at)
    value = maybe(at)
    if value is None:
        raise Unfit(Reason.BAD_TIME, "at is ISO 8601 or epoch milliseconds")
    if value < SECONDS_BELOW:
        raise Unfit(Reason.BAD_TIME, "at is in milliseconds; this looks like seconds")
    return epoch_ms(value)


def answer(results: Sequence[Result]) -> bytes:
    return msgspec.json.encode({"results": results})


_POINT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "lon": {"type": "number", "minimum": -180, "maximum": 180, "description": "Degrees, WGS 84."},
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "at": {
            "description": "When the fix was made: ISO 8601, or epoch milliseconds. Absent: now.",
            "oneOf": [
                {"type": "string", "format": "date-time"},
                {"type": "integer", "minimum": SECONDS_BELOW},
            ],
        },
        "speed_mps": {"type": "number", "minimum": 0, "maximum": 150},
        "bearing_deg": {"type": "number", "minimum": 0, "maximum": 360},
        "accuracy_m": {"type": "number", "minimum": 0, "description": "Radius."},
        "altitude_m": {"type": "number"},
        "battery_pct": {"type": "number", "minimum": 0, "maximum": 100},
        "event": {"type": "string", "maxLength": 32, "examples": ["sos"]},
        "device": {"type": "string", "description": "The device's name, checked when it is given."},
    },
    "anyOf": [
        {"required": ["lon", "lat"]},
        {"required": ["at"]},
        {"required": ["battery_pct"]},
        {"required": ["event"]},
    ],
}

PROTOCOL = PhoneProtocol(
    name="native",
    path="/v1/positions",
    decode=decode,
    carriers=("bearer",),
    answer=answer,
    media_type="application/json",
    summary="Positions in our own JSON: one object, or an array with a result for each member",
    bodies={
        "application/json": {
            "schema": {"oneOf": [_POINT, {"type": "array", "items": _POINT, "maxItems": 1000}]},
            "examples": {
                "fix": {
                    "value": {
                        "lon": 24.9441,
                        "lat": 60.1712,
                        "at": "2026-11-20T10:00:00.250Z",
                        "speed_mps": 5.1,
                        "bearing_deg": 90,
                        "accuracy_m": 6,
                        "battery_pct": 80,
                    }
                },
                "backlog": {
                    "value": [
                        {"lon": 24.9441, "lat": 60.1712, "at": 1_795_168_800_000},
                        {"lon": 24.9442, "lat": 60.1713, "at": 1_795_168_805_000},
                    ]
                },
                "sign of life": {"value": {"at": "2026-11-20T10:01:00Z", "battery_pct": 79}},
            },
        }
    },
    answer_schema={
        "type": "object",
        "required": ["results"],
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["result"],
                    "properties": {
                        "result": {"enum": ["accepted", "alive", "parked", "nothing"]},
                        "id": {"type": "string", "description": "The same for a repeat of the same fix."},
                        "reason": {"enum": [r.value for r in Reason]},
                        "detail": {"type": "string", "examples": ["clock 3 h ahead"]},
                    },
                },
            }
        },
    },
)
