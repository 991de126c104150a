"""Which files are made, and which of those on disk differ."""

from __future__ import annotations

from pathlib import Path

from shared.contracts.generate.asyncapi import asyncapi
from shared.contracts.generate.json_schemas import schema_files
from shared.contracts.generate.reference import reference
from shared.contracts.generate.text import pretty
from shared.contracts.generate.typescript import typescript

DOCS = "docs/contracts"
SCHEMAS = f"{DOCS}/schemas"


def generated() -> dict[str, str]:
    """The text of every generated file by its path in the repository."""
    return {
        "services/web/src/contracts.ts": typescript(),
        f"{DOCS}/README.md": reference(),
        f"{DOCS}/asyncapi.json": pretty(asyncapi()) + "\n",
        **{f"{SCHEMAS}/{name}": text for name, text in schema_files().items()},
    }


def stale(root: Path, files: dict[str, str]) -> list[str]:
    """Paths whose file under `root` is missing, differs, or is no longer made."""
    changed = [
        path
        for path, text in files.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    orphans = (str(path.relative_to(root)) for path in (root / SCHEMAS).glob("*.json"))
    return sorted(changed + [path for path in orphans if path not in files])
