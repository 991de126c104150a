"""Frames to sockets: each built once, for all its watchers, and written to their transports as it is.

websockets' own `send` builds a frame for every connection; here the bytes are ready (RFC 6455 §5.2: frames
from a server are not masked) and only written. That is safe beside websockets' own control frames: a frame is
one write, nothing of ours is fragmented, and nothing is written unless the connection is open."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from services.gateway.core.picture import delta
from services.gateway.core.room import Room, Session
from shared.contracts.frames import AreaDelta, DriverState, PositionDelta, ServerFrame

_ENCODER = msgspec.json.Encoder()
_FIN_TEXT = 0x81


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked text frame, RFC 6455 §5.2."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN_TEXT, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", _FIN_TEXT, 126, size) + payload
    return struct.pack("!BBQ", _FIN_TEXT, 127, size) + payload


def encode(frame: ServerFrame) -> bytes:
    return text_frame(_ENCODER.encode(frame))


def _nothing(_client: Client) -> None:
    pass


class Client(ServerConnection):
    """A websocket whose transport says at once when a byte is left unsent.

    The server sets the write limit to 0: then `paused` is True exactly while the buffer is not empty, and
    `resume_writing` is the moment in which it has drained."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session: Session | None = None
        self.fanout: Fanout | None = None
        self.stalled_at_s: float | None = None
        """Loop time since which the buffer has not been empty."""
        self.peer = self.tcp_key = self.address = ""
        """The connection's address, and the keys under which it is counted ("": not counted)."""
        self.leaving = False
        self.closing: asyncio.Task[None] | None = None
        self.opened: Callable[[Client], None] = _nothing
        self.lost: Callable[[Client], None] = _nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled_at_s = self.loop.time()
        if self.fanout is not None:
            self.fanout.stalled[self] = None

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalled_at_s = None
        if self.fanout is not None:
            self.fanout.stalled.pop(self, None)
            self.fanout.catch_up(self)

    def put(self, data: bytes) -> bool:
        """Write ready frame bytes; whether the connection was there to take them."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        try:
            self.transport.write(data)
        except (OSError, RuntimeError):  # uvloop raises RuntimeError for a handle that has just closed
            return False
        return True


class Fanout:
    """Brings clients to their rooms' pictures. A client whose buffer is not empty is left alone; when it
    drains it gets one frame that leads to the newest picture, whatever lay between."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        self._clock_ms = clock_ms
        self.clients: dict[Session, Client] = {}
        self.stalled: dict[Client, None] = {}
        self.delivered = 0
        """Frames written."""
        self.conflated = 0
        """Pictures that a client with a full buffer was not sent when they were new."""
        self.built = 0
        """Frames serialised."""

    def add(self, client: Client, session: Session) -> None:
        """Let a client in: it gets its snapshot now, and deltas from now on."""
        client.session, client.fanout = session, self
        self.clients[session] = client
        if client.paused:
            client.stalled_at_s = client.loop.time()
            self.stalled[client] = None
        self.catch_up(client)

    def remove(self, client: Client, session: Session) -> None:
        self.stalled.pop(client, None)
        self.clients.pop(session, None)
        client.fanout = None

    def catch_up(self, client: Client) -> None:
        """One frame, if the client shows anything but its room's picture."""
        session = client.session
        if session is None or client.leaving or client.paused:
            return
        if (frame := session.next_frame(self._clock_ms())) is not None:
            self.built += 1
            self.delivered += client.put(encode(frame))

    def publish(self, rooms: Iterable[Room]) -> None:
        """Bring every client of these rooms to the new picture.

        The point or cell of a line is one frame for the audiences of all its rooms; other frames are one
        for all the clients of a room that had the same picture."""
        now_ms = self._clock_ms()
        clients, shared = self.clients, _Shared()
        for room in rooms:
            new = room.picture
            if new is None:
                continue
            was, known = room.before, room.moved
            data = shared.place(was.driver, new.driver) if known and was is not None else None
            for session in room.sessions:
                client = clients.get(session)
                if client is None or client.leaving:
                    continue
                if client.paused:
                    self.conflated += 1
                    continue
                if not known or session.sent is not was:
                    was, known = session.sent, True
                    frame = delta(was, new, now_ms)
                    data = None if frame is None else shared.encode(frame)
                session.sent = new
                if data is not None:
                    self.delivered += client.put(data)
        self.built += shared.built


class _Shared:
    """Encodes each point or cell once, for as long as one batch is being published."""

    __slots__ = ("_known", "built")

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[int, int]], bytes] = {}
        self.built = 0

    def place(self, before: DriverState, driver: DriverState) -> bytes | None:
        """The frame for whoever had the same picture with the driver elsewhere; None: he rests there."""
        if driver.at_ms == before.at_ms and driver.feature == before.feature:
            return None
        # All rooms of a line hold the same feature object, alive in their pictures while this lasts.
        key = (id(driver.feature), driver.version)
        data = self._known.get(key)
        if data is None:
            kind = AreaDelta if driver.show == "area" else PositionDelta
            data = encode(kind(version=driver.version, at_ms=driver.at_ms, feature=driver.feature))
            self._known[key] = data
            self.built += 1
        return data

    def encode(self, frame: ServerFrame) -> bytes:
        self.built += 1
        return encode(frame)
