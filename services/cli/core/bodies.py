"""Options of the command line as the API's bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_COORDINATES = re.compile(r"(-?[0-9.]+),(-?[0-9.]+)")
_MONEY = re.compile(r"([0-9]+(?:\.[0-9]{1,2})?)\s*([A-Z]{3})")


class Unclear(ValueError):
    """The option can't be understood; the message says how it is written."""


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value not in (None, {}, [])}


def place(text: str | None) -> dict[str, float] | None:
    """`LON,LAT` in degrees.

    Raises:
        Unclear: it is not that.
    """
    if text is None:
        return None
    found = _COORDINATES.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        lon, lat = float(found[1]), float(found[2])
    except ValueError:
        raise Unclear(f"{text!r} is no place: write LON,LAT in degrees, such as 24.9441,60.1712") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Unclear(f"{text!r} is not on the Earth: write LON,LAT, longitude first")
    return {"lon": lon, "lat": lat}


def money(text: str | None) -> dict[str, str] | None:
    """`24.90EUR`.

    Raises:
        Unclear: it is not that.
    """
    if text is None:
        return None
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        raise Unclear(f"{text!r} is no amount: write it with its currency, such as 24.90EUR")
    return {"amount": found[1], "currency": found[2]}


def window(text: str | None) -> dict[str, str] | None:
    """`FROM/TO`, both ISO 8601 with an offset.

    Raises:
        Unclear: it is not that.
    """
    if text is None:
        return None
    start, slash, end = text.partition("/")
    if not slash or not start or not end:
        raise Unclear(
            f"{text!r} is no window: write FROM/TO, such as 2026-11-20T14:00+02:00/2026-11-20T16:00+02:00"
        )
    return {"from": start, "to": end}


def stop(text: str) -> dict[str, Any]:
    """`SHIPMENT[,SHIPMENT...][@LON,LAT]`; without a place the first shipment's address is taken.

    Raises:
        Unclear: it is not that.
    """
    named, at, where = text.partition("@")
    shipments = [name.strip() for name in named.split(",") if name.strip()]
    if not shipments:
        raise Unclear(f"{text!r} is no stop: write SHIPMENT[,SHIPMENT...][@LON,LAT]")
    return {"shipments": shipments, **((place(where) or {}) if at else {})}


def route(stops: Sequence[str], depot: str | None, driver: str | None, vehicle: str | None) -> dict[str, Any]:
    """The body of a route to plan.

    Raises:
        Unclear: an option can't be understood.
    """
    if vehicle is not None and driver is None:
        raise Unclear("--vehicle needs --driver")
    return filled(
        {
            "stops": [stop(text) for text in stops],
            "depot": place(depot),
            "driver": filled({"first_name": driver, "vehicle": vehicle}),
        }
    )
