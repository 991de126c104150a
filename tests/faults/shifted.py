"""`python -m tests.faults.shifted HOURS MODULE [ARGUMENT...]`: runs a module with its clock hours ahead.

Python's own clock of the day alone is moved, in this process; time spans (monotonic, boot time) stay."""

from __future__ import annotations

import runpy
import sys
import time


def shift(hours: float) -> None:
    """Move `time.time` and `time.time_ns`."""
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + hours * 3600
    time.time_ns = lambda: nanoseconds() + int(hours * 3600 * 1_000_000_000)


if __name__ == "__main__":
    shift(float(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
