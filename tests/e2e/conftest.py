"""The whole system as `make demo` starts it (without the simulator), once a run, and a real browser."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.local.browser import ensure_browser
from tests.e2e.system import System

# WebGL in software and nothing else of the GPU's work: a compositor in SwiftShader costs twice as much again.
FLAGS = (
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def started(folder: Path, *options: str) -> Iterator[System]:
    """A whole system for the length of a block."""
    up = [sys.executable, "-m", "deploy.local.up", "--json", "--free-ports", "--no-simulator", *options]
    with (folder / "up.err").open("wb") as err:
        process = subprocess.Popen(
            [*up, "--data-dir", str(folder)], stdout=subprocess.PIPE, stderr=err, start_new_session=True
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, f"the system did not come up:\n{(folder / 'up.err').read_text()[-3000:]}"
        keys = json.loads((folder / "run" / "keys.json").read_text())
        with System.of(json.loads(line), keys["DROMOS_ADMIN_TOKEN"], folder, process.pid) as running:
            yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        process.wait(60)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started(tmp_path_factory.mktemp("system")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=ensure_browser(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots are kept for people to look at."""
    folder = Path(".artifacts/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
