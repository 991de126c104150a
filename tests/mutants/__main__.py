"""Runs every named mutant of the code and says whether its test catches it: `make mutants [ARGS=name...]`.

A mutant is a small fault put into a copy of the sources. A test that still passes there proves nothing, so
one mutant that survives, or no longer fits the code, makes the whole fail. Each core has a copy of its own.
"""

from __future__ import annotations

import compileall
import importlib
import os
import pkgutil
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from py_compile import PycInvalidationMode

import tests.mutants
from deploy.local.paths import state_dir

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("services", "shared", "deploy", "tests")
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")
"""Those that the tests need: to load all that are installed takes longer than most tests."""
NEEDS_SERVERS = "tests/faults/"
Mutant = tuple[str, str, str, str]


def collect() -> dict[str, Mutant]:
    """Return all mutants: name -> (file, what stands there, what stands there instead, the test)."""
    found: dict[str, Mutant] = {}
    for module in pkgutil.iter_modules(tests.mutants.__path__):
        if module.name != "__main__":
            mutants: dict[str, Mutant] = importlib.import_module(f"tests.mutants.{module.name}").MUTANTS
            if twice := found.keys() & mutants.keys():
                raise SystemExit(f"two mutants of one name: {', '.join(sorted(twice))}")
            found |= mutants
    return found


def copy_to(copy: Path) -> None:
    """Copy the sources without what was built. Compiled files are told by their source's hash: by its time
    one could pass for that of another mutant."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    compileall.compile_dir(copy, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


def survives(root: Path, mutant: Mutant) -> str:
    """Try one mutant in the copy at `root`; return why it counts as not caught, or nothing."""
    file, old, new, test = mutant
    path = root / file
    source = path.read_text()
    if source.count(old) != 1:
        return f"{file} has {source.count(old)} places that read {old!r}"
    path.write_text(source.replace(old, new))
    command = [sys.executable, "-m", "pytest", "-q", "-x", *PLUGINS, test]
    environment = os.environ | {
        "DROMOS_STATE_DIR": str(state_dir()),  # servers are fetched once, for all copies
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    path.write_text(source)
    # 1: a test failed. Anything else (passed, not found, an error of the runner) has caught nothing.
    return "" if done.returncode == 1 else f"pytest ended with {done.returncode}:\n{done.stdout[-600:]}"


def main(wanted: list[str]) -> int:
    """Try the wanted mutants, or all; 1 when one survives."""
    known = collect()
    if unknown := set(wanted) - known.keys():
        print(f"no such mutant: {', '.join(sorted(unknown))}")
        return 1
    mutants = {name: mutant for name, mutant in known.items() if not wanted or name in wanted}
    # The long ones first, so that no core is left with one at the end.
    order = sorted(mutants, key=lambda name: not mutants[name][3].startswith(NEEDS_SERVERS))
    failed = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(os.cpu_count() or 1):
            copies.put(Path(folder) / str(number))
            copy_to(Path(folder) / str(number))

        def tried(name: str) -> tuple[str, str, float]:
            copy, began = copies.get(), time.monotonic()
            try:
                return name, survives(copy, mutants[name]), time.monotonic() - began
            finally:
                copies.put(copy)

        for name, why, took_s in pool.map(tried, order):
            failed += bool(why)
            print(f"  {'SURVIVED' if why else 'caught  '} {name} ({took_s:.1f} s)  {why}", flush=True)
        if sys.pycache_prefix:  # what is compiled is kept apart from the copies, and would outlive them
            shutil.rmtree(f"{sys.pycache_prefix}{folder}", ignore_errors=True)
    print(f"{len(mutants) - failed} passed, {failed} failed")
    return 1 if failed or not mutants else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
