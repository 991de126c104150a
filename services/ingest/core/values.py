"""Numbers, texts and fixes out of what phones send: bounded, finite, and unknown as None."""

from __future__ import annotations

import math
import re

from services.ingest.core.reading import Fix, Reason, Unfit
from services.ingest.core.times import check_time

KNOT_MPS = 1852 / 3600
KMH_MPS = 1 / 3.6

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_EVENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,31}", re.ASCII)

MAX_SPEED_MPS = 150.0
MAX_ACCURACY_M = 1_000_000.0
ALTITUDE_M = (-1_000.0, 20_000.0)


def number(value: object, what: str) -> float:
    """A finite float from a JSON number or from a query's text.

    Raises:
        Unfit: anything else: empty, a word, a boolean, infinite.
    """
    found = maybe(value)
    if found is None:
        raise Unfit(Reason.BAD_NUMBER, f"{what} is not a finite number")
    return found


def maybe(value: object) -> float | None:
    """As `number`, None for what is not one."""
    if type(value) is float:  # what JSON mostly holds, first
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        # float() alone would also take "1_0", " 1 ", "nan" and other alphabets' digits.
        if len(value) > 64 or _NUMBER.fullmatch(value) is None:
            return None
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def scaled(value: object, factor: float) -> float | None:
    """A non-negative measure in our unit; None when unknown (phones say -1)."""
    found = maybe(value)
    return None if found is None or found < 0 else found * factor


def event_name(value: object) -> str | None:
    """An event's name as a short plain word, e.g. `sos`; None for anything that is not one."""
    if not isinstance(value, str) or _EVENT.fullmatch(value) is None:
        return None
    return value


def make_fix(
    lon: object,
    lat: object,
    at_ms: int,
    received_ms: int,
    *,
    speed_mps: float | None = None,
    bearing_deg: float | None = None,
    accuracy_m: float | None = None,
    altitude_m: float | None = None,
    battery_pct: float | None = None,
    event: str | None = None,
) -> Fix:
    """A fix from a coordinate in degrees and its time; of the other measures those that make sense.

    A speed or an accuracy that cannot be is left out: the place is worth more than they are. A radius of 0 m
    is what phones write that do not know theirs.

    Raises:
        Unfit: the coordinate or the time cannot be used.
    """
    x, y = number(lon, "longitude"), number(lat, "latitude")
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise Unfit(Reason.OUT_OF_RANGE, "longitude is within ±180 degrees, latitude within ±90")
    if x == 0 and y == 0:
        raise Unfit(Reason.NULL_ISLAND, "0, 0 is what receivers say that have no position")
    check_time(at_ms, received_ms)
    if speed_mps is not None and not 0 <= speed_mps <= MAX_SPEED_MPS:
        speed_mps = None
    if bearing_deg is not None:
        bearing_deg = bearing_deg % 360 if 0 <= bearing_deg <= 360 else None
    if accuracy_m is not None and not 0 < accuracy_m <= MAX_ACCURACY_M:
        accuracy_m = None
    if altitude_m is not None and not ALTITUDE_M[0] <= altitude_m <= ALTITUDE_M[1]:
        altitude_m = None
    return Fix(
        x, y, at_ms, speed_mps, bearing_deg, accuracy_m, altitude_m, battery_percent(battery_pct), event
    )


def battery_percent(value: float | None) -> float | None:
    return value if value is not None and 0 <= value <= 100 else None
