"""The demo's map for the tests: built once into the state folder, as the stack itself does."""

import os
from pathlib import Path

from deploy.local.map.__main__ import build

MAP = Path(os.environ.get("DROMOS_STATE_DIR", ".dromos")).resolve() / "map"


def demo_map() -> Path:
    """The folder of the built map; a map that is up to date is left alone, except one of another area."""
    if not (MAP / "area.json").exists():
        build(MAP)
    return MAP
