"""The command line: every command helps with an example and takes --json; what it decides without I/O."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.testing import CliRunner

from deploy.local.preflight import Check
from services.cli import docs, promises
from services.cli.config import CliSettings
from services.cli.core import bodies, records
from services.cli.core.letters import Wanted, counts
from services.cli.core.watching import as_line, seen
from services.cli.http import Api
from services.cli.main import app
from services.cli.output import Failure
from shared.adapters import health
from shared.contracts.courier_positions import position, sign_of_life
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.views.work import Heartbeat
from shared.ports.log import Record

ISSUED = {
    "up", "doctor", "status", "topics ensure", "topics diff", "topics list", "topics lag", "topics tail",
    "dlq list",
    "dlq show", "dlq redrive", "device enrol", "device rotate", "device revoke", "device watch",
    "shipment create", "shipment event", "shipment forget", "shipment show", "route plan", "route show",
    "link new", "link revoke", "simulate", "rebuild", "merchant put", "merchant show", "merchant key",
    "merchant level show", "merchant level put", "merchant level slots",
    "desk invite", "merchant webhook add", "merchant webhook list", "merchant webhook rotate",
    "merchant webhook remove", "merchant webhook enable", "merchant webhook disable",
    "notice show", "notice held", "notice release", "notice discard", "notice redeliver", "notice resend",
    "notice preview", "promises report", "promises replay",
}  # fmt: skip


def walk(group: TyperGroup, path: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from walk(command, f"{path}{name} ")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{path}{name}", command


ROOT = typer.main.get_command(app)
assert isinstance(ROOT, TyperGroup)
COMMANDS = dict(walk(ROOT))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("DROMOS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def test_all_commands_are_there() -> None:
    assert set(COMMANDS) >= ISSUED


@pytest.mark.parametrize("path", COMMANDS)
def test_help_has_an_example_and_json(path: str) -> None:
    command = COMMANDS[path]
    shown = CliRunner().invoke(app, [*path.split(), "--help"])
    assert shown.exit_code == 0
    assert f"Example: dromos {path}" in " ".join(shown.output.split())
    assert "--json" in shown.output
    assert len(command.help or "") > 20


@pytest.mark.parametrize("path", COMMANDS)
def test_the_example_is_understood(path: str) -> None:
    """Its words parse as this command's: no unknown option, nothing missing."""
    command = COMMANDS[path]
    words = shlex.split((command.epilog or "").removeprefix(f"Example: dromos {path}"))
    context = command.make_context(path, words, resilient_parsing=False)
    assert context.params
    for option in command.params:
        if isinstance(option, TyperOption):
            assert option.help, f"{path} {option.name} says nothing"


def test_the_page_of_the_docs_is_current() -> None:
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page(), "run `python -m services.cli.docs`"


@pytest.mark.parametrize("word", ["--what", "nonsense"])
def test_what_makes_no_sense_ends_with_2(word: str) -> None:
    assert CliRunner().invoke(app, ["topics", word]).exit_code == 2


def test_a_failure_says_why_and_what_next_on_standard_error() -> None:
    shown = CliRunner().invoke(app, ["link", "new", "s-1"])
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr.startswith(
        "dromos: There is no key to show the portal.\nNext: Set DROMOS_MERCHANT_KEY"
    )


def test_a_failure_with_json_is_one_json_line() -> None:
    shown = CliRunner().invoke(app, ["route", "duty", "eleni", "maybe", "--json"])
    assert (shown.exit_code, shown.stdout) == (1, "")
    told = json.loads(shown.stderr)
    assert told["error"] == "'maybe' is neither on nor off"
    assert "dromos route duty" in told["next"]


# Settings


