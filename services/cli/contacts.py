"""`dromos contacts`: how often recipients call or write."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from services.cli.output import Json, as_json, command, line, say, table
from services.cli.reports import Carrier, Shop, ask_for

app = typer.Typer(help="How often recipients call or write.", no_args_is_help=True)

COMPARED = (
    ("all", "all"),
    ("opened", "link opened"),
    ("unopened", "link not opened"),
    ("held_out", "hold-out group"),
    ("compared", "the others there"),
)


@command(app, "report", example="dromos contacts report --by month --days 365")
def report(
    by: Annotated[Literal["day", "week", "month"], typer.Option(help="day, week or month.")] = "week",
    days: Annotated[int, typer.Option(min=1, max=730, help="So many days back from now.")] = 90,
    tenant: Carrier = None,
    merchant: Shop = None,
    json: Json = False,
) -> None:
    """Show contacts per 100 shipments with their 95 % interval: by whether the link was opened, of the
    hold-out group against the others, and by shop over time.

    Shipments count by when they were registered; a contact is a call, mail, SMS or chat of the recipient."""
    answer = ask_for("/v1/contacts/report", tenant, merchant, by=by, days=str(days))
    if json:
        as_json(answer)
        return
    if not answer["all"]["shipments"]:
        say(f"No shipments were registered in {days} days.")
        return
    rows = [(said, *_figures(answer[name])) for name, said in COMPARED if answer[name]["shipments"]]
    table(("shipments of", "shipments", "contacts", "per 100"), rows)
    over = [(group["begins"], group["shop"], *_figures(group)) for group in answer["groups"]]
    table(("from", "shop", "shipments", "contacts", "per 100"), over)
    if not answer["held_out"]["shipments"]:
        line("No hold-out group: who opens a link may differ from who does not in other ways too.")


def _figures(of: dict[str, Any]) -> tuple[str, str, str]:
    return (
        str(of["shipments"]),
        str(of["contacts"]),
        f"{of['per_100']:.1f} ({of['low']:.1f} to {of['high']:.1f})",
    )
