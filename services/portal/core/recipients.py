"""Recipients, as those who bring them something know them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as his courier and the desk need him."""

    shipment: str
    version: str
    name: str | None
    line: str | None
    city: str | None
    postcode: str | None
    lon: float | None
    lat: float | None
    phone: str | None
    email: str | None
    floor: str | None
    bell: str | None
    note: str | None
    taken_by: str | None
    language: str | None
