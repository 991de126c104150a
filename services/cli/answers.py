"""`dromos answers`: what recipients say after the delivery."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from services.cli.output import Json, as_json, command, line, say, table
from services.cli.reports import Carrier, Shop, ask_for

app = typer.Typer(help="What recipients say after the delivery.", no_args_is_help=True)


@command(app, "report", example="dromos answers report --by courier --days 7")
def report(
    by: Annotated[Literal["shop", "courier", "day"], typer.Option(help="shop, courier or day.")] = "shop",
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days back from now.")] = 30,
    tenant: Carrier = None,
    merchant: Shop = None,
    json: Json = False,
) -> None:
    """Show NPS, CSI and the share of those for whom all is right, each with its count and 95 % interval.

    A figure of fewer than 30 answers is marked: chance alone moves it by tens of points."""
    answer = ask_for("/v1/answers/report", tenant, merchant, by=by, days=str(days))
    if json:
        as_json(answer)
        return
    if not answer["groups"]:
        say(f"Nobody has answered in {days} days.")
        return
    rows = [(group["name"] or "nobody", *_figures(group)) for group in answer["groups"]]
    table((by, "NPS", "CSI %", "all right %"), [*rows, ("together", *_figures(answer["all"]))])
    line(f"{answer['answered']} of {answer['delivered']} delivered parcels were answered for.")


def _figures(group: dict[str, Any]) -> list[str]:
    return [_figure(group[name]) for name in ("nps", "csi", "all_right")]


def _figure(of: dict[str, Any]) -> str:
    if "value" not in of:
        return "-"
    few = ", few" if of["few"] else ""
    return f"{of['value']:g} ({of['low']:g} to {of['high']:g}; n={of['answers']}{few})"
