"""Addresses that others give us to call: what such an address may be, and which hosts may be reached by it.

A name is checked twice: here as it is written, and at every connection as it resolves (`is_public`). The
first helps whoever writes it; the second is what keeps our own network from being reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import idna

MAX_URL = 500

_SHAPE = re.compile(r"https?://[^\x00-\x20\x7f-\x9f\s]+", re.IGNORECASE)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}")
_PATH = re.compile(r"[!-~]*")
_PORTS = {"http": 80, "https": 443}

# The registries of special-purpose addresses (RFC 6890, kept by IANA), and what clouds answer at to a machine
# of theirs. Written out: which of them `ipaddress` knows differs from one Python to the next.
_V4 = [
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_UNICAST = ip_network("2000::/3")
# Teredo and 6to4 carry an IPv4 address that somebody on the way takes out again; all else that does
# (mapped, compatible, NAT64), and what is local or multicast, lies outside of `_UNICAST`.
_V6 = [ip_network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is a host of the open Internet: no private, loopback, link-local, shared (CGNAT),
    multicast, reserved or documentation address, and none that has an IPv4 address inside."""
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _V4)
    return address.scope_id is None and address in _UNICAST and not any(address in net for net in _V6)


class Allowed:
    """Hosts that may be called though they are not public, and without TLS: `host:port` as it is written,
    several separated by commas. For tests, the demonstration, and a receiver in the same network."""

    def __init__(self, text: str = "") -> None:
        """Raises ValueError: something that is not `host:port`."""
        self._pairs: set[tuple[str, int]] = set()
        for each in filter(None, (part.strip() for part in text.split(","))):
            host, colon, port = each.rpartition(":")
            if not colon or not host or not port.isascii() or not port.isdigit():
                raise ValueError("host:port, such as 127.0.0.1:8090, several separated by commas")
            self._pairs.add((host.strip("[]").lower(), int(port)))

    def __contains__(self, pair: tuple[str, int]) -> bool:
        return pair in self._pairs


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: the host in lower case, a name beyond ASCII as IDNA, IPv6 without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def literal(self) -> bool:
        """Whether the host is written as an address."""
        return _address(self.host) is not None

    @property
    def netloc(self) -> str:
        """Host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as it is kept."""
        return f"{self.scheme}://{self.netloc}{self.path}"


def target_of(url: str, allowed: Allowed) -> Target:
    """Take an address apart.

    Raises:
        ValueError: it can't be called; the message says how it has to be, and repeats nothing of it.
    """
    if len(url) > MAX_URL or not _SHAPE.fullmatch(url):
        raise ValueError(
            f"an address such as https://shop.example.org/webhooks, of {MAX_URL} characters at most"
        )
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        port, host = 0, ""
    if port is None:
        port = _PORTS[parts.scheme]
    if not port or not host:
        raise ValueError("an address whose host and port can be read")
    if "@" in parts.netloc:
        raise ValueError("an address without name and password: every call is signed")
    if parts.fragment:
        raise ValueError("an address without #: what follows it is never sent")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PATH.fullmatch(path):
        raise ValueError("an address whose path is written in percent-encoded ASCII")
    if (host, port) in allowed:
        return Target(parts.scheme, host, port, path)
    if parts.scheme != "https":
        raise ValueError("an https address: what is sent is about customers")
    address = _address(host)
    if address is None:
        return Target(parts.scheme, _name(host), port, path)
    if not is_public(address):
        raise ValueError("an address in the open Internet: this one is private, or kept for special use")
    return Target(parts.scheme, str(address), port, path)


def _name(host: str) -> str:
    """The name as DNS knows it."""
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        name = ""
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise ValueError("an address whose host is a full name, such as shop.example.org")
    return name


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
