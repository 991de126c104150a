"""`dromos link`: a recipient's link made or revoked."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.http import Portal
from services.cli.output import Json, as_json, command, line, say
from services.cli.shipments import ShipmentId

app = typer.Typer(help="Recipients' links.", no_args_is_help=True)


@command(app, "new", example="dromos link new s-1 --days 3")
def new(
    shipment: ShipmentId,
    days: Annotated[
        int | None, typer.Option(min=1, max=60, help="How long it is good; the portal says unless told.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a link to a shipment's page and print it.

    It is shown this once: only the hash of its secret is kept."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("POST", f"/v1/shipments/{shipment}/links", filled({"days": days}))
    if json:
        as_json(answer)
        return
    say(f"Good until {answer['expires_at']}; `dromos link revoke {shipment} {answer['link_id']}` ends it:")
    line(answer["url"])


@command(app, "revoke", example="dromos link revoke s-1 2c26b46b68ffc68f...")
def revoke(
    shipment: ShipmentId,
    link: Annotated[str, typer.Argument(help="The link's id, as `dromos shipment show` lists it.")],
    json: Json = False,
) -> None:
    """End a link: open pages of it close within two seconds."""
    with Portal(CliSettings(), "merchant") as portal:
        portal.ask("DELETE", f"/v1/shipments/{shipment}/links/{link}")
    if json:
        as_json({"link_id": link, "revoked": True})
    else:
        say("Revoked: open pages of it end within two seconds.")
