"""Which OpenStreetMap objects are drawn, and as what: tags in, the layer and kind of Protomaps' schema 4 out.

Schema: docs.protomaps.com/basemaps/layers. Only what the style draws at a city's zooms is kept.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

Tags = Mapping[str, str]
Properties = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature of a tile layer: its properties, and the zooms from and to which it is in the tiles."""

    layer: str
    properties: Properties = field(default_factory=dict)
    min_zoom: int = 0
    max_zoom: int | None = None


# highway=* -> kind, kind_detail's zoom
_ROADS: dict[str, tuple[str, int]] = {
    "motorway": ("highway", 4),
    "trunk": ("major_road", 6),
    "primary": ("major_road", 8),
    "secondary": ("major_road", 9),
    "tertiary": ("major_road", 10),
    "unclassified": ("minor_road", 12),
    "residential": ("minor_road", 12),
    "living_street": ("minor_road", 12),
    "road": ("minor_road", 12),
    "service": ("minor_road", 14),
    "pedestrian": ("path", 13),
    "track": ("path", 13),
    "cycleway": ("path", 14),
    "path": ("path", 14),
    "footway": ("path", 15),
    "steps": ("path", 15),
}
_RAIL = {"rail": 10, "light_rail": 12, "tram": 14, "narrow_gauge": 12, "funicular": 13}

# (key, value) -> kind in the landuse layer, zoom
_LANDUSE: dict[tuple[str, str], tuple[str, int]] = {
    ("leisure", "park"): ("park", 10),
    ("leisure", "garden"): ("park", 13),
    ("leisure", "nature_reserve"): ("nature_reserve", 10),
    ("leisure", "golf_course"): ("golf_course", 11),
    ("leisure", "playground"): ("playground", 14),
    ("leisure", "pitch"): ("pitch", 14),
    ("leisure", "dog_park"): ("park", 14),
    ("boundary", "national_park"): ("national_park", 8),
    ("boundary", "protected_area"): ("protected_area", 10),
    ("landuse", "forest"): ("forest", 9),
    ("landuse", "grass"): ("grass", 12),
    ("landuse", "meadow"): ("grassland", 12),
    ("landuse", "orchard"): ("grassland", 12),
    ("landuse", "farmland"): ("farmland", 10),
    ("landuse", "village_green"): ("village_green", 13),
    ("landuse", "recreation_ground"): ("park", 12),
    ("landuse", "allotments"): ("allotments", 13),
    ("landuse", "cemetery"): ("cemetery", 12),
    ("landuse", "industrial"): ("industrial", 10),
    ("landuse", "commercial"): ("commercial", 12),
    ("landuse", "residential"): ("residential", 10),
    ("landuse", "railway"): ("railway", 12),
    ("landuse", "military"): ("military", 11),
    ("natural", "wood"): ("wood", 9),
    ("natural", "scrub"): ("scrub", 12),
    ("natural", "heath"): ("scrub", 12),
    ("natural", "grassland"): ("grassland", 12),
    ("natural", "wetland"): ("wetland", 11),
    ("natural", "glacier"): ("glacier", 7),
    ("natural", "beach"): ("beach", 12),
    ("natural", "sand"): ("sand", 11),
    ("amenity", "grave_yard"): ("cemetery", 13),
    ("amenity", "hospital"): ("hospital", 12),
    ("amenity", "school"): ("school", 13),
    ("amenity", "kindergarten"): ("kindergarten", 14),
    ("amenity", "university"): ("university", 12),
    ("amenity", "college"): ("college", 13),
    ("tourism", "zoo"): ("zoo", 12),
    ("aeroway", "aerodrome"): ("aerodrome", 9),
    ("aeroway", "runway"): ("runway", 10),
    ("aeroway", "taxiway"): ("taxiway", 12),
    ("man_made", "pier"): ("pier", 13),
    ("man_made", "bridge"): ("pedestrian", 14),
    ("waterway", "dam"): ("dam", 13),
    ("place", "square"): ("pedestrian", 14),
    ("highway", "pedestrian"): ("pedestrian", 13),
    ("highway", "footway"): ("pedestrian", 14),
    ("area:highway", "pedestrian"): ("pedestrian", 14),
}
_WATER: dict[tuple[str, str], str] = {
    ("natural", "water"): "water",
    ("natural", "bay"): "bay",
    ("waterway", "riverbank"): "river",
    ("waterway", "dock"): "dock",
    ("landuse", "reservoir"): "lake",
    ("landuse", "basin"): "basin",
    ("leisure", "swimming_pool"): "swimming_pool",
    ("amenity", "fountain"): "fountain",
}
_WATER_LINES = {"river": 9, "canal": 11, "stream": 13, "ditch": 15, "drain": 15}
# place=* -> kind, zoom, Protomaps' population_rank when no population is tagged
_PLACES: dict[str, tuple[str, int, int]] = {
    "city": ("locality", 6, 11),
    "town": ("locality", 8, 8),
    "village": ("locality", 11, 5),
    "hamlet": ("locality", 13, 3),
    "suburb": ("neighbourhood", 12, 4),
    "quarter": ("neighbourhood", 13, 3),
    "neighbourhood": ("neighbourhood", 13, 3),
}
_POIS: dict[tuple[str, str], tuple[str, int]] = {
    ("railway", "station"): ("station", 13),
    ("leisure", "park"): ("park", 14),
    ("tourism", "museum"): ("museum", 15),
    ("amenity", "hospital"): ("hospital", 14),
    ("amenity", "university"): ("university", 14),
    ("amenity", "theatre"): ("theatre", 15),
    ("amenity", "marketplace"): ("marketplace", 15),
    ("amenity", "townhall"): ("townhall", 15),
    ("amenity", "library"): ("library", 15),
    ("shop", "mall"): ("mall", 15),
    ("shop", "department_store"): ("department_store", 15),
}
_LANGUAGES = ("el", "ru", "en")


