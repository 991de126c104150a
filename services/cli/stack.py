"""`dromos up`, `doctor`, `simulate`, `rebuild`: the system itself, its processes started as processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.cli import kafka
from services.cli.config import CliSettings
from services.cli.output import Failure, Json, as_json, command, line, say, table
from shared.adapters.health import Look, answers, unready, workers

STATES = {"ok": "ok", "note": "--", "missing": "MISSING", "down": "DOWN"}


def run_module(module: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a module with this Python until it ends. Ctrl-C reaches it by itself, SIGTERM is passed on.

    Raises:
        Failure: it ended with an error, which it has told itself.
    """
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment)
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:  # it ends in its own time
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
    if code not in (0, 130, -signal.SIGINT, -signal.SIGTERM):
        raise Failure(f"{module} ended with {code}", "What it said is above.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line itself."""

    @command(app, "up", example="dromos up --no-simulator")
    def up(
        simulator: Annotated[bool, typer.Option(help="Let simulated couriers drive.")] = True,
        free_ports: Annotated[bool, typer.Option("--free-ports", help="Take any free ports.")] = False,
        data_dir: Annotated[Path | None, typer.Option(help="Data, logs and secrets here.")] = None,
        host: Annotated[
            str | None, typer.Option(help="This machine's address that phones in the network may reach.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Start the whole system on this machine and stay until Ctrl-C.

        With --json one line says where everything is, once all is ready."""
        arguments = [
            *([] if simulator else ["--no-simulator"]),
            *(["--free-ports"] if free_ports else []),
            *(["--data-dir", str(data_dir)] if data_dir else []),
            *(["--host", host] if host else []),
            *(["--json"] if json else []),
        ]
        run_module("deploy.local.up", arguments)

    @command(app, "doctor", example="dromos doctor --running --json")
    def doctor(
        running: Annotated[
            bool, typer.Option("--running", help="Exit code 1 also when a part of the system does not run.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Look at this machine and at what runs on it; exit code 1 when something is missing.

        What does not run is told, and is a failure with --running only: `dromos up` starts it. With --json,
        `ok` is what the exit code says, and `up` whether all of the system runs."""
        from deploy.local.preflight import run_checks

        checks = [check._asdict() for check in run_checks("doctor")]
        looks = [look._asdict() for look in _looks(CliSettings())]
        missing = [check["name"] for check in checks if check["state"] == "missing"]
        down = [look["name"] for look in looks if look["state"] != "ok"]
        wrong = [*missing, *(down if running else [])]
        if json:
            as_json({"ok": not wrong, "up": not down, "checks": checks, "running": looks})
        else:
            table(("", "machine", ""), [(STATES[c["state"]], c["name"], c["detail"]) for c in checks])
            for check in checks:
                if check["state"] == "missing":
                    line(f"to mend {check['name']}:  {check['remedy']}")
            line("")
            table(("", "running", ""), [(STATES[r["state"]], r["name"], r["detail"]) for r in looks])
            line("")
            line(
                f"Not running: {', '.join(down)}. `dromos up` starts the system."
                if down
                else "All of it runs."
            )
        if wrong:
            raise Failure(
                f"{len(wrong)} things are missing: {', '.join(wrong)}",
                "Mend them as said above and look again.",
            )

    @command(
        app,
        "simulate",
        example="dromos simulate --couriers 20 --speed 10",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def simulate(
        context: typer.Context,
        couriers: Annotated[int | None, typer.Option(min=1, help="How many couriers.")] = None,
        seed: Annotated[int | None, typer.Option(help="The same seed is the same world.")] = None,
        speed: Annotated[float | None, typer.Option(min=0, help="Times real time.")] = None,
        replay: Annotated[
            Path | None, typer.Option(help="Play this recorded trace (CSV, GPX, JSON) instead.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Let simulated couriers drive real streets and post as phones do, until Ctrl-C.

        Further options go to the simulator: `python -m services.simulator.main --help` lists them."""
        given = {"--couriers": couriers, "--seed": seed, "--speed": speed, "--replay": replay}
        arguments = [
            *(text for name, value in given.items() if value is not None for text in (name, str(value))),
            *(["--json"] if json else []),
            *context.args,
        ]
        settings = CliSettings()
        if not settings.admin_token.get_secret_value():
            raise Failure(
                "The simulator enrols its couriers and needs the administrator's token.",
                "Start the system with `dromos up`, or set DROMOS_ADMIN_TOKEN.",
            )
        run_module("services.simulator.main", arguments, settings.environment())

    @command(app, "rebuild", example="dromos rebuild lists --timeout 600")
    def rebuild(
        what: Annotated[
            Literal["views", "lists"], typer.Argument(help="What pages show, or what the desk searches.")
        ] = "views",
        timeout: Annotated[
            float | None, typer.Option(min=1, help="Give up after so many seconds; an hour unless told.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Rebuild the views from the log beside the shown ones, catch up, and switch; or fill the lists anew.

        Recipients go on seeing the old views until the switch; nothing is sent a second time. Given up, the
        shown views are untouched. `lists`: the desk's tables in PostgreSQL are emptied and filled from the
        log's beginning; they are short meanwhile, and cash and accounts are not touched."""
        settings = CliSettings()
        with kafka.admin(settings):
            pass  # said here in a sentence, not by the process in a traceback
        arguments = [*(["--timeout", str(timeout)] if timeout else []), *(["--json"] if json else [])]
        if what == "lists":
            say("Filling the lists anew; the desk's are short meanwhile.")
            run_module("services.projector.lists.rebuild", arguments, settings.environment())
            return
        say("Rebuilding; the shown views stay until the switch.")
        run_module("services.projector.stages.rebuild", arguments, settings.environment())


def _looks(settings: CliSettings) -> list[Look]:
    """What of the system answers now."""
    looks = [
        *(answers(name, f"{address}/readyz") for name, address in settings.addresses.items()),
        *workers(settings.redis_url, settings.namespace),
    ]
    try:
        with kafka.admin(settings) as admin:
            drifts = [d for d in admin.diff() if d.what != "unknown"]
    except Failure as failure:
        return [unready("kafka", failure.reason), *looks]
    found = f"{settings.kafka_bootstrap}, topics as the contracts want them"
    kafka_look = (
        unready("topics", f"{len(drifts)} differences: `dromos topics diff`")
        if drifts
        else Look("kafka", "ok", found)
    )
    return [kafka_look, *looks]
