"""OsmAnd's query string, as OsmAnd, Traccar Client up to 8.x and many trackers send it, by GET or POST.

Units and edge cases follow Traccar's `OsmAndProtocolDecoder.java`: speed in knots; seconds, milliseconds or
ISO 8601; a text time without an offset is UTC here. Without a coordinate it is a sign of life."""

from __future__ import annotations

from services.ingest.core.protocols.phone import PhoneProtocol, PhoneRequest, reading, unreadable
from services.ingest.core.reading import Decoded, Outcome, Reason, SignOfLife, Unfit
from services.ingest.core.times import check_time, text_ms
from services.ingest.core.values import KNOT_MPS, battery_percent, event_name, make_fix, maybe, scaled

PATH = "/osmand"
DEVICE_KEYS = ("id", "deviceid")
_KEYS = frozenset({*DEVICE_KEYS, "lat", "lon", "location", "timestamp"})


def has_message(fields: list[tuple[str, str]]) -> bool:
    """Whether a query says anything of a device, rather than nothing or only what is not ours."""
    return any(name in _KEYS for name, _ in fields)


def decode(request: PhoneRequest) -> Decoded:
    return decode_fields(request.query.fields, request.query.raw or request.body, request.received_ms)


def decode_fields(fields: list[tuple[str, str]], raw: bytes, received_ms: int) -> Decoded:
    """A message of OsmAnd's keys, wherever they stood; of a key given twice the last counts, but every name
    of a device is a claim."""
    named = [value for name, value in fields if name in DEVICE_KEYS]
    if not any(named):
        return Decoded([unreadable(raw, "the key id is missing or empty", Reason.NO_DEVICE)])
    params = dict(fields)
    own_time = "timestamp" in params
    return Decoded(
        [reading(raw, lambda: _outcome(params, received_ms), own_time=own_time)],
        tuple(frozenset({name}) for name in named),
    )


def _outcome(params: dict[str, str], received_ms: int) -> Outcome:
    at_ms = text_ms(params["timestamp"]) if "timestamp" in params else received_ms
    lat, lon = params.get("lat"), params.get("lon")
    if lat is None and lon is None and "location" in params:
        lat, comma, lon = params["location"].partition(",")
        if not comma:
            raise Unfit(Reason.HALF_COORDINATE, "location is lat,lon")
    battery = battery_percent(maybe(params.get("batt")))
    event = event_name(params.get("alarm"))
    if lat is None and lon is None:
        check_time(at_ms, received_ms)
        return SignOfLife(at_ms, battery, event)
    if lat is None or lon is None:
        raise Unfit(Reason.HALF_COORDINATE, "one of lat and lon is missing")
    if params.get("valid", "true").lower() not in ("true", "1"):
        raise Unfit(Reason.NOT_VALID, "the phone says that the position is not valid")
    return make_fix(
        lon,
        lat,
        at_ms,
        received_ms,
        speed_mps=_speed(params),
        bearing_deg=maybe(params.get("bearing", params.get("heading"))),
        accuracy_m=maybe(params.get("accuracy")),
        altitude_m=maybe(params.get("altitude")),
        battery_pct=battery,
        event=event,
    )


def _speed(params: dict[str, str]) -> float | None:
    """`speed` is in knots. `speed_mps` is our own key for apps that write m/s, as OsmAnd itself does."""
    if "speed_mps" in params:
        return scaled(params["speed_mps"], 1)
    return scaled(params.get("speed"), KNOT_MPS)


def _parameter(name: str, schema: dict[str, object], text: str, example: object) -> dict[str, object]:
    return {"name": name, "in": "query", "schema": schema, "description": text, "example": example}


PROTOCOL = PhoneProtocol(
    name="osmand",
    path=PATH,
    decode=decode,
    carriers=("path", "query", "bearer", "basic"),
    methods=("GET", "POST"),
    summary="OsmAnd query string; Traccar Client 9.x JSON; Traccar Client 10.x form",
    parameters=[
        _parameter("id", {"type": "string"}, "The device's name.", "van-12"),
        _parameter("lat", {"type": "number", "minimum": -90, "maximum": 90}, "Degrees.", 60.1712),
        _parameter("lon", {"type": "number", "minimum": -180, "maximum": 180}, "Degrees.", 24.9441),
        _parameter("timestamp", {"type": "string"}, "Seconds, milliseconds or ISO 8601.", "1795168800"),
        _parameter("speed", {"type": "number"}, "Knots.", 10),
        _parameter("speed_mps", {"type": "number"}, "Metres a second; counts before `speed`.", 5.1),
        _parameter("bearing", {"type": "number"}, "Degrees from north.", 90),
        _parameter("altitude", {"type": "number"}, "Metres.", 15),
        _parameter("accuracy", {"type": "number"}, "Radius, metres.", 5),
        _parameter("batt", {"type": "number"}, "Percent.", 80),
        _parameter("alarm", {"type": "string"}, "`sos` is the panic button.", "sos"),
        _parameter("valid", {"type": "string"}, "Anything but `true` and `1` voids the position.", "true"),
    ],
)
