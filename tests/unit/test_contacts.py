"""Contacts per hundred shipments: the rate, its interval, what is compared with what, how it is printed."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.cli.http import Portal
from services.cli.main import app
from services.portal.core.contacts import Cell, rate, report

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
CELLS = [
    Cell("books", MAY, True, False, 90, 9),
    Cell("books", MAY, False, False, 10, 4),
    Cell("books", MAY, False, True, 10, 5),
    Cell("books", JUNE, True, False, 50, 0),
    Cell("toys", MAY, False, False, 40, 8),
]


def made(cells: list[Cell]) -> dict[str, Any]:
    since, until = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    found = report(cells, Counter(where=3), Counter(call=3), since, until, {"books": "Bookshop"}.get)
    return json.loads(found.model_dump_json(exclude_none=True))  # type: ignore[no-any-return]


def test_the_hold_out_group_is_compared_with_the_same_shops_at_the_same_time() -> None:
    found = made(CELLS)
    counts = {name: (found[name]["shipments"], found[name]["contacts"]) for name in ("all", "held_out")}
    assert counts == {"all": (200, 26), "held_out": (10, 5)}
    assert (found["compared"]["shipments"], found["compared"]["contacts"]) == (100, 13)
    assert (found["opened"]["shipments"], found["unopened"]["shipments"]) == (140, 60)
    assert [(g["begins"], g["shop"], g["shipments"]) for g in found["groups"]] == [
        ("2026-06-01", "Bookshop", 50),
        ("2026-05-01", "Bookshop", 110),
        ("2026-05-01", "toys", 40),
    ]


@pytest.mark.parametrize(
    ("contacts", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_the_interval_is_near_the_exact_one(contacts: int, low: float, high: float) -> None:
    """Exact bounds of a Poisson mean (Garwood 1936), as tables have them."""
    found = rate(100, contacts)
    assert found is not None
    assert found[1] == pytest.approx(low, abs=0.03)
    assert found[2] == pytest.approx(high, rel=0.01, abs=0.05)


@given(st.integers(1, 10_000), st.integers(0, 500))
def test_the_rate_lies_in_its_interval(shipments: int, contacts: int) -> None:
    found = rate(shipments, contacts)
    assert found is not None
    per_100, low, high = found
    assert 0 <= low <= per_100 < high < math.inf


def test_of_no_shipments_there_is_no_rate() -> None:
    assert rate(0, 0) is None
    assert "per_100" not in made([])["all"]


def test_it_is_printed_with_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []

    def ask(_: Portal, method: str, path: str, *, params: dict[str, str]) -> dict[str, Any]:
        assert (method, path) == ("GET", "/v1/contacts/report")
        asked.append(params)
        return made([] if params.get("merchant") == "none" else CELLS)

    monkeypatch.setenv("DROMOS_ADMIN_TOKEN", "a-token")
    monkeypatch.setattr(Portal, "ask", ask)
    words = ["contacts", "report", "--by", "month", "--tenant", "athens"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert asked == [{"tenant": "athens", "by": "month", "days": "90"}]
    held = next(row for row in told.output.splitlines() if row.startswith("hold-out"))
    assert "50.0 (" in held
    nothing = CliRunner().invoke(app, [*words, "--merchant", "none"])
    assert "No shipments" in nothing.output
