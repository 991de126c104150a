"""A Chromium for the browser tests: the system's, else apt's when root, else Playwright's download."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

APT = ("chromium-headless-shell", "chromium")
"""Debian's packages, the better one first: Chromium draws a window for each page even where nobody sees it,
and tests cost a fifth more."""
_NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_DOWNLOADED = ("chromium_headless_shell-*/chrome-headless-shell-*/chrome-headless-shell",)


class BrowserMissing(RuntimeError):
    """No Chromium could be found or fetched; the message says what to do."""


def _download_dir() -> Path:
    state = os.environ.get("DROMOS_STATE_DIR") or os.path.join(
        os.path.dirname(__file__), "..", "..", ".dromos"
    )
    return Path(state).resolve() / "browsers"


def _runs(path: str) -> bool:
    """Ubuntu's `chromium-browser` is on the PATH and only says that a snap is needed: so run it."""
    try:
        done = subprocess.run(
            [path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"chrom" in done.stdout.lower()


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome that runs (`DROMOS_BROWSER` first), or None."""
    candidates = [os.environ.get("DROMOS_BROWSER") or ""]
    candidates += [shutil.which(name) or "" for name in _NAMES]
    candidates += list(_MAC)
    for pattern in _DOWNLOADED:
        candidates += sorted(glob.glob(str(_download_dir() / pattern)))
    return next((path for path in candidates if path and os.access(path, os.X_OK) and _runs(path)), None)


def can_use_apt() -> bool:
    """Tell whether this user may install Debian packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure_browser() -> str:
    """Return a browser, installing one when there is none; raise BrowserMissing."""
    found = find_browser()
    if found is None and can_use_apt():
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        if subprocess.call(["apt-get", "update", "-qq"], env=quiet, stdout=subprocess.DEVNULL) == 0:
            for package in APT:
                subprocess.call([*install, package], env=quiet, stdout=subprocess.DEVNULL)
                found = find_browser()
                if found is not None:
                    break
    if found is None:
        target = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(_download_dir())}
        fetch = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
        subprocess.call(fetch, env=target)
        found = find_browser()
    if found is None:
        raise BrowserMissing(
            "no Chromium or Chrome for the browser tests, and none could be fetched: install one"
            " (Debian, Ubuntu: sudo apt install chromium) or set DROMOS_BROWSER to its path"
        )
    return found


def main() -> int:
    """Print the browser's path, fetching one if need be."""
    try:
        print(ensure_browser())
    except BrowserMissing as missing:
        print(f"dromos: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
