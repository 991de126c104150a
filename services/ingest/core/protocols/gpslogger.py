"""GPSLogger for Android, "Log to custom URL": the app's own names, in the query or as a form body.

The template that docs/phones/gpslogger.md gives, or `%ALL`. Values as GPSLogger's `CustomUrlManager.java`
writes them: `%SPD` m/s, `%SPD_KPH` km/h, `%TIME` ISO 8601 in UTC, `%TIMEOFFSET` with the phone's offset,
`%TIMESTAMP` seconds, percent as a decimal. What the phone does not know is printed as 0.0, so that a zero
means zero or unknown: unknown here.

A message needs its own time: the app queues while it is offline and can send a whole day's file again (its
FAQ, "Using the Custom URL feature"), and by the time of receipt an old place would be where the courier is
now. `%AID` and `%SER` are the phone's numbers, not the device's name."""

from __future__ import annotations

from typing import Any

from services.ingest.core import query
from services.ingest.core.protocols.phone import PhoneProtocol, PhoneRequest, reading, unreadable
from services.ingest.core.reading import Decoded, Outcome, Reason, Unfit
from services.ingest.core.times import text_ms
from services.ingest.core.values import KMH_MPS, make_fix, maybe, scaled

_TIMES = ("time", "timeoffset", "timestamp")
"""The most exact first; `%ALL` writes them all."""


def decode(request: PhoneRequest) -> Decoded:
    """The query and the form make one message; of a key given twice the last counts, but every `id` is a
    claim, and so is the user's name of HTTP Basic."""
    if request.body.lstrip()[:1] in (b"{", b"["):
        return Decoded([unreadable(request.body, "the body is JSON: lat=%LAT&lon=%LON... is expected")])
    form = query.parse(request.body.strip())
    fields = request.query.fields + form.fields
    raw = b"&".join(part for part in (request.query.raw, form.raw) if part)
    named = [value for name, value in fields if name == "id"]
    params = dict(fields)
    return Decoded(
        [reading(raw, lambda: _outcome(params, request.received_ms))],
        tuple(frozenset({name}) for name in (*named, request.user) if name),
    )


def _outcome(params: dict[str, str], received_ms: int) -> Outcome:
    lon, lat = params.get("lon"), params.get("lat")
    if lon is None and lat is None:
        raise Unfit(Reason.UNREADABLE, "neither lat nor lon: the app's template is another than ours")
    if lon is None or lat is None:
        raise Unfit(Reason.HALF_COORDINATE, "one of lat and lon is missing")
    at = next((params[name] for name in _TIMES if params.get(name)), None)
    if at is None:
        raise Unfit(Reason.NO_TIME, "the app's template needs time=%TIME")
    return make_fix(
        lon,
        lat,
        text_ms(at),
        received_ms,
        speed_mps=_speed(params) or None,
        bearing_deg=maybe(params.get("dir")) or None,
        accuracy_m=maybe(params.get("acc")),
        altitude_m=maybe(params.get("alt")) or None,
        battery_pct=maybe(params.get("batt")) or None,
    )


def _speed(params: dict[str, str]) -> float | None:
    if "spd" in params:
        return scaled(params["spd"], 1)
    return scaled(params.get("spd_kph"), KMH_MPS)


_FIELDS: dict[str, tuple[dict[str, Any], str, object]] = {
    "id": ({"type": "string"}, "The device's name, checked when it is given.", "van-12"),
    "lat": ({"type": "number", "minimum": -90, "maximum": 90}, "`%LAT`", 60.1712),
    "lon": ({"type": "number", "minimum": -180, "maximum": 180}, "`%LON`", 24.9441),
    "time": ({"type": "string"}, "`%TIME`: ISO 8601 in UTC.", "2026-11-20T10:00:00.120Z"),
    "timeoffset": ({"type": "string"}, "`%TIMEOFFSET`, for `time`.", "2026-11-20T12:00:00.120+02:00"),
    "timestamp": ({"type": "string"}, "`%TIMESTAMP`, for `time`: seconds.", "1795168800"),
    "spd": ({"type": "number"}, "`%SPD`: m/s; 0 unknown.", 5.1),
    "spd_kph": ({"type": "number"}, "`%SPD_KPH`, for `spd`: km/h.", 18.36),
    "dir": ({"type": "number"}, "`%DIR`: degrees from north; 0 unknown.", 90.0),
    "acc": ({"type": "number"}, "`%ACC`: radius, metres; 0 unknown.", 4.0),
    "alt": ({"type": "number"}, "`%ALT`: metres; 0 unknown.", 10.0),
    "batt": ({"type": "number"}, "`%BATT`: percent.", 55.0),
}

PROTOCOL = PhoneProtocol(
    name="gpslogger",
    path="/gpslogger",
    decode=decode,
    carriers=("basic", "bearer", "path", "query"),
    methods=("GET", "POST"),
    summary="GPSLogger's custom URL",
    parameters=[
        {"name": name, "in": "query", "schema": schema, "description": text, "example": example}
        for name, (schema, text, example) in _FIELDS.items()
    ],
    bodies={
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    name: schema | {"description": text} for name, (schema, text, _) in _FIELDS.items()
                },
            },
            "examples": {
                "our template": {
                    "value": {
                        name: _FIELDS[name][2]
                        for name in ("lat", "lon", "time", "spd", "dir", "acc", "alt", "batt")
                    }
                }
            },
        }
    },
)
