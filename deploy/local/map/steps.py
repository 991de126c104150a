"""Building in named steps, each done again only when what it is made from has changed."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class MapError(Exception):
    """The map can't be built; the message says why."""


class Steps:
    """Runs steps in order, prints each with its time, and remembers in steps.json what each was made from."""

    def __init__(self, folder: Path, say: Callable[[str], None] = print) -> None:
        self._file = folder / "steps.json"
        self._folder = folder
        self._say = say
        try:
            self._made: dict[str, str] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            self._made = {}

    def run(self, name: str, made_from: Sequence[str], outputs: Sequence[str], do: Callable[[], str]) -> bool:
        """Call do() unless the outputs exist and were made from the same strings; True when it ran.

        do() answers with a few words about what came out.
        """
        key = hashlib.sha256("\0".join(made_from).encode()).hexdigest()
        if self._made.get(name) == key and all((self._folder / output).exists() for output in outputs):
            self._say(f"  {name}: up to date")
            return False
        self._made.pop(name, None)
        started = time.monotonic()
        what = do()
        missing = [output for output in outputs if not (self._folder / output).exists()]
        if missing:
            raise MapError(f"{name} did not make {', '.join(missing)}")
        self._made[name] = key
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._made, indent=1))
        part.replace(self._file)
        self._say(f"  {name}: {what} ({time.monotonic() - started:.1f} s)")
        return True


def code_of(*paths: str) -> str:
    """A digest of source files, so that a step is done again after its own code has changed."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()
