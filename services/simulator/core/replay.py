"""Recorded traces: CSV and GPX of many makers, read into tracks and set to begin now.

What a file lacks is said, not invented, with one exception: a GPX of an exported route often has no usable
times, so it is driven at a steady speed (Track.made_times says so).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import gpxpy
import gpxpy.gpx

from services.simulator.core.gps import Fix
from shared.geo import Coord, Plane, distance_m

STEADY_MPS = 8.0


class ReplayError(Exception):
    """The file holds no trace that can be played; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Track:
    """One recorded way: its readings in the order of their time (epoch seconds as recorded)."""

    name: str
    fixes: list[Fix]
    made_times: bool = False

    @property
    def duration_s(self) -> float:
        """Seconds from the first reading to the last."""
        return self.fixes[-1].at_s - self.fixes[0].at_s

    @property
    def end(self) -> Coord:
        """Where the track ends, (lon, lat)."""
        last = next(fix for fix in reversed(self.fixes) if fix.lon is not None)
        assert last.lon is not None
        assert last.lat is not None
        return last.lon, last.lat


def read(name: str, text: str, anchor: Coord | None = None) -> list[Track]:
    """The tracks of a file; its name's ending says what it is (.gpx, .json, else CSV).

    anchor is the (lon, lat) of 0, 0 in a trace with metres instead of degrees. Raises ReplayError.
    """
    lowered = name.lower()
    if lowered.endswith(".gpx"):
        tracks = _gpx(text)
    elif lowered.endswith(".json"):
        tracks = _wkt_json(text)
    else:
        tracks = _csv(name, text, anchor)
    tracks = [track for track in tracks if len(track.fixes) > 1]
    if not tracks:
        raise ReplayError(f"{name} holds no track of two points or more")
    return tracks


def set_to(track: Track, start_s: float) -> list[Fix]:
    """The track's readings as if it began at start_s seconds."""
    first = track.fixes[0].at_s
    return [replace(fix, at_s=start_s + fix.at_s - first) for fix in track.fixes]


def _gpx(text: str) -> list[Track]:
    try:
        parsed = gpxpy.parse(text)
    except gpxpy.gpx.GPXException as error:
        raise ReplayError(f"not a GPX file: {error}") from error
    tracks = []
    for number, each in enumerate(parsed.tracks, 1):
        points = [point for segment in each.segments for point in segment.points]
        name = each.name or f"track {number}"
        tracks.append(_timed(name, [(p.longitude, p.latitude, p.elevation, p.time) for p in points]))
    return tracks


def _timed(name: str, points: list[tuple[float, float, float | None, datetime | None]]) -> Track:
    """A track with its recorded times when every point has one and they move on, else at a steady speed."""
    times = [time.astimezone(UTC).timestamp() if time and time.tzinfo else _utc(time) for *_, time in points]
    known = [time for time in times if time is not None]
    if len(known) == len(points) and len(set(known)) > 1:
        rows = sorted(zip(known, points, strict=True), key=lambda row: row[0])
        return Track(name, [Fix(at, lon, lat, altitude_m=ele) for at, (lon, lat, ele, _) in rows])
    at, fixes = 0.0, []
    for i, (lon, lat, ele, _) in enumerate(points):
        if i:
            at += max(0.1, distance_m(*points[i - 1][:2], lon, lat) / STEADY_MPS)
        fixes.append(Fix(at, lon, lat, altitude_m=ele))
    return Track(name, fixes, made_times=True)


def _utc(time: datetime | None) -> float | None:
    return time.replace(tzinfo=UTC).timestamp() if time else None


_TIME = ("ts_utc", "timestamp", "time", "datetime", "at", "gps_time")
_LON = ("lon", "longitude", "lng", "long")
_LAT = ("lat", "latitude")
_WHO = ("trip_id", "device_id", "vehicle_id", "courier", "track", "id")
_MORE = {
    "speed_mps": ("speed_mps", "speed"),
    "bearing_deg": ("bearing_deg", "bearing", "heading", "course"),
    "accuracy_m": ("accuracy_m", "accuracy", "horizontal_accuracy"),
}


def _csv(name: str, text: str, anchor: Coord | None) -> list[Track]:
    rows = csv.DictReader(text.splitlines())
    columns = {column.strip().lower(): column for column in rows.fieldnames or ()}

    def pick(wanted: Iterable[str]) -> str | None:
        return next((columns[each] for each in wanted if each in columns), None)

    time, lon, lat, who = pick(_TIME), pick(_LON), pick(_LAT), pick(_WHO)
    flat = (columns.get("x"), columns.get("y"))
    if time is None or ((lon is None or lat is None) and None in flat):
        raise ReplayError(f"{name}: columns for time, lon and lat (or x and y in metres) are needed")
    if lon is None and anchor is None:
        raise ReplayError(f"{name} has metres instead of degrees: say where 0, 0 lies (--anchor LON,LAT)")
    more = {field: column for field, names in _MORE.items() if (column := pick(names))}
    plane = Plane(*anchor) if anchor else None
    found: dict[str, list[Fix]] = {}
    for number, row in enumerate(rows, 2):
        try:
            if lon is not None and lat is not None:
                place = float(row[lon]), float(row[lat])
            else:
                assert plane is not None
                place = plane.to_lonlat(float(row[flat[0] or ""]), float(row[flat[1] or ""]))
            at = parse_time(row[time])
            extra: dict[str, Any] = {
                field: float(row[column]) for field, column in more.items() if row[column]
            }
        except (ValueError, TypeError) as error:
            raise ReplayError(f"{name}, line {number}: {error}") from error
        key = row[who] if who else name
        found.setdefault(key, []).append(replace(Fix(at, *place), **extra))
    return [Track(key, sorted(fixes, key=lambda fix: fix.at_s)) for key, fixes in found.items()]


def _wkt_json(text: str) -> list[Track]:
    """A JSON array of {"time": ..., "point": "POINT(lon lat)"}, as map-matching samples have."""
    found: dict[str, list[Fix]] = {}
    try:
        for each in json.loads(text):
            lon, lat = map(float, re.fullmatch(r"POINT\s*\((\S+) (\S+)\)", each["point"]).groups())  # type: ignore[union-attr]
            found.setdefault(str(each.get("id", "track")), []).append(Fix(parse_time(each["time"]), lon, lat))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReplayError(f"not an array of points with a time: {error!r}") from error
    return [Track(key, sorted(fixes, key=lambda fix: fix.at_s)) for key, fixes in found.items()]


def parse_time(text: str) -> float:
    """Epoch seconds of ISO 8601 or `YYYY-MM-DD HH:MM:SS.nnnnnnnnn` (UTC without an offset), or of a number.

    Raises ValueError.
    """
    text = text.strip()
    if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
        number = float(text)
        return number / 1000 if number > 1e11 else number
    time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
