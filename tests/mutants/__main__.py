"""Runs every named mutant of the code and says whether its test catches it: `make mutants [ARGS=name...]`.

A mutant is a small fault put into a copy of the sources. A test that still passes there proves nothing, so
one mutant that survives, or no longer fits the code, makes the whole fail.
"""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tests.mutants

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("services", "shared", "deploy", "tests")
Mutant = tuple[str, str, str, str]


def collect() -> dict[str, Mutant]:
    """Return all mutants: name -> (file, what stands there, what stands there instead, the test)."""
    found: dict[str, Mutant] = {}
    for module in pkgutil.iter_modules(tests.mutants.__path__):
        if module.name != "__main__":
            found |= importlib.import_module(f"tests.mutants.{module.name}").MUTANTS
    return found


def survives(root: Path, mutant: Mutant) -> str:
    """Try one mutant in the copy at `root`; return why it counts as not caught, or nothing."""
    file, old, new, test = mutant
    path = root / file
    source = path.read_text()
    if source.count(old) != 1:
        return f"{file} has {source.count(old)} places that read {old!r}"
    path.write_text(source.replace(old, new))
    command = [sys.executable, "-m", "pytest", "-q", "-x", test]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    path.write_text(source)
    # 1: a test failed. Anything else (passed, not found, an error of the runner) has caught nothing.
    return "" if done.returncode == 1 else f"pytest ended with {done.returncode}:\n{done.stdout[-600:]}"


def main(wanted: list[str]) -> int:
    """Try the wanted mutants, or all; 1 when one survives."""
    mutants = {name: mutant for name, mutant in collect().items() if not wanted or name in wanted}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            ignored = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for name, mutant in mutants.items():
            why = survives(copy, mutant)
            failed += bool(why)
            print(f"  {'SURVIVED' if why else 'caught  '} {name}  {why}", flush=True)
    print(f"{len(mutants) - failed} passed, {failed} failed")
    return 1 if failed or not mutants else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
