"""Webhooks to real receivers: what is delivered, what fails and how, and what is never connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook as Official

from deploy.local.ports import free_port
from shared.adapters import webhooks as adapter
from shared.adapters.webhooks import EXCERPT, HttpWebhooks
from shared.contracts import webhook_payload
from shared.contracts.merchants import Webhook
from shared.domain.outbound import Allowed, is_public
from shared.domain.webhooks import Secrets, message_id, signed
from shared.ports.webhooks import Delivered, Failed, Gone, Outcome, Reason
from tests.integration.webhook_receiver import NAME, TLS, Receiver, receiving, says

BODY = msgspec.json.encode(webhook_payload.EXAMPLE)
PUBLIC = "127.0.0.2"
"""Taken for a public address by tests that need one to connect to."""


@asynccontextmanager
async def sender(allow: str = "", **more: Any) -> AsyncIterator[HttpWebhooks]:
    found = HttpWebhooks(Allowed(allow), **more)
    try:
        yield found
    finally:
        await found.close()


async def post(to: Receiver, path: str = "/hook", **more: Any) -> Outcome:
    """A try at a receiver that is allowed."""
    async with sender(f"{to.host}:{to.port}", **more) as webhooks:
        return await webhooks.post(f"http://{to.host}:{to.port}{path}", {"webhook-id": "msg_1"}, BODY)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


class Names:
    """The resolver, its answers in the test's hand: a list of addresses a question, the last for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in found]
        return [
            (
                family,
                socket.SOCK_STREAM,
                6,
                "",
                (each, port) if family == socket.AF_INET else (each, port, 0, 0),
            )
            for family, each in zip(families, found, strict=True)
        ]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    def to(*answers: list[str]) -> Names:
        names = Names(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", names)
        return names

    return to


@pytest.fixture
def one_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    def public(address: IPv4Address | IPv6Address) -> bool:
        return str(address) == PUBLIC or is_public(address)

    monkeypatch.setattr(adapter, "is_public", public)


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=TLS / "authority.pem")


