"""Loopback ports: free ones, and who holds a busy one."""

from __future__ import annotations

import itertools
import os
import socket
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 12_000, 32_767
"""Where free ports are looked for: browsers refuse some below (10080)."""
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_BLOCK = 97
_tried = itertools.count()


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on now and that nobody should take soon: it is listened
    on later, often much later. Not one that the kernel gives to outgoing connections, none twice in a
    process, and processes that look at the same time look in different places."""
    first, last = LOWEST, min(HIGHEST, _first_outgoing() - 1)
    for _ in range(last - first):
        port = first + (os.getpid() * _BLOCK + next(_tried)) % (last - first + 1)
        if can_bind(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _first_outgoing() -> int:
    """The lowest port that an outgoing connection may have on its own side."""
    try:
        return int(_OUTGOING.read_text().split()[0])
    except OSError:
        return HIGHEST + 1


def is_listening(port: int, host: str = LOOPBACK, timeout_s: float = 0.5) -> bool:
    """Tell whether a TCP connection to the port is accepted."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def can_bind(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on the port now, closed connections in TIME_WAIT aside."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return not is_listening(port, host)


def holder(port: int) -> str:
    """Say which process listens on the port, as far as this user may know."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS shows other processes' sockets to root alone
        return "a process this user may not see"
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or connection.laddr.port != port:
            continue
        if connection.pid is None:
            break
        try:
            command = " ".join(psutil.Process(connection.pid).cmdline())
        except psutil.Error:
            command = "its command is hidden"
        return f"pid {connection.pid}: {command[:160]}"
    return "a process this user may not see"
