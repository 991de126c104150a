"""`dromos status`: every part, lag, marks, what was put aside, and in words what is to be done."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Console

from services.cli.config import CliSettings
from services.cli.core.records import clock, span
from services.cli.output import Failure, Json, as_json, command, json_line, line, table
from shared.adapters import standing
from shared.adapters.health import WORKERS
from shared.domain.standing import Mark, RoleLag, Standing, see, told, word

EVERY_S = 2.0


def _show(now: Standing) -> None:
    rows = [
        ("kafka", "", "AWAY" if now.kafka else "ok", "", now.kafka),
        ("redis", "", "AWAY" if now.redis else "ok", "", now.redis),
        ("postgres", "", "AWAY" if now.postgres else "ok", "", now.postgres),
        *(
            (
                part.role,
                part.part,
                "ready" if part.ready else "NOT READY",
                "" if part.since_ms is None else f"{span(max(0, now.at_ms - part.since_ms) / 1000)} ago",
                part.detail,
            )
            for part in now.parts
        ),
    ]
    table(("role", "instance", "", "started", "detail"), rows)
    line("")
    lags: dict[str, RoleLag] = {lag.role: lag for lag in now.lag or ()}
    marks: dict[str, Mark] = {mark.role: mark for mark in now.marks or ()}
    table(
        ("role", "group", "members", "lag", "behind", "worked off", "paused partitions"),
        [_lag_row(role, lags.get(role), marks.get(role)) for role in WORKERS],
    )
    line("")
    paused = {None: "not known", True: "yes, of the partitions above", False: "no"}[now.paused]
    line(f"Pages say 'paused': {paused}.")
    canary = ", one of them the canary's" if now.canary is not None and now.sockets else ""
    line(f"Open sockets: {'not known' if now.sockets is None else now.sockets}{canary}.")
    line(f"Canary: {_of_canary(now)}.")
    if now.put_aside is None:
        line("Put aside in the last hour: not known.")
    for put in now.put_aside or ():
        what = "points parked" if put.parked else "dead letters"
        line(f"Put aside in the last hour: {put.count} {what} of {put.topic}, {put.reason}.")
    line("")
    said = word(now)
    line(said.text + (f" See {see(said.section)}." if said.section else ""))


def _lag_row(role: str, lag: RoleLag | None, mark: Mark | None) -> tuple[object, ...]:
    lagging = (lag.group, lag.members, lag.records, span(lag.seconds)) if lag else ("not known", "", "", "")
    if mark is None:
        return role, *lagging, "not known", ""
    age = "never everywhere" if mark.oldest_s is None else f"{span(mark.oldest_s)} ago"
    return role, *lagging, age, ", ".join(map(str, mark.late))


def _of_canary(now: Standing) -> str:
    if now.canary is None:
        return "none flies"
    ago = span(max(0, now.at_ms - now.canary.at_ms) / 1000)
    if now.canary.delay_ms is None:
        return f"{ago} ago its fix was lost, {now.canary.detail}"
    return f"{ago} ago from its phone to its socket in {now.canary.delay_ms:.0f} ms"


def register(app: typer.Typer) -> None:
    """Add the command to the command line itself."""

    @command(app, "status", example="dromos status --watch")
    def status(
        watch: Annotated[
            bool, typer.Option("--watch", help="Again every two seconds, until Ctrl-C.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Show how the whole system stands, and say in words what is to be done, if anything.

        Every part and since when it runs, Kafka, Redis and PostgreSQL, how far each worker is behind, whether
        pages say "paused" now, what was put aside in the last hour, open sockets (of one gateway process, on
        its own machine). What does not answer is told as away and the rest is shown. Exit code 1 when
        something is down or behind. With --json and --watch each look is one line."""
        settings = CliSettings()
        while watch:
            now = standing.look(settings, settings.addresses)
            if json:
                json_line(told(now))
            else:
                Console().clear()
                line(f"{clock(now.at_ms)} UTC")
                _show(now)
            time.sleep(EVERY_S)
        now = standing.look(settings, settings.addresses)
        if json:
            as_json(told(now))
        else:
            _show(now)
        if not (said := word(now)).ok:
            raise Failure(said.text, f"See {see(said.section)}.")
