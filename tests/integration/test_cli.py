"""The command line against a real Kafka, Redis, portal, ingest, `shipments` and `projector stages`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from kafka import KafkaProducer
from redis import Redis
from typer.testing import CliRunner

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from services.cli.main import app
from shared.adapters import health, standing
from shared.adapters.watchdog import EXIT_STUCK

SERVICES = ("portal", "ingest", "shipments", "projector.stages")
GENERATIONS = ("shipments", "projector.stages")
PREFIX = "t-cli."
pytestmark = pytest.mark.timeout(900)
ADDRESS = ["--name", "Maria P.", "--line", "Aleksanterinkatu 15", "--city", "Helsinki"]


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def failure(self) -> Any:
        assert self.code == 1, self
        return json.loads(self.err.strip().splitlines()[-1])


@dataclass
class System:
    env: dict[str, str]
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *services: str) -> None:
        """Start services, as a supervisor does again when they have ended, and wait for them."""
        since_ms = time.time_ns() // 1_000_000
        for name in services:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", f"services.{name}.main"], env=self.env, stdout=log, stderr=log
                )
        until("services ready", lambda: self._are_ready(services, since_ms))

    def _are_ready(self, services: Sequence[str], since_ms: int) -> bool | None:
        for name, process in self.processes.items():
            assert process.poll() is None, (self.folder / f"{name}.log").read_text()[-2000:]
        servers = {
            "portal": self.env["DROMOS_PUBLIC_URL"],
            "ingest": f"http://127.0.0.1:{self.env['DROMOS_INGEST_PORT']}",
        }
        client = health.connected(self.env["DROMOS_REDIS_URL"])
        try:
            beats = {beat.part: beat for beat in health.heartbeats(client, "t-cli")}
        finally:
            client.close()
        for name in services:
            if (url := servers.get(name)) is not None:
                ready = health.answers(name, f"{url}/readyz").state == "ok"
            else:  # the heart of one that has ended is heard for some seconds more
                beat = beats.get(name.removeprefix("projector."))
                ready = beat is not None and beat.ready and beat.since_ms >= since_ms
            if not ready:
                return None
        return True

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=60)

    def dromos(self, *words: str, **env: str) -> Ran:
        """Run a command with an environment of its own."""
        with mock.patch.dict(os.environ, {**self.env, **env}, clear=True):
            done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    def process(self, *words: str, **env: str) -> Ran:
        """Run a command as a person does, in a process: those that start processes themselves."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.main", *words],
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def good(self, *words: str, **env: str) -> Any:
        """The JSON result of a command that must succeed."""
        ran = self.dromos(*words, "--json", **env)
        assert ran.code == 0, ran
        return ran.json


def until[T](what: str, ask: Callable[[], T | None], within_s: float = 400) -> T:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if (found := ask()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s} s: {what}")


@pytest.fixture(scope="module")
def system(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "run").mkdir()
    portal, ingest = free_port(), free_port()
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("DROMOS_")},
        **infra.environment(),
        "DROMOS_STATE_DIR": str(folder),
        "DROMOS_TOPIC_PREFIX": PREFIX,
        "DROMOS_NAMESPACE": "t-cli",
        "DROMOS_PARTITIONS": "2",
        "DROMOS_PORTAL_PORT": str(portal),
        "DROMOS_PUBLIC_URL": f"http://127.0.0.1:{portal}",
        "DROMOS_INGEST_PORT": str(ingest),
        "DROMOS_ADMIN_TOKEN": "admin-of-the-test",
        "DROMOS_TICKET_KEY": "ticket-key-of-the-test-0123456789",
        "DROMOS_WEBHOOK_KEY": "webhook-key-of-the-test-0123456789",
        "DROMOS_TIMEOUT_S": "60",
    }
    system = System(env, folder)
    assert len(system.good("topics", "ensure")["created"]) > 20
    try:
        system.start(*SERVICES)
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="module")
def key(system: System) -> str:
    """A merchant's key."""
    made = system.dromos("merchant", "put", "bookshop", "--tenant", "athens", "--name", "Πλειάδες")
    assert made.code == 0, made
    assert made.out.startswith("mk_")
    assert "shown this once" in made.err
    key = made.out.strip()
    until(
        "key known",
        lambda: (
            system.dromos("shipment", "show", "s", "--json", DROMOS_MERCHANT_KEY=key).failure["status"] == 404
            or None
        ),
    )
    return key


