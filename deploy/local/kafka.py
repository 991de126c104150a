"""One Apache Kafka broker in KRaft mode, run as a child process from its plain jars."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import kafka_jars, ports
from deploy.local.java import find_java, java_major
from deploy.local.paths import ROOT, state_dir
from deploy.local.process import last_lines, ready_in_time, spawn, stop_group

SETTINGS = ROOT / "deploy" / "kafka" / "broker.properties"
LOG4J2 = ROOT / "deploy" / "kafka" / "log4j2.yaml"
HEAP = "512m"

# One request of Kafka's protocol, written out so that asking needs no client library: ApiVersions (18)
# version 0, correlation id 1, client id "up"; the answer begins with size, correlation id, error code.
_CORRELATION = 1
_API_VERSIONS = struct.pack(">ihhih2s", 12, 18, 0, _CORRELATION, 2, b"up")


class KafkaDidNotStart(RuntimeError):
    """The broker exited or was not ready in time; the message ends with its last log lines."""


@dataclass
class KafkaBroker:
    """A broker on loopback with its data under `data_dir`; port 0 means any free one."""

    data_dir: Path
    log: Path
    port: int = 0
    controller_port: int = 0
    overrides: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def bootstrap(self) -> str:
        """The address clients connect to first."""
        return f"{ports.LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Fetch the jars, choose ports, write the settings and format the data folder once."""
        kafka_jars.fetch()
        self.port = self.port or ports.free_port()
        self.controller_port = self.controller_port or ports.free_port()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o700)  # names and addresses are in it
        settings = self.data_dir / "server.properties"
        settings.write_text(SETTINGS.read_text() + self._own_settings())
        if (self._log_dir / "meta.properties").exists():
            return
        cluster = self._run_tool("random-uuid").strip().splitlines()[-1]
        self._run_tool("format", "--standalone", "--cluster-id", cluster, "--config", str(settings))

    def command(self) -> list[str]:
        """Return the command that runs the prepared broker in the foreground."""
        return [*self._java(), "kafka.Kafka", str(self.data_dir / "server.properties")]

    def is_ready(self) -> bool:
        """Tell whether the broker serves requests, which it does from when it is a member of its cluster."""
        try:
            with socket.create_connection((ports.LOOPBACK, self.port), timeout=1) as connection:
                connection.settimeout(2)
                connection.sendall(_API_VERSIONS)
                answer = connection.recv(10, socket.MSG_WAITALL)
        except OSError:
            return False
        return len(answer) == 10 and struct.unpack(">iih", answer)[1:] == (_CORRELATION, 0)

    def start(self, timeout_s: float = 90.0) -> KafkaBroker:
        """Prepare and start the broker, and return when it answers; raise KafkaDidNotStart."""
        self.prepare()
        self._process = spawn(self.command(), log=self.log)
        if not ready_in_time(self._process, self.is_ready, timeout_s, every_s=0.1):
            self.stop()
            tail = last_lines(self.log, 15)
            raise KafkaDidNotStart(f"Kafka at {self.bootstrap} did not start, see {self.log}:\n{tail}")
        return self

    def stop(self) -> None:
        """Shut the broker down in order, within 20 s, then by force."""
        if self._process is not None:
            stop_group(self._process, grace_s=20.0)
            self._process = None

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def _log_dir(self) -> Path:
        return self.data_dir / "logs"

    def _own_settings(self) -> str:
        own = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": f"{ports.LOOPBACK}:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{ports.LOOPBACK}:{self.controller_port}",
            "advertised.listeners": (
                f"PLAINTEXT://{self.bootstrap},CONTROLLER://{ports.LOOPBACK}:{self.controller_port}"
            ),
            "log.dirs": str(self._log_dir),
            **self.overrides,
        }
        return "".join(f"{key}={value}\n" for key, value in own.items())

    def _java(self) -> list[str]:
        java = find_java()
        options = [f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
        # Half the processor time of a start goes into optimising code that a small system hardly runs.
        options += ["-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={LOG4J2}"]
        if (java_major(java) or 0) >= 19:  # class data sharing written by the JVM itself (JDK 19)
            archive = state_dir() / "kafka" / "classes.jsa"
            options += ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={archive}"]
        options += os.environ.get("DROMOS_KAFKA_JVM_OPTS", "").split()
        return [str(java), *options, "-cp", f"{kafka_jars.jar_folder()}{os.sep}*"]

    def _run_tool(self, *arguments: str) -> str:
        command = [*self._java(), "kafka.tools.StorageTool", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise KafkaDidNotStart(f"kafka storage {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout
