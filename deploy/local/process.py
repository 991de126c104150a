"""Child processes that end with the process that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h


def _leash() -> Callable[[], None] | None:
    """Return what a Linux child runs before exec so that the kernel ends it with its parent."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded here: after fork only the call itself is safe
    parent = os.getpid()

    def leash() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os._exit(1)

    return leash


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    piped: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command as the head of its own process group, its output appended to `log`.

    Its standard input is empty, or with `piped` a pipe that the caller writes to.

    Call it from a thread that lives as long as the child should: Linux ties the child to the thread.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_leash(),
        )


def ready_in_time(
    process: subprocess.Popen[bytes], is_ready: Callable[[], bool], timeout_s: float, every_s: float = 0.05
) -> bool:
    """Wait until a started server is ready; False when it exited or the time is over."""
    deadline = time.monotonic() + timeout_s
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def last_lines(log: Path, count: int = 10) -> str:
    """Return the end of a log, for an error's message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to every process of the child's group; one that is gone is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def group_alive(pgid: int) -> bool:
    """Tell whether any process of the group is left."""
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group of zombies
        return False
    return True


def stop_group(
    process: subprocess.Popen[bytes], grace_s: float = 10.0, *, number: int = signal.SIGTERM
) -> int:
    """Ask the child's group to end, kill what is left after `grace_s`, and return the exit code."""
    signal_group(process, number)
    return await_group(process, grace_s)


def await_group(process: subprocess.Popen[bytes], grace_s: float) -> int:
    """Wait for a child that was asked to end, kill what is left after `grace_s`, return the exit code."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace_s)
    signal_group(process, signal.SIGKILL)
    code = process.wait()
    deadline = time.monotonic() + 2
    while group_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return code
