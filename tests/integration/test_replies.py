"""What recipients answer: from a mail that was sent, through a real mail server of ours, to the shipment, the
shop and back; with every worker that it passes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import smtplib
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from shared.adapters.postgres.strays import Strays
from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.common import Actor, Contact
from shared.contracts.merchants import Merchant, Webhook
from shared.contracts.notices import NoticePolicy
from shared.contracts.shipment_commands import Command, Register, Remark, Report
from shared.contracts.shipment_parties import Note, Party, Recipient, party_key
from shared.domain.strays import Stray
from tests.integration.webhook_receiver import receiving
from tests.notices_kit import TENANT, Hands, Sending, hands, now_ms, sending, until

PREFIX = f"t-replies-{os.getpid()}."
MAIL_IN, HOOK_PORT = free_port(), free_port()
SHOP_MAIL = "help@books.example"
SHOP = Actor(kind="merchant", id="books")
POLICY = NoticePolicy(quiet_from_h=0, quiet_to_h=24, daily_cap=1, ask_after_s=0, survey_after_s=0)
"""All day is quiet, and one message a day is enough: an answer goes all the same."""
BOOKS = Merchant(
    merchant="books",
    tenant=TENANT,
    name="The bookshop",
    contact=Contact(email=SHOP_MAIL),
    notices=POLICY,
    webhooks=(Webhook(id="wh-1", url=f"http://127.0.0.1:{HOOK_PORT}/hook", events=("shipment.replied",)),),
)


@pytest.fixture(scope="module")
def world(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sending]:
    folder, allow = tmp_path_factory.mktemp("replies"), f"127.0.0.1:{HOOK_PORT}"
    with sending(infra, PREFIX, folder, (BOOKS,), MAIL_IN, DROMOS_WEBHOOK_ALLOW=allow) as found:
        found.workers.start("shipments", "stages", "lists", "notifier")
        yield found


@pytest.fixture
async def do(world: Sending) -> AsyncIterator[Hands]:
    async with hands(world) as found:
        yield found
    for part, process in world.workers.processes.items():
        assert process.poll() is None, world.workers.log(part)
    told = world.workers.log("notifier")
    assert "example.org" not in told, "an address in the log"


async def party(do: Hands, value: Party) -> None:
    key = party_key(value.shipment, value.version)
    await do.log.append(shipment_parties.TOPIC, key, value, id=f"p-{key}", timeout_s=20)


async def command(do: Hands, value: Command) -> None:
    await do.log.append(shipment_commands.TOPIC, value.shipment, value, id=value.id, timeout_s=20)


async def taken_over(do: Hands, shipment: str, email: str, phone: str | None = None) -> None:
    """A shipment that its recipient is told of, at once."""
    who = Recipient(
        tenant=TENANT,
        shipment=shipment,
        version=f"v-{shipment}",
        name="Maria Papadopoulou",
        line="Ermou 15",
        city="Athens",
        lon=23.7,
        lat=37.9,
        email=email,
        phone=phone,
    )
    await party(do, who)
    head: dict[str, Any] = {"tenant": TENANT, "shipment": shipment, "at_ms": now_ms(), "actor": SHOP}
    await command(
        do,
        Register(
            id=f"v-{shipment}",
            merchant="books",
            order_number=shipment.upper(),
            fingerprint="f",
            parties=f"v-{shipment}",
            language="en",
            zone="Europe/Athens",
            **head,
        ),
    )
    await command(do, Report(id=f"r-{shipment}", substatus="AttemptFail_002", attempt=1, **head))


async def mail_to(world: Sending, address: str, number: int = 1) -> dict[str, Any]:
    """The n-th mail to this address."""
    found = await until(
        f"mail {number} to {address}",
        lambda: (mails := world.mails(address)) and len(mails) >= number and mails,
    )
    newest = max(found, key=lambda m: m["id"])
    return world.box.one(newest["id"])


def posted(sender: str, to: str, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", MAIL_IN, "there.example", 10) as server:
        server.sendmail(sender, [to], message.as_bytes())


def written(sender: str, to: str, said: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Re: it"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(said)
    return message


async def said_of(do: Hands, shipment: str) -> list[tuple[str, str, str, str | None]]:
    """(direction, way, by, words) of what the lists have, in order."""
    query = (
        'SELECT direction, way, "by", p.note FROM remarks r LEFT JOIN parties p ON p.shipment = r.shipment '
        "AND p.version = r.note WHERE r.shipment = :s ORDER BY seq"
    )
    async with do.lists.reading() as connection:
        return [tuple(row) for row in (await connection.execute(text(query), {"s": shipment})).all()]


async def strays_of(do: Hands) -> list[Stray]:
    return await Strays(do.notices).of(None, 100)


async def test_an_answer_by_mail_reaches_the_shop_and_the_shops_answer_the_customer(
    world: Sending, do: Hands
) -> None:
    async with receiving(port=HOOK_PORT) as hook:
        await taken_over(do, "s-mail", email="maria@example.org")
        first = await mail_to(world, "maria@example.org")
        assert re.fullmatch(r"reply\+[a-z2-7]{52}@dromos\.localhost", first["answer_to"])
        number = first["id"]
        assert world.box.http.post(
            f"/messages/{number}/answer", json={"text": "Please leave it with Eva."}
        ).is_success
        to_shop = await mail_to(world, SHOP_MAIL)
        assert "Please leave it with Eva." in to_shop["text"]
        assert "S-MAIL" in to_shop["subject"]
        assert first["text"].splitlines()[0] not in to_shop["text"], "what he quoted is cut"
        assert await said_of(do, "s-mail") == [("in", "email", "recipient", "Please leave it with Eva.")]
        body = (await until("the shop's system is told", lambda: hook.bodies))[0]
        assert json.loads(body)["type"] == "shipment.replied"
        assert b"Eva" not in body
    customers = next(m for m in world.box.messages(kind="mail") if m["answers"] == number)
    assert world.box.http.post(
        f"/messages/{to_shop['id']}/answer", json={"text": "We shall, thank you."}
    ).is_success
    second = await mail_to(world, "maria@example.org", 2)
    assert "We shall, thank you." in second["text"]
    headers = dict(second["headers"])
    assert headers["In-Reply-To"] == headers["References"] == world.box.one(customers["id"])["ref"]
    assert "Auto-Submitted" not in headers, "a person wrote it"
    assert [said[:3] for said in await said_of(do, "s-mail")] == [
        ("in", "email", "recipient"),
        ("out", "email", "merchant"),
    ]
    assert len(world.mails(SHOP_MAIL)) == 1, "what the shop says is not told to the shop"


async def test_an_answer_goes_back_by_sms_to_who_wrote_by_sms(world: Sending, do: Hands) -> None:
    await taken_over(do, "s-sms", email="eva@example.org", phone="+306900000042")
    await mail_to(world, "eva@example.org")
    me = Actor(kind="recipient", id="s-sms")
    head: dict[str, Any] = {"tenant": TENANT, "shipment": "s-sms"}
    await party(do, Note(version="w-1", text="When?", **head))
    await command(
        do,
        Remark(id="w-1", at_ms=now_ms(), actor=me, direction="in", way="sms", note="w-1", **head),
    )
    await party(do, Note(version="w-2", text="Tomorrow before noon.", **head))
    await command(do, Remark(id="w-2", at_ms=now_ms(), actor=SHOP, direction="out", note="w-2", **head))
    texts = await until("the SMS", lambda: world.texts("+306900000042"))
    assert "Tomorrow before noon." in texts[0]["text"]
    assert len(world.mails("eva@example.org")) == 1


async def test_what_a_server_reports_opens_the_next_channel(world: Sending, do: Hands) -> None:
    await taken_over(do, "s-gone", email="gone+bounce@example.org", phone="+306900000043")
    await mail_to(world, "gone+bounce@example.org")
    texts = await until("told by SMS", lambda: world.texts("+306900000043"))
    assert "S-GONE" in texts[0]["text"]
    bounced = [n for n in await do.notices_of("s-gone") if n[1] == "email"]
    assert bounced == [("attempt_failed", "email", "bounced", "address")]
    assert await said_of(do, "s-gone") == []


async def test_machines_and_forgers_say_nothing_and_words_are_never_lost(world: Sending, do: Hands) -> None:
    await taken_over(do, "s-odd", email="odd@example.org")
    first = await mail_to(world, "odd@example.org")
    to = first["answer_to"]
    forged = to[:20] + ("a" if to[20] != "a" else "b") + to[21:]
    before = len(world.mails(SHOP_MAIL))
    away = written("odd@example.org", to, "I am away.", Auto_Submitted="auto-replied")
    await asyncio.to_thread(posted, "odd@example.org", to, away)
    await asyncio.to_thread(posted, "", to, written("odd@example.org", to, "Failed."))
    stranger = written("odd@example.org", forged, "Give it to me.", In_Reply_To=first["ref"])
    await asyncio.to_thread(posted, "odd@example.org", forged, stranger)
    lost = written("who@example.org", "notices@dromos.localhost", "Where is my parcel?")
    await asyncio.to_thread(posted, "who@example.org", "notices@dromos.localhost", lost)
    for nobody in ("postmaster@dromos.localhost", "maria@example.org"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await asyncio.to_thread(posted, "odd@example.org", nobody, lost)
    strays = {s.text: (s.why, s.tenant, s.shipment) for s in await strays_of(do)}
    assert strays["Give it to me."] == ("forged", TENANT, "s-odd")
    assert strays["Where is my parcel?"] == ("unmatched", None, None)
    assert len(strays) == 2
    mine = written("odd@example.org", to, "It is me.\n\n-- \nOdd")
    mine.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="door.png")
    mine["Message-ID"] = "<1@there.example>"
    for way in "ab":  # a server that had no answer comes again, perhaps on another way
        mine["Received"] = f"from {way}.there.example"
        await asyncio.to_thread(posted, "odd@example.org", to, mine)
    await until("it is kept", lambda: said_of(do, "s-odd"))
    await until("the shop has it", lambda: len(world.mails(SHOP_MAIL)) > before)
    assert await said_of(do, "s-odd") == [("in", "email", "recipient", "It is me.")]
    newest = max(world.mails(SHOP_MAIL), key=lambda m: m["id"])
    assert "Attachments were not kept." in world.box.one(newest["id"])["text"]
    answers = written("eva@elsewhere.example", newest_to := world.box.one(newest["id"])["answer_to"], "Hm.")
    await asyncio.to_thread(posted, "eva@elsewhere.example", newest_to, answers)
    assert ("other_sender", TENANT, "s-odd") in [(s.why, s.tenant, s.shipment) for s in await strays_of(do)]
    assert len(world.mails("odd@example.org")) == 1


async def test_while_the_ledger_is_away_a_server_is_asked_to_come_again(world: Sending, do: Hands) -> None:
    await taken_over(do, "s-later", email="later@example.org")
    to = (await mail_to(world, "later@example.org"))["answer_to"]
    world.postgres.stop()
    try:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await asyncio.to_thread(
                posted, "later@example.org", to, written("later@example.org", to, "Hello?")
            )
        assert refused.value.smtp_code == 451
    finally:
        world.postgres.start()
