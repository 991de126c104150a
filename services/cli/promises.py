"""`dromos promises`: whether the windows that people were shown held, and what other ones would have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.output import Json, as_json, command, line, say, table
from services.cli.reports import Carrier, Shop, ask_for
from services.cli.stack import run_module

app = typer.Typer(help="Whether the windows that people were shown held.", no_args_is_help=True)

Days = Annotated[int, typer.Option(min=1, max=730, help="Of attempts that ended in so many days.")]
BARS = "▁▂▃▄▅▆▇█"
FEW = 30
"""Of fewer attempts a share says little; it is marked."""
GROUPS = {"courier": "by_courier", "area": "by_area", "hour": "by_hour", "model": "by_model"}


@command(app, "report", example="dromos promises report --days 7 --merchant bookshop")
def report(
    days: Days = 30,
    merchant: Shop = None,
    courier: Annotated[str | None, typer.Option(help="Of this courier only.")] = None,
    tenant: Carrier = None,
    by: Annotated[str | None, typer.Option(help="Also by courier, area, hour, or model.")] = None,
    json: Json = False,
) -> None:
    """How often deliveries came within the window that was on display, against the 90 % that are stated.

    What was not delivered is a miss, and so is a window that was said to be unknown. A rate stands with its
    95 % interval; * marks what fewer than 30 attempts say."""
    if by is not None and by not in GROUPS:
        raise typer.BadParameter(f"one of {', '.join(GROUPS)}", param_hint="--by")
    since = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=days)
    answer = ask_for("/v1/desk/promises", tenant, merchant, courier=courier, **{"from": since.isoformat()})
    if json:
        as_json(answer)
    elif not answer["attempts"]:
        say(f"No attempt with a window has ended in {days} days.")
    else:
        _tell(answer, days)
        if by is not None:
            line("")
            _lines(by, answer[GROUPS[by]])


@command(app, "replay", example="dromos promises replay --days 30 --coverage 0.95")
def replay(
    days: Days = 30,
    merchant: Shop = None,
    tenant: Carrier = None,
    coverage: Annotated[
        float | None, typer.Option(min=0.5, max=0.99, help="State this share instead of 0.9.")
    ] = None,
    early: Annotated[
        float | None, typer.Option(min=0.1, max=10, help="The prior's width before the estimate.")
    ] = None,
    late: Annotated[
        float | None, typer.Option(min=0.1, max=10, help="The prior's width after the estimate.")
    ] = None,
    json: Json = False,
) -> None:
    """Run the calibration and the showing of the code at hand over the ledger, beside what was shown.

    Before a change goes live: nothing is written, nobody is told anything. Each day is calibrated by the days
    before it, so the first is the prior's."""
    given = {
        "--days": days,
        "--merchant": merchant,
        "--tenant": tenant,
        "--coverage": coverage,
        "--early": early,
        "--late": late,
    }
    arguments = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    run_module(
        "services.estimator.replay", [*arguments, *(["--json"] if json else [])], CliSettings().environment()
    )


def _tell(answer: dict[str, Any], days: int) -> None:
    more = ", the newest" if answer["bounded"] else ""
    line(
        f"{answer['attempts']:,} attempts of {days} days{more}, {answer['delivered']:,} delivered. "
        f"Stated: {answer['stated']:.0%}."
    )
    line("")
    _lines("before the end", answer["by_horizon"], " min")
    revised, unknown = answer["revisions"], answer["overall"]["unknown"] / max(1, answer["overall"]["looks"])
    line("")
    line(
        f"Windows an attempt was shown after its first: {revised['mean']:.1f} "
        f"(median {revised['p50']}, most {revised['most']}). Said to be unknown: {unknown:.1%}."
    )
    if not answer["overall"]["looks"]:
        line("No window was on display two hours to ten minutes before an attempt ended.")
        return
    rates = [point["rate"] for point in answer["curve"]]
    scales = ", ".join(f"{point['scale']:g}" for point in answer["curve"])
    line(f"Within windows {scales} times as wide: {sparkline(rates)} {', '.join(f'{r:.0%}' for r in rates)}")
    hours = answer["by_hour"]
    if hours:
        spark = sparkline([hour["rate"] for hour in hours])
        line(f"By hour of the day, {hours[0]['key']} to {hours[-1]['key']}: {spark}")


def _lines(what: str, lines: list[dict[str, Any]], unit: str = "") -> None:
    shares = ("hit", "95 %", "he came", "unknown", "not delivered")
    columns = (what, "attempts", "looks", *shares, "width p10-p50-p90")
    table(columns, [_row(each, unit) for each in lines])


def _row(of: dict[str, Any], unit: str) -> tuple[object, ...]:
    looks, few = of["looks"], "*" if of["attempts"] < FEW else ""
    name = of.get("name")
    key = f"{name} ({of['key']})" if name else of["key"] + unit
    if looks == 0:
        return (key, 0, 0, "", "", "", "", "", "")
    widths = [of.get(f"width_p{share}_min") for share in (10, 50, 90)]
    return (
        key,
        of["attempts"],
        looks,
        f"{of['rate']:.1%}{few}",
        f"{of['least']:.1%}-{of['most']:.1%}",
        f"{of['came'] / looks:.1%}",
        f"{of['unknown'] / looks:.1%}",
        f"{of['undelivered'] / looks:.1%}",
        "-".join(f"{w:.0f}" for w in widths) + " min" if None not in widths else "",
    )


def sparkline(shares: list[float]) -> str:
    """Shares from 0 to 1 as a line of bars."""
    return "".join(BARS[min(len(BARS) - 1, int(share * len(BARS)))] for share in shares)
