"""A bound on calls that have none: kafka-python's clients block for half a minute when brokers are away."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future


class BrokerAway(Exception):
    """Kafka did not answer in time."""


class AdminRefused(Exception):
    """Kafka answered, and refused."""


def begin[T](what: str, call: Callable[[], T]) -> Future[T]:
    """Call in a thread of its own, which is left behind when nobody waits for its result any more: unlike a
    pool's, it keeps no process from ending."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name=what, daemon=True).start()
    return result


def within[T](timeout_s: float, what: str, call: Callable[[], T]) -> T:
    """The result of `call`, run in a thread that is left behind when it takes longer than `timeout_s`.

    Raises:
        BrokerAway: no result in time.
    """
    try:
        return begin(f"kafka-{what}", call).result(timeout_s)
    except TimeoutError as error:
        raise BrokerAway(f"Kafka did not answer within {timeout_s:g} s ({what})") from error


def reach(bootstrap: str, timeout_s: float) -> None:
    """Return if one of the addresses (`host:port,...`) takes a connection: kafka-python itself tries for
    long, and leaves its sockets open.

    Raises:
        BrokerAway: none does; each with its reason.
    """
    refused = []
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout_s).close()
        except (OSError, ValueError) as error:
            refused.append(f"{address}: {error}")
        else:
            return
    raise BrokerAway(f"no Kafka at {'; '.join(refused)}")
