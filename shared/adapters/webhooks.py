"""Webhooks by httpcore, which httpx stands on: it follows no redirect, asks no proxy of the environment and
lets us choose the address that is connected to, while Host, SNI and the certificate's name stay the URL's."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx

from shared.domain.outbound import Allowed, Target, is_public, target_of
from shared.domain.webhooks import retry_after_ms
from shared.ports.webhooks import Delivered, Failed, Gone, Outcome, Reason

CONNECT_S = 5.0
WHOLE_S = 15.0
EXCERPT = 4096
"""Bytes of an answer that are read; the rest is left unread and the connection closed."""

_ADDRESSES = 4
_AGENT = "dromos-webhooks/1"
_OURS = {"content-type": "application/json", "user-agent": _AGENT, "connection": "close"}
_MAY_ASK = (429, 503)


class _NoName(Exception):
    """DNS does not know the name, or does not answer."""


class _NotPublic(Exception):
    """No address of the name may be connected to."""


class _PublicOnly(httpcore.AsyncNetworkBackend):
    """Resolves a name once and connects to what was checked: a name server that answers otherwise a moment
    later (DNS rebinding) is not asked again."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._plain = httpcore.AnyIOBackend()
        # Its own threads: a name server that never answers holds up nothing but webhooks.
        self._threads = ThreadPoolExecutor(8, "webhook-names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        left_until = time.monotonic() + (timeout or CONNECT_S)
        if (host, port) in self._allowed:
            addresses = [host]
        else:
            try:
                async with asyncio.timeout(timeout):
                    addresses = await self._public(host, port)
            except TimeoutError:
                raise _NoName from None
        while True:
            address = addresses.pop(0)
            # An address that swallows everything must not take the time of those after it.
            share_s = max(left_until - time.monotonic(), 0.1) / (len(addresses) + 1)
            try:
                return await self._plain.connect_tcp(address, port, share_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise

    async def _public(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError):
            raise _NoName from None
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        public = [each for each in addresses if is_public(ip_address(each))]
        if not public:
            raise _NotPublic
        return public[:_ADDRESSES]

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class HttpWebhooks:
    """`Webhooks` over HTTP/1.1, a new connection for each try. The caller says how many run at once."""

    def __init__(
        self,
        allowed: Allowed | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        whole_s: float = WHOLE_S,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`tls` unless told trusts certifi's authorities, or those of SSL_CERT_FILE."""
        self._allowed = allowed or Allowed()
        self._network = _PublicOnly(self._allowed)
        self._whole_s, self._now_ms = whole_s, now_ms
        self._timeouts = {"connect": connect_s, "read": whole_s, "write": whole_s, "pool": None}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=self._network,
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        try:
            target = target_of(url, self._allowed)
        except ValueError:
            return Failed(retry=False, reason=Reason.URL)
        answer = _Answer()
        try:
            async with asyncio.timeout(self._whole_s):
                await self._exchange(target, {**_OURS, **headers, "host": target.netloc}, body, answer)
        except (
            TimeoutError,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ) as error:
            if answer.status is None:  # else it has answered, and only its text broke off
                return Failed(retry=True, reason=_reason(error))
        except _NoName:
            return Failed(retry=True, reason=Reason.NAME)
        except _NotPublic:
            # What a name stands for may be mended; an address stays what it is.
            return Failed(retry=not target.literal, reason=Reason.ADDRESS)
        return answer.outcome(self._now_ms())

    async def _exchange(
        self, target: Target, headers: Mapping[str, str], body: bytes, answer: _Answer
    ) -> None:
        async with self._pool.stream(
            "POST",
            httpcore.URL(
                scheme=target.scheme.encode(),
                host=target.host.encode(),
                port=target.port,
                target=target.path.encode(),
            ),
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            content=body,
            extensions={"timeout": self._timeouts},
        ) as response:
            answer.status = response.status
            answer.after = next((v for k, v in response.headers if k.lower() == b"retry-after"), b"")
            async for chunk in response.aiter_stream():
                answer.text += chunk[: EXCERPT - len(answer.text)]
                if len(answer.text) >= EXCERPT:
                    return

    async def close(self) -> None:
        await self._pool.aclose()
        self._network.close()


class _Answer:
    """As much of the answer as has come."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.after = b""
        self.text = b""

    def outcome(self, now_ms: int) -> Outcome:
        status, excerpt = self.status or 0, _readable(self.text)
        if 200 <= status < 300:
            return Delivered(status, excerpt)
        if status == 410:
            return Gone(status, excerpt)
        # Anything else may be mended by those who run the receiver, and is tried again: also a 404.
        reason = Reason.REDIRECT if 300 <= status < 400 else Reason.STATUS
        asked = retry_after_ms(self.after.decode("latin-1"), now_ms) if status in _MAY_ASK else None
        return Failed(retry=True, reason=reason, status=status, excerpt=excerpt, after_ms=asked)


def _reason(error: Exception) -> Reason:
    if isinstance(error, httpcore.ConnectError):
        # httpcore's pool takes the cause away, and leaves what it was raised in.
        return Reason.TLS if isinstance(error.__context__, ssl.SSLError) else Reason.CONNECT
    if isinstance(error, httpcore.ConnectTimeout):
        return Reason.CONNECT
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return Reason.TIMEOUT
    return Reason.BROKEN


def _readable(text: bytes) -> str:
    """As text that a page and a database take: no control characters but line ends and tabs."""
    said = text.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in said).strip()
