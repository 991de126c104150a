"""The street addresses of an extract, and how many of them each H3 cell holds."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import osmium
import osmium.filter

from shared.geo import count_addresses

Address = tuple[str, str, float, float]


def read(extract: Path, bbox: tuple[float, float, float, float]) -> list[Address]:
    """All (street, housenumber, lon, lat) inside the box, each pair of names once, sorted.

    A node (an entrance) is preferred to the middle of a building of the same address.
    """
    west, south, east, north = bbox
    found: dict[tuple[str, str], tuple[float, float]] = {}
    of_nodes: set[tuple[str, str]] = set()
    keys = osmium.filter.KeyFilter("addr:housenumber")
    objects: Iterable[Any] = osmium.FileProcessor(str(extract)).with_locations().with_filter(keys)
    for obj in objects:
        street, number = obj.tags.get("addr:street"), obj.tags.get("addr:housenumber")
        place = place_of(obj)
        if not street or not number or place is None:
            continue
        if not (west <= place[0] <= east and south <= place[1] <= north):
            continue
        key = (street, number)
        if obj.is_node() and key not in of_nodes:
            of_nodes.add(key)
            found[key] = place
        else:
            found.setdefault(key, place)
    return sorted((street, number, *place) for (street, number), place in found.items())


def place_of(obj: Any) -> tuple[float, float] | None:
    """A node's place or the middle of a way's box; None for relations and ways with missing nodes."""
    if obj.is_node():
        return (round(obj.location.lon, 6), round(obj.location.lat, 6)) if obj.location.valid() else None
    if not obj.is_way():
        return None
    places = [n.location for n in obj.nodes]
    if not places or not all(p.valid() for p in places):
        return None
    lons, lats = [p.lon for p in places], [p.lat for p in places]
    return round((min(lons) + max(lons)) / 2, 6), round((min(lats) + max(lats)) / 2, 6)


def write(addresses: list[Address], attribution: str, target: Path) -> None:
    """Write addresses.json: columns and rows, with the attribution that a cut of the database must carry."""
    columns = ["street", "housenumber", "lon", "lat"]
    replace_file(
        target, {"attribution": attribution, "license": "ODbL-1.0", "columns": columns, "rows": addresses}
    )


def write_cells(addresses: list[Address], attribution: str, target: Path) -> int:
    """Write h3.json, the number of addresses in each cell of resolution 7-9; answers with how many cells."""
    cells = count_addresses((lon, lat) for _, _, lon, lat in addresses)
    replace_file(
        target, {"attribution": attribution, "license": "ODbL-1.0", "cells": dict(sorted(cells.items()))}
    )
    return len(cells)


def replace_file(target: Path, content: dict[str, Any]) -> None:
    """Write the content as JSON beside the target and put it in its place: nobody reads half a file."""
    part = target.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    part.replace(target)