@pytest.fixture(scope="module")
def secret(system: System) -> str:
    """Eleni's phone."""
    enrolled = system.dromos("device", "enrol", "van-12", "eleni", "--tenant", "athens")
    assert enrolled.code == 0, enrolled
    return enrolled.out.strip()


@pytest.mark.usefixtures("key")
def test_a_merchant_is_made_and_changed_and_its_keys_rotated(system: System) -> None:
    changed = system.good(
        "merchant", "put", "bookshop", "--tenant", "athens", "--name", "Νέο", "--policy", "strict"
    )
    assert "key" not in changed
    assert changed["policy"]["mode"] == "strict"
    further = system.good("merchant", "key", "bookshop")
    assert system.good("merchant", "key", "bookshop", "--revoke", further["key_id"])["revoked"]
    shown = system.dromos("merchant", "show", "bookshop")
    assert "bookshop: Νέο, ships with athens" in shown.out
    assert f"key {further['key_id']} (revoked)" in shown.out
    assert further["key"] not in shown.out
    refused = system.dromos("merchant", "put", "bookshop", "--tenant", "sparta", "--name", "x", "--json")
    assert refused.failure["status"] == 409
    as_shop = system.dromos("merchant", "show", "bookshop", "--json", DROMOS_ADMIN_TOKEN="wrong")
    assert as_shop.failure["status"] == 401
    assert "DROMOS_ADMIN_TOKEN" in as_shop.failure["next"]


def test_a_shops_webhooks_are_added_rotated_turned_off_and_removed(system: System, key: str) -> None:
    url = "https://shop.example.org/webhooks"
    added = system.dromos("merchant", "webhook", "add", "bookshop", url, DROMOS_MERCHANT_KEY=key)
    assert added.code == 0, added
    assert added.out.startswith("whsec_")
    assert "shown this once" in added.err
    (listed,) = system.good("merchant", "webhook", "list", "bookshop")
    assert (listed["url"], listed["events"], listed["disabled"]) == (url, [], False)
    assert "secret" not in listed
    webhook = listed["webhook_id"]
    rotated = system.dromos("merchant", "webhook", "rotate", "bookshop", webhook, DROMOS_MERCHANT_KEY=key)
    assert rotated.out.startswith("whsec_")
    assert rotated.out != added.out
    assert "signed with the one before too" in rotated.err
    leaked = system.good("merchant", "webhook", "rotate", "bookshop", webhook, "--overlap", "0")
    assert "old_secret_until" not in leaked
    assert system.good("merchant", "webhook", "disable", "bookshop", webhook)["disabled"]
    assert " off " in f"{system.dromos('merchant', 'webhook', 'list', 'bookshop').out} ".replace("\n", " ")
    assert not system.good("merchant", "webhook", "enable", "bookshop", webhook)["disabled"]
    private = system.dromos("merchant", "webhook", "add", "bookshop", "https://10.0.0.1/", "--json")
    assert private.failure["reason"] == "url_refused"
    assert system.dromos("merchant", "webhook", "remove", "bookshop", webhook).code == 0
    assert system.good("merchant", "webhook", "list", "bookshop") == []


