"""The mailbox as a process, and a wire to it that counts connections and can be cut."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local.ports import free_port
from tests.waiting import eventually, until

ACCOUNT, TOKEN = "AC-of-tests", "a-token-of-tests"


@dataclass
class Mailbox:
    """A running mailbox, seen from outside."""

    smtp_port: int
    port: int
    folder: Path
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def messages(self, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/messages", params=asked).json()["messages"]
        return found

    def one(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/messages/{number}").json()
        return found

    def count(self, name: str) -> int:
        return int(self.http.get("/counts").json().get(name, 0))


@contextmanager
def mailbox(folder: Path, *, ports: tuple[int, int] | None = None, **told: str) -> Iterator[Mailbox]:
    """Run it for the length of a block; `told` goes into its environment as `DROMOS_MAILBOX_...`."""
    smtp_port, port = ports or (free_port(), free_port())
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DROMOS_")},
        "DROMOS_STATE_DIR": str(folder),
        "DROMOS_SMTP_PORT": str(smtp_port),
        "DROMOS_MAILBOX_PORT": str(port),
        "DROMOS_SMS_ACCOUNT": ACCOUNT,
        "DROMOS_SMS_TOKEN": TOKEN,
        "DROMOS_MAILBOX_RECEIPT_MS": "50",
        **{f"DROMOS_MAILBOX_{name.upper()}": value for name, value in told.items()},
    }
    log = folder / "mailbox.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.mailbox"], env=env, stdout=out, stderr=out
        )
    running = Mailbox(smtp_port, port, folder)
    try:
        eventually("the mailbox is ready", lambda: _ready(running, process, log))
        yield running
    finally:
        running.http.close()
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert code == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def _ready(running: Mailbox, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    with suppress(httpx.TransportError):
        return running.http.get("/readyz").status_code == 200
    return False


class Wire:
    """A port that passes everything on to another one. `cut_at`: as soon as a client has written these bytes,
    both sides are cut, and what came with them is not passed on. `hold_at`: the same, but both sides stay
    open and `holding` counts them."""

    def __init__(self, to: int) -> None:
        self.to, self.port = to, 0
        self.opened, self.open, self.most = 0, 0, 0
        self.cut_at: bytes | None = None
        self.hold_at: bytes | None = None
        self.holding = 0
        self._sides: set[asyncio.StreamWriter] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened, self.open = self.opened + 1, self.open + 1
        self.most = max(self.most, self.open)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            self.open -= 1
            return
        self._sides |= {writer, back}
        try:
            ways = {
                asyncio.create_task(self._pass(reader, back, True)),
                asyncio.create_task(self._pass(there, writer, False)),
            }
            _, going_on = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in going_on:
                way.cancel()
            await asyncio.wait(ways)
        finally:
            for side in (writer, back):
                side.close()
                self._sides.discard(side)
            self.open -= 1

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, client: bool) -> None:
        seen = b""
        with suppress(OSError):
            while data := await source.read(65_536):
                seen = seen[-1000:] + data
                if client and self.cut_at is not None and self.cut_at in seen:
                    self.cut()
                    return
                if client and self.hold_at is not None and self.hold_at in seen:
                    self.holding += 1
                    await source.read()  # until the client leaves
                    return
                target.write(data)
                await target.drain()

    def cut(self) -> None:
        """Cut every connection."""
        for side in self._sides:
            side.transport.abort()


@asynccontextmanager
async def wire(to: int) -> AsyncIterator[Wire]:
    made = Wire(to)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
        await until("all connections have ended", lambda: made.open == 0)


@asynccontextmanager
async def saying(*lines: bytes) -> AsyncIterator[int]:
    """A server that answers each thing it is told with the next of these, then closes; empty: says nothing.
    Yields its port."""
    taking: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        taking.add(task)
        try:
            for number, line in enumerate(lines):
                if number and not await reader.read(65_536):
                    break
                writer.write(line)
                await writer.drain()
                if not line:
                    await reader.read()
        except OSError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in taking:
            task.cancel()
        await asyncio.gather(*taking, return_exceptions=True)
        await asyncio.sleep(0)  # their transports close in the loop's next round
