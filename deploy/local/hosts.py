"""Which address of this machine a phone shall reach: `make demo HOST=...`.

Only the standard library (psutil where it is there already), and nothing newer than Python 3.8: asked before
anything is installed.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from typing import List, NamedTuple  # noqa: UP035

VARIABLE = "DROMOS_HOST"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Host(NamedTuple):
    """What stands in addresses (`name`: a name or an address), and the local address to listen on."""

    name: str
    address: str

    def netloc(self, port: int) -> str:
        """Return `name:port` as it stands in an address; IPv6 in brackets."""
        return "%s:%d" % (bracketed(self.name), port)  # noqa: UP031


class NotHere(ValueError):
    """No address of this machine; the message lists those it has."""


def bracketed(name: str) -> str:
    """Return an IPv6 address in brackets, anything else as it is."""
    return "[" + name + "]" if ":" in name else name


def told() -> str:
    """Return what the environment asks for; empty: nothing."""
    return os.environ.get(VARIABLE, "").strip()


def find(name: str) -> Host:
    """Look which local address a name or an address is; raise NotHere."""
    plain = name.strip().strip("[]")
    try:
        literal = ipaddress.ip_address(plain)
    except ValueError:
        return Host(plain, _resolved(plain))
    if literal.is_unspecified or literal.is_multicast or not _is_local(plain):
        raise NotHere(_no_use(plain, "is no address of this machine"))
    return Host(plain, plain)


def _resolved(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise NotHere(_no_use(name, "is neither an address nor a name"))
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        raise NotHere(_no_use(name, "is a name that this machine can't resolve")) from None
    candidates = [str(entry[4][0]) for entry in found]
    for address in candidates:
        if not ipaddress.ip_address(address).is_loopback and _is_local(address):
            return address
    listed = ", ".join(sorted(set(candidates)))
    raise NotHere(_no_use(name, "is " + listed + " here, which no phone finds this machine by"))


def _is_local(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _no_use(name: str, why: str) -> str:
    known = addresses()
    line = "HOST=" + name + " " + why + "."
    if known:
        return line + " This machine's addresses: " + ", ".join(known)
    return line + " This machine has no address in a network: connect it to the phone's Wi-Fi first."


def addresses() -> List[str]:  # noqa: UP006
    """Return this machine's IPv4 addresses that others in its networks could reach it by, likeliest first."""
    first = _of_the_way_out()
    try:
        import psutil
    except ImportError:
        return first
    found = [
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == socket.AF_INET and not ipaddress.ip_address(entry.address).is_loopback
    ]
    return first + sorted(set(found) - set(first))


def _of_the_way_out() -> List[str]:  # noqa: UP006
    """The address that packets to elsewhere would carry; connecting a datagram socket sends none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            return []
    return [] if ipaddress.ip_address(found).is_loopback else [found]
