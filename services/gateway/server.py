"""The websocket edge: who is let in, the first message, and how a session ends."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from http import HTTPStatus
from typing import Any, cast

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from services.gateway import probes
from services.gateway.config import GatewaySettings
from services.gateway.core.admission import Cap, allowed_origins
from services.gateway.core.board import Board
from services.gateway.door import Door, listen
from services.gateway.fanout import Client, Fanout, encode
from services.gateway.feed import Feed, now_ms
from shared import logs
from shared.contracts.frames import Bye, ByeReason, Hello
from shared.ports.views import Views, ViewsUnavailable
from shared.tickets import TicketRefused, Tickets

log = logs.get(__name__)

TICK_S = 0.1
FETCH_S = 3.0
"""How long a new session may wait for its views before it is told to come back."""

CLOSE_S = 2.0

_CLOSE_CODES: dict[ByeReason, CloseCode] = {
    "gone": CloseCode.POLICY_VIOLATION,
    "bad_hello": CloseCode.POLICY_VIOLATION,
    "too_many": CloseCode.TRY_AGAIN_LATER,
    "too_slow": CloseCode.TRY_AGAIN_LATER,
    "restarting": CloseCode.SERVICE_RESTART,
}
_HELLO = msgspec.json.Decoder(Hello)


class Gateway:
    """One process: `start`, `serve_until`, `stop`."""

    def __init__(self, settings: GatewaySettings, views: Views) -> None:
        self.settings = settings
        self.board = Board(settings.partitions)
        self.fanout = Fanout(now_ms)
        self.feed = Feed(views, self.board, self.fanout.publish)
        self.draining = False
        self.closed: Counter[str] = Counter()
        """Sessions ended and connections refused, by reason."""
        self.door = Door(settings, self.closed)
        self.lag_s = 0.0
        """The longest that the event loop has lately been late."""
        self._tickets = Tickets(settings.ticket_key)
        self._by_link = Cap(settings.gateway_max_per_link)
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # Life of the process

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen, and begin to follow the views.

        Raises:
            OSError: the address is in use or not ours.
        """
        s = self.settings
        listening = listen(
            s.gateway_host,
            s.gateway_port,
            send_buffer=s.gateway_send_buffer,
            reuse_port=s.gateway_reuse_port,
        )
        self._server = await serve(
            cast(Any, self._handle),
            sock=listening,
            origins=cast(Any, allowed_origins(s.allowed_origins, s.public_url)),
            compression=None,
            process_request=cast(Any, self._on_request),
            server_header=None,
            open_timeout=s.gateway_hello_s,
            ping_interval=s.gateway_ping_s,
            ping_timeout=s.gateway_ping_s,
            close_timeout=CLOSE_S,
            max_size=s.gateway_max_message,
            max_queue=2,
            write_limit=0,  # see `fanout.Client`
            create_connection=cast(Any, self._connection),
        )
        self._spawn(self.feed.run())
        self._spawn(self._tick())
        log.info("gateway.listening", port=self.port, number=s.gateway_number)

    async def serve_until(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then send everybody away.

        Raises:
            RuntimeError: a part of the gateway has ended by itself.
        """
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        ended = not stopped.done()
        stopped.cancel()
        await self.stop()
        if ended:
            raise RuntimeError("a part of the gateway has ended")

    async def stop(self) -> None:
        """No new sockets; who is there hears `restarting` and a jittered time to come back; then the end."""
        if self._server is None or self.draining:
            return
        self.draining = True
        self._server.close(close_connections=False)
        clients = list(self.fanout.clients.values())
        spread_ms = max(3_000, 2 * len(clients))  # so that they don't all come back at once
        for client in clients:
            self._dismiss(client, "restarting", retry_ms=random.randint(200, spread_ms))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), CLOSE_S + 0.5)
        for connection in list(self._server.all_connections):
            connection.transport.abort()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), 0.5)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        log.info("gateway.stopped", sent_away=len(clients))

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

    async def _tick(self) -> None:
        """What time alone changes: who is behind, which link has expired, who is too slow."""
        loop = asyncio.get_running_loop()
        count = 0
        while True:
            due = loop.time() + TICK_S
            await asyncio.sleep(TICK_S)
            self.lag_s = max(self.lag_s * 0.99, loop.time() - due)
            self.feed.settle()
            slow_since = loop.time() - self.settings.gateway_slow_s
            for client in list(self.fanout.stalled):
                if client.stalled_at_s is not None and client.stalled_at_s < slow_since:
                    self._dismiss(client, "too_slow")
            count += 1
            if count % 3 == 0:
                for session in self.board.expelled(now_ms()):
                    if (gone := self.fanout.clients.get(session)) is not None:
                        self._dismiss(gone, "gone")

    # One connection

    def _connection(self, *args: Any, **kwargs: Any) -> Client:
        client = Client(*args, **kwargs)
        client.opened, client.lost = self.door.opened, self.door.lost
        return client

    def _on_request(self, connection: ServerConnection, request: Request) -> Response | None:
        client = cast(Client, connection)
        answer = probes.answer(self, client, request, proxied=self.door.proxied(request))
        if answer is None and self.draining:
            answer = client.respond(HTTPStatus.SERVICE_UNAVAILABLE, "restarting\n")
        return answer or self.door.admit(client, request)

    async def _handle(self, client: Client) -> None:
        try:
            if await self._let_in(client):
                await client.recv()  # a client says nothing after its hello
                self._dismiss(client, "bad_hello")
                await client.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            self._forget(client)

    async def _let_in(self, client: Client) -> bool:
        """Hear the first message and show the first snapshot, or say why not."""
        try:
            async with asyncio.timeout(self.settings.gateway_hello_s):
                message = await client.recv(decode=False)
            ticket = self._tickets.verify(_HELLO.decode(message).ticket, now_ms=now_ms())
        except (TimeoutError, msgspec.MsgspecError, UnicodeError, TicketRefused):
            return await self._refuse(client, "bad_hello")
        if self.draining:
            return await self._refuse(client, "restarting", retry_ms=random.randint(200, 3_000))
        if not self._by_link.take(ticket.link):
            return await self._refuse(client, "too_many", retry_ms=random.randint(15_000, 45_000))
        client.session = session = self.board.join(ticket.link, ticket.shipment)
        try:
            async with asyncio.timeout(FETCH_S):
                await self.feed.fetch(session)
        except (TimeoutError, ViewsUnavailable):
            return await self._refuse(client, "restarting", retry_ms=random.randint(1_000, 4_000))
        verdict = self.board.admit(session, now_ms())
        if verdict == "gone":
            return await self._refuse(client, "gone")
        if verdict == "not_yet" or self.draining:
            return await self._refuse(client, "restarting", retry_ms=random.randint(1_000, 4_000))
        self.fanout.add(client, session)
        return True

    async def _refuse(self, client: Client, reason: ByeReason, *, retry_ms: int | None = None) -> bool:
        self._dismiss(client, reason, retry_ms=retry_ms)
        await client.wait_closed()
        return False

    def _dismiss(self, client: Client, reason: ByeReason, *, retry_ms: int | None = None) -> None:
        """Say why and close; from now on the client gets nothing else."""
        if client.leaving:
            return
        client.leaving = True
        self.closed[reason] += 1
        self._forget(client)
        client.put(encode(Bye(reason=reason, retry_ms=retry_ms)))
        task = asyncio.get_running_loop().create_task(_close(client, _CLOSE_CODES[reason], reason))
        client.closing = task  # keeps it alive

    def _forget(self, client: Client) -> None:
        session, client.session = client.session, None
        if session is not None:
            self.fanout.remove(client, session)
            self.board.leave(session)
            self._by_link.give_back(session.link)


async def _close(client: Client, code: CloseCode, reason: str) -> None:
    """The closing handshake, for as long as one may wait; a client that does not read is cut off."""
    with contextlib.suppress(TimeoutError, ConnectionClosed, OSError):
        await asyncio.wait_for(client.close(code, reason), CLOSE_S)
    client.transport.abort()
