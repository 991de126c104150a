"""SMS: the memory form and the gateway's API under one suite; the API against the mailbox's gateway, with its
receipts, its answers and every kind of refusal. What arrived is counted there."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.ports import free_port
from shared.adapters.memory.sms import MemorySms
from shared.adapters.sms import HttpSms
from shared.ports.sending import Failed, Reason, Sent, Unsure
from shared.ports.sms import Forged, Inbound, Receipt, Sms, SmsState, Text, Unreadable
from tests.callbacks import Posted, Receiver, receiving
from tests.mailbox_kit import ACCOUNT, TOKEN, Mailbox, mailbox, saying
from tests.waiting import eventually, until

OURS = "+302100000000"
HERS = "+306900000010"
BODY = "Βιβλία Άννα, παραγγελία 10046: σήμερα 14:20–14:35. https://t.example.org/t#abc"


@pytest.fixture(scope="module")
def webhook() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, webhook: Receiver) -> Iterator[Mailbox]:
    with mailbox(tmp_path_factory.mktemp("mailbox"), sms_replies=f"{webhook.url}/inbound?to=us") as running:
        yield running


@pytest.fixture
async def http(box: Mailbox) -> AsyncIterator[HttpSms]:
    sms = HttpSms(box.url, ACCOUNT, f"{TOKEN},an-older-token", OURS)
    yield sms
    await sms.close()


@dataclass
class Line:
    """A gateway, and what a telephone and the gateway do on their side."""

    sms: Sms
    arrived: Callable[[str], list[str]]
    receipts: Callable[[Text], Awaitable[list[Posted]]]
    """Send it and wait for its receipts."""
    answer: Callable[[str], Awaitable[Posted]]
    """Somebody answers our newest message."""


def signed(url: str, form: list[tuple[str, str]]) -> str:
    """By the provider's rules, written down anew."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(form))
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()


@pytest.fixture(params=["memory", "http"])
async def line(request: pytest.FixtureRequest, webhook: Receiver) -> AsyncIterator[Line]:
    if request.param == "memory":
        yield in_memory(MemorySms(TOKEN))
        return
    box: Mailbox = request.getfixturevalue("box")
    sms = HttpSms(box.url, ACCOUNT, f"{TOKEN},an-older-token", OURS)
    box.http.delete("/messages")

    async def receipts(text: Text) -> list[Posted]:
        assert text.status_url is not None
        before = len(webhook.posted)
        assert isinstance(await sms.send(text), Sent)
        await until("both receipts have come", lambda: len(webhook.posted) >= before + 2)
        return webhook.posted[before:]

    async def answer(text: str) -> Posted:
        number = box.messages(to=HERS)[-1]["id"]
        before = len(webhook.posted)
        told = await asyncio.to_thread(box.http.post, f"/messages/{number}/answer", json={"text": text})
        assert told.status_code == 201, told.text
        [posted] = webhook.posted[before:]
        return posted

    yield Line(sms, lambda to: [one["text"] for one in box.messages(to=to)], receipts, answer)
    await sms.close()


def in_memory(sms: MemorySms) -> Line:
    sms.answers = {"+306900000005": Failed(True, "21610", Reason.OPTED_OUT)}

    def posted(url: str, **form: str) -> Posted:
        fields = list(form.items())
        return Posted(url, fields, signed(url, fields))

    async def receipts(text: Text) -> list[Posted]:
        sent = await sms.send(text)
        assert isinstance(sent, Sent)
        assert text.status_url is not None
        last = {"0001": "undelivered"}.get(text.to[-4:], "delivered")
        code = {"ErrorCode": "30003"} if last == "undelivered" else {}
        return [
            posted(text.status_url, MessageSid=sent.id, MessageStatus="sent"),
            posted(text.status_url, MessageSid=sent.id, MessageStatus=last, **code),
        ]

    async def answer(text: str) -> Posted:
        stop = {"OptOutType": "STOP"} if text == "stop" else {}
        url = "https://us.example.org/inbound?to=us"
        return posted(url, MessageSid="SM1", From=HERS, To=OURS, Body=text, **stop)

    return Line(sms, lambda to: [text.body for text in sms.taken.values() if text.to == to], receipts, answer)


async def test_a_message_is_taken_under_an_id(line: Line) -> None:
    first, second = await line.sms.send(Text(HERS, BODY)), await line.sms.send(Text(HERS, "Φτάνει!"))
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert first.id.startswith("SM")
    assert first.id != second.id
    assert line.arrived(HERS) == [BODY, "Φτάνει!"]


