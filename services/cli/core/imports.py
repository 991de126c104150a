"""What `dromos import` tells of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from services.cli.core.bodies import Unclear

Confirmed = frozenset[int] | Literal["all"]


def confirmed(text: str | None) -> Confirmed:
    """`ROW,ROW` or `all`.

    Raises:
        Unclear: it is neither.
    """
    if text is None:
        return frozenset()
    if text.strip() == "all":
        return "all"
    rows = [part.strip() for part in text.split(",") if part.strip()]
    if not rows or not all(row.isascii() and row.isdigit() and int(row) > 0 for row in rows):
        raise Unclear(f"{text!r} names no rows: write ROW,ROW as the spreadsheet numbers them, or all")
    return frozenset(map(int, rows))


def rows_told(bad: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """A line an error; row and order are told once."""
    told = []
    for row in bad:
        head = (str(row["row"]), str(row.get("recognised", {}).get("order_number", "")))
        for error in row["errors"]:
            told.append((*head, error["field"], error["message"], error["what_to_do"]))
            head = ("", "")
    return told


def routes_told(routes: Iterable[Mapping[str, Any]]) -> list[tuple[str, int, int, str, str]]:
    """A line a route."""
    return [
        (
            route["courier_id"],
            len(route["stops"]),
            sum(len(stop["rows"]) for stop in route["stops"]),
            f"{route['distance_m'] / 1000:.1f}",
            f"{route['duration_s'] / 3600:.1f}",
        )
        for route in routes
    ]