def test_the_stack_that_runs_here_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "keys.json").write_text('{"DROMOS_ADMIN_TOKEN": "t0ken", "DROMOS_TICKET_KEY": "other"}')
    assert CliSettings().admin_token.get_secret_value() == "", (
        "keys of a stack that does not run are left alone"
    )
    (run / "up.json").write_text('{"DROMOS_KAFKA_BOOTSTRAP": "127.0.0.1:5", "portal": "http://127.0.0.1:6"}')
    found = CliSettings()
    assert found.admin_token.get_secret_value() == "t0ken"
    assert (found.kafka_bootstrap, found.portal_address) == ("127.0.0.1:5", "http://127.0.0.1:6")
    assert "t0ken" not in repr(found)
    monkeypatch.setenv("DROMOS_PORTAL", "https://portal.example.org/")
    assert CliSettings().portal_address == "https://portal.example.org"
    (run / "up.json").write_text("{broken")
    assert CliSettings().kafka_bootstrap == "127.0.0.1:9092"


def test_processes_get_what_is_known_and_what_is_set_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROMOS_PORTAL", "http://127.0.0.1:6001")
    monkeypatch.setenv("DROMOS_INGEST_PORT", "7")
    told = CliSettings().environment()
    assert (told["DROMOS_PORTAL_PORT"], told["DROMOS_INGEST_PORT"]) == ("6001", "7")
    assert "DROMOS_ADMIN_TOKEN" not in told


# Servers' answers


