"""Traccar Client 10.x: OsmAnd's keys as a form body; also as a JSON array of objects with the same keys.

Fields as written by traccar-client-sdk's `HttpUploader.kt`: whole seconds, knots with two decimals, keys left
out when unknown."""

from __future__ import annotations

from typing import Any

from services.ingest.core import query
from services.ingest.core.protocols import osmand
from services.ingest.core.protocols.phone import (
    PhoneProtocol,
    PhoneRequest,
    json_items,
    json_object,
    unreadable,
)
from services.ingest.core.reading import Decoded, Reading, Unfit


def takes(request: PhoneRequest) -> bool:
    """A form when the query says nothing of a device; JSON when it is an array."""
    if request.is_json:
        return request.body.lstrip()[:1] == b"["
    return bool(request.body) and not osmand.has_message(request.query.fields)


def decode(request: PhoneRequest) -> Decoded:
    if request.is_json:
        return _array(request)
    form = query.parse(request.body.strip())
    return osmand.decode_fields(form.fields, form.raw, request.received_ms)


def _array(request: PhoneRequest) -> Decoded:
    try:
        items = json_items(request.body)
    except Unfit as unfit:
        return Decoded([Reading(unfit.unusable, request.body)])
    if not items:
        return Decoded([unreadable(request.body, "an empty array")])
    found: list[Decoded] = []
    for raw in items:
        try:
            point = json_object(raw)
        except Unfit as unfit:
            found.append(Decoded([Reading(unfit.unusable, raw)]))
            continue
        fields = [(name, text) for name, value in point.items() if (text := _text(value)) is not None]
        found.append(osmand.decode_fields(fields, raw, request.received_ms))
    return Decoded([r for d in found for r in d.readings], tuple(c for d in found for c in d.claims))


def _text(value: Any) -> str | None:
    """A member's value as the form would have it; None when it is left out there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        # A huge integer has no short text; what it is given for is refused as a number later.
        return repr(value) if abs(value) < 1e300 else "inf"
    return None


PROTOCOL = PhoneProtocol(
    name="traccar10",
    path=osmand.PATH,
    decode=decode,
    takes=takes,
    carriers=("path", "query", "bearer", "basic"),
    bodies={
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "lat": {"type": "number"},
                    "lon": {"type": "number"},
                    "timestamp": {"type": "integer", "description": "Seconds."},
                    "accuracy": {"type": "number"},
                    "altitude": {"type": "number"},
                    "speed": {"type": "number", "description": "Knots."},
                    "bearing": {"type": "number"},
                    "batt": {"type": "number"},
                    "charge": {"type": "string"},
                    "alarm": {"type": "string"},
                },
            },
            "examples": {
                "fix": {
                    "value": {
                        "id": "van-12",
                        "lat": 60.1712,
                        "lon": 24.9441,
                        "timestamp": 1_795_168_800,
                        "accuracy": 4.0,
                        "speed": 19.44,
                        "bearing": 45.0,
                        "batt": 90,
                    }
                }
            },
        }
    },
)