@pytest.mark.parametrize("to", ["", "6900000010", "+0690", "+30 690 000", "+306900000010\n", "Maria"])
async def test_what_can_be_no_number_is_refused_for_good(line: Line, to: str) -> None:
    assert await line.sms.send(Text(to, BODY)) == Failed(True, "", Reason.ADDRESS)


async def test_what_the_gateway_refuses(line: Line) -> None:
    assert await line.sms.send(Text(HERS, "")) == Failed(True, "21602", Reason.REFUSED)
    assert await line.sms.send(Text("+306900000005", BODY)) == Failed(True, "21610", Reason.OPTED_OUT)
    assert line.arrived(HERS) == line.arrived("+306900000005") == []


async def test_receipts_tell_how_far_a_message_has_come(line: Line, webhook: Receiver) -> None:
    url = f"{webhook.url}/receipts/n-1?k=v&x=%20"
    sent, delivered = await line.receipts(Text(HERS, BODY, url))
    first = line.sms.receipt(url, sent.form, sent.signature)
    last = line.sms.receipt(url, delivered.form, delivered.signature)
    assert (first.state, last.state) == (SmsState.SENT, SmsState.DELIVERED)
    assert first.id == last.id
    assert (first.state.final, last.state.final) == (False, True)


async def test_what_could_not_be_delivered_says_why(line: Line, webhook: Receiver) -> None:
    url = f"{webhook.url}/receipts/n-2"
    *_, last = await line.receipts(Text("+306900000001", BODY, url))
    told = line.sms.receipt(url, last.form, last.signature)
    assert told == Receipt(told.id, SmsState.UNDELIVERED, "30003", Reason.BUSY)


async def test_forged_receipts_are_refused(line: Line, webhook: Receiver) -> None:
    url = f"{webhook.url}/receipts/n-3"
    good, _ = await line.receipts(Text(HERS, BODY, url))
    changed = [(name, "delivered" if value == "sent" else value) for name, value in good.form]
    assert changed != good.form
    for where, form, signature in (
        (url, changed, good.signature),
        (url, [*good.form, ("ErrorCode", "1")], good.signature),
        (url, good.form[:-1], good.signature),
        (url + "4", good.form, good.signature),
        (url.replace("http:", "https:"), good.form, good.signature),
        (url, good.form, None),
        (url, good.form, ""),
        (url, good.form, "Ä" * 28),
        (url, good.form, signed(url, good.form)[::-1]),
    ):
        with pytest.raises(Forged):
            line.sms.receipt(where, form, signature)
    line.sms.receipt(url, good.form, good.signature)


async def test_a_callback_that_says_nothing_is_unreadable(line: Line) -> None:
    url = "https://us.example.org/receipts/n-4"
    for form in (
        [("MessageSid", "SM1")],
        [("MessageStatus", "sent")],
        [("MessageSid", "SM1"), ("MessageStatus", "?")],
    ):
        with pytest.raises(Unreadable):
            line.sms.receipt(url, form, signed(url, form))
        with pytest.raises(Unreadable):
            line.sms.inbound(url, form, signed(url, form))


async def test_what_somebody_answers(line: Line) -> None:
    await line.sms.send(Text(HERS, BODY))
    posted = await line.answer("Θα είμαι στο σπίτι + 5 λεπτά & κάτι")
    assert "to=us" in posted.url
    told = line.sms.inbound(posted.url, posted.form, posted.signature)
    assert told == Inbound(told.id, HERS, OURS, "Θα είμαι στο σπίτι + 5 λεπτά & κάτι", stop=False)
    stop = await line.answer("stop")
    assert line.sms.inbound(stop.url, stop.form, stop.signature).stop
    with pytest.raises(Forged):
        line.sms.inbound(posted.url, [*posted.form, ("OptOutType", "STOP")], posted.signature)


async def test_what_a_gateway_in_trouble_means(box: Mailbox, http: HttpSms) -> None:
    """A 500 may have sent it or not: twice the same answer, one has arrived."""
    assert await http.send(Text("+306900010002", BODY)) == Unsure("20500")
    assert await http.send(Text("+306900010006", BODY)) == Unsure("20500")
    assert (len(box.messages(to="+306900010002")), len(box.messages(to="+306900010006"))) == (0, 1)
    assert await http.send(Text("+306900010004", BODY)) == Failed(False, "20429", Reason.BUSY, 7.0)
    assert len(box.messages(to="+306900010004")) == 0


