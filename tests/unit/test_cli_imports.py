"""`dromos import` against a portal that answers as told: what it tells, what it asks for, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli import imports
from services.cli.core.bodies import Unclear
from services.cli.core.imports import confirmed, rows_told
from services.cli.main import app

PHONE = {"field": "phone", "code": "phone_invalid", "message": "No number.", "what_to_do": "Mend it."}
DOUBT = {"field": "line", "code": "address_unsure", "message": "Found X.", "what_to_do": "Confirm it."}
GOOD = {"row": 2, "ok": True, "errors": [], "recognised": {"order_number": "A-1"}}
BAD = {"row": 3, "ok": False, "errors": [PHONE | {"confirm": False}], "recognised": {"order_number": "A-2"}}
DOUBTFUL = {"row": 4, "ok": False, "errors": [DOUBT | {"confirm": True}], "recognised": {}}
ROUTE = {"courier_id": "aino", "stops": [{"rows": [2]}], "distance_m": 1500.0, "duration_s": 1800.0}


class FakePortal:
    """Reads the import, then has it ready, and done once it is applied."""

    rows: list[dict[str, Any]]
    asked: list[tuple[str, str, Any]]
    failed = False

    def __init__(self, *_: object) -> None:
        self.states = ["reading", "planning", "failed" if self.failed else "ready"]

    def __enter__(self) -> FakePortal:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        type(self).asked.append((method, path, body or more.get("form")))
        if method == "POST" and path.endswith("/apply"):
            self.states = ["applying", "done"]
        if method != "GET":
            return {"import_id": "i-1"}
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        done = state == "done"
        counts = {"total": len(self.rows), "registered": sum(r["ok"] for r in self.rows) if done else 0}
        error = "A column was not found." if state == "failed" else None
        return {"state": state, "rows": self.rows, "routes": [ROUTE], "counts": counts, "error": error}


Run = Callable[..., tuple[Result, list[tuple[str, str, Any]]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    file = tmp_path / "today.csv"
    file.write_bytes(b"Order;Name\n")
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(imports, "POLL_S", 0.0)

    def go(
        rows: list[dict[str, Any]], *options: str, failed: bool = False
    ) -> tuple[Result, list[tuple[str, str, Any]]]:
        made: Any = type("Made", (FakePortal,), {"rows": rows, "asked": [], "failed": failed})
        monkeypatch.setattr(imports, "Portal", made)
        result = CliRunner().invoke(app, ["import", str(file), "--merchant", "books", *options])
        return result, made.asked

    return go


def applied(asked: list[tuple[str, str, Any]]) -> list[Any]:
    return [body for method, path, body in asked if method == "POST" and path.endswith("/apply")]


def test_a_dry_run_applies_nothing_and_leaves_nothing(run: Run) -> None:
    result, asked = run([GOOD], "--dry-run")
    assert result.exit_code == 0
    assert applied(asked) == []
    assert asked[-1][:2] == ("DELETE", "/v1/imports/i-1")
    result, asked = run([GOOD, BAD], "--dry-run")
    assert result.exit_code == 1
    assert "No number." in result.output
    assert "Mend it." in result.output
    assert "A-2" in result.output


def test_all_good_is_applied(run: Run) -> None:
    result, asked = run([GOOD], "--couriers", "aino,eeva", "--depot", "24.9,60.1")
    assert result.exit_code == 0, result.output
    assert applied(asked) == [
        {"confirm": [], "couriers": ["aino", "eeva"], "depot": {"lon": 24.9, "lat": 60.1}}
    ]
    assert asked[0][2] == {"merchant": "books", "dry_run": "true", "couriers": "aino,eeva"}
    assert "Imported 1 of 1 rows" in result.output


def test_a_bad_row_keeps_the_others_out_unless_told(run: Run) -> None:
    result, asked = run([GOOD, BAD])
    assert result.exit_code == 1
    assert applied(asked) == []
    assert "--good-rows" in result.output
    result, asked = run([GOOD, BAD], "--good-rows")
    assert result.exit_code == 0
    assert len(applied(asked)) == 1
    result, asked = run([BAD], "--good-rows")
    assert result.exit_code == 1
    assert applied(asked) == []


def test_doubts_are_vouched_for_by_row(run: Run) -> None:
    assert run([GOOD, DOUBTFUL])[0].exit_code == 1
    for option in ("4", "all"):
        result, asked = run([GOOD, DOUBTFUL], "--confirm", option)
        assert result.exit_code == 0
        assert applied(asked) == [{"confirm": [4]}]
    assert run([GOOD, DOUBTFUL], "--confirm", "2")[0].exit_code == 1


def test_nobody_gets_the_stops(run: Run) -> None:
    _, asked = run([GOOD], "--couriers", "none")
    assert applied(asked) == [{"confirm": [], "couriers": []}]


def test_a_file_that_failed(run: Run) -> None:
    result, asked = run([], failed=True)
    assert result.exit_code == 1
    assert "A column was not found." in result.output
    assert applied(asked) == []


def test_json_is_the_import(run: Run) -> None:
    result, _ = run([GOOD, BAD], "--dry-run", "--json")
    assert result.exit_code == 1
    assert [row["row"] for row in json.loads(result.stdout)["rows"]] == [2, 3]


def test_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["import", "x.csv"]).exit_code == 2
    gone = CliRunner().invoke(app, ["import", str(tmp_path / "none.csv"), "--merchant", "m"])
    assert gone.exit_code == 2
    with pytest.raises(Unclear):
        confirmed("two")
    assert confirmed("2, 3") == frozenset({2, 3})


def test_row_and_order_are_told_once() -> None:
    two = {"row": 3, "recognised": {"order_number": "A-2"}, "errors": [PHONE, DOUBT]}
    assert [line[:2] for line in rows_told([two])] == [("3", "A-2"), ("", "")]
