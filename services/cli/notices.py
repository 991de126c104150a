"""`dromos notice`: what became of notices, those that may have gone, the link again, and how they look."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.http import Portal, Role
from services.cli.output import Failure, Json, as_json, command, done, line, say, table
from services.cli.shipments import ShipmentId

app = typer.Typer(help="Messages to recipients, and what became of them.", no_args_is_help=True)

COLUMNS = ("at", "kind", "channel", "state", "reason", "next_try", "notice")
PREVIEW = "services.notifier.preview"
NoticeId = Annotated[str, typer.Argument(help="The notice's id, as `dromos notice held` lists it.")]


@command(app, "show", example="dromos notice show s-1")
def show(shipment: ShipmentId, json: Json = False) -> None:
    """Say of each notice of a shipment what became of it, and why.

    As the shop of DROMOS_MERCHANT_KEY, or as the administrator."""
    with Portal(CliSettings(), "merchant") as portal:
        found = portal.ask("GET", f"/v1/shipments/{shipment}/notices")["notices"]
    if json:
        as_json(found)
    elif not found:
        say(f"Nothing of {shipment} has been worth telling yet.")
    else:
        table(
            ("at", "kind", "channel", "state", "reason", "next try", "notice"),
            [tuple(str(each.get(name) or "") for name in COLUMNS) for each in found],
        )


@command(app, "held", example="dromos notice held --tenant athens")
def held(
    tenant: Annotated[str | None, typer.Option(help="Of this carrier only.")] = None, json: Json = False
) -> None:
    """List notices that may have gone: no answer came when they were handed over."""
    params = {"tenant": tenant} if tenant is not None else None
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("GET", "/v1/notices/held", params=params)
    found = answer["notices"]
    if json:
        as_json(found)
        return
    if not found:
        say("Nothing is held.")
        return
    table(
        ("since", "shipment", "notice", "kind", "channel", "why"),
        [
            tuple(str(each[name]) for name in ("at", "shipment", "notice", "kind", "channel", "reason"))
            for each in found
        ],
    )
    if answer["more"]:
        say("There are more: they come up as these are decided.")


def _ask(shipment: str, path: str, role: Role = "admin") -> dict[str, Any]:
    with Portal(CliSettings(), role) as portal:
        return portal.ask("POST", f"/v1/shipments/{shipment}/notices/{path}")


@command(app, "release", example="dromos notice release s-1 n-bz4kq")
def release(shipment: ShipmentId, notice: NoticeId, json: Json = False) -> None:
    """Send a held notice again: whoever got it gets it twice."""
    answer = _ask(shipment, f"{notice}/release")
    done(
        answer,
        f"{notice} is being sent again; `dromos notice show {shipment}` says what becomes of it.",
        json,
    )


@command(app, "discard", example="dromos notice discard s-1 n-bz4kq")
def discard(shipment: ShipmentId, notice: NoticeId, json: Json = False) -> None:
    """Leave a held notice as it is: if it did not go, the recipient hears nothing of this."""
    answer = _ask(shipment, f"{notice}/discard")
    done(answer, f"{notice} is left as it is.", json)


@command(app, "redeliver", example="dromos notice redeliver s-1 n-bz4kq")
def redeliver(shipment: ShipmentId, notice: NoticeId, json: Json = False) -> None:
    """Send a webhook again, the same message with the same webhook-id."""
    answer = _ask(shipment, f"{notice}/redeliver", "merchant")
    done(
        answer,
        f"{notice} is being sent again; `dromos notice show {shipment}` says what becomes of it.",
        json,
    )


@command(app, "resend", example="dromos notice resend s-1")
def resend(shipment: ShipmentId, json: Json = False) -> None:
    """Send the link again to the contact on file."""
    answer = _ask(shipment, "link", "merchant")
    done(answer, f"The link of {shipment} is on its way to the contact on file.", json)


@command(app, "preview", example="dromos notice preview --out notices.html")
def preview(
    out: Annotated[Path, typer.Option(help="Where the page is written.")] = Path(
        ".artifacts/notices/index.html"
    ),
    json: Json = False,
) -> None:
    """Write a page with every message in every language, SMS segments counted."""
    done = subprocess.run(
        [sys.executable, "-m", PREVIEW, "--out", str(out)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failure(f"{PREVIEW} ended with {done.returncode}", done.stderr.strip()[-500:])
    if json:
        as_json({"page": str(out)})
    else:
        line(str(out))
