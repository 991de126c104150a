"""Photon and Nominatim over HTTP: servers of your own over OpenStreetMap's data, for a country or the world.

What is asked for are people's addresses: the public servers of either are not meant for that, neither by
their terms nor by privacy. Photon: github.com/komoot/photon (`/api`, GeoJSON). Nominatim:
nominatim.org/release-docs/latest/api/Search (`/search`, `jsonv2`)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any

import httpx

from shared.adapters.geocoder.ranking import MOST, apart
from shared.domain.address_text import Number, Parts, Reading, edits, numbers, split, street_key
from shared.ports.geocoder import Candidate, GeocoderUnavailable, How

KEPT = 10_000
TIMEOUT_S = 5.0
Key = tuple[str, str | None, str | None, str | None]


class _Asked:
    """What both have in common: one connection pool, a rate, and what was answered before."""

    def __init__(self, url: str, *, rate: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`url` is the server's base address, `rate` questions a second at most."""
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=False,
            headers={"User-Agent": "dromos-import/1"},
        )
        self._pause_s, self._next_s = 1.0 / rate, 0.0
        self._known: OrderedDict[Key, list[Candidate]] = OrderedDict()

    async def find(
        self, line: str, postcode: str | None = None, city: str | None = None, country: str | None = None
    ) -> list[Candidate]:
        key = (" ".join(line.split()), postcode, city, country)
        if (known := self._known.get(key)) is not None:
            self._known.move_to_end(key)
            return known
        parts = split(line)
        found = await self._find(parts, line, postcode or parts.postcode, city or parts.city, country)
        self._known[key] = found
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    async def close(self) -> None:
        await self._client.aclose()

    async def _find(
        self, parts: Parts, line: str, postcode: str | None, city: str | None, country: str | None
    ) -> list[Candidate]:
        raise NotImplementedError

    async def _ask(self, path: str, params: dict[str, str]) -> Any:
        """Raises GeocoderUnavailable. The address stays out of its text."""
        now = time.monotonic()
        self._next_s = max(self._next_s, now) + self._pause_s
        await asyncio.sleep(max(0.0, self._next_s - self._pause_s - now))
        try:
            answer = await self._client.get(path, params=params)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as error:
            raise GeocoderUnavailable(f"status {error.response.status_code}") from None
        except (httpx.HTTPError, ValueError) as error:
            raise GeocoderUnavailable(type(error).__name__) from None


class PhotonGeocoder(_Asked):
    """Over Photon's free search."""

    async def _find(
        self, parts: Parts, line: str, postcode: str | None, city: str | None, country: str | None
    ) -> list[Candidate]:
        reading = _reading(parts, line)
        asked = ", ".join(part for part in (_written(reading, line), postcode, city) if part)
        answer = await self._ask("/api", {"q": asked, "limit": str(MOST * 2)})
        found = []
        for feature in answer.get("features", []) if isinstance(answer, dict) else []:
            told = feature.get("properties", {})
            lon, lat = feature.get("geometry", {}).get("coordinates", (None, None))[:2]
            if country and told.get("countrycode") and told["countrycode"].upper() != country:
                continue
            street = told.get("street") or (told.get("name") if told.get("type") == "street" else None)
            towns = [told.get(kind) for kind in ("city", "district", "locality", "county")]
            found.append((lon, lat, street, told.get("housenumber"), told.get("postcode"), towns))
        return _judged(found, reading, postcode, city)


class NominatimGeocoder(_Asked):
    """Over Nominatim's structured search."""

    async def _find(
        self, parts: Parts, line: str, postcode: str | None, city: str | None, country: str | None
    ) -> list[Candidate]:
        reading = _reading(parts, line)
        asked = {"street": _written(reading, line), "format": "jsonv2", "addressdetails": "1"}
        asked |= {"limit": str(MOST * 2), "city": city or "", "postalcode": postcode or ""}
        asked |= {"countrycodes": (country or "").lower()}
        given = {name: value for name, value in asked.items() if value}
        answer = await self._ask("/search", given)
        if answer == [] and postcode and city:
            # A postcode that is wrong hides the street: asked again without, and then compared.
            answer = await self._ask("/search", {n: v for n, v in given.items() if n != "postalcode"})
        found = []
        for place in answer if isinstance(answer, list) else []:
            told = place.get("address", {})
            towns = [
                told.get(kind) for kind in ("city", "town", "village", "municipality", "suburb", "hamlet")
            ]
            found.append(
                (
                    place.get("lon"),
                    place.get("lat"),
                    told.get("road"),
                    told.get("house_number"),
                    told.get("postcode"),
                    towns,
                )
            )
        return _judged(found, reading, postcode, city)


def _reading(parts: Parts, line: str) -> Reading:
    return parts.readings[0] if parts.readings else Reading(line, None)


def _written(reading: Reading, line: str) -> str:
    if reading.number is None:
        return reading.street or line
    number = reading.number
    last = f"-{number.last}" if number.last else ""
    return f"{reading.street} {number.first}{last}{number.letter.upper()}"


def _judged(
    found: list[tuple[Any, Any, Any, Any, Any, list[Any]]],
    reading: Reading,
    postcode: str | None,
    city: str | None,
) -> list[Candidate]:
    """The answers with our own opinion of them: a server ranks by words, and likes to answer something."""
    judged: list[Candidate] = []
    for lon, lat, street, house, code, towns in found:
        try:
            place = (float(lon), float(lat))
        except (TypeError, ValueError):
            continue
        if not street:
            continue
        key, asked = street_key(str(street)), street_key(reading.street)
        wrong = edits(asked, key, 3)
        if wrong > 3 or (wrong and len(asked) < 5):
            continue
        names = [str(town) for town in towns if town]
        same_town = city is None or any(street_key(city) == street_key(name) for name in names)
        same_code = not (postcode and code) or "".join(postcode.split()) == "".join(str(code).split())
        how, exact = _how(reading.number, str(house) if house else None)
        score = {How.HOUSE: 1.0, How.NEAREST: 0.5}.get(how, 0.35) * (1 - 0.1 * wrong)
        score *= (1.0 if same_town else 0.7) * (1.0 if same_code else 0.8) * (1.0 if exact else 0.9)
        judged.append(
            Candidate(
                lon=place[0],
                lat=place[1],
                label=" ".join(str(part) for part in (street, house) if part),
                how=how,
                score=round(score, 3),
                sure=how is How.HOUSE and exact and not wrong and same_town and same_code,
                postcode=str(code) if code else None,
                city=names[0] if names else None,
            )
        )
    return apart(sorted(judged, key=lambda c: (-c.score, not c.sure)))


def _how(asked: Number | None, house: str | None) -> tuple[How, bool]:
    known = numbers(house) if house else []
    if asked is None or not known:
        return How.STREET, False
    covering = [number for number in known if number.covers(asked.first) or asked.covers(number.first)]
    if not covering:
        return How.NEAREST, False
    letters = {number.letter for number in covering}
    return How.HOUSE, not asked.letter or asked.letter in letters or letters == {""}
