"""Overland (iOS; a port for Android exists): a batch of GeoJSON Features, oldest first, `POST` as JSON.

Fields as in Overland-iOS' README ("API") and as its `GLManager.m` writes them: ISO 8601 without fractions,
whole m/s, degrees and metres, battery 0..1, -1 for unknown. The app forgets a batch on `{"result":"ok"}` and
sends it again on any other answer, for ever: a member that cannot be used is parked by itself and the batch
is answered like a good one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.ingest.core.protocols.phone import (
    MAX_READINGS,
    PhoneProtocol,
    PhoneRequest,
    Result,
    json_items,
    json_object,
    nothing,
    reading,
    unreadable,
)
from services.ingest.core.reading import Decoded, Outcome, Reading, Reason, SignOfLife, Unfit
from services.ingest.core.times import check_time, iso_ms
from services.ingest.core.values import battery_percent, make_fix, maybe, scaled

_BATCH: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode(request: PhoneRequest) -> Decoded:
    """Readings of the batch's members in its order, then of `current`; each by itself. Every `device_id` in
    it is a claim; one that is empty or absent claims nothing."""
    try:
        members = _members(request.body)
    except Unfit as unfit:
        return Decoded([Reading(unfit.unusable, request.body)])
    if not members:
        return Decoded([nothing(request.body)])
    read = [_one(member, request.received_ms) for member in members]
    names = dict.fromkeys(name for _, name in read if name)
    return Decoded([r for r, _ in read], tuple(frozenset({name}) for name in names))


def _members(raw: bytes) -> list[bytes]:
    """The members of `locations`, each as its own bytes, and `current`: where the phone is while it sends a
    backlog, so that nobody waits for the backlog's end to see it. The app sends it again in a later batch:
    where the batch is as long as a request may be, it is left out."""
    try:
        batch = _BATCH.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Unfit(Reason.UNREADABLE, "the body is not a JSON object") from error
    locations = bytes(batch.get("locations", b"")).strip()
    if locations[:1] != b"[":
        raise Unfit(Reason.UNREADABLE, "locations is missing or not an array")
    members = json_items(locations)
    current = bytes(batch.get("current", b"null")).strip()
    if current != b"null" and len(members) < MAX_READINGS:
        members.append(current)
    return members


def _one(raw: bytes, received_ms: int) -> tuple[Reading, str | None]:
    """A member's reading, and the name that it gives its device."""
    try:
        feature = json_object(raw)
    except Unfit as unfit:
        return Reading(unfit.unusable, raw), None
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return unreadable(raw, "properties is missing or not an object"), None
    device = properties.get("device_id")
    name = device if isinstance(device, str) else None
    # A trip's summary, a visit, updates paused or resumed: their place, if they have one, is an earlier one.
    if properties.get("type") == "trip" or properties.get("action") is not None:
        return nothing(raw), name
    return reading(raw, lambda: _outcome(feature.get("geometry"), properties, received_ms)), name


def _outcome(geometry: object, properties: dict[str, Any], received_ms: int) -> Outcome:
    at_ms = _time(properties.get("timestamp"))
    battery = scaled(properties.get("battery_level"), 100)
    if geometry is None:
        check_time(at_ms, received_ms)
        return SignOfLife(at_ms, battery_percent(battery))
    lon, lat = _place(geometry)
    accuracy_m = maybe(properties.get("horizontal_accuracy"))
    if accuracy_m is not None and accuracy_m < 0:
        # Core Location, CLLocation.horizontalAccuracy: negative means that the coordinate is invalid.
        raise Unfit(Reason.NOT_VALID, "a negative horizontal_accuracy: the phone does not know where it is")
    vertical_m = maybe(properties.get("vertical_accuracy"))
    height_known = vertical_m is None or vertical_m >= 0  # CLLocation.verticalAccuracy, likewise
    return make_fix(
        lon,
        lat,
        at_ms,
        received_ms,
        speed_mps=scaled(properties.get("speed"), 1),
        bearing_deg=maybe(properties.get("course")),
        accuracy_m=accuracy_m,
        altitude_m=maybe(properties.get("altitude")) if height_known else None,
        battery_pct=battery,
    )


