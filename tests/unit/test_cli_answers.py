"""`dromos answers report`: figures with how few they are."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.http import Portal
from services.cli.main import app
from services.portal.core import answers

ROWS = [
    ("books", "nps", 10, 40),
    ("books", "nps", 3, 10),
    ("books", "csi", 5, 4),
    ("toys", "all_right", 1, 1),
]


def told(rows: list[tuple[str | None, str, int, int]]) -> dict[str, Any]:
    """What the portal answers."""
    groups = answers.groups(rows, {"books": "Bookshop"}.get)
    return {
        "by": "shop",
        "delivered": 80,
        "answered": 51,
        "all": answers.together(rows).model_dump(exclude_none=True),
        "groups": [group.model_dump(exclude_none=True) for group in groups],
    }


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The questions that the portal was asked; it has `ROWS`, and nothing of the shop `none`."""
    found: list[dict[str, str]] = []

    def ask(_: Portal, method: str, path: str, *, params: dict[str, str]) -> dict[str, Any]:
        assert (method, path) == ("GET", "/v1/answers/report")
        found.append(params)
        return told([] if params.get("merchant") == "none" else list(ROWS))

    monkeypatch.setenv("DROMOS_ADMIN_TOKEN", "a-token")
    monkeypatch.setattr(Portal, "ask", ask)
    return found


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["answers", "report", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_figures_come_with_count_and_interval(asked: list[dict[str, str]]) -> None:
    output = run("--days", "7", "--tenant", "athens")
    assert asked == [{"tenant": "athens", "by": "shop", "days": "7"}]
    books = next(line for line in output.splitlines() if line.startswith("Bookshop"))
    assert "60 (" in books
    assert "n=50)" in books
    assert "n=4, few)" in books
    assert "toys" in output
    assert "51 of 80 delivered parcels" in output


def test_nobody_has_answered(asked: list[dict[str, str]]) -> None:
    assert "Nobody has answered in 30 days." in run("--merchant", "none")
    assert asked[0]["days"] == "30"


def test_json_is_what_the_portal_says(asked: list[dict[str, str]]) -> None:
    assert '"delivered": 80' in run("--json")
    assert len(asked) == 1
