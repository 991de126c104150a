"""The door: which connections are taken, before a word of the websocket is spoken."""

from __future__ import annotations

import socket
from collections import Counter
from http import HTTPStatus

from websockets.http11 import Request, Response

from services.gateway.config import GatewaySettings
from services.gateway.core.admission import Cap, address_key
from services.gateway.fanout import Client

SPARE_PLACES = 16
"""Sockets that an address may hold beyond its cap, just to be told so (429) or to ask for health."""

_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Door:
    """Counts connections, all and by address; `closed` counts whom it turned away."""

    def __init__(self, settings: GatewaySettings, closed: Counter[str]) -> None:
        self._most = settings.gateway_max_connections
        self._header = settings.gateway_address_header
        self._by_address = Cap(settings.gateway_max_per_address)
        self._tcp_by_address = Cap(settings.gateway_max_per_address + SPARE_PLACES)
        self._closed = closed
        self.connections = 0

    def opened(self, client: Client) -> None:
        """A TCP connection is there; nothing has been said yet. Behind a proxy they all are the proxy's."""
        self.connections += 1
        peer = client.remote_address
        client.peer = peer[0] if peer else ""
        if self.connections > self._most:
            self._closed["full"] += 1
            client.transport.abort()
        elif not self._header:
            client.tcp_key = address_key(client.peer)
            if not self._tcp_by_address.take(client.tcp_key):
                client.tcp_key = ""
                self._closed["address"] += 1
                client.transport.abort()

    def lost(self, client: Client) -> None:
        self.connections -= 1
        if client.tcp_key:
            self._tcp_by_address.give_back(client.tcp_key)
        if client.address:
            self._by_address.give_back(client.address)

    def proxied(self, request: Request) -> bool:
        """Whether the request has come by a proxy, trusted or not."""
        headers = request.headers
        return any(name in headers for name in (*_FORWARDING, self._header) if name)

    def admit(self, client: Client, request: Request) -> Response | None:
        """Take a place for a websocket under the client's address; else the answer that there is none."""
        forwarded = request.headers.get_all(self._header) if self._header else []
        address = address_key(client.peer, forwarded)
        if self._by_address.take(address):
            client.address = address
            return None
        self._closed["address"] += 1
        response = client.respond(HTTPStatus.TOO_MANY_REQUESTS, "too many sockets from this address\n")
        response.headers["Retry-After"] = "30"
        return response


def listen(host: str, port: int, *, send_buffer: int, reuse_port: bool) -> socket.socket:
    """A listening socket; what it accepts inherits its send buffer (bytes).

    Raises:
        OSError: the address is in use or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
        sock.listen(1024)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