def test_a_shops_levels_say_when_it_can_come_and_a_parcel_is_announced_for_then(
    system: System, key: str, tmp_path: Path
) -> None:
    always = [1, 2, 3, 4, 5, 6, 7]
    slots = [{"start": "10:00", "end": "14:00"}, {"start": "14:00", "end": "18:00"}]
    level = {
        "level": "daily",
        "name": "Daily",
        "slots": slots,
        "packing_days": always,
        "delivery_days": always,
    }
    file = tmp_path / "levels.json"
    file.write_text(json.dumps({"levels": [level]}), encoding="utf-8")
    put = system.good("merchant", "level", "put", "bookshop", "--file", str(file))
    assert put["levels"][0]["cut_off"] == "16:00"
    shown = system.good("merchant", "level", "show", "bookshop", DROMOS_MERCHANT_KEY=key)
    assert shown == put
    as_text = system.dromos("merchant", "level", "show", "bookshop")
    assert "daily: Daily" in as_text.out
    assert "brought 1 days of work later, on Mon, Tue, Wed, Thu, Fri, Sat, Sun" in as_text.out
    asked = json.loads(
        system.dromos(
            "merchant", "level", "slots", "bookshop", "--limit", "4", "--json", DROMOS_MERCHANT_KEY=key
        ).out
    )
    assert [slot["text"].partition(", ")[2] for slot in asked[:2]] == ["10:00-14:00", "14:00-18:00"]
    chosen = asked[3]
    common = ("--name", "Maria P.", "--line", "Ermou 1", "--city", "Athens", "--at", "23.73,37.98")
    made = system.good(
        "shipment", "create", "SLOT-1", *common, "--level", "daily",
        "--slot", f"{chosen['from']}/{chosen['to']}", DROMOS_MERCHANT_KEY=key,
    )  # fmt: skip
    assert datetime.fromisoformat(made["window"]["from"]) == datetime.fromisoformat(chosen["from"])
    late = system.dromos(
        "shipment", "create", "SLOT-2", *common, "--json",
        "--slot", "2026-01-05T10:00:00+00:00/2026-01-05T14:00:00+00:00", DROMOS_MERCHANT_KEY=key,
    )  # fmt: skip
    assert late.failure["status"] == 409
    assert "Possible: " in late.failure["error"]


def test_every_message_is_looked_at_before_it_is_sent(system: System, tmp_path: Path) -> None:
    page = tmp_path / "notices.html"
    assert system.good("notice", "preview", "--out", str(page)) == {"page": str(page)}
    assert "ucs-2" in page.read_text(encoding="utf-8")


def test_a_parcel_from_announcement_to_delivery(system: System, key: str, secret: str) -> None:
    shop = {"DROMOS_MERCHANT_KEY": key}
    words = ["shipment", "create", "GR-1", *ADDRESS, "--at", "24.9441,60.1689", "--cash", "24.90EUR"]
    made = system.dromos(*words, **shop)
    assert made.code == 0, made
    shipment = made.out.strip()
    assert system.good(*words, **shop)["shipment"] == shipment, "the same order is the same shipment"
    other = system.dromos(*words, "--parcels", "3", "--json", **shop)
    assert other.failure["status"] == 422

    planned = system.dromos("route", "plan", "eleni", "r-1", "--stop", shipment, "--driver", "Eleni", **shop)
    assert planned.code == 0, planned
    assert "Planned r-1 of eleni: 1 stops." in planned.err
    route = until("route", lambda: _or_none(system.dromos("route", "show", "eleni", "r-1", "--json", **shop)))
    assert (route["stops"][0]["lon"], route["stops"][0]["lat"]) == (24.9441, 60.1689)
    assert system.good("route", "set-out", "eleni", "r-1", **shop)["status"] == "accepted"

    link = system.good("link", "new", shipment, "--days", "2", **shop)
    assert link["url"].startswith(system.env["DROMOS_PUBLIC_URL"] + "/t#")

    sent = system.dromos("notice", "resend", shipment, **shop)
    assert sent.code == 0, sent
    assert "contact on file" in sent.err
    assert system.good("notice", "resend", shipment, **shop)["command"].startswith("k-")

    stranger = system.good("device", "enrol", "van-13", "nikos", "--tenant", "athens")["secret"]
    until("device known", lambda: _known(system, stranger))
    refused = system.dromos(
        "shipment", "event", shipment, "--type", "delivered", "--json", DROMOS_DEVICE_SECRET=stranger
    )
    assert refused.failure["reason"] == "not_the_assigned_courier"
    done = system.dromos(
        "shipment", "event", shipment, "--type", "left_with_neighbour", "--taken-by", "N. I.",
        DROMOS_DEVICE_SECRET=secret,
    )  # fmt: skip
    assert done.code == 0, done
    assert "Accepted as event" in done.err

    def ended() -> Any:
        found = system.good("shipment", "show", shipment, **shop)
        return found if found["ended"] else None

    shown = until("delivered", ended)
    assert shown["status"] == "Delivered_005"
    assert [each["link_id"] for each in shown["links"]] == [link["link_id"]]
    assert system.good("link", "revoke", shipment, link["link_id"], **shop)["revoked"]
    human = system.dromos("shipment", "show", shipment, **shop)
    assert "left with a neighbour" in human.out
    assert f"link {link['link_id']}: revoked" in human.out
    assert "Maria" not in human.out


