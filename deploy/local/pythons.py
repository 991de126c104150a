"""Finds a Python that can run Dromos. Must itself run on Python 3.8: it is what an old one is told by."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from typing import NamedTuple

OLDEST = (3, 12)
NEWEST = (3, 14)  # the newest for which every pinned package has a wheel
_PROBE = (
    "import sys\n"
    "try:\n import ensurepip, venv; v = 1\n"
    "except ImportError: v = 0\n"
    "print(sys.version_info[0], sys.version_info[1], v, sys.base_prefix)"
)


class Python(NamedTuple):
    """An interpreter, its version, and whether it can make virtual environments."""

    path: str
    version: tuple[int, int]
    has_venv: bool

    @property
    def usable(self) -> bool:
        """Whether Dromos can be installed with it."""
        return OLDEST <= self.version <= NEWEST and self.has_venv


def probe(path: str) -> Python | None:
    """Run an interpreter and return what it is, or None when it does not run."""
    try:
        out = subprocess.run(
            [path, "-I", "-c", _PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20
        ).stdout.decode()
        major, minor, has_venv = [int(word) for word in out.split()[:3]]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Python(path, (major, minor), bool(has_venv))


def _candidates() -> list[str]:
    names = ["python3.%d" % minor for minor in range(OLDEST[1], NEWEST[1] + 1)]  # noqa: UP031
    found = [sys.executable] if sys.version_info[:2] >= OLDEST else []
    found += [shutil.which(name) or "" for name in names]
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv")
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    for folder in (
        os.path.join(pyenv, "versions", "*", "bin"),
        os.path.join(data, "uv", "python", "cpython-*", "bin"),
        "/opt/homebrew/bin",
        "/usr/local/bin",
    ):
        for name in names:
            found += sorted(glob.glob(os.path.join(folder, name)))
    return [*found, shutil.which("python3") or "", shutil.which("python") or ""]


def find_pythons() -> list[Python]:
    """Return the interpreters of this machine that are new enough, the usable ones first."""
    seen, known = [], set()
    for path in _candidates():
        if not path or path in known:
            continue
        known.add(path)
        python = probe(path)
        if python and python.version >= OLDEST:
            if python.usable:
                return [python]
            seen.append(python)
    return seen
