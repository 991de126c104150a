"""`dromos status` says the worst first, and names a section that is there."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import psutil
import pytest

from shared.adapters import standing
from shared.config import CommonSettings
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.views.work import Canary
from shared.domain.standing import Mark, Part, Put, RoleLag, Standing, put_aside, role_lags, told, word

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
WELL = Standing(
    at_ms=1_795_168_800_000,
    parts=(Part("portal", "portal", True), Part("couriers", "couriers-2", True, 1_795_168_000_000)),
    kafka="",
    redis="",
    postgres="",
    lag=(RoleLag("couriers", "couriers", 1, 3, 0.2),),
    marks=(Mark("couriers", 0.4, ()),),
    put_aside=(),
    sockets=7,
)
PARKED = Put("courier.positions", "clock_ahead", True, 4)
LETTER = Put("shipment.commands", "unreadable", False, 2)
REDIS_AWAY = {"redis": "refused", "marks": None}
KAFKA_AWAY = {"kafka": "no answer", "lag": None, "put_aside": None}


@pytest.mark.parametrize(
    ("change", "ok", "says", "section"),
    [
        ({}, True, "nothing needs doing", ""),
        ({"put_aside": (PARKED,)}, True, "4 points were parked", "What ingest parks"),
        ({"put_aside": (PARKED, LETTER)}, True, "2 messages were put aside", "Dead letters"),
        ({"lag": (RoleLag("couriers", "couriers", 0, 900, 60.0),)}, False, "couriers: behind.", "Lag"),
        ({"marks": (Mark("couriers", None, (3,)),)}, False, "couriers: behind; pages", "Lag"),
        ({"put_aside": None}, False, "not in time", "Lag"),
        ({"parts": (Part("couriers", "c-2", False),)}, False, "c-2: not ready", "Workers that exit"),
        ({"parts": (Part("portal", "portal", False),)}, False, "portal: not ready", "Running it"),
        (REDIS_AWAY, False, "Redis is away: refused", "Running it"),
        (
            {"canary": Canary(at_ms=1, detail="no answer of ingest")},
            False,
            "come through: no answer of ingest",
            "The canary",
        ),
        ({"postgres": "refused"}, False, "PostgreSQL is away: refused", "Running it"),
        ({"marks": (Mark("lists", None, (3,)),)}, False, "lists: behind.", "Lag"),
        (KAFKA_AWAY, False, "Kafka is away: no answer", "Running it"),
        (REDIS_AWAY | KAFKA_AWAY, False, "until it is back. Redis is away", "Running it"),
    ],
)
def test_a_last_line_says_whether_something_is_to_be_done(
    change: dict[str, object], ok: bool, says: str, section: str
) -> None:
    said = word(msgspec.structs.replace(WELL, **change))
    assert (said.ok, said.section) == (ok, section)
    assert says in said.text
    assert not section or f"# {section}\n" in OPERATIONS


def test_what_is_down_goes_before_what_is_behind() -> None:
    both = msgspec.structs.replace(
        WELL, parts=(Part("couriers", "couriers", False),), marks=(Mark("couriers", 90.0, (0, 1)),)
    )
    assert word(both).text.startswith("couriers: not ready")
    assert both.paused is True


def test_as_json_it_says_what_the_exit_code_says() -> None:
    said = told(WELL)
    assert (said["ok"], said["see"], said["paused"], said["sockets"]) == (True, None, False, 7)
    assert said["kafka"] == {"up": True, "detail": None}
    assert [part["since"] for part in said["parts"]] == [None, "2026-11-20T09:46:40.000+00:00"]
    away = told(msgspec.structs.replace(WELL, redis="refused", marks=None))
    assert (away["ok"], away["paused"], away["redis"]) == (False, None, {"up": False, "detail": "refused"})
    assert away["lag"][0]["records"] == 3, "the rest is told"


def test_of_the_groups_of_stages_the_shown_generations_counts() -> None:
    groups = [
        ("stages", 0, 9, 900.0),
        ("stages-g2", 0, 5, 50.0),
        ("stages-g10", 1, 0, 0.0),
        ("other", 1, 0, 0.0),
    ]
    assert [lag.group for lag in role_lags(groups, ("stages",), 10)] == ["stages-g10"]
    assert [lag.group for lag in role_lags(groups, ("stages",), 1)] == ["stages"]
    assert [lag.group for lag in role_lags(groups, ("stages",), None)] == ["stages-g10"]
    assert role_lags(groups, ("couriers",), 1) == ()


def test_parked_points_are_told_from_dead_letters() -> None:
    def letter(id: str, offset: int | None) -> DeadLetter:
        return DeadLetter(
            id=id, reason="unreadable", detail="", where="w", first_seen_ms=1, last_seen_ms=1,
            topic="courier.positions", value="", offset=offset,
        )  # fmt: skip

    found = put_aside([letter("a", None), letter("b", 1), letter("c", None)])
    assert [(put.parked, put.count) for put in found] == [(True, 2), (False, 1)]


def test_a_part_that_ends_while_it_is_asked_spoils_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = CommonSettings(state_dir=tmp_path, part="test")
    (tmp_path / "run").mkdir()
    told_there = {"DROMOS_REDIS_URL": settings.redis_url}
    (tmp_path / "run" / "up.json").write_text(json.dumps(told_there), encoding="utf-8")
    parts = {"parts": {"portal": {"pid": 4_000_000}}}
    (tmp_path / "run" / "parts.json").write_text(json.dumps(parts), encoding="utf-8")
    monkeypatch.setattr(psutil, "pid_exists", lambda _pid: True)
    assert standing._began(settings) == {}
