"""`dromos import`: a day's spreadsheet, looked at and applied."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import Unclear, place
from services.cli.core.imports import Confirmed, confirmed, routes_told, rows_told
from services.cli.http import Portal
from services.cli.output import Failure, Json, as_json, command, line, say, table

MOVING = frozenset({"reading", "geocoding", "planning", "applying"})
STEPS = {
    "reading": "Reading the file",
    "geocoding": "Looking up addresses",
    "planning": "Proposing routes",
    "applying": "Registering and planning",
}
POLL_S = 0.3


def register(app: typer.Typer) -> None:
    """Add the command; `import` is Python's own word."""
    command(
        app,
        "import",
        example="dromos import today.csv --merchant bookshop --dry-run",
    )(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV as spreadsheets save it.")],
    merchant: Annotated[str, typer.Option("--merchant", help="The shop whose orders these are.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be: nothing is registered or planned.")
    ] = False,
    couriers: Annotated[
        str | None,
        typer.Option(help="Who shares the stops, COURIER,COURIER, or none; all active ones unless told."),
    ] = None,
    depot: Annotated[str | None, typer.Option(help="Where they set out, LON,LAT.")] = None,
    confirm: Annotated[
        str | None,
        typer.Option(help="Doubtful rows that are right, ROW,ROW or all: their places have been looked at."),
    ] = None,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Import the good rows, though others are not.")
    ] = False,
    json: Json = False,
) -> None:
    """Import a day's spreadsheet: rows are checked, addresses looked up, routes proposed; then orders are
    registered and couriers' routes planned.

    Tells each faulty row with what to do. Unless every row is good nothing is imported, except with
    --good-rows. Exit code 1: there are rows with errors, or it failed; with --dry-run nothing is kept."""
    try:
        wanted = confirmed(confirm)
        where = place(depot)
    except Unclear as error:
        raise Failure(str(error), "Mend the option and try again.") from error
    try:
        content = file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} can't be read: {error.strerror}", param_hint="FILE") from error
    named = None if couriers is None else [c for c in couriers.split(",") if c and c != "none"]
    with Portal(CliSettings(), "admin") as portal:
        import_id = _upload(portal, content, merchant, named)
        found = _wait(portal, import_id, json)
        bad = _bad(found, wanted)
        if dry_run or found["state"] == "failed":
            portal.ask("DELETE", f"/v1/imports/{import_id}")
        elif not bad or (good_rows and len(bad) < len(found["rows"])):
            body: dict[str, Any] = {"confirm": [r["row"] for r in found["rows"] if _vouched(r, wanted)]}
            body |= {} if named is None else {"couriers": named}
            body |= {} if where is None else {"depot": where}
            portal.ask("POST", f"/v1/imports/{import_id}/apply", body)
            found = _wait(portal, import_id, json)
            bad = _bad(found, wanted)
        else:
            portal.ask("DELETE", f"/v1/imports/{import_id}")
    _tell(found, bad, dry_run=dry_run, json=json)
    if found["state"] == "failed" or (bad and found["state"] != "done"):
        raise typer.Exit(1)


def _upload(portal: Portal, content: bytes, merchant: str, couriers: list[str] | None) -> str:
    form = {"merchant": merchant, "dry_run": "true"}
    if couriers is not None:
        form["couriers"] = ",".join(couriers)
    answer = portal.ask("POST", "/v1/imports", form=form, file=("file", content))
    return str(answer["import_id"])


def _wait(portal: Portal, import_id: str, quiet: bool) -> dict[str, Any]:
    """The import once it stands still, with all its rows; progress on standard error."""
    shown = ""
    while True:
        found = portal.ask("GET", f"/v1/imports/{import_id}", params={"rows": "none"})
        if found["state"] not in MOVING:
            break
        share = found.get("progress")
        text = STEPS[found["state"]] + (f" {share:.0%}" if share is not None else "")
        if not quiet and text != shown:
            _progress(text)
            shown = text
        time.sleep(POLL_S)
    if shown:
        _progress("")
    return portal.ask("GET", f"/v1/imports/{import_id}")


def _progress(text: str) -> None:
    """One line that changes, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        say(text)


def _vouched(row: dict[str, Any], wanted: Confirmed) -> bool:
    """Whether only doubts stand against the row, and they are confirmed."""
    errors = row.get("errors", [])
    return bool(errors) and all(e["confirm"] for e in errors) and (wanted == "all" or row["row"] in wanted)


def _bad(found: dict[str, Any], wanted: Confirmed) -> list[dict[str, Any]]:
    return [row for row in found["rows"] if not row["ok"] and not _vouched(row, wanted)]


def _tell(found: dict[str, Any], bad: list[dict[str, Any]], *, dry_run: bool, json: bool) -> None:
    if json:
        as_json(found)
        return
    if bad:
        table(("row", "order", "field", "what is wrong", "what to do"), rows_told(bad))
    if found.get("routes"):
        table(("courier", "stops", "orders", "km", "hours"), routes_told(found["routes"]))
    counts = found["counts"]
    if found["state"] == "failed":
        say(f"dromos: {found.get('error') or 'the import failed'}")
    elif found["state"] == "done":
        left = f"; {len(bad)} rows were left out" if bad else ""
        line(
            f"Imported {counts['registered']} of {counts['total']} rows, {len(found['routes'])} routes{left}."
        )
    elif bad:
        say(f"{len(bad)} of {counts['total']} rows need mending. Nothing was imported.")
        doubtful = any(e["confirm"] for row in bad for e in row["errors"])
        vouch = " Look at the doubtful places, and vouch for them with --confirm ROW,ROW." if doubtful else ""
        say(f"Next: mend the rows and import again, or import the others with --good-rows.{vouch}")
    elif dry_run:
        line(f"All {counts['total']} rows are good. Without --dry-run they are imported.")