def _or_none(ran: Ran) -> Any:
    return ran.json if ran.code == 0 else None


def _known(system: System, secret: str) -> bool | None:
    answer = httpx.get(f"http://127.0.0.1:{system.env['DROMOS_INGEST_PORT']}/osmand/{secret}?lat=0&lon=0")
    return True if answer.status_code == 200 else None


def test_wrong_keys_and_reports_that_make_no_sense(system: System, key: str) -> None:
    wrong = system.dromos(
        "shipment", "event", "s-1", "--type", "delivered", "--json", DROMOS_MERCHANT_KEY="mk_1_x"
    )
    assert wrong.failure["status"] == 401
    assert "DROMOS_MERCHANT_KEY" in wrong.failure["next"]
    unclear = system.dromos(
        "shipment", "event", "s-1", "--type", "vanished", "--json", DROMOS_MERCHANT_KEY=key
    )
    assert unclear.failure["status"] == 422
    down = system.dromos("device", "list", "--json", DROMOS_PORTAL="http://127.0.0.1:1")
    assert "does not answer" in down.failure["error"]


def test_a_phone_is_watched_and_what_was_parked_is_looked_at(system: System, secret: str) -> None:
    now_s = int(time.time())
    base = f"http://127.0.0.1:{system.env['DROMOS_INGEST_PORT']}/osmand/{secret}"
    until("device known", lambda: _known(system, secret))
    good = httpx.get(
        base, params={"id": "van-12", "lat": 60.17, "lon": 24.94, "timestamp": now_s, "speed": 10, "batt": 80}
    )
    ahead = httpx.get(
        base, params={"id": "van-12", "lat": 60.17, "lon": 24.94, "timestamp": now_s + 3 * 3600 + 60}
    )
    assert (good.status_code, ahead.status_code) == (200, 200)

    def watched(*more: str) -> str:
        return system.dromos("device", "watch", "van-12", "--last", "100", "--for", "3", *more).out

    def both() -> str | None:
        out = watched("--json")
        said = [json.loads(line) for line in out.splitlines()]
        fixed = any(s["kind"] == "fix" and (s["lon"], s["lat"]) == (24.94, 60.17) for s in said)
        parked = any(s["kind"] == "parked" and s["reason"] == "clock_ahead" for s in said)
        return out if fixed and parked else None

    assert secret not in until("both are seen", both)
    until("people are told", lambda: "PARKED   clock 3 h ahead" in watched() or None)

    listed = system.good("dlq", "list", "--reason", "clock_ahead", "--device", "van-12")
    assert len(listed) == 1
    shown = system.dromos("dlq", "show", listed[0]["id"])
    assert "detail: clock 3 h ahead" in shown.out
    assert secret not in shown.out
    refused = system.dromos("dlq", "redrive", listed[0]["id"], "--json")
    assert refused.code == 1
    assert "before it reached the topic" in refused.json["refused"][0]["reason"]
    assert system.dromos("dlq", "show", "nope", "--json").failure["error"] == "there is no dead letter nope"

    nothing = system.dromos("device", "watch", "van-99", "--for", "2", "--json")
    assert "nothing arrived" in nothing.failure["error"]


