"""Names and times of slow steps, and fingerprints that let the next run skip them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class StepFailed(RuntimeError):
    """A step did not succeed; the message says which and where its output is."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print a step's name when it begins and the seconds it took when it ends."""
    print(f"  {name} ...", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(f"  {name} failed after {time.monotonic() - began:.1f} s", flush=True)
        raise
    print(f"  {name} done in {time.monotonic() - began:.1f} s", flush=True)


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command quietly; raise StepFailed with its output when it fails."""
    done = subprocess.run(
        list(command),
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").splitlines()
        if len(lines) > 45:  # some tools say first what is wrong, some last
            lines = [*lines[:20], "[...]", *lines[-20:]]
        shown = "\n".join(lines)
        raise StepFailed(f"`{' '.join(command)}` ended with {done.returncode}:\n{shown}")


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Return a SHA-256 over files (their paths and contents) and words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Tell whether the stamp file says that the step was done for this fingerprint."""
    return stamp.is_file() and stamp.read_text() == value


def say(message: str) -> None:
    """Print a message for the person at the keyboard on standard error."""
    print(f"dromos: {message}", file=sys.stderr, flush=True)
