"""A reading as each phone app sends it: method, path, headers and body, byte for byte as the app would.

OsmAnd query: traccar.org/osmand. Traccar Client 9.x (JSON) and 10.x (form): the sources of traccar-client and
traccar-client-sdk. OwnTracks: the booklet's pages on JSON and HTTP. Overland: the README and `GLManager.m` of
Overland-iOS. GPSLogger: `CustomUrlManager.java`, with the template of docs/phones/gpslogger.md.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from services.simulator.core.gps import Fix

KNOTS_PER_MPS = 1.94384
KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to ingest; the path is relative to its origin and may hold a query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Encoder = Callable[[str, str, Sequence[Fix]], list[Request]]


def encode(protocol: str, device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """The requests that carry these readings, oldest first; none where the app has no message for a reading.

    Raises ValueError for a protocol that is not in PROTOCOLS.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"unknown protocol {protocol!r}: one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[protocol](device, secret, fixes)


def native(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """Dromos' own JSON: an object, or an array when several readings go at once."""
    points = [_native_point(fix, device) for fix in fixes]
    body = json.dumps(points[0] if len(points) == 1 else points).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    return [Request("POST", "/v1/positions", headers, body)] if points else []


def osmand_get(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """OsmAnd's trip recording: GET, all in the query; the secret is the path's last segment."""
    return [Request("GET", f"{_path(secret)}?{urlencode(_osmand(fix, device))}") for fix in fixes]


def osmand_post(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """Traccar Client up to 8.x: POST with an empty body, all in the query."""
    return [Request("POST", f"{_path(secret)}?{urlencode(_osmand(fix, device))}") for fix in fixes]


def traccar9(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """Traccar Client 9.x: JSON, m/s, battery 0..1, -1 for what is not known."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return [
        Request("POST", _path(secret), headers, json.dumps(_traccar9(fix, device)).encode()) for fix in fixes
    ]


def traccar10(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """Traccar Client 10.x: a form, knots with two decimals, whole seconds, keys left out when not known."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "ktor-client",
    }
    return [
        Request("POST", _path(secret), headers, urlencode(_traccar10(fix, device)).encode()) for fix in fixes
    ]


def owntracks(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """OwnTracks in HTTP mode: whole km/h, zeros left out, basic authentication; it has no sign of life."""
    token = b64encode(f"{device}:{secret}".encode()).decode()
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Basic {token}",
        "X-Limit-U": device,
        "X-Limit-D": device,
    }
    return [
        Request("POST", "/owntracks", headers, json.dumps(_owntracks(fix, device)).encode())
        for fix in fixes
        if fix.lon is not None
    ]


def overland(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """Overland: all that is queued as one batch of Features; it has no sign of life while it stands still."""
    features = [_overland(fix, device) for fix in fixes if fix.lon is not None]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    body = json.dumps({"locations": features}).encode()
    return [Request("POST", "/overland", headers, body)] if features else []


def gpslogger(device: str, secret: str, fixes: Sequence[Fix]) -> list[Request]:
    """GPSLogger's custom URL: a form without a type, 0.0 for what is not known, basic authentication; it has
    no sign of life."""
    token = b64encode(f"{device}:{secret}".encode()).decode()
    return [
        Request("POST", "/gpslogger", {"Authorization": f"Basic {token}"}, _gpslogger(fix).encode())
        for fix in fixes
        if fix.lon is not None
    ]


PROTOCOLS: dict[str, Encoder] = {
    "native": native,
    "osmand-get": osmand_get,
    "osmand-post": osmand_post,
    "traccar9": traccar9,
    "traccar10": traccar10,
    "owntracks": owntracks,
    "overland": overland,
    "gpslogger": gpslogger,
}


def _path(secret: str) -> str:
    return f"/osmand/{quote(secret, safe='')}"


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _native_point(fix: Fix, device: str) -> dict[str, Any]:
    known = {
        "device": device,
        "at": _iso(fix.at_s),
        "lon": fix.lon,
        "lat": fix.lat,
        "speed_mps": fix.speed_mps,
        "bearing_deg": fix.bearing_deg,
        "accuracy_m": fix.accuracy_m,
        "altitude_m": fix.altitude_m,
        "battery_pct": fix.battery_pct,
        "event": fix.event,
    }
    return {key: value for key, value in known.items() if value is not None}


def _osmand(fix: Fix, device: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, Any]] = [
        ("id", device),
        ("lat", fix.lat),
        ("lon", fix.lon),
        ("timestamp", round(fix.at_s * 1000)),
        ("speed", None if fix.speed_mps is None else round(fix.speed_mps * KNOTS_PER_MPS, 3)),
        ("bearing", fix.bearing_deg),
        ("altitude", fix.altitude_m),
        ("accuracy", fix.accuracy_m),
        ("batt", fix.battery_pct),
        ("alarm", fix.event),
    ]
    return [(key, str(value)) for key, value in pairs if value is not None]


def _traccar10(fix: Fix, device: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, Any]] = [
        ("id", device),
        ("lat", fix.lat),
        ("lon", fix.lon),
        ("timestamp", int(fix.at_s)),
        ("accuracy", fix.accuracy_m),
        ("altitude", fix.altitude_m),
        ("speed", None if fix.speed_mps is None else round(fix.speed_mps * KNOTS_PER_MPS, 2)),
        ("bearing", fix.bearing_deg),
        ("batt", None if fix.battery_pct is None else int(fix.battery_pct)),
        ("alarm", fix.event),
    ]
    return [(key, str(value)) for key, value in pairs if value is not None]


def _traccar9(fix: Fix, device: str) -> dict[str, Any]:
    at = _iso(fix.at_s)
    location: dict[str, Any] = {"timestamp": at}
    if fix.lon is not None:
        location["coords"] = {
            "latitude": fix.lat,
            "longitude": fix.lon,
            "accuracy": fix.accuracy_m,
            "speed": -1 if fix.speed_mps is None else fix.speed_mps,
            "heading": -1 if fix.bearing_deg is None else fix.bearing_deg,
            "altitude": fix.altitude_m or 0,
        }
    moving = bool(fix.speed_mps and fix.speed_mps > 0.8)
    level = -1 if fix.battery_pct is None else round(fix.battery_pct / 100, 2)
    location |= {
        "is_moving": moving,
        "battery": {"level": level, "is_charging": False},
        "activity": {"type": "in_vehicle" if moving else "still"},
        "extras": {"alarm": fix.event} if fix.event else {},
        "_": f"&id={device}&lat={fix.lat}&lon={fix.lon}&timestamp={at}&",
    }
    return {"location": location, "device_id": device}


def _owntracks(fix: Fix, device: str) -> dict[str, Any]:
    known: dict[str, Any] = {
        "acc": round(fix.accuracy_m or 0),
        "alt": round(fix.altitude_m or 0),
        "vel": round((fix.speed_mps or 0) * KMH_PER_MPS),
        "cog": round(fix.bearing_deg or 0),
        "batt": round(fix.battery_pct or 0),
    }
    return {
        "_type": "location",
        "lat": fix.lat,
        "lon": fix.lon,
        "tst": int(fix.at_s),
        "tid": device[-2:],
        "topic": f"owntracks/{device}/{device}",
        **{key: value for key, value in known.items() if value},
    }


def _overland(fix: Fix, device: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [fix.lon, fix.lat]},
        "properties": {
            "timestamp": datetime.fromtimestamp(int(fix.at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "altitude": round(fix.altitude_m or 0),
            "speed": -1 if fix.speed_mps is None else round(fix.speed_mps),
            "course": -1 if fix.bearing_deg is None else round(fix.bearing_deg),
            "horizontal_accuracy": round(fix.accuracy_m or 0),
            "vertical_accuracy": -1 if fix.altitude_m is None else 4,
            "motion": ["driving"] if fix.speed_mps and fix.speed_mps > 0.8 else ["stationary"],
            "battery_state": "unknown" if fix.battery_pct is None else "unplugged",
            "battery_level": -1 if fix.battery_pct is None else round(fix.battery_pct / 100, 2),
            "wifi": "",
            "device_id": device,
        },
    }


def _gpslogger(fix: Fix) -> str:
    """The template filled in as the app does: colons stay as they are."""
    numbers = {
        "spd": fix.speed_mps,
        "dir": fix.bearing_deg,
        "acc": fix.accuracy_m,
        "alt": fix.altitude_m,
        "batt": fix.battery_pct,
    }
    rest = "&".join(f"{name}={float(value or 0)}" for name, value in numbers.items())
    return f"lat={fix.lat}&lon={fix.lon}&time={_iso(fix.at_s)}&{rest}"
