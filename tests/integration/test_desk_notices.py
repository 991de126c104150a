"""Notices over a real PostgreSQL: what became of them, those held, who is behind a telephone or an order, and
what people wish."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from services.projector.lists import store
from services.projector.lists.ledger import outcome_row
from shared.adapters.sms_callbacks import Callbacks, sign
from shared.contracts import notice_commands
from shared.contracts.notice_outcomes import Outcome
from tests.integration.desk_kit import HOUR, Desk, recipient, running, state
from tests.unit.portal_kit import NOW

PHONE, EMAIL = "+306912345678", "maria@example.org"
ORIGIN = "https://track.example.org"


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        yield found


async def told(desk: Desk, id: str, shipment: str = "s-1", **changes: Any) -> None:
    values: dict[str, Any] = {
        "tenant": "athens",
        "merchant": "books",
        "kind": "announced",
        "revision": 3,
        "state": "sent",
        "at_ms": NOW - HOUR,
        "channel": "sms",
        "notice": "n-1",
    }
    row = outcome_row(Outcome(id=id, shipment=shipment, **(values | changes)))
    assert desk.portal.lists is not None
    async with desk.portal.lists.database.engine.begin() as connection:
        await store.put_notices(connection, [row])


async def shipped(desk: Desk, shipment: str, **changes: Any) -> None:
    """A shipment in the lists and in the views, with its recipient."""
    tenant = changes.pop("tenant", "athens")
    merchant = changes.pop("merchant", "books")
    contact = {name: changes.pop(name) for name in ("phone", "email") if name in changes}
    person = recipient(shipment, tenant=tenant, **({"phone": PHONE, "email": EMAIL} | contact))
    await desk.write(state(shipment, tenant=tenant, merchant=merchant, **changes), person)
    await desk.registered(merchant, shipment, shipment=shipment, tenant=tenant, order_number=shipment.upper())


def commands(desk: Desk) -> list[dict[str, Any]]:
    return desk.values(notice_commands.TOPIC)


async def test_each_decision_stands_with_the_shipment(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await told(desk, "o-1", state="deferred", reason="quiet_hours", notice=None, channel=None, due_ms=NOW)
    await told(desk, "o-2", state="held", reason="unsure", at_ms=NOW - 1000, tries=1)
    await told(desk, "o-3", shipment="s-2")
    answer = await desk.ask("reader", "GET", "/v1/shipments/s-1/notices")
    assert answer.json() == {
        "notices": [
            {
                "kind": "announced",
                "revision": 3,
                "state": "held",
                "at": "2026-11-20T09:59:59Z",
                "channel": "sms",
                "notice": "n-1",
                "reason": "unsure",
                "tries": 1,
                "held": True,
            },
            {
                "kind": "announced",
                "revision": 3,
                "state": "deferred",
                "at": "2026-11-20T09:00:00Z",
                "reason": "quiet_hours",
                "tries": 0,
                "next_try": "2026-11-20T10:00:00Z",
                "held": False,
            },
        ]
    }


async def test_what_is_held_waits_for_a_person_once(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await shipped(desk, "s-2")
    await told(desk, "o-1", state="held", reason="crashed")
    await told(desk, "o-2", shipment="s-2", notice="n-2", state="held", reason="unsure")
    await told(desk, "o-3", shipment="s-2", notice="n-2", state="delivered", at_ms=NOW)
    await told(desk, "o-4", shipment="s-9", notice="n-9", state="held", tenant="patras")
    (held,) = (await desk.ask("reader", "GET", "/v1/notices/held")).json()["notices"]
    assert (held["notice"], held["order_number"], held["name"], held["reason"]) == (
        "n-1",
        "S-1",
        "Μαρία Παπαδοπούλου",
        "crashed",
    )
    path = "/v1/shipments/s-1/notices/n-1"
    assert (await desk.ask("reader", "POST", f"{path}/release")).status_code == 403
    assert (await desk.ask("staff", "POST", f"{path}/release")).status_code == 202
    assert (await desk.ask("staff", "POST", f"{path}/release")).status_code == 202
    first, second = commands(desk)
    assert first["id"] == second["id"], "whoever clicks twice decides once"
    assert (first["type"], first["notice"], first["release"]) == ("decide", "n-1", True)
    await told(desk, "o-5", state="sent", at_ms=NOW)
    assert (await desk.ask("staff", "POST", f"{path}/discard")).status_code == 409
    assert (await desk.ask("staff", "POST", "/v1/shipments/s-1/notices/n-7/discard")).status_code == 404


async def test_only_webhooks_are_sent_again_as_they_were(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await told(desk, "o-1")
    await told(desk, "o-2", notice="n-2", channel="webhook", state="failed", reason="status")
    await told(desk, "o-3", notice="n-3", channel="webhook", state="deferred", due_ms=NOW + HOUR)
    ask = [
        (await desk.ask("admin", "POST", f"/v1/shipments/s-1/notices/{n}/redeliver")).status_code
        for n in ("n-1", "n-2", "n-3", "n-4")
    ]
    assert ask == [409, 202, 409, 404]
    (command,) = commands(desk)
    assert (command["type"], command["notice"]) == ("redeliver", "n-2")


async def test_a_shop_reads_what_became_of_its_webhooks_page_by_page(desk: Desk) -> None:
    for number in range(3):
        await told(desk, f"o-{number}", channel="webhook", notice=f"n-{number}", at_ms=NOW - number * 1000)
    await told(desk, "o-9", channel="webhook", notice="n-9", merchant="toys")
    path = "/v1/merchants/books/deliveries?limit=2"
    page = (await desk.ask("books", "GET", path)).json()
    assert [each["notice"] for each in page["deliveries"]] == ["n-0", "n-1"]
    rest = (await desk.ask("books", "GET", f"{path}&before={page['next']}")).json()
    assert [each["notice"] for each in rest["deliveries"]] == ["n-2"]
    assert "next" not in rest
    for number in range(20, 25):  # several of one moment, as a batch makes them
        await told(desk, f"o-{number}", channel="webhook", notice=f"n-{number}", at_ms=NOW - 60_000)
    seen, after = [], ""
    while True:
        page = (await desk.ask("books", "GET", f"{path}{after}")).json()
        seen += [each["notice"] for each in page["deliveries"]]
        if "next" not in page:
            break
        after = f"&before={page['next']}"
    assert seen == ["n-0", "n-1", "n-2", *(f"n-{number}" for number in range(20, 25))]
    assert (await desk.ask("books", "GET", f"{path}&before=17")).status_code == 422
    about = {"webhook": "wh-1", "event": "shipment.delivered", "code": "503"}
    await told(desk, "o-10", channel="webhook", notice="n-10", state="deferred", due_ms=NOW, **about)
    (one,) = (await desk.ask("books", "GET", f"{path}&webhook=wh-1")).json()["deliveries"]
    assert {name: one[name] for name in about} == about


async def inbound(desk: Desk, body: str, sender: str = PHONE, **more: str) -> Any:
    desk.portal.sms = Callbacks(["a-token-of-the-gateway"])
    fields = {"MessageSid": f"SM-{body}", "From": sender, "To": "+302100000000", "Body": body, **more}
    signature = sign("a-token-of-the-gateway", f"{ORIGIN}/v1/sms/inbound", list(fields.items()))
    return await desk.client.post("/v1/sms/inbound", data=fields, headers={"X-Twilio-Signature": signature})


async def test_a_stop_by_sms_holds_with_every_carrier_of_the_telephone(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await shipped(desk, "s-2")
    await shipped(desk, "s-3", tenant="patras", merchant="far-shop")
    await shipped(desk, "s-4", phone="+306912345679")
    answer = await inbound(desk, "STOP", OptOutType="STOP")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    told = sorted((c["tenant"], c["stop"]) for c in commands(desk))
    assert told == [("athens", ["sms"]), ("patras", ["sms"])]
    assert "s-4" not in {c["shipment"] for c in commands(desk)}
    await inbound(desk, "Start")
    assert [c["resume"] for c in commands(desk) if "resume" in c] == [["sms"], ["sms"]]
    assert (await inbound(desk, "στοπ", sender="+306999999999")).status_code == 200
    assert len(commands(desk)) == 4


async def lost(desk: Desk, order: str, contact: str) -> str:
    answer = await desk.client.post("/v1/link/lost", data={"order": order, "contact": contact})
    assert answer.status_code == 200
    await desk.settled()
    return answer.text


async def test_a_lost_link_goes_to_the_contact_on_file_and_the_answer_is_always_the_same(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await shipped(desk, "s-2", email="other@example.org", phone=None)
    answers = {
        await lost(desk, "S-1", "someone@example.org"),
        await lost(desk, "S-3", EMAIL),
        await lost(desk, "S-2", EMAIL),
        await lost(desk, "S-1%", EMAIL),
    }
    assert commands(desk) == []
    answers |= {await lost(desk, "s-1", "MARIA@example.org"), await lost(desk, "S-1", "6912345678")}
    assert len(answers) == 1
    assert [(c["type"], c["shipment"], c["actor"]["kind"]) for c in commands(desk)] == [
        ("send_link", "s-1", "recipient")
    ] * 2


async def test_a_contact_is_sent_so_many_links_however_he_is_written(desk: Desk) -> None:
    await shipped(desk, "s-1")
    for number in range(8):
        await lost(desk, "S-1", EMAIL if number % 2 else "69123 45678")
    assert len(commands(desk)) == 6


async def test_of_an_order_that_is_long_over_no_link_is_sent(desk: Desk) -> None:
    await shipped(desk, "s-1")
    await desk.registered(
        "books",
        "s-1",
        shipment="s-1",
        substatus="Delivered_001",
        ended=True,
        status_ms=NOW - 40 * 24 * HOUR,
    )
    await lost(desk, "S-1", EMAIL)
    assert commands(desk) == []


async def ticket(desk: Desk, shipment: str) -> dict[str, str]:
    made = (await desk.ask("books", "POST", f"/v1/shipments/{shipment}/links")).json()
    secret = made["url"].partition("#")[2]
    answer = await desk.client.post("/v1/link/ticket", json={"secret": secret})
    return {"Authorization": f"Ticket {answer.json()['ticket']}"}


async def test_the_recipient_sees_where_he_is_told_and_changes_it(desk: Desk) -> None:
    await shipped(desk, "s-1")
    his = await ticket(desk, "s-1")
    seen = (await desk.client.get("/v1/link/notices", headers=his)).json()
    assert seen == {
        "channels": [
            {"channel": "email", "address": "m•••@example.org", "stopped": False},
            {"channel": "sms", "address": "•••678", "stopped": False},
        ],
        "first": "email",
        "language": "el",
    }
    wanted = {"first": "sms", "language": "ru", "stop": ["email"]}
    assert (await desk.client.put("/v1/link/notices", headers=his, json=wanted)).status_code == 202
    (command,) = commands(desk)
    assert {name: command[name] for name in ("channel", "language", "stop")} == {
        "channel": "sms",
        "language": "ru",
        "stop": ["email"],
    }


async def test_what_the_notifier_keeps_of_his_wishes_is_shown(desk: Desk) -> None:
    await shipped(desk, "s-1")
    mark = desk.portal.marks.of("athens", EMAIL)
    assert desk.portal.lists is not None
    async with desk.portal.lists.database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO notices.wishes VALUES (:mark, ARRAY['email'], 'sms', 'ru', 1)"), {"mark": mark}
        )
    seen = (await desk.client.get("/v1/link/notices", headers=await ticket(desk, "s-1"))).json()
    assert [each["stopped"] for each in seen["channels"]] == [True, False]
    assert (seen["first"], seen["language"]) == ("sms", "ru")


async def test_channels_that_he_has_not_are_refused(desk: Desk) -> None:
    await shipped(desk, "s-1", email=None)
    his = await ticket(desk, "s-1")
    for body in ({"first": "email"}, {"stop": ["email"]}, {"stop": ["sms"], "resume": ["sms"]}):
        assert (await desk.client.put("/v1/link/notices", headers=his, json=body)).status_code == 422
    assert commands(desk) == []
