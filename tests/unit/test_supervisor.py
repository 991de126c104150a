"""The supervisor: order, readiness, restarts, giving up, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.local import ports, supervisor
from deploy.local.parts import Asks, Part, Tcp
from deploy.local.supervisor import DidNotComeUp, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


SLEEP = python("import time; time.sleep(600)")
LISTEN = "import socket, sys, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(600)"


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def eventually(condition: Callable[[], bool], within_s: float = 20.0) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def watched(of: Supervisor, until: Callable[[], bool]) -> bool:
    """Watch in this thread until a condition seen from another one holds."""
    seen: list[bool] = []

    def look() -> None:
        seen.append(eventually(until))
        of.request_stop()

    looker = threading.Thread(target=look)
    looker.start()
    of.watch()
    looker.join()
    of.stopping = False
    return seen[0]


def test_a_part_starts_when_those_before_it_are_ready(tmp_path: Path) -> None:
    port = ports.free_port()
    order = tmp_path / "order"
    note = f"import time; open({str(order)!r}, 'a').write('{{}} ');"
    parts = [
        Part("server", python(note.format("server") + LISTEN.format(port=port)), ready=Tcp(port)),
        Part("once", python(note.format("once")), once=True, after=("server",)),
        Part("worker", python(note.format("worker") + "time.sleep(600)"), after=("once",)),
    ]
    said: list[str] = []
    of = Supervisor(parts, logs=tmp_path, say=said.append)
    try:
        assert of.come_up()
        assert eventually(lambda: order.read_text() == "server once worker ")
        assert [line.split()[:2] for line in said] == [
            ["server", "ready"],
            ["once", "done"],
            ["worker", "ready"],
        ]
    finally:
        of.shut_down()
    assert not ports.is_listening(port)


def test_a_warm_part_loads_early_and_runs_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace, gate = tmp_path / "trace", tmp_path / "gate"
    (tmp_path / "patient.py").write_text(
        f"import sys\nopen({str(trace)!r}, 'a').write(__name__ + ' ')\n"
        "if __name__ == '__main__':\n"
        f"    open({str(trace)!r}, 'a').write(sys.argv[1] + repr(sys.stdin.read()) + ' ')\n"
        "    import time; time.sleep(600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    parts = [
        Part("server", SLEEP, ready=Asks(gate.exists)),
        Part("patient", (sys.executable, "-m", "patient", "word"), after=("server",), warm=True),
    ]
    of = Supervisor(parts, logs=tmp_path, say=lambda _: None)
    try:
        threading.Thread(target=lambda: gate.touch() if eventually(trace.exists) else None).start()
        assert of.come_up()
        assert eventually(lambda: trace.read_text() == "patient __main__ word'' ")
        # Once it has run, it starts again without waiting for a word.
        gate.unlink()
        os.kill(of.pids()["patient"], signal.SIGKILL)
        assert watched(of, lambda: trace.read_text().endswith("word'' __main__ word'' "))
    finally:
        of.shut_down()


def test_a_loading_part_ends_when_nobody_is_left_to_give_the_word() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.warm", "this"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 1


def test_what_is_killed_starts_again(tmp_path: Path) -> None:
    of = Supervisor([Part("worker", SLEEP)], logs=tmp_path, say=lambda _: None, status=tmp_path / "s.json")
    try:
        assert of.come_up()
        first = of.pids()["worker"]
        os.kill(first, signal.SIGKILL)
        assert watched(of, lambda: of.pids().get("worker", first) != first)
        assert '"exits": 1' in (tmp_path / "s.json").read_text()
    finally:
        of.shut_down()
    assert not (tmp_path / "s.json").exists()


def test_a_part_that_keeps_ending_is_named_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_S", (0.01,))
    broken = python("print('no such broker'); raise SystemExit(3)")
    of = Supervisor([Part("broken", broken, ready=Asks(lambda: False))], logs=tmp_path, say=lambda _: None)
    try:
        with pytest.raises(
            DidNotComeUp, match=r"(?s)broken ended 5 times, the last with code 3.*no such broker"
        ):
            of.come_up()
    finally:
        of.shut_down()


def test_restarts_back_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "BACKOFF_S", (0.01, 0.02, 30.0))
    said: list[str] = []
    of = Supervisor([Part("flaky", python("import time; time.sleep(0.3)"))], logs=tmp_path, say=said.append)
    try:
        assert of.come_up()
        assert watched(of, lambda: any("again in 30 s" in line for line in said))
    finally:
        of.shut_down()
    waits = [line.split("again in ")[1].split(" (")[0] for line in said if "again" in line]
    assert waits == ["0.01 s", "0.02 s", "30 s"]


def test_all_end_in_reverse_with_their_children(tmp_path: Path) -> None:
    order = tmp_path / "order"
    record = (
        "import signal, subprocess, sys, time\n"
        f"def end(*_): open({str(order)!r}, 'a').write('{{name}} '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(tmp_path)!r} + '/{{name}}.child', 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    names = ("first", "second")
    parts = [
        Part(
            name,
            python(record.format(name=name)),
            ready=Asks(lambda name=name: (tmp_path / f"{name}.child").exists()),  # type: ignore[misc]
            after=names[: names.index(name)],
        )
        for name in names
    ]
    of = Supervisor(parts, logs=tmp_path, say=lambda _: None)
    assert of.come_up()
    pids = [*of.pids().values()]
    assert eventually(lambda: all((tmp_path / f"{name}.child").read_text() for name in names))
    pids += [int((tmp_path / f"{name}.child").read_text()) for name in names]
    of.shut_down()
    assert order.read_text() == "second first "
    assert all(gone(pid) for pid in pids)


def test_one_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    stubborn = python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(ready)!r}, 'w').close(); time.sleep(600)"
    )
    said: list[str] = []
    of = Supervisor(
        [Part("stubborn", stubborn, ready=Asks(ready.exists), grace_s=0.3)], logs=tmp_path, say=said.append
    )
    assert of.come_up()
    pid = of.pids()["stubborn"]
    of.shut_down()
    assert gone(pid)
    assert "did not end within" in said[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
import sys
from pathlib import Path
from deploy.local.parts import Part
from deploy.local.supervisor import Supervisor
of = Supervisor([Part("one", {SLEEP!r}), Part("two", {SLEEP!r})], logs=Path({str(tmp_path)!r}))
of.come_up()
Path({str(pids)!r} + ".part").write_text(" ".join(map(str, of.pids().values())))
Path({str(pids)!r} + ".part").rename({str(pids)!r})
of.watch()
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        assert eventually(pids.exists)
        children = [int(word) for word in pids.read_text().split()]
        assert not any(gone(pid) for pid in children)
    finally:
        process.kill()
        process.wait()
    assert eventually(lambda: all(gone(pid) for pid in children))