def names(tags: Tags) -> Properties:
    """The name, its script when not Latin, and the names in the three languages that people read here."""
    out: Properties = {}
    if name := tags.get("name"):
        out["name"] = name
        if script := script_of(name):
            out["script"] = script
        for language in _LANGUAGES:
            if translated := tags.get(f"name:{language}"):
                out[f"name:{language}"] = translated
    return out


def script_of(text: str) -> str | None:
    """The script of the first letter, such as "Greek" or "Cyrillic"; None for Latin and without letters."""
    for char in text:
        if char.isalpha():
            script = unicodedata.name(char, "LATIN").split()[0].capitalize()
            return None if script == "Latin" else {"Cjk": "Han"}.get(script, script)
    return None


def line(tags: Tags) -> Drawn | None:
    """What an open way is drawn as, if at all."""
    highway = tags.get("highway", "")
    if road := _ROADS.get(highway.removesuffix("_link")):
        return _road(tags, highway, *road)
    if (zoom := _RAIL.get(tags.get("railway", ""))) and tags.get("tunnel", "no") == "no":
        zoom = max(zoom, 13) if "service" in tags else zoom
        return Drawn("roads", {"kind": "rail", "kind_detail": tags["railway"], **_level(tags)}, zoom)
    if tags.get("man_made") == "pier":
        return Drawn("roads", {"kind": "path", "kind_detail": "pier"}, 13)
    if tags.get("aeroway") in ("runway", "taxiway"):
        return Drawn("roads", {"kind": "aeroway", "kind_detail": tags["aeroway"]}, 10)
    if (zoom := _WATER_LINES.get(tags.get("waterway", ""))) and tags.get("tunnel", "no") == "no":
        kind = "river" if tags["waterway"] in ("river", "canal") else "stream"
        return Drawn("water", {"kind": kind, **names(tags)}, zoom)
    level = tags.get("admin_level", "")
    if tags.get("boundary") == "administrative" and level in ("2", "4") and tags.get("maritime") != "yes":
        kind = "country" if level == "2" else "region"
        return Drawn("boundaries", {"kind": kind, "kind_detail": int(level)}, 4)
    return None


