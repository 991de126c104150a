"""What one start of the simulator leaves for the next, and a name of its own for each that runs at once."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MOST_AT_ONCE = 9


@contextmanager
def troupe(folder: Path) -> Iterator[str]:
    """A name that no other simulator on this folder has while the context is open: demo, demo2, demo3...

    Couriers, phones and kept secrets go by it, so that a trace can be played while the demonstration runs.
    Raises OSError when nine run already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, MOST_AT_ONCE + 1):
        name = "demo" if number == 1 else f"demo{number}"
        with (folder / f"simulator-{name}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield name
            return
    raise OSError(f"{MOST_AT_ONCE} simulators run on {folder} already")


@dataclass(slots=True)
class Secrets:
    """Keys of shops, secrets of phones, routes under way: kept for the next start, readable by us alone."""

    file: Path
    keys: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> Secrets:
        """What an earlier start has kept, or nothing."""
        try:
            kept = json.loads(file.read_text())
            return cls(file, dict(kept["keys"]), dict(kept["phones"]), dict(kept["routes"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls(file)

    def save(self) -> None:
        """Replace the file."""
        kept = {"keys": self.keys, "phones": self.phones, "routes": self.routes}
        replace_file(self.file, json.dumps(kept), mode=0o600)


def replace_file(file: Path, text: str, *, mode: int) -> None:
    """Write a file so that readers see the old or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    part.replace(file)
