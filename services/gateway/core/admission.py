"""Who may connect: how many sockets a link and an address may hold, and whose address it is."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Cap:
    """Counts what is held under each key, up to `most` each."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()

    def take(self, key: str) -> bool:
        """Whether there was room for one more."""
        if self._held[key] >= self._most:
            return False
        self._held[key] += 1
        return True

    def give_back(self, key: str) -> None:
        self._held[key] -= 1
        if self._held[key] <= 0:
            del self._held[key]

    def __len__(self) -> int:
        return len(self._held)


def address_key(peer: str, forwarded: Sequence[str] = ()) -> str:
    """What an address is counted under: IPv4 whole, IPv6 by its /64, since one household has all of that.

    `forwarded` are the values of the header that our own proxy sets (empty: none is trusted); the last
    address in it is the one our proxy saw, those before it are what a client claims."""
    claimed = forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
    try:
        address = ipaddress.ip_address(claimed or peer)
    except ValueError:
        return peer  # what our proxy wrote is no address: count it under the proxy
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)


def origin_of(url: str) -> str:
    """The origin of a URL as browsers send it (RFC 6454 §6.2).

    Raises:
        ValueError: it is no http(s) URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def allowed_origins(configured: str, public_url: str) -> list[str]:
    """The configured origins (comma-separated), or else the portal's; a portal on this machine may be
    opened by any of this machine's names."""
    given = [origin_of(part.strip()) for part in configured.split(",") if part.strip()]
    if given:
        return given
    origin = origin_of(public_url)
    scheme, _, rest = origin.partition("://")
    for name in _LOOPBACK_NAMES:
        if rest == name or rest.startswith(name + ":"):
            return [f"{scheme}://{other}{rest[len(name) :]}" for other in _LOOPBACK_NAMES]
    return [origin]
