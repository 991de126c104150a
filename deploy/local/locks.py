"""Writes deploy/locks/: every package by version and SHA-256, for Linux and macOS, without addresses.

One file a purpose, each complete in itself; where two files name a package they name the same version.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from deploy.local.paths import LOCKS, ROOT

HEADER = "# Made from pyproject.toml by `make locks`; every file is one of the SHA-256 named here.\n"
ADDRESSES = ("://", "--index", "--extra-index", "--find-links", "-f ", "-i ")


def requirements() -> dict[str, list[str]]:
    """Return what each lock must hold, by the lock's name, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"runtime": project["dependencies"], **project["optional-dependencies"], "uv": ["uv", "pip"]}


def compile_lock(wanted: list[str], constraints: Path | None = None) -> str:
    """Return the hash-locked text for some requirements; raise RuntimeError when uv cannot resolve them."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", "--universal", "--python-version", "3.12"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    if constraints is not None:
        command += ["--constraints", str(constraints)]
    done = subprocess.run(command, input="\n".join(wanted), text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    if any(word in done.stdout for word in ADDRESSES):
        raise RuntimeError("the lock names an address: look at this machine's uv settings")
    return HEADER + done.stdout


def main() -> None:
    """Resolve everything together once, then write each purpose's share of it."""
    groups = requirements()
    with tempfile.TemporaryDirectory() as folder:
        together = Path(folder, "all.txt")
        together.write_text(compile_lock(sorted({line for lines in groups.values() for line in lines})))
        for name, wanted in groups.items():
            (LOCKS / f"{name}.txt").write_text(compile_lock(wanted, together))
            print(f"deploy/locks/{name}.txt")


if __name__ == "__main__":
    main()
