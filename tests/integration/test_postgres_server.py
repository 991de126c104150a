"""The embedded PostgreSQL: started, stopped, killed, half-made, as root and as anybody."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from deploy.local import postgres
from deploy.local.paths import ROOT
from deploy.local.postgres import DATABASE, NOBODY, USER, PostgresServer
from shared.adapters.postgres import database, lists

PASSWORD = "a-password"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    made = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log", PASSWORD)
    yield made
    made.stop()


def ask(server: PostgresServer, *statements: str, password: str | None = PASSWORD) -> Any:
    """Run statements one after another and return the last one's value."""

    async def run() -> Any:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=server.port, user=USER, database=DATABASE, password=password, timeout=60
        )
        try:
            found = None
            for statement in statements:
                found = await connection.fetchval(statement)
            return found
        finally:
            await connection.close()

    return asyncio.run(run())


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it has started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def gone(processes: list[psutil.Process], timeout_s: float = 60.0) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=timeout_s)
    return not alive


def test_a_second_start_finds_what_the_first_has_kept_and_a_stop_leaves_no_process(
    server: PostgresServer,
) -> None:
    server.start()
    assert server.pid is not None
    started = family(server.pid)
    assert len(started) > 3  # the writers and the checkpointer
    ask(server, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    server.stop()
    assert gone(started)
    assert not server.is_ready()
    server.start()
    assert ask(server, "SELECT n FROM kept") == 7


def test_nobody_comes_in_without_the_password(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    server.start()
    assert ask(server, "SELECT current_user") == USER
    for wrong in ("another", "", None):
        with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError)):
            ask(server, "SELECT 1", password=wrong)
    assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert PASSWORD not in server.log.read_text()
    assert PASSWORD not in " ".join(server.command())


def test_a_server_that_was_killed_starts_again_with_all_that_was_committed(server: PostgresServer) -> None:
    server.start()
    assert server.pid is not None
    ask(server, "CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
    before = family(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    assert gone(before)
    server.stop()
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    assert "not properly shut down" in server.log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells whose the memory is")
def test_a_killed_servers_processes_are_waited_for(server: PostgresServer) -> None:
    """One that is busy is still there when the next server starts."""
    server.start()
    assert server.pid is not None
    first, *others = family(server.pid)
    others[0].suspend()
    first.kill()
    server.stop()
    assert gone([first, *others[1:]])
    threading.Timer(1.0, others[0].resume).start()
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert gone(others)


def test_a_half_made_cluster_is_made_anew(server: PostgresServer) -> None:
    server.prepare()
    (server.data_dir / "dromos-ready").unlink()  # as if killed just before it was whole
    shutil.rmtree(server.data_dir / "pg_wal")
    (server.data_dir / "PG_VERSION").write_text("")
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert (server.data_dir / "dromos-ready").is_file()


def owners(processes: list[psutil.Process]) -> set[str]:
    """Whose they are; one that had little to do may have ended meanwhile."""
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found.add(process.username())
    return found


STARTER = """
import json, sys, time
from pathlib import Path
from deploy.local.postgres import PostgresServer
folder = Path(sys.argv[1])
server = PostgresServer(folder / "postgres", folder / "postgres.log", sys.argv[2]).start()
print(json.dumps({"pid": server.pid, "port": server.port}), flush=True)
sys.stdin.read()
server.stop()
"""


@contextmanager
def started_by_another(folder: Path, *before: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """A server started by a process of its own, perhaps as another user, and what that said. It is asked to
    end with the block, if it has not."""
    command = [*before, sys.executable, "-c", STARTER, str(folder), PASSWORD]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.readline()
        assert said, process.stderr.read()
        yield process, json.loads(said)


def test_when_its_starter_is_killed_the_server_ends_with_all_its_processes(tmp_path: Path) -> None:
    with started_by_another(tmp_path) as (process, said):
        running = family(said["pid"])
        process.kill()
    assert gone(running)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
@pytest.mark.parametrize("user", ["root", NOBODY])
def test_root_and_others_alike_have_a_server_that_is_not_root(user: str) -> None:
    entry = pwd.getpwnam(user)
    if user == "root":
        become: list[str] = []
    elif (setpriv := shutil.which("setpriv")) is not None:
        become = [setpriv, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    else:
        pytest.skip("no setpriv to become another user with")
    if become and subprocess.run([*become, sys.executable, "-c", ""], capture_output=True).returncode != 0:
        pytest.skip(f"{user} may not run {sys.executable}")
    folder = Path(tempfile.mkdtemp(prefix="dromos-postgres-"))
    try:
        folder.chmod(0o700)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        with started_by_another(folder, *become) as (_, said):
            running = family(said["pid"])
            assert owners(running) == {NOBODY}
            there = PostgresServer(folder / "postgres", folder / "postgres.log", PASSWORD, port=said["port"])
            assert ask(there, "SELECT current_user") == USER
        assert gone(running)
        assert not there.is_ready()
        assert (folder / "postgres").stat().st_uid == pwd.getpwnam(NOBODY).pw_uid
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_no_row_is_written_into_the_log(server: PostgresServer) -> None:
    """Of a statement that is refused PostgreSQL tells the row, unless it is told not to."""
    server.start()
    ask(server, "CREATE TABLE people (email text PRIMARY KEY, age int CHECK (age > 0))")
    ask(server, "INSERT INTO people VALUES ('maria@example.org', 1)")

    async def refused() -> None:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=server.port, user=USER, database=DATABASE, password=PASSWORD, timeout=60
        )
        try:
            for email, age in (("maria@example.org", 1), ("nikos@example.org", 0)):
                with pytest.raises(asyncpg.IntegrityConstraintViolationError) as told:
                    await connection.execute("INSERT INTO people VALUES ($1, $2)", email, age)
                assert told.value.detail is not None, "who asks is told"
        finally:
            await connection.close()

    asyncio.run(refused())
    said = server.log.read_text()
    assert "people_pkey" in said
    assert "example.org" not in said


def test_the_password_is_never_in_a_file_that_others_can_read(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[tuple[int, int]] = []
    run = postgres._run

    def watched(data_dir: Path, words: list[str]) -> None:
        found = Path(words[2]).stat()
        modes.append((found.st_mode & 0o777, found.st_uid))
        run(data_dir, words)

    monkeypatch.setattr(postgres, "_run", watched)
    server.prepare()
    owner = pwd.getpwnam(NOBODY).pw_uid if os.geteuid() == 0 else os.geteuid()
    assert modes == [(0o600, owner)]


async def test_a_frozen_server_is_waited_for_no_longer_than_said(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement of its own ends while it is frozen: who asks has to give up."""
    monkeypatch.setattr(database, "ANSWER_S", 1)
    await asyncio.to_thread(server.start)
    lists_database = lists.database(server.url)
    processes: list[psutil.Process] = []
    try:
        assert await lists_database.answers()
        assert server.pid is not None
        processes = family(server.pid)
        for process in processes:
            process.suspend()
        with pytest.raises((SQLAlchemyError, OSError, TimeoutError)):
            async with asyncio.timeout(120) as given_up, lists_database.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        assert not given_up.expired()
    finally:
        for process in processes:
            process.resume()
        await lists_database.close()
