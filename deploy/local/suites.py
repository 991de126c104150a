"""Runs suites of checks and tests one after the other and says how each went and how long it took."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import browser, node
from deploy.local.install import WEB
from deploy.local.paths import ROOT

BIN = Path(sys.executable).parent
ALL = ("check", "unit", "contract", "integration", "faults", "e2e")


@dataclass(frozen=True)
class Job:
    """One command of a suite; it passes when it ends with 0."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    env: Mapping[str, str] | None = None


def _npm(script: str) -> Job:
    environment = {**node.node_environment(), "CI": "1", "NO_COLOR": "1"}
    return Job(f"pages: {script}", (*node.npm_command(), "run", script), WEB, environment)


def _module(name: str, module: str, *arguments: str) -> Job:
    return Job(name, (sys.executable, "-m", module, *arguments))


def _pytest(folder: str) -> Job:
    return _module(folder, "pytest", f"tests/{folder}")


def _check() -> list[Job]:
    return [
        _module("types", "mypy"),
        _npm("check"),
        _module("format", "ruff", "format", "--check", "."),
        _module("lint", "ruff", "check", "."),
        Job("import rules", (str(BIN / "lint-imports"), "--cache-dir", ".dromos/cache/import_linter")),
        _module("generated files", "shared.contracts.generate", "--check"),
    ]


def _with_browser(folder: str) -> list[Job]:
    environment = {**os.environ, "DROMOS_BROWSER": browser.ensure_browser()}
    return [Job(folder, (sys.executable, "-m", "pytest", f"tests/{folder}"), env=environment)]


SUITES: dict[str, Callable[[], list[Job]]] = {
    "check": _check,
    "unit": lambda: [_pytest("unit"), _npm("test")],
    "contract": lambda: [_pytest("contract")],
    "integration": lambda: [_pytest("integration")],
    "e2e": lambda: _with_browser("e2e"),
    "attacks": lambda: [_pytest("attacks")],
    "faults": lambda: [_pytest("faults")],
    "mutants": lambda: [_module("mutants", "tests.mutants")],
}


def _run_quietly(job: Job) -> tuple[int, float, str]:
    began = time.monotonic()
    done = subprocess.run(
        job.command,
        cwd=job.cwd,
        env=job.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, time.monotonic() - began, done.stdout


def _run_checks(jobs: list[Job]) -> bool:
    """Run short jobs two at a time; show the output of those that fail."""
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(_run_quietly, jobs))
    for job, (code, took_s, output) in zip(jobs, results, strict=True):
        print(f"  {'ok    ' if code == 0 else 'FAILED'} {job.name:16} {took_s:6.1f} s", flush=True)
        if code != 0:
            print(output, flush=True)
    return all(code == 0 for code, _, _ in results)


def _run_tests(jobs: list[Job]) -> bool:
    """Run jobs one by one with their output shown as it comes."""
    codes = [
        subprocess.run(
            job.command, cwd=job.cwd, env=job.env, stdin=subprocess.DEVNULL, check=False
        ).returncode
        for job in jobs
    ]
    return not any(codes)


def run_suite(name: str) -> bool:
    """Run one suite and tell whether everything in it passed."""
    print(f"\n=== {name}", flush=True)
    try:
        jobs = SUITES[name]()
    except (browser.BrowserMissing, node.NodeMissing) as missing:
        print(f"dromos: {missing}", file=sys.stderr, flush=True)
        return False
    return _run_checks(jobs) if name == "check" else _run_tests(jobs)


def main() -> int:
    """Run the named suites, or all; go on after a failure, and end with 1 if there was one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.suites", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SUITES], help=f"default: {' '.join(ALL)}")
    names = parser.parse_args().names or ALL  # a list as default fails its own choices before 3.12.4
    lines = []
    passed = True
    for name in names:
        began = time.monotonic()
        good = run_suite(name)
        passed = passed and good
        lines.append(f"  {'passed' if good else 'FAILED'} {name:12} {time.monotonic() - began:7.1f} s")
    print("\n=== in short\n" + "\n".join(lines), flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