async def test_an_answer_that_comes_too_late(box: Mailbox) -> None:
    sms = HttpSms(box.url, ACCOUNT, TOKEN, OURS, call_s=4.0)
    calls = box.count("sms_calls")
    assert await sms.send(Text("+306900020008", BODY)) == Unsure("timeout")
    assert (box.count("sms_calls"), len(box.messages(to="+306900020008"))) == (calls + 1, 1)
    await sms.close()


async def test_a_connection_cut_before_the_answer() -> None:
    async with saying(b"") as port:  # takes what it is told, and never answers
        sms = HttpSms(f"http://127.0.0.1:{port}", ACCOUNT, TOKEN, OURS, call_s=0.5)
        assert await sms.send(Text(HERS, BODY)) == Unsure("timeout")
        await sms.close()
    for answer in (b"", b"HTTP/1.1 201 Cre"):
        async with cutting(answer) as (port, came):
            sms = HttpSms(f"http://127.0.0.1:{port}", ACCOUNT, TOKEN, OURS)
            assert await sms.send(Text(HERS, BODY)) == Unsure("cut")
            assert len(came) == 1  # and it was not tried again
            await sms.close()


async def test_a_gateway_that_is_away() -> None:
    sms = HttpSms(f"http://127.0.0.1:{free_port()}", ACCOUNT, TOKEN, OURS)
    began = time.monotonic()
    assert await sms.send(Text(HERS, BODY)) == Failed(False, "", Reason.AWAY)
    assert time.monotonic() - began < 10
    await sms.close()


async def test_a_token_that_is_not_taken_is_our_account(box: Mailbox) -> None:
    for account, token in ((ACCOUNT, "wrong"), ("AC-other", TOKEN)):
        sms = HttpSms(box.url, account, token, OURS)
        calls = box.count("sms_calls")
        assert await sms.send(Text(HERS, BODY)) == Failed(False, "20003", Reason.ACCOUNT)
        assert box.count("sms_calls") == calls
        await sms.close()


async def test_a_redirect_is_not_followed() -> None:
    """The token would go with it."""
    elsewhere: list[bytes] = []
    async with cutting(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", elsewhere) as (port, _):
        moved = f"HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
        async with cutting(moved.encode()) as (first, _):
            sms = HttpSms(f"http://127.0.0.1:{first}", ACCOUNT, TOKEN, OURS)
            assert await sms.send(Text(HERS, BODY)) == Failed(False, "307", Reason.ACCOUNT)
            await sms.close()
    assert elsewhere == []


async def test_a_messaging_service_sends_in_its_own_name(box: Mailbox) -> None:
    service = "MG" + "0f" * 16
    sms = HttpSms(box.url, ACCOUNT, TOKEN, service)
    sent = await sms.send(Text("+306900000033", BODY))
    assert isinstance(sent, Sent)
    resource = box.http.get(
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sent.id}.json", auth=(ACCOUNT, TOKEN)
    ).json()
    assert (resource["messaging_service_sid"], resource["from"], resource["body"]) == (service, None, BODY)
    await sms.close()


async def test_a_message_without_receipt_stays_without(
    box: Mailbox, http: HttpSms, webhook: Receiver
) -> None:
    silent = await http.send(Text("+306900000003", BODY, f"{webhook.url}/receipts/silent"))
    told = await http.send(Text(HERS, BODY, f"{webhook.url}/receipts/told"))
    assert isinstance(silent, Sent)
    assert isinstance(told, Sent)
    eventually("the other's receipts are there", lambda: len(at(webhook, "/receipts/told")) == 2)
    assert at(webhook, "/receipts/silent") == []
    assert box.messages(to="+306900000003")[-1]["state"] == "queued"
    assert box.messages(to=HERS)[-1]["state"] == "delivered"


def at(webhook: Receiver, path: str) -> list[Posted]:
    return [posted for posted in webhook.posted if posted.url == webhook.url + path]


class cutting:
    """A server that reads one request, writes this and cuts. Notes what came."""

    def __init__(self, answer: bytes, came: list[bytes] | None = None) -> None:
        self._answer, self._came = answer, [] if came is None else came

    async def __aenter__(self) -> tuple[int, list[bytes]]:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self._came.append(head + await reader.readexactly(length))
            writer.write(self._answer)
            await writer.drain()
            writer.close()

        self._server: Any = await asyncio.start_server(take, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1], self._came

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)