def _place(geometry: object) -> tuple[object, object]:
    """RFC 7946 §3.1.1: longitude, latitude, and perhaps more."""
    match geometry:
        case {"type": "Point", "coordinates": [lon, lat, *_]}:
            return (None if isinstance(lon, str) else lon), (None if isinstance(lat, str) else lat)
        case {"type": "Point", "coordinates": [*_]}:
            raise Unfit(Reason.HALF_COORDINATE, "coordinates are longitude and latitude")
    raise Unfit(Reason.UNREADABLE, "geometry is not a Point")


def _time(value: object) -> int:
    if value is None:
        raise Unfit(Reason.NO_TIME, "timestamp is missing")
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_TIME, "timestamp is not ISO 8601")
    return iso_ms(value)


def answer(_results: Sequence[Result]) -> bytes:
    return b'{"result":"ok"}'


def _measure(text: str) -> dict[str, Any]:
    return {"type": "number", "description": f"{text}; -1 unknown."}


_FEATURE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "geometry": {
            "type": ["object", "null"],
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"const": "Point"},
                "coordinates": {
                    "type": "array",
                    "items": {"type": "number"},
                    "minItems": 2,
                    "description": "Longitude, latitude.",
                },
            },
            "description": "Absent: a sign of life.",
        },
        "properties": {
            "type": "object",
            "required": ["timestamp"],
            "properties": {
                "timestamp": {"type": "string", "format": "date-time"},
                "speed": _measure("m/s"),
                "course": _measure("Degrees"),
                "altitude": {"type": "number"},
                "horizontal_accuracy": {
                    "type": "number",
                    "description": "Radius, metres; negative: the coordinate is void.",
                },
                "vertical_accuracy": {
                    "type": "number",
                    "description": "Metres; negative: the altitude is void.",
                },
                "battery_level": _measure("0..1"),
                "device_id": {"type": "string", "description": "The device's name; may be empty."},
            },
        },
    },
}

PROTOCOL = PhoneProtocol(
    name="overland",
    path="/overland",
    decode=decode,
    carriers=("bearer", "query"),
    answer=answer,
    media_type="application/json",
    summary="Overland: a batch of GeoJSON Features",
    bodies={
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["locations"],
                "properties": {
                    "locations": {"type": "array", "items": _FEATURE, "maxItems": MAX_READINGS},
                    "current": _FEATURE | {"description": "Where the phone is while it sends a backlog."},
                    "trip": {"type": "object", "description": "Ignored."},
                },
            },
            "examples": {
                "batch": {
                    "value": {
                        "locations": [
                            {
                                "type": "Feature",
                                "geometry": {"type": "Point", "coordinates": [24.9384, 60.1699]},
                                "properties": {
                                    "timestamp": "2026-11-20T10:00:00Z",
                                    "altitude": 10,
                                    "speed": 6,
                                    "course": 200,
                                    "horizontal_accuracy": 5,
                                    "vertical_accuracy": 4,
                                    "motion": ["driving"],
                                    "battery_state": "unplugged",
                                    "battery_level": 0.64,
                                    "wifi": "",
                                    "device_id": "van-12",
                                },
                            },
                            {
                                "type": "Feature",
                                "geometry": {"type": "Point", "coordinates": [24.9381, 60.1694]},
                                "properties": {
                                    "timestamp": "2026-11-20T10:00:10Z",
                                    "altitude": 0,
                                    "speed": -1,
                                    "course": -1,
                                    "horizontal_accuracy": 65,
                                    "vertical_accuracy": -1,
                                    "motion": [],
                                    "battery_state": "unknown",
                                    "battery_level": -1,
                                    "wifi": "",
                                    "device_id": "van-12",
                                },
                            },
                        ]
                    }
                }
            },
        }
    },
    answer_schema={
        "type": "object",
        "required": ["result"],
        "properties": {"result": {"const": "ok"}},
    },
)
