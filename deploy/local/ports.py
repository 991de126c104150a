"""Loopback ports: free ones, and who holds a busy one."""

from __future__ import annotations

import socket

import psutil

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_listening(port: int, host: str = LOOPBACK, timeout_s: float = 0.5) -> bool:
    """Tell whether a TCP connection to the port is accepted."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def can_bind(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on the port now, closed connections in TIME_WAIT aside."""
    with socket.socket() as probe:
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
