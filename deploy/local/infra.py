"""Kafka, Valkey and PostgreSQL alone, for work on a service: prints their addresses and stays until Ctrl-C.

python -m deploy.local.infra --kafka-port 0 --redis-port 0 --postgres-port 0
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.kafka import KafkaBroker
from deploy.local.paths import state_dir
from deploy.local.postgres import PostgresServer
from deploy.local.valkey import ValkeyServer


@dataclass(frozen=True)
class Infra:
    """A running broker and servers and where they listen."""

    kafka: KafkaBroker
    valkey: ValkeyServer
    postgres: PostgresServer

    @property
    def bootstrap(self) -> str:
        """Kafka's bootstrap address, `host:port`."""
        return self.kafka.bootstrap

    @property
    def redis_url(self) -> str:
        """Valkey's address, `redis://host:port/0`."""
        return self.valkey.url

    @property
    def postgres_url(self) -> str:
        """PostgreSQL's address, password included, as SQLAlchemy takes it."""
        return self.postgres.url

    def environment(self) -> dict[str, str]:
        """Return the variables by which services find them."""
        return {
            "DROMOS_KAFKA_BOOTSTRAP": self.bootstrap,
            "DROMOS_REDIS_URL": self.redis_url,
            "DROMOS_POSTGRES_URL": self.postgres_url,
        }


@contextmanager
def running(
    data_dir: Path | None = None, *, kafka_port: int = 0, redis_port: int = 0, postgres_port: int = 0
) -> Iterator[Infra]:
    """Run them for the length of a block, in `data_dir` or in a folder that is deleted afterwards."""
    runs = state_dir() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(runs)
    folder = data_dir or Path(tempfile.mkdtemp(prefix=f"infra-{os.getpid()}-", dir=runs))
    kafka = KafkaBroker(folder / "kafka", folder / "kafka.log", port=kafka_port)
    valkey = ValkeyServer(folder / "valkey", folder / "valkey.log", port=redis_port)
    password = _password(folder)
    postgres = PostgresServer(folder / "postgres", folder / "postgres.log", password, port=postgres_port)
    try:
        valkey.start()
        postgres.start()
        kafka.start()
        yield Infra(kafka, valkey, postgres)
    finally:
        kafka.stop()
        postgres.stop()
        valkey.stop()
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)


def _password(folder: Path) -> str:
    """Return the database's password, made with the folder."""
    path = folder / "postgres.password"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(16))
    return path.read_text()


def _forget_the_dead(runs: Path) -> None:
    """Delete the folders of runs that were killed before they could."""
    for folder in runs.glob("infra-*-*"):
        pid = folder.name.split("-")[1]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run them until SIGINT or SIGTERM; one JSON line on standard output says where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kafka-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--redis-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--postgres-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--data-dir", type=Path, help="keep the data here (default: deleted at the end)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with running(
            arguments.data_dir,
            kafka_port=arguments.kafka_port,
            redis_port=arguments.redis_port,
            postgres_port=arguments.postgres_port,
        ) as infra:
            pids = {"kafka": infra.kafka.pid, "valkey": infra.valkey.pid, "postgres": infra.postgres.pid}
            print(json.dumps({**infra.environment(), "pids": pids}), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
