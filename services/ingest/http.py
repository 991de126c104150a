"""Reading a request at ASGI level: the few headers that matter, and a bounded body."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.types import Message, Receive

from services.ingest.problems import Problem, too_large

INTEREST = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"prefer",
        b"transfer-encoding",
        b"traceparent",
        b"x-limit-d",
        b"x-limit-u",
    }
)


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


def pick(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers that ingest reads; of one given twice the last."""
    return {name: value for name, value in headers if name in INTEREST}


async def read_body(
    receive: Receive, headers: dict[bytes, bytes], *, max_bytes: int, timeout_s: float
) -> bytes:
    """The whole body, whether its length was announced or not.

    Raises:
        Problem: 413 beyond `max_bytes`, 415 for a compressed body, 408 when it takes over `timeout_s`.
        ClientGone: the client went away.
    """
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"", b"identity"):
        raise Problem(415, "encoded", "Compressed body", "Send the body without Content-Encoding.")
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:12]) > max_bytes:
        raise too_large(f"A body has at most {max_bytes} bytes: send it in parts.")
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        return b""
    # Mostly the body is there already. A task that starts eagerly finds out without a timer, which would cost
    # more than all the rest of this function.
    first = asyncio.Task(_message(receive), loop=asyncio.get_running_loop(), eager_start=True)
    try:
        if first.done():
            message = first.result()
            if not message.get("more_body", False):
                return bytes(_within(message.get("body", b""), max_bytes))
        async with asyncio.timeout(timeout_s):
            return await _rest(await first, receive, max_bytes)
    except TimeoutError as error:
        detail = f"The body did not arrive within {timeout_s:g} s."
        raise Problem(408, "slow", "Too slow", detail, headers={"connection": "close"}) from error


async def _message(receive: Receive) -> Message:
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGone
    return message


async def _rest(message: Message, receive: Receive, max_bytes: int) -> bytes:
    body = bytearray(_within(message.get("body", b""), max_bytes))
    while message.get("more_body", False):
        message = await _message(receive)
        body += message.get("body", b"")
        _within(body, max_bytes)
    return bytes(body)


def _within(body: bytes | bytearray, max_bytes: int) -> bytes | bytearray:
    if len(body) > max_bytes:
        raise too_large(f"A body has at most {max_bytes} bytes: send it in parts.")
    return body