def area(tags: Tags) -> Drawn | None:
    """What a closed way or multipolygon is drawn as, if at all."""
    if tags.get("building", "no") != "no":
        return Drawn("buildings", {"kind": "building", **_height(tags)}, 13)
    if tags.get("location") == "underground" or tags.get("tunnel", "no") not in ("no", ""):
        return None
    for pair, kind in _WATER.items():
        if tags.get(pair[0]) == pair[1]:
            kind = {"lake": "lake", "river": "river"}.get(tags.get("water", ""), kind)
            return Drawn(
                "water", {"kind": kind, **names(tags)}, 12 if kind in ("fountain", "swimming_pool") else 6
            )
    for pair, (kind, zoom) in _LANDUSE.items():
        if tags.get(pair[0]) == pair[1]:
            if pair[0] == "highway" and tags.get("area", "yes") != "yes":
                continue
            return Drawn("landuse", {"kind": kind}, zoom)
    return None


def is_area(tags: Tags) -> bool:
    """Whether a closed way with these tags encloses something, and is no road that returns to its start."""
    if "area" in tags:
        return tags["area"] == "yes"
    if "highway" in tags or "railway" in tags or "barrier" in tags:
        return False
    return area(tags) is not None


def label(tags: Tags) -> Drawn | None:
    """The name that is written at a point, or at the middle of an area, if any."""
    if "name" not in tags:
        return None
    if place := _PLACES.get(tags.get("place", "")):
        kind, zoom, rank = place
        more: Properties = {
            "kind": kind,
            "kind_detail": tags["place"],
            "min_zoom": zoom,
            "population_rank": rank,
        }
        if tags.get("capital") == "yes":
            more["capital"] = "yes"
        # Who sees single streets knows the town; its name across them would only be in the way.
        return Drawn("places", {**more, **names(tags)}, zoom, 13 if kind == "locality" else None)
    for pair, (kind, zoom) in _POIS.items():
        if tags.get(pair[0]) == pair[1] and tags.get("station") != "subway":
            return Drawn("pois", {"kind": kind, "min_zoom": zoom, **names(tags)}, zoom)
    return None


def _road(tags: Tags, highway: str, kind: str, zoom: int) -> Drawn:
    detail = highway.removesuffix("_link")
    if tags.get("footway") in ("sidewalk", "crossing"):
        detail = tags["footway"]
    if tags.get("access") in ("no", "private"):
        zoom = 15
    out: Properties = {"kind": kind, "kind_detail": detail, "min_zoom": zoom, **_level(tags)}
    if highway.endswith("_link"):
        out["is_link"] = True
        zoom = max(zoom, 11)
    if tags.get("oneway") in ("yes", "1", "true"):
        out["oneway"] = "yes"
    if "ref" in tags and kind in ("highway", "major_road"):
        out["ref"] = tags["ref"]
    return Drawn("roads", {**out, **names(tags)}, zoom)


def _level(tags: Tags) -> Properties:
    """is_bridge or is_tunnel, only where true: the style asks whether the property is there."""
    out: Properties = {}
    if tags.get("bridge", "no") != "no":
        out["is_bridge"] = True
    if tags.get("tunnel", "no") != "no":
        out["is_tunnel"] = True
    return out


def _height(tags: Tags) -> Properties:
    """The building's height in metres where tagged, else three metres a storey."""
    try:
        if "height" in tags:
            return {"height": round(float(tags["height"].removesuffix("m").strip()), 1)}
        if "building:levels" in tags:
            return {"height": round(float(tags["building:levels"]) * 3.0, 1)}
    except ValueError:
        pass  # "about 20", "3;4": not worth guessing
    return {}
