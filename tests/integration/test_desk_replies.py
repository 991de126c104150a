"""What was said, contacts counted, mail without a shipment: over real PostgreSQL, as the desk reads them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.infra import Infra
from services.notifier.core.deciding import held_out
from services.portal.api.limits import Limiter
from services.projector.lists import store
from services.projector.lists.ledger import outcome_row, remark_rows
from shared.adapters.postgres.strays import KEPT_MS, Strays
from shared.adapters.sms_callbacks import Callbacks, sign
from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.common import Actor
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.remarks import Exchange
from shared.contracts.shipment_commands import Remark
from shared.contracts.shipment_parties import Note
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.views.work import Outcome as Decided
from shared.domain.command_ids import command_id
from shared.domain.strays import Stray
from tests.integration.desk_kit import HOUR, Desk, recipient, running, state
from tests.unit.portal_kit import NOW

DAY = 24 * HOUR
CUSTOMER, STAFF = Actor(kind="recipient", id="s"), Actor(kind="staff", id="anna")


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        yield found


def said(seq: int, way: Any, *, by: Actor = CUSTOMER, direction: Any = "in", **more: Any) -> Exchange:
    return Exchange(seq=seq, at_ms=NOW - HOUR + seq, direction=direction, way=way, by=by, **more)


async def listed(desk: Desk, shipment: str, *exchanges: Exchange, **changes: Any) -> None:
    """A shipment with what was said about it, as `projector lists` writes it."""
    whole = state(shipment, remarks=exchanges, **changes)
    await desk.write(whole, recipient(shipment))
    await desk.registered("books", shipment.removeprefix("s-"))
    assert desk.portal.lists is not None
    async with desk.portal.lists.database.engine.begin() as connection:
        await store.put_remarks(connection, remark_rows(whole))


async def test_what_was_said_in_order_with_its_words(desk: Desk) -> None:
    await listed(
        desk,
        "s-1",
        said(3, "email", note="w-1", attachments=2),
        said(4, "email", by=STAFF, direction="out", note="w-2", answers="w-1"),
        said(5, "call", by=STAFF, about="when"),
    )
    await desk.write(Note(tenant="athens", shipment="s-1", version="w-1", text="Where?\nM."))
    found = (await desk.ask("books", "GET", "/v1/shipments/s-1/replies")).json()
    assert found["answer_by"] == "email"
    assert [
        (e["direction"], e["way"], e["by"], e.get("text"), e.get("about")) for e in found["exchanges"]
    ] == [
        ("in", "email", "recipient", "Where?\nM.", None),
        ("out", "email", "staff", None, None),
        ("in", "call", "staff", None, "when"),
    ]
    assert found["exchanges"][0]["attachments"] == 2


async def test_an_answer_and_a_call_are_commands_with_their_words_apart(desk: Desk) -> None:
    await listed(desk, "s-1", said(3, "sms", note="w-1"))
    answer = {"text": "It comes at three."}
    for _ in range(2):
        sent = await desk.ask(
            "books", "POST", "/v1/shipments/s-1/replies", json=answer, headers={"Idempotency-Key": "a-1"}
        )
        assert sent.status_code == 202, sent.text
    noted = await desk.ask(
        "books", "POST", "/v1/shipments/s-1/contacts", json={"way": "call", "about": "where"}
    )
    assert noted.status_code == 202
    commands = [
        value
        for record in desk.log.records(shipment_commands.TOPIC)
        if isinstance(value := shipment_commands.DECODER.decode(record.value or b""), Remark)
    ]
    assert len({c.id for c in commands}) == 2
    assert [(c.direction, c.way, c.about, c.note is None) for c in commands[-2:]] == [
        ("out", None, None, False),
        ("in", "call", "where", True),
    ]
    words = [
        party.text
        for record in desk.log.records(shipment_parties.TOPIC)
        if isinstance(party := shipment_parties.DECODER.decode(record.value or b""), Note)
    ]
    assert set(words) == {"It comes at three."}
    for record in desk.log.records(shipment_commands.TOPIC):
        assert b"at three" not in (record.value or b"")


async def inbound(desk: Desk, id: str, body: str, sender: str) -> int:
    desk.portal.sms = Callbacks(["a-token-of-the-gateway"])
    fields = {"MessageSid": id, "From": sender, "To": "+302100000000", "Body": body}
    url = "https://track.example.org/v1/sms/inbound"
    headers = {"X-Twilio-Signature": sign("a-token-of-the-gateway", url, list(fields.items()))}
    return (await desk.client.post("/v1/sms/inbound", data=fields, headers=headers)).status_code


async def test_an_sms_is_about_the_newest_shipment_of_its_telephone_or_kept_apart(desk: Desk) -> None:
    for n, hours in (("1", 9), ("2", 3), ("3", 6)):
        history = (HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - hours * HOUR),)
        await listed(desk, f"s-{n}", history=history)
    for _ in range(2):  # a gateway that had no answer posts again
        assert await inbound(desk, "SM-1", "When does it come?", "+306912345678") == 200
    assert await inbound(desk, "SM-2", "Who are you?", "+306900000001") == 200
    assert await inbound(desk, "SM-3", "STOP", "+306900000001") == 200
    found = [
        value
        for record in desk.log.records(shipment_commands.TOPIC)
        if isinstance(value := shipment_commands.DECODER.decode(record.value or b""), Remark)
    ]
    assert {(c.shipment, c.direction, c.way, c.actor.kind) for c in found} == {
        ("s-2", "in", "sms", "recipient")
    }
    assert len({c.id for c in found}) == 1
    (stray,) = (await desk.ask("admin", "GET", "/v1/strays")).json()["strays"]
    assert (stray["way"], stray["why"], stray["sender"], stray["text"]) == (
        "sms",
        "unmatched",
        "+306900000001",
        "Who are you?",
    )


async def test_mail_without_a_shipment_is_given_to_one_or_deleted(desk: Desk) -> None:
    await listed(desk, "s-1")
    assert desk.portal.office is not None
    strays = Strays(desk.portal.office.database)
    for stray, tenant in (("x-1", "athens"), ("x-2", None), ("x-3", "sparta")):
        await strays.put(
            Stray(
                stray=stray,
                way="email",
                why="forged",
                at_ms=NOW,
                tenant=tenant,
                sender="maria@example.org",
                text="Where?",
                message_id="1@example.org",
                attachments=1,
            )
        )
    everything = (await desk.ask("admin", "GET", "/v1/strays")).json()
    assert [s["stray"] for s in everything["strays"]] == ["x-1", "x-2", "x-3"]
    ours = (await desk.ask("admin", "GET", "/v1/strays?tenant=sparta")).json()["strays"]
    assert [s["stray"] for s in ours] == ["x-3"]
    sent = await desk.ask("admin", "POST", "/v1/strays/x-2/attach", json={"shipment": "s-1"})
    assert sent.status_code == 202, sent.text
    record = desk.log.records(shipment_commands.TOPIC)[-1]
    command = shipment_commands.DECODER.decode(record.value or b"")
    assert isinstance(command, Remark)
    assert (command.direction, command.way, command.actor.kind) == ("in", "email", "recipient")
    assert command.attachments == 1
    assert (
        await desk.ask("admin", "POST", "/v1/strays/x-2/attach", json={"shipment": "s-1"})
    ).status_code == 404
    assert (await desk.ask("admin", "DELETE", "/v1/strays/x-1")).status_code == 204
    assert [s.stray for s in await strays.of(None, 10)] == ["x-3"]
    await strays.put(Stray(stray="x-4", way="email", why="unmatched", at_ms=NOW, shipment="s-1"))
    assert (await desk.ask("admin", "DELETE", "/v1/shipments/s-1/recipient")).is_success
    assert [s.stray for s in await strays.of(None, 10)] == ["x-3"], "he is to be known no more"
    await strays.sweep(NOW + KEPT_MS + 1)
    assert await strays.of(None, 10) == []


async def test_what_is_refused_stays_where_it_lies(desk: Desk) -> None:
    """There is no other copy of what somebody wrote."""
    await listed(desk, "s-1")
    assert desk.portal.office is not None
    strays = Strays(desk.portal.office.database)
    await strays.put(Stray(stray="x-1", way="email", why="unmatched", at_ms=NOW, text="Where?"))
    actor = ("recipient", "s-1")
    id = command_id(*actor, "remark", "s-1", "x-1")
    refused = Decided(command=id, subject="s-1", accepted=False, seq=1, reason="unknown_shipment")
    await desk.views.put_outcome(refused)
    answer = await desk.ask("admin", "POST", "/v1/strays/x-1/attach", json={"shipment": "s-1"})
    assert not answer.is_success, answer.text
    assert [s.stray for s in await strays.of(None, 10)] == ["x-1"]


async def test_an_answer_has_words_and_there_are_not_too_many(desk: Desk) -> None:
    await listed(desk, "s-1", said(3, "sms", note="w-1"), said(4, "email", by=STAFF))
    path = "/v1/shipments/s-1/replies"
    assert (await desk.ask("books", "GET", path)).json()["answer_by"] == "sms", "what is noted does not count"
    for blank in ("", " \r\n ", "\x00", "turned \u202e round"):
        assert (await desk.ask("books", "POST", path, json={"text": blank})).status_code == 422
    desk.portal.reply_limit = Limiter("2/hour", desk.portal.now_ms)
    statuses = [
        (await desk.ask("books", "POST", path, json={"text": " It comes.\r\nSoon. "})).status_code
        for _ in range(3)
    ]
    assert statuses == [202, 202, 429]
    words = shipment_parties.DECODER.decode(desk.log.records(shipment_parties.TOPIC)[-1].value or b"")
    assert isinstance(words, Note)
    assert words.text == "It comes.\nSoon."


async def test_a_sender_that_is_no_telephone_is_kept_apart(desk: Desk) -> None:
    await listed(desk, "s-1")
    assert await inbound(desk, "SM-9", "Sale!", "Kid's") == 200
    (stray,) = (await desk.ask("admin", "GET", "/v1/strays")).json()["strays"]
    assert (stray["sender"], stray["text"]) == ("Kid's", "Sale!")


async def test_contacts_per_hundred_by_link_and_against_the_hold_out_group(desk: Desk) -> None:
    assert desk.portal.lists is not None
    database = desk.portal.lists.database
    for n in range(20):
        calls = [said(3, "call", by=STAFF, about="where")] if n % 4 == 0 else []
        wrote = [said(4, "email", note="w"), said(5, "email", by=STAFF, direction="out")] if n == 0 else []
        await listed(desk, f"s-{n}", *calls, *wrote)
    async with database.engine.begin() as connection:
        await store.put_openings(connection, [{"shipment": f"s-{n}", "first_ms": NOW} for n in range(10)])
        held = [
            Outcome(
                id=f"o-{n}",
                tenant="athens",
                merchant="books",
                shipment=f"s-{n}",
                kind="out_for_delivery",
                revision=2,
                state="dropped",
                at_ms=NOW,
                reason="hold_out",
            )
            for n in (0, 1, 2, 3)
        ]
        await store.put_notices(connection, [outcome_row(each) for each in held])
    found = (await desk.ask("admin", "GET", "/v1/contacts/report?days=30&by=month")).json()
    rates = {k: (found[k]["shipments"], found[k]["contacts"]) for k in ("all", "opened", "unopened")}
    assert rates == {"all": (20, 6), "opened": (10, 4), "unopened": (10, 2)}
    assert (found["held_out"]["shipments"], found["held_out"]["contacts"]) == (4, 2)
    assert (found["compared"]["shipments"], found["compared"]["contacts"]) == (16, 4)
    assert found["all"]["per_100"] == 30.0
    assert found["all"]["low"] < 30 < found["all"]["high"]
    assert found["about"] == {"where": 5, "unsaid": 1}
    assert found["ways"] == {"call": 5, "email": 1}
    assert sum(g["contacts"] for g in found["groups"]) == 6
    assert {g["merchant"] for g in found["groups"]} == {"books"}
    other = (await desk.ask("admin", "GET", "/v1/contacts/report?merchant=toys")).json()
    assert other["all"] == {"shipments": 0, "contacts": 0}


def test_shipments_of_a_hold_out_group_are_drawn_evenly_and_stay() -> None:
    names = [hashlib.sha256(str(n).encode()).hexdigest()[:12] for n in range(5_000)]
    ten = {name for name in names if held_out(name, 10)}
    assert 400 < len(ten) < 600
    assert ten < {name for name in names if held_out(name, 20)}
    assert not any(held_out(name, 0) for name in names)
