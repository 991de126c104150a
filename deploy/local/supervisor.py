"""Runs parts as process groups: in order, watched, restarted when they exit, and ended together.

One thread does everything (on Linux the kernel kills a child with the thread that started it); only
readiness probes, which wait on sockets, run in threads of their own.
"""

from __future__ import annotations

import enum
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import warm
from deploy.local.parts import Part
from deploy.local.process import await_group, signal_group, spawn

TICK_S = 0.05
PROBE_EVERY_S = 0.2
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
STEADY_S = 30.0
"""After so long without an exit a part starts again at once, as if it had never failed."""
STARTS_BEFORE_GIVING_UP = 5
"""Exits of a part that was never ready, while the whole is coming up."""
START_LIMIT_S = 240.0
LOG_LIMIT_BYTES = 50_000_000


class State(enum.StrEnum):
    """Where a part is in its life."""

    WAITING = "waiting"
    LOADING = "loading"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    BACKING_OFF = "backing off"


class DidNotComeUp(RuntimeError):
    """A part never became ready; the message names it and ends with its last log lines."""


@dataclass
class _Run:
    part: Part
    log: Path
    state: State = State.WAITING
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    started_ms: int = 0
    first_started_s: float = 0.0
    ever_ready: bool = False
    exits: int = 0
    failures: int = 0
    not_before_s: float = 0.0
    probe: Future[bool] | None = None
    next_probe_s: float = 0.0


def _print(line: str) -> None:
    print(line, flush=True)


