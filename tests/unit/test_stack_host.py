"""A stack with HOST: what its services are told, and that without one nothing changes."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from deploy.local import phone_words, ports, up
from deploy.local.hosts import Host
from deploy.local.mailbox.options import Options
from deploy.local.stack import Ports, Stack

HOST = Host("127.0.0.1", "127.0.0.1")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.kafka.KafkaBroker.prepare", lambda _: None)
    for name in list(os.environ):
        if name.startswith("DROMOS_") and name != "DROMOS_STATE_DIR":
            monkeypatch.delenv(name)


def stack(folder: Path, host: Host | None = None, chosen: Ports | None = None) -> Stack:
    made = Stack(chosen or Ports(), folder, host)
    made.lay_out()
    return made


def test_services_are_told_the_addresses_that_phones_use(tmp_path: Path) -> None:
    told = stack(tmp_path, Host("laptop.lan", "127.0.0.1")).environment()
    assert told["DROMOS_PUBLIC_URL"] == "https://laptop.lan:8443"
    assert told["DROMOS_GATEWAY_URL"] == "wss://laptop.lan:8443/live"
    assert told["DROMOS_INGEST_URL"] == "https://laptop.lan:8443/gps/"
    assert told["DROMOS_TRUSTED_PROXIES"] == "127.0.0.1"
    assert told["DROMOS_GATEWAY_ADDRESS_HEADER"] == "X-Forwarded-For"


def test_without_a_host_all_is_on_loopback_and_there_is_no_door(tmp_path: Path) -> None:
    alone = stack(tmp_path)
    told = alone.environment()
    for name in ("DROMOS_PUBLIC_URL", "DROMOS_INGEST_URL", "DROMOS_GATEWAY_URL"):
        assert "//127.0.0.1:" in told[name]
    assert "DROMOS_TRUSTED_PROXIES" not in told
    assert "DROMOS_GATEWAY_ADDRESS_HEADER" not in told  # anybody could write it
    assert "door" not in {part.name for part in alone.parts()}
    assert "make demo HOST=" in "\n".join(phone_words.lines(alone))


def test_messages_go_to_the_mailbox_and_no_further(tmp_path: Path) -> None:
    alone = stack(tmp_path)
    told = alone.environment()
    assert told["DROMOS_SMTP_URL"] == "smtp://127.0.0.1:8025"
    assert told["DROMOS_SMS_URL"] == "http://127.0.0.1:8026" == alone.mailbox_url
    options = Options.from_environment(told)
    assert (options.smtp_port, options.port) == (alone.ports.smtp, alone.ports.mailbox)
    assert (options.account, options.token) == (told["DROMOS_SMS_ACCOUNT"], told["DROMOS_SMS_TOKEN"])
    assert len(options.token) > 30
    assert options.folder == tmp_path / "data" / "mailbox"
    assert options.sms_replies == "http://127.0.0.1:8080/v1/sms/inbound"
    assert options.mail_replies == "smtp://127.0.0.1:8027" == up.describe(alone)["mail_in"]
    assert told["DROMOS_MAIL_IN_PORT"] == "8027"
    [part] = [part for part in alone.parts() if part.name == "mailbox"]
    assert part.command[1:] == ("-m", "deploy.local.mailbox")
    assert up.describe(alone)["mailbox"] == alone.mailbox_url


def test_the_mailbox_posts_past_the_door_what_it_signs_for_the_world(tmp_path: Path) -> None:
    options = Options.from_environment(stack(tmp_path, Host("laptop.lan", "127.0.0.1")).environment())
    assert options.sms_replies == "https://laptop.lan:8443/v1/sms/inbound"
    assert options.reach(options.sms_replies) == "http://127.0.0.1:8080/v1/sms/inbound"
    for other in ("https://laptop.lan:84430/x", "https://laptop.lan:8443", "http://127.0.0.1:1/x"):
        assert options.reach(other) == other


def test_the_door_starts_after_what_it_leads_to_and_keeps_its_own_in_the_folder(tmp_path: Path) -> None:
    [door] = [part for part in stack(tmp_path, HOST).parts() if part.name == "door"]
    assert set(door.after) == {"portal", "ingest", "gateway"}
    assert door.env == dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(tmp_path / "door"))


def test_the_doors_ports_count_only_where_there_is_one() -> None:
    free = Ports.free()
    with socket.socket() as taken:
        taken.bind((HOST.address, free.door))
        taken.listen()
        assert free.busy() == []
        [said] = free.busy(HOST)
    assert f"port {free.door} (door)" in said
    assert "DROMOS_DOOR_PORT=" in said
    assert ports.can_bind(free.door)


def test_programs_on_this_machine_go_past_the_door(tmp_path: Path) -> None:
    told = up.describe(stack(tmp_path, HOST))
    assert told["portal"] == "http://127.0.0.1:8080"
    assert told["ingest"] == "http://127.0.0.1:8081"
    assert told["DROMOS_GATEWAY_URL"] == "ws://127.0.0.1:8082/"
    assert (told["door"], told["door_plain"]) == ("https://127.0.0.1:8443", "http://127.0.0.1:8480")


def test_what_is_written_down_is_for_this_user_and_what_is_said_has_no_password(tmp_path: Path) -> None:
    made = stack(tmp_path)
    file = tmp_path / "run" / "up.json"
    up.write_down(made, file)
    assert file.stat().st_mode & 0o077 == 0
    assert "DROMOS_POSTGRES_URL" in json.loads(file.read_text())
    assert made.secrets()["DROMOS_POSTGRES_PASSWORD"] not in json.dumps(up.describe(made))
