"""`dromos merchant level`: when what is ordered at a shop can come."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.files import body_from
from services.cli.http import Portal
from services.cli.output import Json, as_json, command, line, say, table

app = typer.Typer(help="Service levels: when what is ordered at a shop can come.", no_args_is_help=True)

MerchantId = Annotated[str, typer.Argument(help="The merchant's id.")]
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DETAILS = ("postcodes", "holidays", "closed", "open", "capacity")


@command(app, "show", example="dromos merchant level show bookshop")
def show(merchant: MerchantId, json: Json = False) -> None:
    """Show a shop's service levels; with --json as `put` takes them."""
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("GET", f"/v1/merchants/{merchant}/service-levels")
    if json:
        as_json({"levels": answer["levels"]})
    elif not answer["levels"]:
        say(f"{merchant} has no service levels: `dromos merchant level put` makes some.")
    else:
        for level in answer["levels"]:
            _tell(level, answer["zone"])


@command(app, "put", example="dromos merchant level put bookshop --file levels.json")
def put(
    merchant: MerchantId,
    file: Annotated[
        str, typer.Option(help='All levels as JSON, {"levels": [...]}; - reads standard input.')
    ] = "-",
    json: Json = False,
) -> None:
    """Replace all service levels of a shop. What is registered keeps its window.

    To change them: `dromos merchant level show SHOP --json`, edit, put."""
    body = body_from(file)
    with Portal(CliSettings(), "admin") as portal:
        answer = portal.ask("PUT", f"/v1/merchants/{merchant}/service-levels", body)
    if json:
        as_json({"levels": answer["levels"]})
    else:
        names = ", ".join(level["level"] for level in answer["levels"]) or "none"
        say(f"Service levels of {merchant}: {names}.")


@command(app, "slots", example="dromos merchant level slots bookshop --postcode 10563")
def slots(
    merchant: MerchantId,
    postcode: Annotated[str | None, typer.Option(help="Where it goes.")] = None,
    ordered: Annotated[
        str | None, typer.Option(help="When it is ordered, ISO 8601 with offset; now unless told.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="This service level only.")] = None,
    language: Annotated[str, typer.Option(help="Of the words: el, ru or en.")] = "en",
    limit: Annotated[int, typer.Option(min=1, max=100, help="So many at most.")] = 10,
    json: Json = False,
) -> None:
    """Show when what is ordered now can come, as the shop's checkout is told."""
    params = filled({"postcode": postcode, "ordered": ordered, "level": level})
    params |= {"language": language, "limit": str(limit)}
    with Portal(CliSettings(), "merchant") as portal:
        answer = portal.ask("GET", f"/v1/merchants/{merchant}/slots", params=params)
    if json:
        as_json(answer["slots"])
    elif not answer["slots"]:
        say("Nothing is free for as long as is looked ahead.")
    else:
        rows = [(s["level"], s["text"], s["from"], s["to"], s.get("left")) for s in answer["slots"]]
        table(("level", "when", "from", "to", "left"), rows)


def _tell(level: dict[str, Any], zone: str) -> None:
    days, lead = level["packing_days"], level["lead_days"]
    line(f"{level['level']}: {level['name']}")
    line(f"  ordered before {level['cut_off']} ({zone}), packed that day if it is {_week(days)}")
    line(f"  brought {lead} days of work later, on {_week(level['delivery_days'])}")
    for slot in level["slots"]:
        most = f", {slot['capacity']} at most" if slot.get("capacity") else ""
        line(f"  {slot['start']}-{slot['end']}{most}")
    for name in DETAILS:
        if value := level.get(name):
            line(f"  {name}: {', '.join(value) if isinstance(value, list) else value}")
    if level["imports"]:
        line("  imported rows that name no window get its first free slot")


def _week(days: list[int]) -> str:
    return ", ".join(WEEK[day - 1] for day in days)