async def test_the_official_library_takes_what_arrived(receiver: Receiver) -> None:
    secrets, now_ms = Secrets("a-webhook-key-of-the-tests"), time.time_ns() // 1_000_000
    endpoint = Webhook(id="wh-1", url="https://x.example/", version=2, previous_until_ms=now_ms + 60_000)
    headers = signed(secrets.good(endpoint, now_ms), message_id("wh-1", "m-1"), now_ms, BODY)
    receiver.answer = says("200 OK", body=b"thanks")
    async with sender(f"127.0.0.1:{receiver.port}") as webhooks:
        url = f"http://127.0.0.1:{receiver.port}/hook?shop=1"
        assert await webhooks.post(url, headers, BODY) == Delivered(200, "thanks")
    for version in (1, 2):
        shown = secrets.shown(msgspec.structs.replace(endpoint, version=version))
        Official(shown).verify(receiver.bodies[-1], receiver.headers())
    assert receiver.heads[-1].startswith("POST /hook?shop=1 HTTP/1.1\r\n")
    assert receiver.headers()["content-type"] == "application/json"
    assert receiver.headers()["host"] == f"127.0.0.1:{receiver.port}"


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        target = f"http://127.0.0.1:{elsewhere.port}/"
        for status in ("301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
            receiver.answer = says(status, f"Location: {target}", "Retry-After: 60")
            async with sender(f"127.0.0.1:{receiver.port},127.0.0.1:{elsewhere.port}") as webhooks:
                found = await webhooks.post(f"http://127.0.0.1:{receiver.port}/", {}, BODY)
            assert found == Failed(retry=True, reason=Reason.REDIRECT, status=int(status[:3]))
        assert elsewhere.connections == 0


async def test_who_is_gone_is_told_apart_from_who_fails(receiver: Receiver) -> None:
    receiver.answer = says("410 Gone", body=b"no more")
    assert await post(receiver) == Gone(410, "no more")
    for status in ("400 Bad Request", "404 Not Found", "500 Oops", "502 Bad Gateway"):
        receiver.answer = says(status, "Retry-After: 60", body=b"why")
        assert await post(receiver) == Failed(True, Reason.STATUS, int(status[:3]), "why")


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_receiver_says_how_long_to_leave_it_alone(receiver: Receiver, status: str) -> None:
    now_ms = 1_795_168_800_000
    for said, after_ms in (
        ("120", 120_000),
        (formatdate(now_ms // 1000 + 90, usegmt=True), 90_000),
        ("8640000", 24 * 3_600_000),
        ("soon", None),
    ):
        receiver.answer = says(status, f"Retry-After: {said}")
        found = await post(receiver, now_ms=lambda: now_ms)
        assert found == Failed(True, Reason.STATUS, int(status[:3]), after_ms=after_ms)


async def test_of_a_huge_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    sent = 0

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            sent += 0x10000

    receiver.answer = endless
    assert await post(receiver) == Failed(True, Reason.STATUS, 500, "x" * EXCERPT)
    async with asyncio.timeout(30):
        await receiver.left.wait()
    assert sent < 100 << 20  # what the kernel's buffers take, and no more


async def test_an_answer_is_kept_as_text_that_a_database_takes(receiver: Receiver) -> None:
    receiver.answer = says("200 OK", body="ναι\x00\x1b[31m\n\ttab ".encode() + b"\xff\xfe")
    assert await post(receiver) == Delivered(200, "ναι  [31m\n\ttab \ufffd\ufffd")


async def test_who_does_not_answer_is_left(receiver: Receiver) -> None:
    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    receiver.answer = never
    assert await post(receiver, whole_s=0.3) == Failed(True, Reason.TIMEOUT)


async def test_who_answers_drop_by_drop_is_left(receiver: Receiver) -> None:
    """Each drop comes in time; all of it does not."""

    async def drops(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    receiver.answer = drops
    assert await post(receiver, whole_s=0.5) == Failed(True, Reason.TIMEOUT)


async def test_a_status_counts_though_its_text_never_ends(receiver: Receiver) -> None:
    async def stuck(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
        await writer.drain()
        await reader.read()

    receiver.answer = stuck
    assert await post(receiver, whole_s=3.0) == Delivered(200, "begun")


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 200", b"HTTP/1.1 x y\r\n\r\n"])
async def test_what_is_no_http_is_a_broken_answer(receiver: Receiver, said: bytes) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    receiver.answer = answer
    assert await post(receiver) == Failed(True, Reason.BROKEN)


async def test_nobody_there() -> None:
    port = free_port()
    async with sender(f"127.0.0.1:{port}") as webhooks:
        found = await webhooks.post(f"http://127.0.0.1:{port}/", {}, BODY)
    assert found == Failed(True, Reason.CONNECT)


async def test_each_try_is_a_connection_of_its_own(receiver: Receiver) -> None:
    receiver.answer = says("200 OK", "Connection: keep-alive")
    async with sender(f"127.0.0.1:{receiver.port}") as webhooks:
        for _ in range(3):
            await webhooks.post(f"http://127.0.0.1:{receiver.port}/", {}, BODY)
    assert receiver.connections == 3


async def test_no_proxy_of_the_environment_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert await post(receiver) == Delivered(204)
        assert proxy.connections == 0


async def test_an_address_written_as_private_is_not_called(receiver: Receiver) -> None:
    async with sender() as webhooks:
        for url in (
            f"http://127.0.0.1:{receiver.port}/",
            f"https://127.0.0.1:{receiver.port}/",
            f"https://[::ffff:127.0.0.1]:{receiver.port}/",
            f"https://localhost:{receiver.port}/",
        ):
            assert await webhooks.post(url, {}, BODY) == Failed(False, Reason.URL)
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1", "127.0.0.1"], ["64:ff9b::7f00:1"], ["0.0.0.0"]]
)
async def test_a_name_that_stands_for_our_own_network_is_refused_at_connect(
    receiver: Receiver, resolve: Callable[..., Names], answer: list[str]
) -> None:
    names = resolve(answer)
    async with sender() as webhooks:
        found = await webhooks.post(f"https://{NAME}:{receiver.port}/", {}, BODY)
    assert found == Failed(True, Reason.ADDRESS)
    assert names.asked == [NAME]
    assert receiver.connections == 0


@pytest.mark.usefixtures("one_is_public")
async def test_a_name_is_resolved_once_and_that_address_is_called(resolve: Callable[..., Names]) -> None:
    """DNS rebinding: asked again a moment later the name stands for our own network. The first try goes to
    the address that was looked at, under the name's certificate; the second is refused."""
    async with receiving(PUBLIC, tls=True) as outside, receiving(port=outside.port, tls=True) as inside:
        names = resolve([PUBLIC], ["127.0.0.1"])
        async with sender(tls=trusting()) as webhooks:
            url = f"https://{NAME}:{outside.port}/hook"
            assert await webhooks.post(url, {}, BODY) == Delivered(204)
            assert names.asked == [NAME]
            assert await webhooks.post(url, {}, BODY) == Failed(True, Reason.ADDRESS)
        assert outside.names == [NAME]
        assert outside.headers()["host"] == f"{NAME}:{outside.port}"
        assert (outside.connections, inside.connections) == (1, 0)


@pytest.mark.usefixtures("one_is_public")
async def test_of_several_addresses_only_public_ones_are_called(resolve: Callable[..., Names]) -> None:
    async with receiving(PUBLIC, tls=True) as outside, receiving(port=outside.port, tls=True) as inside:
        resolve(["127.0.0.1", "::1", PUBLIC])
        async with sender(tls=trusting()) as webhooks:
            assert await webhooks.post(f"https://{NAME}:{outside.port}/", {}, BODY) == Delivered(204)
        assert inside.connections == 0


async def test_an_address_where_nobody_is_does_not_keep_from_the_next(
    resolve: Callable[..., Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "is_public", lambda _: True)
    async with receiving(PUBLIC, tls=True) as outside:
        resolve(["127.0.0.3", PUBLIC])
        async with sender(tls=trusting()) as webhooks:
            assert await webhooks.post(f"https://{NAME}:{outside.port}/", {}, BODY) == Delivered(204)


@pytest.mark.usefixtures("one_is_public")
async def test_the_certificate_has_to_be_the_names(resolve: Callable[..., Names]) -> None:
    async with receiving(PUBLIC, tls=True) as outside:
        resolve([PUBLIC])
        async with sender(tls=trusting()) as webhooks:
            found = await webhooks.post(f"https://other.shop.example:{outside.port}/", {}, BODY)
            assert found == Failed(True, Reason.TLS)
        async with sender() as webhooks:  # an authority that nobody trusts
            assert await webhooks.post(f"https://{NAME}:{outside.port}/", {}, BODY) == Failed(
                True, Reason.TLS
            )
        assert outside.bodies == []


async def test_a_name_that_is_not_known(resolve: Callable[..., Names]) -> None:
    resolve([])
    async with sender() as webhooks:
        assert await webhooks.post(f"https://{NAME}/", {}, BODY) == Failed(True, Reason.NAME)


async def test_a_name_server_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    try:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: asked.wait(30))
        async with sender(connect_s=0.2) as webhooks:
            assert await webhooks.post(f"https://{NAME}/", {}, BODY) == Failed(True, Reason.NAME)
    finally:
        asked.set()
