"""Ports that are chosen now and listened on later."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.ports import LOOPBACK, free_port


def test_none_is_given_twice_and_each_can_be_listened_on() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == 50
    for port in given:
        with socket.create_server((LOOPBACK, port)):
            assert not ports.can_bind(port)


def test_one_that_is_listened_on_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, free_port())) as busy:
        taken = busy.getsockname()[1]
        monkeypatch.setattr(ports, "LOWEST", taken)
        monkeypatch.setattr(ports, "HIGHEST", taken + 9)
        assert taken not in {free_port() for _ in range(30)}


def test_no_outgoing_connection_can_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "range"
    told.write_text("20000\t60999\n")
    monkeypatch.setattr(ports, "_OUTGOING", told)
    assert all(ports.LOWEST <= free_port() < 20_000 for _ in range(50))


def test_where_the_kernel_gives_out_all_ports_it_is_asked_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "range"
    told.write_text("1024 65535\n")
    monkeypatch.setattr(ports, "_OUTGOING", told)
    with socket.create_server((LOOPBACK, free_port())) as listening:
        assert listening.getsockname()[1] >= 1024
