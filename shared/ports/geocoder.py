"""From an address as people write it to a place, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class GeocoderUnavailable(Exception):
    """The geocoder does not answer, or not so that it can be read."""


class How(StrEnum):
    """What the place was found by, the best first."""

    HOUSE = "house"
    INTERPOLATED = "interpolated"
    """Between two houses of the street whose numbers stand on both sides of the one asked for."""
    NEAREST = "nearest"
    """At another house of the street, with the nearest number."""
    STREET = "street"
    """Somewhere on the street."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place in WGS 84 degrees; `label` is the address as the map has it, `score` from 0 to 1.

    `sure`: the very house that was written, and nothing had to be guessed: not the street's spelling, not the
    town, not which of two. What is not sure is asked of a person."""

    lon: float
    lat: float
    label: str
    how: How
    score: float
    sure: bool
    postcode: str | None = None
    city: str | None = None


class Geocoder(Protocol):
    """Every call may raise GeocoderUnavailable."""

    async def find(
        self, line: str, postcode: str | None = None, city: str | None = None, country: str | None = None
    ) -> list[Candidate]:
        """Places that this may mean, the best first, at most five; none: it is not known. `line` is street
        and number, `country` an ISO 3166-1 alpha-2 code."""
        ...

    async def close(self) -> None:
        """Give back connections and memory; no call may follow."""
        ...
