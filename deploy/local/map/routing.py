"""Valhalla's tiles of an extract, for routes within it."""

import json
import shutil
import subprocess
from pathlib import Path

import valhalla

from deploy.local.map.steps import MapError


def build(extract: Path, target: Path) -> str:
    """Build the routing tiles into the folder target, replacing what was there; answers with their size."""
    scratch = target.with_name(target.name + ".part")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    config = valhalla.get_config(tile_dir=str(scratch), tile_extract="")
    config["mjolnir"]["concurrency"] = 2
    file = scratch / "valhalla.json"
    file.write_text(json.dumps(config))
    program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    done = subprocess.run([program, "-c", file, extract], capture_output=True, text=True, check=False)
    tiles = list(scratch.rglob("*.gph"))
    if done.returncode or not tiles:
        raise MapError(f"valhalla_build_tiles failed: {(done.stderr + done.stdout).strip()[-800:]}")
    size = sum(tile.stat().st_size for tile in tiles)
    file.unlink()  # it names this folder; who opens the tiles makes its own configuration
    shutil.rmtree(target, ignore_errors=True)
    scratch.replace(target)
    return f"{len(tiles)} tiles, {size // 1024} KB"
