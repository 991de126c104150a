"""Messengers: the memory form and apprise under one suite; apprise against a server that notes what comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest

from shared.adapters.memory.messenger import MemoryMessenger
from shared.adapters.messenger import AppriseMessenger
from shared.ports.messenger import Message, Messenger
from shared.ports.sending import Failed, Reason, Sent, Unsure
from tests.callbacks import Receiver, receiving
from tests.mailbox_kit import saying

SECRET = "a-key-of-the-messenger"
TITLE, BODY = "Βιβλία Άννα", "Σήμερα 14:20–14:35: https://t.example.org/t#abc & <b>"


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@dataclass
class Chat:
    """A messenger, an address of somebody's, one that is refused, and what arrived: titles and bodies."""

    messenger: Messenger
    hers: str
    refused: str
    arrived: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["memory", "apprise"])
async def chat(request: pytest.FixtureRequest, server: Receiver) -> AsyncIterator[Chat]:
    if request.param == "memory":
        memory = MemoryMessenger()
        memory.answers["memory://refused"] = Failed(False, "", Reason.BUSY)
        yield Chat(
            memory,
            "memory://maria",
            "memory://refused",
            lambda: [(message.title, message.body) for message in memory.taken],
        )
        return
    server.posted.clear()
    server.status = 200
    messenger = AppriseMessenger(("form",))
    address = server.url.removeprefix("http://")

    def arrived() -> list[tuple[str, str]]:
        forms = [dict(posted.form) for posted in server.posted]
        return [(form["title"], form["message"]) for form in forms]

    yield Chat(messenger, f"form://{address}/{SECRET}", f"form://{address}/refused", arrived)
    await messenger.close()


async def test_a_message_arrives_as_it_was_written(chat: Chat) -> None:
    assert chat.messenger.takes(chat.hers)
    assert await chat.messenger.send(Message(chat.hers, TITLE, BODY)) == Sent("")
    assert chat.arrived() == [(TITLE, BODY)]


async def test_a_message_that_is_refused_may_be_tried_again(chat: Chat, server: Receiver) -> None:
    server.status = 503
    assert await chat.messenger.send(Message(chat.refused, TITLE, BODY)) == Failed(False, "", Reason.BUSY)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "maria",
        "json://127.0.0.1:1/x",
        "jsons://example.org",
        "file:///etc/passwd",
        "form:// a b",
        "form://",
    ],
)
async def test_other_addresses_are_refused_for_good(chat: Chat, url: str) -> None:
    """Of apprise's more than a hundred services those that were allowed, and no other."""
    assert not chat.messenger.takes(url)
    assert await chat.messenger.send(Message(url, TITLE, BODY)) == Failed(True, "", Reason.ADDRESS)
    assert chat.arrived() == []


async def test_a_server_that_is_silent_is_given_up_without_stopping_the_others(server: Receiver) -> None:
    server.posted.clear()
    server.status = 200
    messenger = AppriseMessenger(("form",), call_s=5.0)
    async with saying(b"") as port:
        silent = asyncio.create_task(messenger.send(Message(f"form://127.0.0.1:{port}/?rto=60", TITLE, BODY)))
        other = Message(f"form://{server.url.removeprefix('http://')}/x", TITLE, BODY)
        assert await messenger.send(other) == Sent("")
        assert not silent.done()
        assert await silent == Unsure("timeout")
    assert len(server.posted) == 1
    await messenger.close()


async def test_nothing_is_logged_of_addresses_and_keys(
    server: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    server.status = 403
    messenger = AppriseMessenger(("form", "tgram"))
    caplog.set_level(1)
    logging.getLogger().setLevel(1)
    address = server.url.removeprefix("http://")
    for url in (
        f"form://{SECRET}:{SECRET}@{address}/{SECRET}",
        f"tgram://{SECRET}",
        f"form://{SECRET}.invalid/x",
    ):
        assert isinstance(await messenger.send(Message(url, TITLE, BODY)), Failed)
    told = "".join(capfd.readouterr()) + "".join(record.getMessage() for record in caplog.records)
    for word in (SECRET, BODY, TITLE, address):
        assert word not in told
    await messenger.close()
