"""Runs suites of checks and tests and says how each went and how long it took.

One suite shows its output as it comes. Several run beside each other, for they mostly wait (for brokers,
browsers and time-outs); then each job's output is shown when it has ended."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local import browser, node
from deploy.local.install import WEB
from deploy.local.paths import ROOT, state_dir

BIN = Path(sys.executable).parent
ALL = ("e2e", "integration", "faults", "unit", "attacks", "contract", "check")
"""The longest first, so that no lane works alone at the end."""
LANES = 3
"""On two cores: a whole system beside a browser is fourteen processes that keep one of them busy."""
SHORT = {"DROMOS_ATTACK_ROUNDS": "60"}
"""What makes suites shorter where all of them run; alone they run in full."""
CHECK_LANES = 2
INTEGRATION = ROOT / "tests" / "integration"
PORTAL = ("cli", "desk", "import", "kept_apart", "office", "portal")
"""What files and folders of integration tests of the portal, and of those who ask it, are called."""


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


def _pytest(name: str, *arguments: str) -> Job:
    """Runs the folder of that name under tests/, unless told what. Each with a folder of its own for what it
    makes: pytest shuts the one that it shares in /tmp to all others anew at each start, and root's
    PostgreSQL, which runs as somebody else, would be shut out."""
    made = state_dir() / "run" / "pytest" / name.replace("/", "-")
    made.parent.mkdir(parents=True, exist_ok=True)
    return _module(name, "pytest", *(arguments or (f"tests/{name}",)), f"--basetemp={made}")


def _integration() -> list[Job]:
    """The longest suite in two jobs, each with a broker and servers of its own: as one it ran on alone when
    all others had ended. Files of no kind that is named here are among the rest."""
    kinds = [pattern for kind in PORTAL for pattern in (f"test_{kind}*.py", kind)]
    found = sorted(str(path.relative_to(ROOT)) for kind in kinds for path in INTEGRATION.glob(kind))
    rest = (str(INTEGRATION.relative_to(ROOT)), *(f"--ignore={path}" for path in found))
    return [_pytest("integration/rest", *rest), _pytest("integration/portal", *found)]


def _check() -> list[Job]:
    return [
        _module("types", "mypy"),
        _npm("check"),
        _module("format", "ruff", "format", "--check", "."),
        _module("lint", "ruff", "check", "."),
        Job("import rules", (str(BIN / "lint-imports"), "--cache-dir", ".dromos/cache/import_linter")),
        _module("generated files", "shared.contracts.generate", "--check"),
    ]


def _e2e() -> list[Job]:
    """All that needs a browser is one job with one whole system: several are in each other's way. What speaks
    on the wire alone is another: its loop can't share a process with Playwright's."""
    environment = {**os.environ, "DROMOS_BROWSER": browser.ensure_browser()}
    pages = _pytest("e2e/browser", *(f"tests/e2e/{pages}" for pages in ("pages", "desk", "courier")))
    return [replace(pages, env=environment), _pytest("e2e/wire")]


SUITES: dict[str, Callable[[], list[Job]]] = {
    "check": _check,
    "unit": lambda: [_pytest("unit"), _npm("test")],
    "contract": lambda: [_pytest("contract")],
    "integration": _integration,
    "e2e": _e2e,
    "attacks": lambda: [_pytest("attacks")],
    "faults": lambda: [_pytest("faults")],
    "mutants": lambda: [_module("mutants", "tests.mutants")],
}


@dataclass(frozen=True)
class Outcome:
    """How a job went; `output` is what has not been shown yet."""

    suite: str
    job: str
    passed: bool
    took_s: float
    output: str = ""


def _run(suite: str, job: Job, *, shown: bool = False) -> Outcome:
    """Run a job; `shown` lets its output through as it comes."""
    began = time.monotonic()
    to = None if shown else subprocess.PIPE
    done = subprocess.run(
        job.command,
        cwd=job.cwd,
        env=job.env,
        stdin=subprocess.DEVNULL,
        stdout=to,
        stderr=None if shown else subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(suite, job.name, done.returncode == 0, time.monotonic() - began, done.stdout or "")


def _jobs(suite: str) -> list[Job] | Outcome:
    """The jobs of a suite, or its failure where the machine lacks something."""
    try:
        return SUITES[suite]()
    except (browser.BrowserMissing, node.NodeMissing) as missing:
        print(f"dromos: {missing}", file=sys.stderr, flush=True)
        return Outcome(suite, "set-up", False, 0.0)


def run_together(suites: Sequence[str], lanes: int) -> list[Outcome]:
    """Run the suites' jobs in as many lanes, beginning in the order given; tell of each when it ends."""
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(lanes) as pool:
        running = []
        for suite in suites:
            jobs = _jobs(suite)
            if isinstance(jobs, Outcome):
                outcomes.append(jobs)
            else:
                running += [pool.submit(_run, suite, job) for job in jobs]
        for future in as_completed(running):
            outcome = future.result()
            outcomes.append(outcome)
            word = "passed" if outcome.passed else "FAILED"
            print(f"\n=== {outcome.suite}: {outcome.job} {word} in {outcome.took_s:.1f} s", flush=True)
            if outcome.suite != "check" or not outcome.passed:
                print(outcome.output, flush=True)
    return outcomes


def run_one(suite: str) -> list[Outcome]:
    """Run one suite's jobs one after the other, their output shown as it comes."""
    print(f"\n=== {suite}", flush=True)
    jobs = _jobs(suite)
    if isinstance(jobs, Outcome):
        return [jobs]
    return [_run(suite, job, shown=True) for job in jobs]


def main() -> int:
    """Run the named suites, or all; go on after a failure, and end with 1 if there was one."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.suites", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SUITES], help=f"default: {' '.join(ALL)}")
    names = parser.parse_args().names or ALL  # a list as default fails its own choices before 3.12.4
    if names == ALL:
        os.environ.update({name: value for name, value in SHORT.items() if name not in os.environ})
    began = time.monotonic()
    if len(names) == 1 and names[0] != "check":
        outcomes = run_one(names[0])
    else:
        outcomes = run_together(names, CHECK_LANES if names == ["check"] else LANES)
    print(f"\n=== in short, {time.monotonic() - began:.0f} s in all")
    for outcome in sorted(outcomes, key=lambda o: names.index(o.suite)):
        word = "passed" if outcome.passed else "FAILED"
        print(f"  {word} {outcome.suite:12} {outcome.job:18} {outcome.took_s:7.1f} s", flush=True)
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