def test_poison_is_put_aside_and_redriven_to_where_it_was(system: System) -> None:
    producer = KafkaProducer(bootstrap_servers=system.env["DROMOS_KAFKA_BOOTSTRAP"])
    meta = producer.send(
        PREFIX + "shipment.commands", b"{not json", key=b"s-poison", partition=1, headers=[("ce_id", b"p-1")]
    ).get(60)
    producer.close()

    def letters() -> list[Any] | None:
        found = system.good("dlq", "list", "--topic", "shipment.commands")
        return found or None

    (letter,) = until("dead letter", letters)
    assert (letter["partition"], letter["offset"]) == (1, meta.offset)
    done = system.good("dlq", "redrive", letter["id"])
    (redriven,) = done["redriven"]
    assert (redriven["partition"], redriven["offset"] > meta.offset) == (1, True)
    tail = system.dromos(
        "topics", "tail", "shipment.commands", "--key", "s-poison", "--no-follow", "--last", "999", "--json"
    )
    copies = [json.loads(line) for line in tail.out.splitlines()]
    assert [(c["value"], c["headers"]["ce_id"]) for c in copies] == [("{not json", "p-1")] * 2

    def again() -> list[Any] | None:
        found = letters() or []
        return found if len(found) == 2 else None

    both = {each["offset"]: each.get("redriven", 0) for each in until("put aside again", again)}
    assert both == {meta.offset: 1, redriven["offset"]: 0}
    chosen = system.good("dlq", "redrive", "--topic", "shipment.commands", "--all")
    assert [each["id"] for each in chosen["redriven"]] == [f"shipment.commands:1:{redriven['offset']}"]


@pytest.mark.usefixtures("key")
def test_topics_are_listed_compared_and_their_lag_shown(system: System) -> None:
    assert system.good("topics", "diff") == []
    facts = {each["topic"]: each for each in system.good("topics", "list")}
    assert facts["merchants"]["records"] > 0
    assert PREFIX + "shipments" in " ".join(facts["shipment.commands"]["groups"])
    groups = system.good("topics", "lag")
    assert {g["state"] for g in groups} <= {"Stable", "Empty"}
    assert any("shipment" in g["group"] for g in groups)
    assert "behind" in system.dromos("topics", "lag", "--partitions").out
    hidden = system.dromos("topics", "tail", "shipment.parties", "--no-follow")
    assert hidden.code == 0
    assert "Maria" not in hidden.out
    fewer = system.dromos("topics", "diff", "--json", DROMOS_PARTITIONS="3")
    assert fewer.code == 1
    assert {d["what"] for d in fewer.json} == {"partitions"}
    assert "keys would move" in fewer.failure["next"]


def test_a_phone_is_revoked(system: System) -> None:
    first = system.good("device", "enrol", "van-20", "petros", "--tenant", "athens")
    second = system.good("device", "rotate", "van-20")
    assert first["secret"] != second["secret"]
    assert second["old_secret_until"]
    for each in (first["secret"], second["secret"]):
        until("both secrets good", lambda each=each: _known(system, each))  # type: ignore[misc]
    assert system.good("device", "revoke", "van-20")["revoked"]
    until("refused", lambda: None if _known(system, second["secret"]) else True)
    listed = {each["device_id"]: each for each in system.good("device", "list", "--courier", "petros")}
    assert listed["van-20"]["revoked"]


@pytest.mark.usefixtures("key")
def test_views_are_rebuilt(system: System) -> None:
    namespace = system.env["DROMOS_NAMESPACE"]
    redis = Redis.from_url(system.env["DROMOS_REDIS_URL"])
    before = int(redis.get(f"{namespace}:generation") or 1)
    ran = system.process("rebuild", "--timeout", "120", "--json")
    assert ran.code == 0, ran
    assert json.loads(ran.out.splitlines()[-1])["generation"] == before + 1
    assert int(redis.get(f"{namespace}:generation")) == before + 1  # type: ignore[arg-type]
    redis.close()
    # Who writes into what is no longer shown ends, for his supervisor to start him again.
    for name in GENERATIONS:
        assert system.processes[name].wait(60) == EXIT_STUCK
    system.start(*GENERATIONS)
    until("shown again", lambda: _or_none(system.dromos("merchant", "show", "bookshop", "--json")))


