"""Traccar Client 9.x: one JSON object with `device_id` and `location`.

Fields as in the app's template (`lib/preferences.dart`): ISO 8601 with milliseconds, m/s, battery 0..1, -1
for unknown. Zero is a value. `_` repeats the rest for servers that read only text and is ignored."""

from __future__ import annotations

from typing import Any

from services.ingest.core.protocols import osmand
from services.ingest.core.protocols.phone import (
    PhoneProtocol,
    PhoneRequest,
    json_object,
    reading,
    unreadable,
)
from services.ingest.core.reading import Decoded, Outcome, Reading, Reason, SignOfLife, Unfit
from services.ingest.core.times import check_time, iso_ms
from services.ingest.core.values import battery_percent, event_name, make_fix, maybe, scaled


def takes(request: PhoneRequest) -> bool:
    return request.is_json and request.body.lstrip()[:1] != b"["


def decode(request: PhoneRequest) -> Decoded:
    raw = request.body
    try:
        message = json_object(raw)
    except Unfit as unfit:
        return Decoded([Reading(unfit.unusable, raw)])
    device = message.get("device_id")
    if isinstance(device, bool) or not isinstance(device, (str, int)) or device == "":
        return Decoded([unreadable(raw, "device_id is missing or empty", Reason.NO_DEVICE)])
    location = message.get("location")
    if not isinstance(location, dict):
        found = unreadable(raw, "location is missing")
    else:
        found = reading(raw, lambda: _outcome(location, request.received_ms))
    return Decoded([found], (frozenset({str(device)}),))


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _outcome(location: dict[str, Any], received_ms: int) -> Outcome:
    extras, battery = _part(location, "extras"), _part(location, "battery")
    at_ms = _time(location.get("timestamp"))
    battery_pct = scaled(battery.get("level"), 100)
    event = _event(location, extras)
    coords = location.get("coords")
    if coords is None:
        check_time(at_ms, received_ms)
        return SignOfLife(at_ms, battery_percent(battery_pct), event)
    if not isinstance(coords, dict):
        raise Unfit(Reason.UNREADABLE, "coords is not an object")
    if location.get("mock") is True:
        raise Unfit(Reason.MOCK_LOCATION, "the phone says that an app invents its position")
    lon, lat = coords.get("longitude"), coords.get("latitude")
    if (lon is None) != (lat is None):
        raise Unfit(Reason.HALF_COORDINATE, "one of latitude and longitude is missing")
    return make_fix(
        lon,
        lat,
        at_ms,
        received_ms,
        speed_mps=scaled(coords.get("speed"), 1),
        bearing_deg=maybe(coords.get("heading")),
        accuracy_m=maybe(coords.get("accuracy")),
        altitude_m=maybe(coords.get("altitude")),
        battery_pct=battery_pct,
        event=event,
    )


def _time(value: object) -> int:
    if value is None:
        raise Unfit(Reason.NO_TIME, "timestamp is missing")
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_TIME, "timestamp is not ISO 8601")
    return iso_ms(value)


def _event(location: dict[str, Any], extras: dict[str, Any]) -> str | None:
    """The alarm, else the app's event, else that this is its periodic sign of life. The first 9.x versions
    put the extras' keys into `location` itself."""
    alarm = event_name(extras.get("alarm", location.get("alarm")))
    if alarm is not None:
        return alarm
    named = event_name(location.get("event"))
    if named is not None:
        return named
    return "heartbeat" if extras.get("heartbeat", location.get("heartbeat")) is True else None


PROTOCOL = PhoneProtocol(
    name="traccar9",
    path=osmand.PATH,
    decode=decode,
    takes=takes,
    carriers=("path", "query", "bearer", "basic"),
    bodies={
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["device_id", "location"],
                "properties": {
                    "device_id": {"type": "string"},
                    "location": {
                        "type": "object",
                        "required": ["timestamp"],
                        "properties": {
                            "timestamp": {"type": "string", "format": "date-time"},
                            "coords": {
                                "type": "object",
                                "required": ["latitude", "longitude"],
                                "properties": {
                                    "latitude": {"type": "number"},
                                    "longitude": {"type": "number"},
                                    "accuracy": {"type": "number"},
                                    "speed": {"type": "number", "description": "m/s; -1 unknown."},
                                    "heading": {"type": "number", "description": "Degrees; -1 unknown."},
                                    "altitude": {"type": "number"},
                                },
                            },
                            "battery": {"type": "object", "properties": {"level": {"type": "number"}}},
                            "extras": {"type": "object"},
                        },
                    },
                },
            },
            "examples": {
                "fix": {
                    "value": {
                        "device_id": "van-12",
                        "location": {
                            "timestamp": "2026-11-20T10:00:01.500Z",
                            "coords": {
                                "latitude": 60.1712,
                                "longitude": 24.9441,
                                "accuracy": 5,
                                "speed": 7.5,
                                "heading": 181.2,
                                "altitude": 20.1,
                            },
                            "battery": {"level": 0.8, "is_charging": False},
                            "extras": {},
                        },
                    }
                }
            },
        }
    },
)
