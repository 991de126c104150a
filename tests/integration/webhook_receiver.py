"""A receiver of webhooks on a socket of its own, which answers byte by byte what a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

TLS = Path(__file__).parent / "webhook_tls"
NAME = "hooks.shop.example"
"""Whom the certificate is for."""

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def says(status: str, *headers: str, body: bytes = b"") -> Answer:
    """An answer as it stands on the wire."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()

    return answer


@dataclass
class Receiver:
    """What came, and what is answered."""

    answer: Answer = field(default_factory=lambda: says("204 No Content"))
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """The sender has ended a connection while an answer was under way."""
    names: list[str | None] = field(default_factory=list)
    """The SNI of each handshake."""
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """Of the last request, their names in lower case."""
        lines = self.heads[-1].split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        me = asyncio.current_task()
        assert me is not None
        self.serving.add(me)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            length = int(self.headers().get("content-length", "0"))
            self.bodies.append(await reader.readexactly(length))
            await self.answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            self.left.set()
        finally:
            self.serving.discard(me)
            writer.close()

    def _named(self, _: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        self.names.append(name)


@asynccontextmanager
async def receiving(host: str = "127.0.0.1", *, port: int = 0, tls: bool = False) -> AsyncIterator[Receiver]:
    """A receiver that listens; on a free port unless told."""
    found = Receiver(host=host)
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "receiver.pem")
        context.sni_callback = found._named
    server = await asyncio.start_server(found._serve, host, port, ssl=context)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        # Who is still served is cut off here: at the loop's end his socket would be left to the collector.
        for task in (still := set(found.serving)):
            task.cancel()
        await asyncio.gather(*still, return_exceptions=True)