def test_doctor_says_what_runs(system: System) -> None:
    ran = system.dromos("doctor", "--json")
    told = ran.json
    running = {each["name"]: each["state"] for each in told["running"]}
    assert running["portal"] == running["ingest"] == running["kafka"] == running["redis"] == "ok"
    assert running["couriers"] == "down", "it was not started here"
    assert (ran.code, told["up"]) == (0 if told["ok"] else 1, False)
    strict = system.dromos("doctor", "--running", "--json")
    assert (strict.code, strict.json["ok"]) == (1, False)


def test_status_says_what_is_to_be_done_and_shows_the_rest_of_what_is_away(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a busy machine does not tell in time is not known.
    monkeypatch.setattr(standing, "ASKED_S", 60.0)
    monkeypatch.setattr(standing, "TIMEOUT_S", 60.0)
    monkeypatch.setattr(health, "TIMEOUT_S", 60.0)

    def look(**env: str) -> Any:
        ran = system.dromos("status", "--json", **env)
        assert ran.code == 1, ran
        return ran.json

    def settled() -> Any:
        told = look()
        ready = {part["role"] for part in told["parts"] if part["ready"]}
        # A worker may be ready and its group's count a moment behind, or the group forming anew; and who has
        # ended without a word is a member for some seconds more.
        members = {each["role"]: each["members"] for each in told["lag"] or ()}
        here = ready >= {"portal", "ingest", "shipments", "stages"} and members.get("shipments") == 1
        return told if here else None

    told = until("ready again after the rebuild", settled)
    assert (told["ok"], told["kafka"]["up"], told["redis"]["up"]) == (False, True, True)
    assert "couriers" in told["say"], "it was not started here"
    assert told["paused"], "without couriers no page shows positions"
    lag = {each["role"]: each for each in told["lag"]}
    assert lag["shipments"]["members"] == 1
    assert lag["stages"]["group"].startswith("stages-g"), "the shown generation's"
    assert {mark["role"]: mark["late"] for mark in told["marks"]}["couriers"] == [0, 1]
    reasons = {(put["reason"], put["parked"]) for put in told["put_aside"]}
    assert reasons >= {("clock_ahead", True), ("unreadable", False)}
    assert next(part["since"] for part in told["parts"] if part["role"] == "ingest")

    people = system.dromos("status")
    assert people.code == 1
    assert "points parked of courier.positions, clock_ahead" in people.out
    no_kafka = look(DROMOS_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert (no_kafka["kafka"]["up"], no_kafka["lag"]) == (False, None)
    assert {mark["role"] for mark in no_kafka["marks"]} == set(health.WORKERS)
    no_redis = look(DROMOS_REDIS_URL="redis://127.0.0.1:1/0")
    assert (no_redis["redis"]["up"], no_redis["paused"]) == (False, None)
    assert no_redis["lag"], "Kafka tells its own"


def test_the_simulator_and_up_are_told_apart_from_what_they_need(system: System, tmp_path: Path) -> None:
    refused = system.dromos("simulate", "--json", DROMOS_ADMIN_TOKEN="")
    assert "administrator's token" in refused.failure["error"]
    missing = system.process("simulate", "--replay", str(tmp_path / "none.csv"), "--json")
    assert missing.code == 1
    assert "services.simulator.main ended with 1" in missing.failure["error"]
    busy = system.process("up", "--data-dir", str(tmp_path / "up"), "--json")
    assert busy.code == 1
    assert system.env["DROMOS_PORTAL_PORT"] in busy.err


def test_a_process_that_was_started_ends_with_the_command() -> None:
    """SIGTERM to the command (as a supervisor sends it) reaches what it started, and is waited for."""
    script = (
        "from services.cli.stack import run_module;"
        "run_module('timeit', ['-n', '1', '-r', '1', '-s', 'import os, time; print(os.getpid(), flush=True)',"
        " 'time.sleep(600)'])"
    )
    started = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    with started.stdout as told:
        child = int(told.readline())
        started.terminate()
        assert started.wait(timeout=60) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
