"""From a checkout and any Python to a complete environment: what `make setup`, `demo` and `test` run first.

Only the standard library, and up to `main` nothing newer than Python 3.8: an old `python3` looks here for
a newer one, and goes on with it.
"""

from __future__ import annotations

import os
import sys

from deploy.local import preflight, pythons
from deploy.local.paths import state_dir

USAGE = "usage: python3 -m deploy.local.bootstrap {setup,demo,test} [arguments of the command]"


def _continue_with(python: pythons.Python, argv: list[str]) -> None:
    os.execv(python.path, [python.path, "-m", "deploy.local.bootstrap", *argv])


def _keep_compiled() -> None:
    """Let all that follows keep compiled code in the state folder, whatever the shell says of writing it
    beside the sources: without it each process compiles all that it imports, most of a service's start."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(state_dir() / "cache" / "bytecode"))


def main(argv: list[str]) -> int:
    """Check the machine, install what is missing, then hand over to the command."""
    if not argv or argv[0] not in ("setup", "demo", "test"):
        print(USAGE, file=sys.stderr)
        return 2
    command, rest = argv[0], argv[1:]
    found = pythons.find_pythons()
    if sys.version_info[:2] < pythons.OLDEST and found and found[0].usable:
        _continue_with(found[0], argv)
    checks = preflight.run_checks("test" if command == "test" else "demo", found)
    if any(check.state != "ok" for check in checks):
        print("Dromos: what this machine has, and what will be fetched", flush=True)
        print(preflight.report(checks), flush=True)
    if any(check.state == "missing" for check in checks):
        print("dromos: something is missing; mend it as said above and run this again", file=sys.stderr)
        return 1
    from deploy.local import install, steps

    try:
        python = install.everything(found[0], tests=command == "test")
    except steps.StepFailed as failed:
        steps.say(str(failed))
        return 1
    if command == "setup":
        return 0
    _keep_compiled()
    module = "deploy.local.up" if command == "demo" else "deploy.local.suites"
    os.execv(python, [str(python), "-m", module, *rest])
    return 0  # not reached: the process has become the command


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
