"""Apache Kafka's jars: pinned by name and SHA-256, fetched as Maven artefacts without Maven or Java."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from deploy.local.paths import LOCKS, state_dir

KAFKA_VERSION = "4.3.1"
LOCK = LOCKS / "kafka-jars.txt"
ENDPOINT = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.kafka:kafka-tools:{KAFKA_VERSION}"
# Without this bridge every log line is lost. It is added by itself: resolved together with Kafka, its
# managed versions would replace Kafka's own client library by an older one.
LOG_BRIDGE = ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4")


class Jar(NamedTuple):
    """One locked artefact."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """Its file name in a class path folder."""
        return f"{self.artifact}-{self.version}.jar"


def read_lock(lock: Path = LOCK) -> list[Jar]:
    """Read `group:artifact:version sha256` lines; raise ValueError on a line of another form."""
    jars = []
    for line in lock.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        coordinate, digest = line.split()
        group, artifact, version = coordinate.split(":")
        jars.append(Jar(group, artifact, version, digest))
    return jars


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def jar_folder(lock: Path = LOCK) -> Path:
    """Return the folder that holds, or will hold, exactly the jars of this lock."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    return state_dir() / "kafka" / f"jars-{KAFKA_VERSION}-{digest}"


def fetch(lock: Path = LOCK) -> Path:
    """Make the jar folder complete and return it; raise RuntimeError when a jar is not the locked one."""
    folder = jar_folder(lock)
    if folder.is_dir():  # it only ever appears whole, by a rename
        return folder
    from jgo.maven import MavenContext

    context = MavenContext(timeout=60)  # downloads into the user's Maven repository, as Maven does
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)

    def one(jar: Jar) -> None:
        found = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        if _sha256(found) != jar.sha256:
            raise RuntimeError(f"{found} is not the pinned {jar.filename}: delete it and try again")
        shutil.copyfile(found, partial / jar.filename)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, read_lock(lock)))
    try:
        partial.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(partial)  # another process was first
    return folder


def write_lock(lock: Path = LOCK) -> int:
    """Resolve Kafka's dependencies anew, write the lock, and return the number of jars."""
    import jgo
    from jgo.maven import MavenContext

    def line(artifact: object) -> str:
        jar = artifact.resolve()  # type: ignore[attr-defined]
        key = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"  # type: ignore[attr-defined]
        return f"{key} {_sha256(jar)}"

    group, name, version = LOG_BRIDGE
    artifacts = [a for a in jgo.resolve(ENDPOINT) if a.packaging == "jar"]
    artifacts.append(MavenContext(timeout=60).project(group, name).at_version(version).artifact())
    with ThreadPoolExecutor(8) as pool:
        lines = sorted(set(pool.map(line, artifacts)))
    head = f"# Apache Kafka {KAFKA_VERSION}: its jars and their SHA-256. Made by `make locks`.\n"
    lock.write_text(head + "\n".join(lines) + "\n")
    return len(lines)


def main() -> None:
    """Fetch the locked jars and print their folder, or write the lock anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="resolve again and write the lock")
    if parser.parse_args().lock:
        print(f"{LOCK}: {write_lock()} jars", file=sys.stderr)
    print(fetch())


if __name__ == "__main__":
    main()