@dataclass
class Supervisor:
    """Runs `parts` with their output in `logs`, tells `say` what happens, and keeps `status` on disk."""

    parts: Sequence[Part]
    logs: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Callable[[str], None] = _print
    status: Path | None = None
    stopping: bool = False

    def __post_init__(self) -> None:
        self._runs = {part.name: _Run(part, self.logs / f"{part.name}.log") for part in self.parts}
        self._pool = ThreadPoolExecutor(max_workers=max(4, len(self.parts)), thread_name_prefix="probe")
        self._next_log_check_s = 0.0

    def request_stop(self, *_: object) -> None:
        """Make the running `come_up` or `watch` return soon; fits `signal.signal`."""
        self.stopping = True

    def come_up(self) -> bool:
        """Start all parts and return True when each is ready, False when told to stop; or DidNotComeUp."""
        while not self.stopping:
            self._tick(coming_up=True)
            if all(run.state in (State.READY, State.DONE) for run in self._runs.values()):
                return True
            time.sleep(TICK_S)
        return False

    def watch(self) -> None:
        """Restart what exits until told to stop."""
        while not self.stopping:
            self._tick(coming_up=False)
            time.sleep(TICK_S * 4)

    def shut_down(self) -> None:
        """End all parts and return when no process of them is left.

        A part ends before those it started after; parts that do not depend on each other end together."""
        for runs in self._ranks():
            running = [run for run in runs if run.process is not None]
            for run in running:
                assert run.process is not None
                signal_group(run.process, run.part.stop_signal)
            began_s = time.monotonic()
            for run in running:
                assert run.process is not None
                left_s = began_s + run.part.grace_s - time.monotonic()
                await_group(run.process, max(0.0, left_s))
                if time.monotonic() - began_s > run.part.grace_s:
                    self._tell(run, f"did not end within {run.part.grace_s:.1f} s and was killed")
                if run.process.stdin is not None:
                    run.process.stdin.close()
                run.process, run.state = None, State.WAITING
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self.status is not None:
            self.status.unlink(missing_ok=True)

    def _ranks(self) -> list[list[_Run]]:
        """Return the parts in the order in which they end: the last started first, equals together."""
        depth: dict[str, int] = {}
        for part in self.parts:
            depth[part.name] = 1 + max((depth[name] for name in part.after), default=0)
        ranks = sorted(set(depth.values()), reverse=True)
        return [[self._runs[name] for name, rank in depth.items() if rank == wanted] for wanted in ranks]

    def pids(self) -> dict[str, int]:
        """Return the process ids of the parts that run."""
        return {name: run.process.pid for name, run in self._runs.items() if run.process is not None}

    def _tell(self, run: _Run, message: str) -> None:
        self.say(f"  {run.part.name:<12} {message}")

    def _tick(self, *, coming_up: bool) -> None:
        before = [(run.state, run.exits) for run in self._runs.values()]
        for run in self._runs.values():
            if run.process is not None:
                self._look_at(run, coming_up=coming_up)
            elif run.state is not State.DONE and time.monotonic() >= run.not_before_s:
                if self._has_its_turn(run):
                    self._start(run)
                elif run.part.warm:
                    self._load(run)
        if before != [(run.state, run.exits) for run in self._runs.values()]:
            self._write_status()
        if time.monotonic() >= self._next_log_check_s:
            self._next_log_check_s = time.monotonic() + 10
            for run in self._runs.values():
                _keep_small(run.log)

    def _has_its_turn(self, run: _Run) -> bool:
        # A part that ran before only waits for its back-off: workers outlive a broker's restart or exit.
        needed = () if run.ever_ready else run.part.after
        return all(self._runs[name].state in (State.READY, State.DONE) for name in needed)

    def _start(self, run: _Run) -> None:
        if run.part.prepare is not None:
            run.part.prepare()
        run.process = spawn(run.part.command, log=run.log, env={**self.env, **run.part.env})
        self._begin(run)

    def _load(self, run: _Run) -> None:
        """Start a part ahead of its turn: it loads its code and waits for the word."""
        python, flag, *rest = run.part.command
        assert flag == "-m", f"{run.part.name} is no module to load"
        command = (python, flag, warm.__name__, *rest)
        run.process = spawn(command, log=run.log, env={**self.env, **run.part.env}, piped=True)
        run.state = State.LOADING

    def _give_the_word(self, run: _Run) -> None:
        assert run.process is not None
        assert run.process.stdin is not None
        if run.part.prepare is not None:
            run.part.prepare()
        with suppress(BrokenPipeError), run.process.stdin as pipe:  # one that has ended is seen by its code
            pipe.write(warm.GO)
        self._begin(run)

    def _begin(self, run: _Run) -> None:
        run.started_s = time.monotonic()
        run.first_started_s = run.first_started_s or run.started_s
        run.started_ms = time.time_ns() // 1_000_000
        run.state = State.STARTING
        run.probe, run.next_probe_s = None, 0.0

    def _look_at(self, run: _Run, *, coming_up: bool) -> None:
        assert run.process is not None
        code = run.process.poll()
        now = time.monotonic()
        if code is not None:
            self._ended(run, code, coming_up=coming_up)
        elif run.state is State.LOADING:
            if self._has_its_turn(run):
                self._give_the_word(run)
        elif run.state is State.STARTING and not run.part.once and self._says_ready(run, now):
            run.state, run.ever_ready = State.READY, True
            self._tell(run, f"ready after {now - run.started_s:.1f} s")
        elif run.state is State.STARTING and coming_up and now - run.first_started_s > START_LIMIT_S:
            raise DidNotComeUp(self._why(run, f"was not ready within {START_LIMIT_S:.0f} s"))
        elif now - run.started_s > STEADY_S:
            run.failures = 0

    def _says_ready(self, run: _Run, now: float) -> bool:
        if run.part.ready is None:
            return True
        if run.probe is None:
            if now >= run.next_probe_s:
                run.probe = self._pool.submit(run.part.ready, run.started_ms)
            return False
        if not run.probe.done():
            return False
        answer, run.probe = run.probe.result(), None
        run.next_probe_s = now + PROBE_EVERY_S
        return answer

    def _ended(self, run: _Run, code: int, *, coming_up: bool) -> None:
        assert run.process is not None
        signal_group(run.process, signal.SIGKILL)  # whatever it had started
        if run.process.stdin is not None:
            run.process.stdin.close()
        run.process = None
        if run.part.once and code == 0:
            run.state, run.ever_ready = State.DONE, True
            self._tell(run, f"done after {time.monotonic() - run.started_s:.1f} s")
            return
        run.exits += 1
        run.failures += 1
        if coming_up and not run.ever_ready and run.failures >= STARTS_BEFORE_GIVING_UP:
            raise DidNotComeUp(self._why(run, f"ended {run.failures} times, the last with {_code(code)}"))
        wait_s = BACKOFF_S[min(run.failures, len(BACKOFF_S)) - 1]
        run.not_before_s = time.monotonic() + wait_s
        run.state = State.BACKING_OFF
        self._tell(run, f"ended with {_code(code)}; starting again in {wait_s:g} s (see {run.log})")

    def _why(self, run: _Run, what: str) -> str:
        lines = run.log.read_text(errors="replace").splitlines()[-20:] if run.log.exists() else []
        return f"{run.part.name} {what}. The end of {run.log}:\n" + "\n".join(f"    {x}" for x in lines)

    def _write_status(self) -> None:
        if self.status is None:
            return
        parts = {
            name: {
                "state": run.state.value,
                "pid": run.process.pid if run.process else None,
                "exits": run.exits,
            }
            for name, run in self._runs.items()
        }
        self.status.parent.mkdir(parents=True, exist_ok=True)
        partial = self.status.with_suffix(".partial")
        partial.write_text(json.dumps({"pid": os.getpid(), "parts": parts}, indent=1))
        partial.replace(self.status)


def _code(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


def _keep_small(log: Path) -> None:
    """Move a log that has grown large aside; its writer appends, so it goes on at the new beginning."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def run(supervisor: Supervisor, when_ready: Callable[[], None]) -> int:
    """Bring everything up, say so, watch until SIGINT or SIGTERM, end everything; return an exit code."""
    signal.signal(signal.SIGINT, supervisor.request_stop)
    signal.signal(signal.SIGTERM, supervisor.request_stop)
    signal.signal(signal.SIGHUP, supervisor.request_stop)
    try:
        if supervisor.come_up():
            when_ready()
            supervisor.watch()
        return 0
    except DidNotComeUp as failed:
        print(f"dromos: {failed}", file=sys.stderr, flush=True)
        return 1
    finally:
        supervisor.say("ending")
        supervisor.shut_down()
