"""Which house of a street a number means, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.domain.address_text import Number
from shared.geo import Coord, distance_m
from shared.ports.geocoder import How

ONE_PLOT_M = 80.0
"""Entrances of one number nearer than that are one plot: any of them is right."""
BLOCK = 4
"""A range that spans more than so many numbers is longer than a plot."""
FAR = 10
"""So many numbers off another house says nothing of the one asked for."""


@dataclass(frozen=True, slots=True)
class House:
    """A house of the map, or, from `locate`, where a number is taken to be."""

    number: Number
    lon: float
    lat: float
    label: str = ""
    postcode: str | None = None
    city: str | None = None
    how: How = How.HOUSE
    score: float = 1.0
    sure: bool = True


def locate(houses: Sequence[House], asked: Number | None, street: Coord) -> list[House]:
    """Where the number is on its street, the likeliest first; without a number the street itself."""
    if asked is None:
        return [_on(houses, street, 0.4)]
    exact = [h for h in houses if _same(h.number, asked)]
    if exact:
        return _spread([h for h in exact if h.number.letter == asked.letter] or exact)
    plot = [h for h in houses if h.number.covers(asked.first) or asked.covers(h.number.first)]
    if asked.last is not None:
        plot = plot or [h for h in houses if h.number.covers(asked.last)]
    if plot:
        # The number is there, the staircase is not on the map: the plot, if it is one place.
        lettered = asked.letter and any(h.number.letter for h in plot)
        worth = 0.85 if lettered else 0.97
        return [
            replace(h, score=h.score * worth, sure=h.sure and not lettered and not _long(h.number))
            for h in _spread(plot)
        ]
    return [_between(houses, asked.first) or _nearest(houses, asked.first) or _on(houses, street, 0.35)]


def _same(known: Number, asked: Number) -> bool:
    if known.letter != asked.letter and asked.letter:
        return False
    return (known.first, known.last) == (asked.first, asked.last)


def _long(number: Number) -> bool:
    """Whether it is a whole block, whose middle is not each of its doors."""
    return number.last is not None and number.last - number.first > BLOCK


def _spread(houses: Sequence[House]) -> list[House]:
    """One of them if they are one plot; else each, and none is sure."""
    first = min(houses, key=lambda h: (h.number.letter, h.number.last or 0))
    if all(distance_m(first.lon, first.lat, h.lon, h.lat) <= ONE_PLOT_M for h in houses):
        return [first]
    return [replace(h, score=0.9, sure=False) for h in sorted(houses, key=lambda h: h.number.letter)]


def _between(houses: Sequence[House], asked: int) -> House | None:
    side = [h for h in houses if h.number.first % 2 == asked % 2]
    lower = max((h for h in side if h.number.first < asked), key=lambda h: h.number.first, default=None)
    upper = min((h for h in side if h.number.first > asked), key=lambda h: h.number.first, default=None)
    if lower is None or upper is None or upper.number.first - lower.number.first > 2 * FAR:
        return None
    share = (asked - lower.number.first) / (upper.number.first - lower.number.first)
    return House(
        Number(asked),
        round(lower.lon + share * (upper.lon - lower.lon), 6),
        round(lower.lat + share * (upper.lat - lower.lat), 6),
        f"{lower.label} – {upper.label}",
        lower.postcode if lower.postcode == upper.postcode else None,
        lower.city,
        How.INTERPOLATED,
        0.7,
        sure=False,
    )


def _nearest(houses: Sequence[House], asked: int) -> House | None:
    near = min(houses, key=lambda h: abs(h.number.first - asked), default=None)
    if near is None or abs(near.number.first - asked) > FAR:
        return None
    return replace(near, how=How.NEAREST, score=0.5, sure=False)


def _on(houses: Sequence[House], street: Coord, score: float) -> House:
    middle = sorted(houses, key=lambda h: h.number.first)[len(houses) // 2] if houses else None
    lon, lat = (middle.lon, middle.lat) if middle else street
    city = middle.city if middle else None
    return House(Number(0), lon, lat, "", None, city, How.STREET, score, sure=False)
