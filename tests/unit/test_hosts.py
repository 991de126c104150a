"""HOST: which addresses are this machine's, and what is said of those that are not."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.local import hosts
from deploy.local.hosts import Host, NotHere

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "203.0.113.77"  # TEST-NET-3: nobody's


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "addresses", lambda: ["192.168.7.5", "10.0.0.2"])


def resolving_to(*addresses: str) -> Any:
    return lambda *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in addresses]


def test_an_address_of_this_machine_is_taken_as_it_is() -> None:
    assert hosts.find(" 127.0.0.1 ") == Host("127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize("name", [ELSEWHERE, "0.0.0.0", "::", "224.0.0.1"])
def test_another_address_is_refused_with_the_list_of_those_there_are(name: str) -> None:
    with pytest.raises(NotHere, match=r"no address of this machine.*192\.168\.7\.5, 10\.0\.0\.2"):
        hosts.find(name)


def test_a_name_is_the_local_address_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("127.0.1.1", ELSEWHERE, "10.0.0.2"))
    monkeypatch.setattr(hosts, "_is_local", lambda address: address != ELSEWHERE)
    assert hosts.find("laptop.lan") == Host("laptop.lan", "10.0.0.2")


@pytest.mark.parametrize("found", ["127.0.1.1", ELSEWHERE])
def test_a_name_that_phones_do_not_find_this_machine_by_is_refused(
    found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to(found))
    with pytest.raises(NotHere, match=rf"HOST=laptop is {found} here.*192\.168\.7\.5"):
        hosts.find("laptop")


def test_a_name_that_is_none_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("looked up"))
    for name in ("a b", "x{y", "-x", "x;y", "http://x", ""):
        with pytest.raises(NotHere, match="neither an address nor a name"):
            hosts.find(name)


def test_without_a_network_it_says_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "addresses", list)
    with pytest.raises(NotHere, match="no address in a network"):
        hosts.find(ELSEWHERE)


def test_ipv6_stands_in_brackets() -> None:
    assert Host("fd00::5", "fd00::5").netloc(8443) == "[fd00::5]:8443"
    assert Host("laptop.lan", "10.0.0.2").netloc(8443) == "laptop.lan:8443"


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["HOST=10.0.0.2"], {}, "10.0.0.2"),
        ([], {"DROMOS_HOST": "10.0.0.3"}, "10.0.0.3"),
        ([], {"HOST": "some-shells-set-this"}, ""),
        (["HOST=10.0.0.2"], {"DROMOS_HOST": "10.0.0.3"}, "10.0.0.2"),
    ],
)
def test_make_takes_host_from_its_own_command_line_alone(
    arguments: list[str], environment: dict[str, str], told: str
) -> None:
    shown = ["make", "-s", "-f", "-", "told", *arguments]
    makefile = (ROOT / "Makefile").read_text() + '\ntold:\n\t@printf "%s" "$$DROMOS_HOST"\n'
    env = {"PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(
        shown, input=makefile, env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == told
