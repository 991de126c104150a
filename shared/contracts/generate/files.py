"""Which files are made, and which of those on disk differ."""

from __future__ import annotations

from pathlib import Path

from shared.contracts.generate.typescript import typescript


def generated() -> dict[str, str]:
    """The text of every generated file by its path in the repository."""
    return {"services/web/src/contracts.ts": typescript()}


def stale(root: Path, files: dict[str, str]) -> list[str]:
    """Paths whose file under `root` is missing, differs, or is no longer made."""
    changed = [
        path
        for path, text in files.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    folder = root / "docs/contracts/schemas"
    orphans = (str(path.relative_to(root)) for path in folder.glob("*.json"))
    return sorted(changed + [path for path in orphans if path not in files])
