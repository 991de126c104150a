"""`dromos route`: a courier's round planned, begun, looked at; and his duty."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import Unclear, route
from services.cli.files import body_from
from services.cli.http import Portal
from services.cli.output import Failure, Json, as_json, command, line, table
from services.cli.shipments import WAIT_S, Merchant, outcome

app = typer.Typer(help="Couriers' routes.", no_args_is_help=True)

CourierId = Annotated[str, typer.Argument(help="The courier's id.")]
RouteId = Annotated[str, typer.Argument(help="The route's id.")]


def _tell(answer: dict[str, Any], done: str, json: bool) -> None:
    if json:
        as_json(answer)
    else:
        outcome(answer, done)


@command(app, "plan", example="dromos route plan eleni r-1 --stop s-1 --stop s-2,s-3 --driver Eleni")
def plan(
    courier: CourierId,
    route_: Annotated[str, typer.Argument(metavar="ROUTE", help="The route's id.")],
    stop: Annotated[
        list[str] | None,
        typer.Option(help="SHIPMENT[,SHIPMENT...][@LON,LAT], in driving order; repeat for each stop."),
    ] = None,
    depot: Annotated[str | None, typer.Option(help="Where the first leg begins, LON,LAT.")] = None,
    driver: Annotated[str | None, typer.Option(help="The driver's first name.")] = None,
    vehicle: Annotated[str | None, typer.Option(help="What to look out for.")] = None,
    file: Annotated[str | None, typer.Option(help="The whole body as JSON; - reads standard input.")] = None,
    json: Json = False,
) -> None:
    """Plan a route, or replace what was planned under its id.

    A stop without a place is at its first shipment's address."""
    try:
        body = body_from(file) | route(stop or [], depot, driver, vehicle)
    except Unclear as error:
        raise Failure(str(error), "Mend the option and try again.") from error
    if not body.get("stops"):
        raise Failure("a route needs stops", "Give --stop once for each, or --file.")
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("PUT", f"/v1/routes/{courier}/{route_}", body, wait_s=WAIT_S)
    _tell(answer, f"Planned {route_} of {courier}: {len(body['stops'])} stops.", json)


@command(app, "show", example="dromos route show eleni r-1")
def show(courier: CourierId, route: RouteId, json: Json = False) -> None:
    """Show a route's stops in driving order. Of other shops' stops only that they are there."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("GET", f"/v1/routes/{courier}/{route}")
    if json:
        as_json(answer)
        return
    since = f"set out {answer['set_out_at']}" if answer.get("set_out_at") else "not yet set out"
    line(f"{answer['route']} of {answer['courier']}, plan version {answer['version']}, {since}")
    table(
        ("", "stop", "lon", "lat", "shipments"),
        [
            (
                s["position"],
                s.get("stop") or "(another shop's)",
                s.get("lon"),
                s.get("lat"),
                " ".join(s["shipments"]),
            )
            for s in answer["stops"]
        ],
    )


@command(app, "set-out", example="dromos route set-out eleni r-1")
def set_out(courier: CourierId, route: RouteId, json: Json = False) -> None:
    """The courier sets out: his shipments are out for delivery, and their recipients may see him."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("POST", f"/v1/routes/{courier}/{route}/set-out", wait_s=WAIT_S)
    _tell(answer, f"{courier} has set out on {route}.", json)


@command(app, "close", example="dromos route close eleni r-1")
def close(courier: CourierId, route: RouteId, json: Json = False) -> None:
    """Close a route: what has no outcome yet is taken off it."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("POST", f"/v1/routes/{courier}/{route}/close", wait_s=WAIT_S)
    _tell(answer, f"Closed {route} of {courier}.", json)


@command(app, "duty", example="dromos route duty eleni off")
def duty(
    courier: CourierId,
    on: Annotated[str, typer.Argument(metavar="on|off", help="On duty or off.")],
    merchant: Merchant = None,
    json: Json = False,
) -> None:
    """Put a courier on duty or off: off duty no position of his is kept or shown."""
    if on not in ("on", "off"):
        raise Failure(f"{on!r} is neither on nor off", "Write `dromos route duty COURIER on` or off.")
    with Portal(CliSettings(), "merchant", merchant) as portal:
        answer = portal.ask("POST", f"/v1/couriers/{courier}/duty", {"on": on == "on"}, wait_s=WAIT_S)
    _tell(answer, f"{courier} is {on} duty.", json)
