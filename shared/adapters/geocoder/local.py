"""Addresses of the map's extract, read into memory: no server, and nobody learns who is asked for.

The file is `geocoder.json` of the built map (OpenStreetMap's data, ODbL 1.0). Some 100 bytes an address: a
city's fit easily; for a whole country take Photon or Nominatim."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.adapters.geocoder.houses import House, locate
from shared.adapters.geocoder.ranking import MOST, apart
from shared.domain.address_text import (
    Parts,
    Reading,
    bare_key,
    edits,
    fold,
    longer,
    numbers,
    split,
    street_key,
    words,
)
from shared.geo import Coord
from shared.ports.geocoder import Candidate, GeocoderUnavailable, How


@dataclass(slots=True)
class Street:
    """A street of one town."""

    name: str
    city: str
    place: Coord
    keys: set[str] = field(default_factory=set)
    houses: list[House] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Match:
    street: Street
    number: Reading
    score: float
    exact: bool


class LocalGeocoder:
    """Over `{area, cities: [[name...]], streets: [{names, lon, lat}], rows: [[street, housenumber, postcode,
    city, lon, lat]]}`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._area = str(data.get("area") or "")
        self._towns: dict[str, int] = {}
        for number, names in enumerate(data.get("cities", [])):
            for name in names:
                self._towns.setdefault(street_key(name), number)
        self._streets: dict[tuple[str, str], Street] = {}
        self._by_key: defaultdict[str, list[Street]] = defaultdict(list)
        self._by_bare: defaultdict[str, list[Street]] = defaultdict(list)
        self._by_piece: defaultdict[str, set[str]] = defaultdict(set)
        self._fill(data)

    @classmethod
    def read(cls, file: Path) -> LocalGeocoder:
        """Raises GeocoderUnavailable: the file is not there or can't be read."""
        try:
            return cls(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GeocoderUnavailable(f"{file}: {type(error).__name__}") from error

    async def find(
        self, line: str, postcode: str | None = None, city: str | None = None, country: str | None = None
    ) -> list[Candidate]:
        del country  # an extract is of one place
        return await asyncio.to_thread(self.look_up, line, postcode, city)

    async def close(self) -> None:
        return None

    def look_up(self, line: str, postcode: str | None, city: str | None) -> list[Candidate]:
        """As `find`, in this thread."""
        parts = split(line)
        postcode = "".join((postcode or parts.postcode or "").split()) or None
        town, town_sure = self._town(city or None)
        if town is None and city:
            return []
        if town is None and parts.city:
            # In the line it may be a part of town, which says nothing against a street.
            town, town_sure = self._town(parts.city)
        found = [
            _candidate(match, house, postcode, town_sure)
            for match in self._matches(parts)
            if town is None or self._towns.get(street_key(match.street.city)) == town
            for house in locate(match.street.houses, match.number.number, match.street.place)
        ]
        return apart(sorted(found, key=lambda c: (-c.score, not c.sure, c.label)))

    def _fill(self, data: Mapping[str, Any]) -> None:
        aliases: defaultdict[str, set[str]] = defaultdict(set)
        places: dict[str, Coord] = {}
        for way in data.get("streets", []):
            keys = {street_key(name) for name in way["names"]}
            for key in keys:
                aliases[key] |= keys
                places.setdefault(key, (way["lon"], way["lat"]))
        for name, housenumber, postcode, city, lon, lat in data.get("rows", []):
            street = self._street(name, city or self._area, (lon, lat), aliases)
            for number in numbers(housenumber):
                street.houses.append(House(number, lon, lat, f"{name} {housenumber}", postcode, city))
        for way in data.get("streets", []):
            # Also a street without any address is one that somebody may live in.
            if not any(street_key(name) in self._by_key for name in way["names"]):
                self._street(way["names"][0], self._area, (way["lon"], way["lat"]), aliases)

    def _street(self, name: str, city: str, place: Coord, aliases: Mapping[str, set[str]]) -> Street:
        found = self._streets.get((name, city))
        if found is not None:
            return found
        self._towns.setdefault(street_key(city), len(self._towns) + 1_000_000)
        made = self._streets[name, city] = Street(name, city, place)
        # `Kaivopiha, Mannerheimintie` is on Mannerheimintie.
        for text in {name, name.rpartition(",")[2]}:
            key = street_key(text)
            made.keys |= {key} | aliases.get(key, set())
        made.keys.discard("")
        for key in made.keys:
            self._by_key[key].append(made)
            for piece in _pieces(key):
                self._by_piece[piece].add(key)
            if bare := bare_key(key):
                self._by_bare[bare].append(made)
        return made

    def _town(self, name: str | None) -> tuple[int | None, bool]:
        """The town's number, and whether it was spelt so."""
        if not name:
            return None, True
        key = street_key(name)
        if (found := self._towns.get(key)) is not None:
            return found, True
        most = 1 if len(key) < 8 else 2
        near = {n for known, n in self._towns.items() if len(known) > 3 and edits(key, known, most) <= most}
        return (near.pop(), False) if len(near) == 1 else (None, False)

    def _matches(self, parts: Parts) -> list[_Match]:
        for reading in parts.readings:
            key = street_key(reading.street)
            streets = self._by_key.get(key) or self._by_bare.get(bare_key(reading.street)) or []
            if not streets:
                streets = [s for full in longer(reading.street) for s in self._by_key.get(full, [])]
            if streets:
                return [_Match(street, reading, 1.0, True) for street in _once(streets)]
        for reading in parts.readings[:2]:
            if guessed := self._guessed(reading):
                return guessed
        return []

    def _guessed(self, reading: Reading) -> list[_Match]:
        """Streets spelt nearly so, or that begin so where a word is cut short."""
        key = street_key(reading.street)
        if len(key) < 4:
            return []
        cut = words(reading.street)
        if any(word.endswith(".") for word in cut):
            begun = [s for k, found in self._by_key.items() if _begins(cut, k.split()) for s in found]
            if begun:
                return [_Match(street, reading, 0.85, False) for street in _once(begun)]
        most = 1 if len(key) < 8 else 2 if len(key) < 16 else 3
        pieces = _pieces(key)
        shared: defaultdict[str, int] = defaultdict(int)
        for piece in pieces:
            for known in self._by_piece.get(piece, ()):
                shared[known] += 1
        likely = sorted(shared, key=lambda k: (-shared[k], k))[:60]
        near = sorted((edits(key, known, most), known) for known in likely)
        near = [(wrong, known) for wrong, known in near if wrong <= most]
        if not near:
            return []
        best = near[0][0]
        return [
            _Match(street, reading, 0.9 - 0.1 * wrong, False)
            for wrong, known in near
            if wrong == best
            for street in _once(self._by_key[known])
        ][:MOST]


def _pieces(key: str) -> set[str]:
    padded = f"  {key} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def _once(streets: Iterable[Street]) -> list[Street]:
    return list({id(street): street for street in streets}.values())


def _begins(cut: list[str], whole: list[str]) -> bool:
    return len(cut) == len(whole) and all(
        full.startswith(short[:-1]) if short.endswith(".") else short == full
        for short, full in zip(cut, whole, strict=True)
    )


def _candidate(match: _Match, house: House, postcode: str | None, town_sure: bool) -> Candidate:
    street = match.street
    elsewhere = bool(postcode and house.postcode and fold(postcode) != fold(house.postcode))
    sure = match.exact and house.sure and town_sure and not elsewhere and house.how is How.HOUSE
    score = match.score * house.score * (0.8 if elsewhere else 1.0) * (1.0 if town_sure else 0.95)
    return Candidate(
        lon=house.lon,
        lat=house.lat,
        label=house.label or street.name,
        how=house.how,
        score=round(score, 3),
        sure=sure,
        postcode=house.postcode or None,
        city=house.city or street.city or None,
    )
