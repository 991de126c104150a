"""The preflight names what is missing and the command that mends it, on old Pythons too."""

from __future__ import annotations

import ast
import json
import os
import platform
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local import browser, preflight, pythons
from deploy.local.pythons import Python

LOCAL = Path(preflight.__file__).parent


def python(version: tuple[int, int], *, has_venv: bool = True) -> Python:
    return Python("/usr/bin/python", version, has_venv)


@pytest.mark.parametrize("name", ["preflight", "pythons", "browser", "bootstrap", "hosts"])
def test_what_an_old_python_reads_parses_on_3_8(name: str) -> None:
    ast.parse((LOCAL / f"{name}.py").read_text(), feature_version=(3, 8))


@pytest.mark.parametrize(
    "name", ["preflight", "pythons", "browser", "bootstrap", "hosts", "install", "steps", "java", "node"]
)
def test_what_runs_before_the_environment_needs_only_the_standard_library(name: str) -> None:
    for node in ast.parse((LOCAL / f"{name}.py").read_text()).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for imported in names:
            top = imported.split(".")[0]
            assert top in sys.stdlib_module_names or top == "deploy", imported


def test_an_old_python_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    [check] = preflight.check_python([])
    assert check.state == "missing"
    assert "needs Python 3.12" in check.detail
    assert check.remedy.startswith("sudo apt install python3.12 python3.12-venv")


def test_a_python_that_is_too_new_does_not_count() -> None:
    [check] = preflight.check_python([python((pythons.NEWEST[0], pythons.NEWEST[1] + 1))])
    assert check.state == "missing"


@pytest.mark.parametrize(("uid", "sudo"), [(0, ""), (1000, "sudo ")])
def test_debian_without_venv_gets_the_exact_package(
    monkeypatch: pytest.MonkeyPatch, uid: int, sudo: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    found, venv = preflight.check_python([python((3, 13), has_venv=False)])
    assert found.state == "ok"
    assert (venv.state, venv.remedy) == ("missing", f"{sudo}apt install python3.13-venv")


def test_a_python_with_venv_is_preferred() -> None:
    found, venv = preflight.check_python(
        [python((3, 12), has_venv=False), Python("/opt/python", (3, 13), True)]
    )
    assert "/opt/python" in found.detail
    assert venv.state == "ok"


@pytest.mark.parametrize(
    ("system", "machine", "libc", "state"),
    [
        ("Linux", "x86_64", "glibc", "ok"),
        ("Linux", "aarch64", "glibc", "note"),  # something has to be compiled
        ("Darwin", "arm64", "", "ok"),
        ("Darwin", "x86_64", "", "note"),
        ("Linux", "x86_64", "", "missing"),  # musl: no wheels of the parts
        ("Linux", "riscv64", "glibc", "missing"),
        ("Windows", "AMD64", "", "missing"),
    ],
)
def test_platforms(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, state: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.5", ("", "", ""), machine))
    check = preflight.check_platform()
    assert check.state == state
    assert bool(check.remedy) == (state == "missing")


def test_an_old_macos_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setattr(platform, "mac_ver", lambda: ("13.6.1", ("", "", ""), "arm64"))
    check = preflight.check_platform()
    assert (check.state, check.remedy) == ("missing", "macOS 14 or newer is needed")


def test_too_little_disk_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path / "not-yet"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 10**9))
    check = preflight.check_disk("demo")
    assert check.state == "missing"
    assert "1000 MB free" in check.detail
    assert "DROMOS_STATE_DIR" in check.remedy


def test_what_is_fetched_depends_on_what_is_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("AREA", raising=False)
    monkeypatch.setattr(preflight, "_java_on_machine", lambda: True)
    monkeypatch.setattr(preflight, "_node_on_machine", lambda: False)
    [before] = preflight.check_fetches("demo")
    assert before.state == "note"
    assert "Node.js" in before.detail
    assert "Java" not in before.detail
    for folder in ("venv", "kafka/jars-4", "web/node_modules", "map"):
        (tmp_path / folder).mkdir(parents=True)
    assert preflight.check_fetches("demo") == [preflight.Check("to fetch", "ok", "nothing: all is here")]


def test_json_form_says_whether_all_is_there() -> None:
    checks = [preflight.Check("disk", "missing", "10 MB free", "free some space")]
    said = json.loads(preflight.as_json(checks))
    assert said["ok"] is False
    assert said["checks"] == [
        {"name": "disk", "state": "missing", "detail": "10 MB free", "remedy": "free some space"}
    ]
    assert "to mend:  free some space" in preflight.report(checks)


def test_this_machine_passes() -> None:
    checks = preflight.run_checks("doctor")
    assert [check for check in checks if check.state == "missing"] == []
    assert {check.name for check in checks} >= {"platform", "python", "venv", "disk", "to fetch", "browser"}


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="no such purpose"):
        preflight.run_checks("party")


def test_a_browser_that_only_says_it_needs_a_snap_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stub = tmp_path / "chromium-browser"
    stub.write_text("#!/bin/sh\necho 'requires the chromium snap to be installed' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setattr(browser, "_MAC", ())
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("DROMOS_BROWSER", "")
    monkeypatch.setattr(shutil, "which", lambda name: str(stub) if name == stub.name else None)
    assert browser.find_browser() is None
    stub.write_text("#!/bin/sh\necho Chromium 140.0\n")
    assert browser.find_browser() == str(stub)


def test_a_python_found_in_pyenv_is_probed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "versions" / "3.12.9" / "bin"
    folder.mkdir(parents=True)
    (folder / "python3.12").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / "python3.12").chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert str(folder / "python3.12") in pythons._candidates()
    found = pythons.probe(str(folder / "python3.12"))
    assert found is not None
    assert found.version == sys.implementation.version[:2]


def test_root_is_told_which_folders_others_get_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "closed" / "open").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path / "closed" / "open" / ".dromos"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    check = preflight.check_database()
    assert check.state == "note"
    assert f"{tmp_path / 'closed'}" in check.detail
    assert f"{tmp_path / 'closed' / 'open'}" not in check.detail
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert preflight.check_database().state == "ok"


def test_a_host_that_is_not_this_machines_is_missed_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DROMOS_HOST", "203.0.113.77")
    [check] = [c for c in preflight.run_checks("demo") if c.name == "host"]
    assert check.state == "missing"
    assert "no address of this machine" in check.detail
    assert "HOST=" in check.remedy
    monkeypatch.setenv("DROMOS_HOST", "127.0.0.1")
    assert preflight.check_host().state == "ok"
    monkeypatch.delenv("DROMOS_HOST")
    assert all(c.name != "host" for c in preflight.run_checks("demo"))
