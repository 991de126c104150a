"""What a geocoder needs of an extract: every address with postcode and town, streets with all their names."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import osmium
import osmium.filter

from deploy.local.map.addresses import place_of

Row = tuple[str, str, str | None, str | None, float, float]
NAMES = ("name", "alt_name", "official_name", "short_name", "loc_name", "old_name")
LANGUAGES = ("fi", "sv", "el", "ru", "en", "de", "et", "uk")
TOWNS = frozenset({"city", "town", "village", "hamlet", "municipality", "borough"})


Box = tuple[float, float, float, float]


def build(extract: Path, bbox: Box, area: str, attribution: str) -> dict[str, Any]:
    """The content of geocoder.json: `rows` of (street, housenumber, postcode, city, lon, lat), entrances
    before buildings; `streets` and `cities` with all their names."""
    entrances: dict[tuple[str, str, str | None], Row] = {}
    buildings: dict[tuple[str, str, str | None], Row] = {}
    for obj in _objects(extract, "addr:housenumber"):
        street, number, place = obj.tags.get("addr:street"), obj.tags.get("addr:housenumber"), place_of(obj)
        if not street or not number or place is None or not _inside(place, bbox):
            continue
        postcode, city = obj.tags.get("addr:postcode"), obj.tags.get("addr:city")
        kept = entrances if obj.is_node() else buildings
        kept.setdefault((street, number, city), (street, number, postcode, city, *place))
    rows = {**buildings, **entrances}
    return {
        "attribution": attribution,
        "license": "ODbL-1.0",
        "area": area,
        "cities": sorted(_towns(extract)),
        "columns": ["street", "housenumber", "postcode", "city", "lon", "lat"],
        "streets": _streets(extract, bbox),
        "rows": sorted(rows.values(), key=lambda row: (row[0], row[1], row[3] or "")),
    }


def _objects(extract: Path, key: str) -> Iterable[Any]:
    keys = osmium.filter.KeyFilter(key)
    found: Iterable[Any] = osmium.FileProcessor(str(extract)).with_locations().with_filter(keys)
    return found


def _inside(place: tuple[float, float], bbox: Box) -> bool:
    west, south, east, north = bbox
    return west <= place[0] <= east and south <= place[1] <= north


def _names(tags: Any) -> list[str]:
    keys = [*NAMES, *(f"{name}:{code}" for name in NAMES for code in LANGUAGES)]
    found = [part.strip() for key in keys if (value := tags.get(key)) for part in value.split(";")]
    return list(dict.fromkeys(name for name in found if name))


def _streets(extract: Path, bbox: Box) -> list[dict[str, Any]]:
    """Named ways, those of one name as one, at the middle of the longest of them."""
    found: dict[str, dict[str, Any]] = {}
    longest: dict[str, int] = {}
    for obj in _objects(extract, "highway"):
        if not obj.is_way() or not obj.tags.get("name"):
            continue
        places = [(n.location.lon, n.location.lat) for n in obj.nodes if n.location.valid()]
        places = [place for place in places if _inside(place, bbox)]
        if not places:
            continue
        names = _names(obj.tags)
        lon, lat = places[len(places) // 2]
        way = found.setdefault(names[0], {"names": [], "lon": round(lon, 6), "lat": round(lat, 6)})
        way["names"] = list(dict.fromkeys([*way["names"], *names]))
        if len(places) > longest.get(names[0], 0):
            longest[names[0]] = len(places)
            way["lon"], way["lat"] = round(lon, 6), round(lat, 6)
    return [found[name] for name in sorted(found)]


def _towns(extract: Path) -> list[list[str]]:
    """The settlements' names, each with its names in other languages; a part of town is none."""
    return [
        names
        for obj in _objects(extract, "place")
        if obj.is_node() and obj.tags.get("place") in TOWNS and (names := _names(obj.tags))
    ]