def asked(answer: httpx.Response | Exception, key: str = "k") -> Failure:
    def reply(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer k"
        if isinstance(answer, Exception):
            raise answer
        return answer

    api = Api("the portal", "http://p", "DROMOS_PORTAL", 1.0, httpx.MockTransport(reply))
    with pytest.raises(Failure) as caught:
        api.ask("GET", "/v1/x", key=key, key_variable="DROMOS_MERCHANT_KEY")
    api.close()
    return caught.value


def problem(status: int, **members: Any) -> httpx.Response:
    return httpx.Response(
        status, json={"status": status, "detail": "That is so.", **members}, headers={"Retry-After": "7"}
    )


def test_refusals_are_told_with_what_to_do() -> None:
    down = asked(httpx.ConnectError("Connection refused"))
    assert down.reason == "the portal does not answer at http://p: Connection refused"
    assert "dromos up" in down.then
    assert "DROMOS_PORTAL" in down.then
    assert "DROMOS_MERCHANT_KEY" in asked(problem(401)).then
    assert "DROMOS_ADMIN_TOKEN" in asked(problem(403)).then
    assert asked(problem(429)).then == "Wait 7 s and try again."
    assert "nothing is done twice" in asked(problem(503)).then
    refused = asked(problem(409, reason="not_the_assigned_courier"))
    assert refused.reason == "That is so."
    assert refused.details == {"status": 409, "reason": "not_the_assigned_courier"}
    assert asked(httpx.Response(500, text="<html>")).reason == "the portal answered 500"
    assert "log" in asked(httpx.Response(200, text="<html>not ours</html>")).then


def test_a_shipment_is_announced_with_where_it_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def ask(_: Api, *__: str, body: Any, **___: Any) -> dict[str, Any]:
        sent.append(body)
        return {"shipment": "s-1", "command": "k-1", "status": "accepted"}

    monkeypatch.setattr(Api, "ask", ask)
    monkeypatch.setenv("DROMOS_MERCHANT_KEY", "k")
    for words in (["--handover", "locker"], []):
        assert CliRunner().invoke(app, ["shipment", "create", "N-1", *words]).exit_code == 0
    assert [body.get("handover") for body in sent] == ["locker", None]


def test_a_key_is_stripped_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(problem(403), key=" k\r\n").details == {"status": 403}
    for key in ("k3y k3y", "k3y\rk3y", "k3y-κλειδί", " \r\n"):
        refused = asked(problem(403), key=key)
        assert "k3y" not in f"{refused} {refused.then} {refused.details}"
        assert "DROMOS_MERCHANT_KEY" in refused.reason
    monkeypatch.setenv("DROMOS_ADMIN_TOKEN", "k")
    shown = CliRunner().invoke(app, ["shipment", "create", "N-1", "--merchant", "Πλειάδες"])
    assert shown.exit_code == 1
    assert "can't be sent" in shown.stderr
    unsendable = asked(httpx.LocalProtocolError("Illegal header value b'Bearer k3y'"))
    assert "k3y" not in f"{unsendable} {unsendable.then}"


# What runs


def test_each_process_of_a_kind_is_seen_and_a_kind_without_one_too() -> None:
    beats = [
        Heartbeat(part="shipments", ready=True, at_ms=0),
        Heartbeat(part="couriers-2", ready=False, at_ms=0, detail="partitions []"),
        Heartbeat(part="couriers-1", ready=True, at_ms=0, detail="partitions [0, 1]"),
    ]
    assert [(look.name, look.state) for look in health.of_workers(beats)] == [
        ("couriers-1", "ok"), ("couriers-2", "down"), ("shipments", "ok"), ("stages", "down"),
        ("lists", "down"), ("estimator", "down"), ("notifier", "down"),
    ]  # fmt: skip


@pytest.mark.parametrize("machine", ["ok", "note", "missing"])
@pytest.mark.parametrize("system", ["ok", "down"])
@pytest.mark.parametrize("running", [True, False])
def test_doctors_exit_code_and_json_say_the_same(
    monkeypatch: pytest.MonkeyPatch, machine: str, system: str, running: bool
) -> None:
    monkeypatch.setattr("deploy.local.preflight.run_checks", lambda _: [Check("disk", machine, "x", "y")])
    monkeypatch.setattr("services.cli.stack._looks", lambda _: [health.Look("kafka", system, "x")])
    words = ["doctor", *(["--running"] if running else [])]
    told = CliRunner().invoke(app, [*words, "--json"])
    good = machine != "missing" and (system == "ok" or not running)
    assert told.exit_code == (0 if good else 1)
    said = json.loads(told.stdout)
    assert (said["ok"], said["up"]) == (good, system == "ok")
    plain = CliRunner().invoke(app, words)
    assert plain.exit_code == told.exit_code
    assert ("Not running: kafka" in plain.stdout) == (system == "down")


def test_nothing_runs_where_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports that nobody listens on."""
    monkeypatch.setenv("DROMOS_REDIS_URL", "redis://127.0.0.1:9/0")
    settings = CliSettings()
    looks = health.workers(settings.redis_url, settings.namespace)
    assert [(look.name, look.state) for look in looks] == [
        (name, "down") for name in ("redis", *health.WORKERS)
    ]


# Bodies


def test_stops_and_places_as_written() -> None:
    assert bodies.stop("s-1") == {"shipments": ["s-1"]}
    assert bodies.stop("s-2, s-3@24.9441,60.1712") == {
        "shipments": ["s-2", "s-3"], "lon": 24.9441, "lat": 60.1712
    }  # fmt: skip
    assert bodies.route(["s-1"], "24.9,60.1", "Eleni", None) == {
        "stops": [{"shipments": ["s-1"]}],
        "depot": {"lon": 24.9, "lat": 60.1},
        "driver": {"first_name": "Eleni"},
    }
    assert bodies.money("24.90EUR") == bodies.money("24.90 EUR") == {"amount": "24.90", "currency": "EUR"}
    assert bodies.window("2026-11-20T14:00+02:00/2026-11-20T16:00+02:00") == {
        "from": "2026-11-20T14:00+02:00", "to": "2026-11-20T16:00+02:00"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (bodies.place, "60.1712"),
        (bodies.place, "24.9,91"),
        (bodies.place, "1.2.3,4"),
        (bodies.place, ""),
        (bodies.money, "24,90 EUR"),
        (bodies.money, "24.90"),
        (bodies.window, "2026-11-20"),
        (bodies.stop, "@24.9,60.1"),
        (bodies.stop, "s-1@here"),
        (lambda text: bodies.route([text], None, None, "van"), "s-1"),
    ],
)
def test_what_is_unclear_is_refused(read: Any, text: str) -> None:
    with pytest.raises(bodies.Unclear):
        read(text)


# A phone's messages


def record(value: msgspec.Struct, topic: str = "courier.positions", **headers: str) -> Record:
    return Record(topic, 3, 7, "eleni", msgspec.json.encode(value), 1_795_168_802_000, headers)


def test_a_phone_is_watched_line_by_line() -> None:
    fix = position(24.9441, 60.1712, 1_795_168_800_000, speed_mps=5.1, accuracy_m=6.0)
    said = seen(
        record(fix, device="van-12", protocol="osmand", received_ms="1795168801500", battery_pct="80"),
        "van-12",
    )
    assert said is not None
    assert (said["kind"], said["late_s"], said["speed_mps"]) == ("fix", 1.5, 5.1)
    assert (
        as_line(said) == "10:00:01.500  osmand     fix      24.944100,60.171200  5.1 m/s  6 m  battery 80 %"
    )
    alive = seen(record(sign_of_life(1_795_168_800_000), device="van-12"), "van-12")
    assert alive is not None
    assert alive["kind"] == "alive"
    assert "lon" not in alive
    late = seen(record(fix, device="van-12", received_ms="1795169100000"), "van-12")
    assert late is not None
    assert "made 10:00:00.000 (5 min before)" in as_line(late)
    assert seen(record(fix, device="van-13"), "van-12") is None


def test_what_was_parked_is_shown_with_its_reason() -> None:
    letter = DeadLetter(
        id="d-1",
        reason="clock_ahead",
        detail="clock 3 h ahead",
        where="ingest",
        first_seen_ms=1_795_168_800_000,
        last_seen_ms=1_795_168_800_000,
        topic="courier.positions",
        value="lat=60.1&lon=24.9",
        device="van-12",
    )
    said = seen(record(letter, "courier.positions.dlq"), "van-12")
    assert said is not None
    assert "PARKED   clock 3 h ahead  (clock_ahead)  lat=60.1" in as_line(said)
    assert seen(record(letter, "courier.positions.dlq"), "van-13") is None
    assert Wanted("courier.positions", "clock_ahead", "van-12").takes(letter)
    assert not Wanted(device="van-13").takes(letter)
    assert not Wanted(redriven=False).takes(msgspec.structs.replace(letter, redriven=1))
    assert counts([letter, letter, msgspec.structs.replace(letter, reason="too_old")]) == [
        ("courier.positions", "clock_ahead", 2),
        ("courier.positions", "too_old", 1),
    ]


def test_records_hide_personal_values() -> None:
    raw = Record("shipment.parties", 0, 1, "s-1/k-1", b'{"name":"Maria"}', 0, {})
    assert "Maria" not in records.one_line(records.shown(raw, hide=True))
    assert "Maria" in records.one_line(records.shown(raw))
    removal = Record("shipment.parties", 0, 2, "s-1/k-1", None, 0, {})
    assert records.one_line(records.shown(removal, hide=True)).endswith("s-1/k-1 removed")
    assert records.shown(Record("x", 0, 0, None, b"\xff{", 0, {}))["value"] == "\ufffd{"


def test_spans_and_sizes_in_sensible_units() -> None:
    spans = [0.0041, 1.5, 119, 600, 10_800, 300_000]
    assert [records.span(s) for s in spans] == ["4 ms", "1.5 s", "119.0 s", "10 min", "3 h", "3 d"]
    assert [records.size(n) for n in (0, 999, 1500, 2_500_000, 10**13)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "10.0 TB",
    ]
    assert records.span(None) == ""


def test_of_windows_that_nobody_could_look_at_nothing_is_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    answer = {
        "attempts": 3, "delivered": 2, "bounded": False, "stated": 0.9, "by_horizon": [], "by_hour": [],
        "revisions": {"mean": 0.0, "p50": 0, "most": 0}, "overall": {"looks": 0, "unknown": 0},
        "curve": [{"scale": 1.0, "rate": 0.0}],
    }  # fmt: skip
    promises._tell(answer, 30)
    said = capsys.readouterr().out
    assert "times as wide" not in said
    assert "No window was on display" in said
