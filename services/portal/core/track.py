"""A courier's track of a day as GeoJSON (RFC 7946)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import geojson
import msgspec

from shared.contracts.courier_positions import Position
from shared.ports.log import Record

_DECODER = msgspec.json.Decoder(Position)


def midnight_ms(now_ms: int, zone: str) -> int:
    """When the day began in this zone, epoch ms.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: no such zone.
    """
    where = ZoneInfo(zone)
    today = datetime.fromtimestamp(now_ms / 1000, tz=where).date()
    return round(datetime.combine(today, time(), tzinfo=where).timestamp() * 1000)


def fixes(records: Iterable[Record], since_ms: int) -> list[Position]:
    """The fixes made since then, by their own time and each once. A record that can't be read and a sign of
    life are passed over."""
    found: dict[tuple[int, tuple[float, float]], Position] = {}
    for record in records:
        if record.value is None:
            continue
        try:
            fix = _DECODER.decode(record.value)
        except msgspec.MsgspecError:
            continue
        if fix.geometry is not None and fix.properties.at_ms >= since_ms:
            found.setdefault((fix.properties.at_ms, fix.geometry.coordinates), fix)
    return [found[key] for key in sorted(found)]


def collection(courier: str, track: list[Position]) -> geojson.FeatureCollection:
    """The line driven, then each fix as a point. A line needs two different moments (RFC 7946 §3.1.4)."""
    features = []
    points = [fix.geometry.coordinates for fix in track if fix.geometry is not None]
    if len(points) > 1:
        features.append(
            geojson.Feature(
                id="track",
                geometry=geojson.LineString(points, precision=6),
                properties={
                    "courier": courier,
                    "from_ms": track[0].properties.at_ms,
                    "to_ms": track[-1].properties.at_ms,
                },
            )
        )
    features += [
        geojson.Feature(
            geometry=geojson.Point(fix.geometry.coordinates, precision=6),
            properties=msgspec.to_builtins(fix.properties),
        )
        for fix in track
        if fix.geometry is not None
    ]
    return geojson.FeatureCollection(features)
