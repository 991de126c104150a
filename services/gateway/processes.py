"""Several gateway processes on one port: the kernel spreads connections over them (SO_REUSEPORT)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from services.gateway.config import GatewaySettings
from shared import logs

log = logs.get(__name__)

STOP_S = 8.0
RESTART_S = 1.0


def supervise(settings: GatewaySettings) -> int:
    """Run `gateway_processes` children until told to stop; a child that exits is started again.

    Each child holds the reading end of a pipe whose other end is only here: when this process dies, however
    it dies, they read its end and stop."""
    if (problem := _taken(settings.gateway_host, settings.gateway_port)) is not None:
        log.error("gateway.not_started", port=settings.gateway_port, error=problem)
        return 1
    stopping = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    children: dict[int, subprocess.Popen[bytes]] = {}
    not_before = [0.0] * settings.gateway_processes
    while not stopping:
        for index in range(settings.gateway_processes):
            child = children.get(index)
            if child is not None and child.poll() is not None:
                log.warning("gateway.child_exited", number=index, code=child.returncode)
                del children[index]
                not_before[index] = time.monotonic() + RESTART_S
            if index not in children and time.monotonic() >= not_before[index]:
                children[index] = _start(index)
        time.sleep(0.1)
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + STOP_S
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 0


def _start(index: int) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "DROMOS_GATEWAY_NUMBER": str(index),
        "DROMOS_GATEWAY_REUSE_PORT": "1",
        "DROMOS_PART": f"{os.environ.get('DROMOS_PART') or 'gateway'}-{index}",
    }
    return subprocess.Popen([sys.executable, "-m", "services.gateway.main"], env=env, stdin=subprocess.PIPE)


def _taken(host: str, port: int) -> str | None:
    """Why the port can't be had. Asked without SO_REUSEPORT, which would share it with whoever is there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            return os.strerror(error.errno or 0)
    return None


async def stop_with_parent(stop: asyncio.Event) -> None:
    """Set `stop` when the parent's end of standard input is closed."""
    loop = asyncio.get_running_loop()

    class Lifeline(asyncio.Protocol):
        def connection_lost(self, _exc: Exception | None) -> None:
            stop.set()

    await loop.connect_read_pipe(Lifeline, sys.stdin)
