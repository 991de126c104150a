"""Notices at the portal: one click that ends them, receipts of the gateway, what a shop tells, the link once
more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest

from services.portal.api.notice_preview import MAIL_POLICY
from services.portal.core import notices
from services.portal.core.plain_pages import POLICY, STYLE
from services.portal.core.plain_texts import LATER, LOST, STOP, UNKNOWN
from shared.adapters.sms_callbacks import sign
from shared.contracts import merchants, notice_commands
from shared.contracts.merchants import Merchant
from shared.contracts.notices import NoticeKind, NoticePolicy
from shared.tickets import Seal
from tests.unit.portal_kit import NOW, SHOP, Kit, running

TOKEN = "a-token-of-the-gateway"
ORIGIN = "https://track.example.org"
RECEIPT = "/v1/sms/receipts/s-a/n-1"
HTML = {"Accept": "text/html,*/*"}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running(sms_token=f"the-one-before, {TOKEN}") as found:
        await found.registered("books", "a")
        yield found


def commands(kit: Kit) -> list[dict[str, Any]]:
    return kit.values(notice_commands.TOPIC)


async def posted(kit: Kit, path: str, fields: dict[str, str], token: str = TOKEN) -> Any:
    """As the gateway posts it."""
    signature = sign(token, f"{ORIGIN}{path}", list(fields.items()))
    return await kit.client.post(path, data=fields, headers={"X-Twilio-Signature": signature})


def receipt(state: str, **more: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "MessageStatus": state, "To": "+306900000000", **more}


async def test_a_receipt_becomes_a_command_without_the_telephone(kit: Kit) -> None:
    answer = await posted(kit, RECEIPT, receipt("undelivered", ErrorCode="30005"))
    assert answer.status_code == 204, answer.text
    (command,) = commands(kit)
    assert command == {
        "type": "receipt",
        "id": command["id"],
        "tenant": "athens",
        "merchant": "books",
        "shipment": "s-a",
        "at_ms": NOW,
        "actor": {"kind": "system", "id": "sms"},
        "notice": "n-1",
        "state": "undelivered",
        "reason": "address",
    }


async def test_the_same_receipt_again_is_the_same_command(kit: Kit) -> None:
    for _ in range(2):
        await posted(kit, RECEIPT, receipt("delivered"))
    await posted(kit, RECEIPT, receipt("sent"))
    ids = [command["id"] for command in commands(kit)]
    assert ids[0] == ids[1] != ids[2]


async def test_each_token_of_the_gateway_signs_while_it_is_changed(kit: Kit) -> None:
    assert (await posted(kit, RECEIPT, receipt("sent"), "the-one-before")).status_code == 204
    assert (await posted(kit, RECEIPT, receipt("sent"), "another")).status_code == 403


async def test_what_is_not_signed_for_this_address_is_refused(kit: Kit) -> None:
    fields = receipt("delivered")
    elsewhere = sign(TOKEN, f"{ORIGIN}/v1/sms/receipts/s-a/n-2", list(fields.items()))
    for headers in ({}, {"X-Twilio-Signature": "x"}, {"X-Twilio-Signature": elsewhere}):
        answer = await kit.client.post(RECEIPT, data=fields, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:dromos:problem:forged")
    assert commands(kit) == []


async def test_states_on_the_way_say_nothing(kit: Kit) -> None:
    assert (await posted(kit, RECEIPT, receipt("queued"))).status_code == 204
    assert (await posted(kit, RECEIPT, {"MessageSid": "SM1"})).status_code == 422
    assert (await posted(kit, "/v1/sms/receipts/s-b/n-1", receipt("sent"))).status_code == 404
    assert commands(kit) == []


async def test_without_a_gateway_nothing_is_taken() -> None:
    async with running() as kit:
        assert (await posted(kit, RECEIPT, receipt("sent"))).status_code == 404
        assert (await posted(kit, "/v1/sms/inbound", {"From": "+30"})).status_code == 404


async def test_one_click_ends_messages_of_the_channel_and_one_begins_them_again(kit: Kit) -> None:
    token = kit.portal.stops.token("s-a", "email")
    stopped = await kit.client.post(
        f"/v1/notices/stop/{token}", data={"List-Unsubscribe": "One-Click"}, headers=HTML
    )
    assert stopped.status_code == 200
    assert f'action="/v1/notices/resume/{token}"' in stopped.text
    resumed = await kit.client.post(f"/v1/notices/resume/{token}", headers=HTML)
    assert f'action="/v1/notices/stop/{token}"' in resumed.text
    first, second = commands(kit)
    assert (first["type"], first["stop"], first["actor"]) == (
        "prefer",
        ["email"],
        {"kind": "recipient", "id": "s-a"},
    )
    assert (second["resume"], "stop" in second) == (["email"], False)


async def test_looking_at_the_page_changes_nothing(kit: Kit) -> None:
    token = kit.portal.stops.token("s-a", "sms")
    page = await kit.client.get(f"/v1/notices/stop/{token}", headers={**HTML, "Accept-Language": "el-GR"})
    assert page.status_code == 200
    assert STOP["el", "sms"].title in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert "<script" not in page.text
    assert f"<style>{STYLE}</style>" in page.text
    assert commands(kit) == []


async def test_the_page_is_in_the_readers_language(kit: Kit) -> None:
    path = f"/v1/notices/stop/{kit.portal.stops.token('s-a', 'email')}"
    for accepted, language in (("ru,en;q=0.5", "ru"), ("fr, el;q=0.8", "el"), ("fr", "en"), ("", "en")):
        page = (await kit.client.get(path, headers={"Accept-Language": accepted})).text
        assert f'<html lang="{language}">' in page
        assert STOP[language, "email"].ask in page  # type: ignore[index]


async def test_a_token_of_another_purpose_stops_nothing(kit: Kit) -> None:
    other = Seal("a-ticket-key-for-tests", b"dromos.ticket.1\x00").seal(b"s-a\0email")
    none = kit.portal.stops.token("s-unknown", "email")
    for token in (other, none, "x", kit.portal.stops.token("s-a", "email")[:-2]):
        page = await kit.client.post(f"/v1/notices/stop/{token}", headers=HTML)
        assert (page.status_code, UNKNOWN["en"][0] in page.text) == (404, True)
        program = await kit.client.post(f"/v1/notices/stop/{token}")
        assert program.headers["content-type"] == "application/problem+json"
    assert commands(kit) == []


async def test_the_link_is_sent_again_at_most_so_often() -> None:
    async with running(resend_rate="2/hour") as kit:
        await kit.registered("books", "a")
        path = "/v1/shipments/s-a/notices/link"
        statuses = [(await kit.ask("books", "POST", path)).status_code for _ in range(3)]
        assert statuses == [202, 202, 429]
        assert (await kit.ask("toys", "POST", path)).status_code == 404
        told = commands(kit)
    assert [(c["type"], c["actor"]) for c in told] == [
        ("send_link", {"kind": "merchant", "id": "books"}),
        ("send_link", {"kind": "merchant", "id": "books"}),
    ]
    assert told[0]["id"] != told[1]["id"]


async def test_the_lost_form_answers_before_it_has_looked(kit: Kit) -> None:
    page = await kit.client.get("/lost", headers={"Accept-Language": "ru"})
    assert (page.status_code, LOST["ru"].title in page.text, "<script" in page.text) == (200, True, False)
    form = {"order": "GR-1", "contact": "maria@example.org"}
    answer = await kit.client.post("/v1/link/lost", data=form)
    assert (answer.status_code, LOST["en"].sent in answer.text) == (200, True)
    assert (await kit.client.post("/v1/link/lost", data={"order": "GR-1"})).status_code == 422


async def test_who_reads_pages_is_refused_by_one() -> None:
    """Nobody who has lost his link reads JSON."""
    async with running(lost_rate="2/minute", link_rate="1/minute") as kit:
        seen = {**HTML, "Accept-Language": "el"}
        blank = await kit.client.post("/v1/link/lost", data={"order": " ", "contact": " "}, headers=seen)
        assert (blank.status_code, LOST["el"].title in blank.text) == (422, True)
        await kit.client.post("/v1/link/lost", data={"order": "1", "contact": "x"})
        late = await kit.client.post("/v1/link/lost", data={"order": "1", "contact": "x"}, headers=seen)
        assert (late.status_code, LATER["el"][0] in late.text) == (429, True)
        assert int(late.headers["retry-after"]) > 0
        program = await kit.client.post("/v1/link/lost", data={"order": "1", "contact": "x"})
        assert program.headers["content-type"] == "application/problem+json"
        for method, status in (("GET", 404), ("GET", 429), ("POST", 429)):
            stop = await kit.client.request(method, "/v1/notices/stop/x", headers=seen)
            assert (stop.status_code, LATER["el"][1] in stop.text) == (status, status == 429)


async def test_a_channel_that_is_named_twice_is_there_once(kit: Kit) -> None:
    wanted = {"channels": ["sms", "sms"], "off": ["survey", "late", "survey"]}
    answer = await kit.ask("owner", "PUT", "/v1/merchants/books/notices", json=wanted)
    told = answer.json()["notices"]
    assert (told["channels"], told["off"]) == (["sms"], ["survey", "late"])


async def test_what_is_typed_never_comes_back(kit: Kit) -> None:
    answers = [
        (await kit.client.post("/v1/link/lost", data={"order": order, "contact": contact})).text
        for order, contact in (("GR-1", "+306900000000"), ("<b>x", "' or 1=1"), ("Ω" * 64, "a@b"))
    ]
    assert len(set(answers)) == 1


async def test_what_a_shop_tells_is_changed_by_itself(kit: Kit) -> None:
    path = "/v1/merchants/books/notices"
    wanted = {
        **(await kit.ask("books", "GET", path)).json()["notices"],
        "channels": ["sms"],
        "quiet_from_h": 22,
        "sms_capitals": True,
        "off": ["survey"],
    }
    assert (await kit.ask("books", "PUT", path, json=wanted)).status_code == 403
    answer = await kit.ask("owner", "PUT", path, json=wanted)
    assert (answer.status_code, answer.json()["notices"]) == (200, wanted)
    # Who changes the shop's name and says nothing of notices leaves them as they are.
    assert (await kit.ask("owner", "PUT", "/v1/merchants/books", json=SHOP)).status_code == 200
    record: Merchant = merchants.DECODER.decode(kit.log.records(merchants.TOPIC)[-1].value or b"")
    assert record.notices == NoticePolicy(
        channels=("sms",), quiet_from_h=22, sms_capitals=True, off=("survey",)
    )


@pytest.mark.parametrize("kind", get_args(NoticeKind))
async def test_each_kind_can_be_looked_at_before_it_is_sent(kit: Kit, kind: str) -> None:
    path = f"/v1/merchants/books/notices/preview?kind={kind}"
    shown = (await kit.ask("reader", "GET", path)).json()
    assert (shown["language"], shown["kind"]) == ("el", kind)
    assert SHOP["name"] in shown["subject"] + shown["text"]
    assert shown["segments"]["encoding"] == "ucs-2"
    capitals = (await kit.ask("reader", "GET", f"{path}&capitals=true")).json()
    assert capitals["segments"]["encoding"] == "gsm-7"
    mail = await kit.ask("reader", "GET", f"{shown['mail']}")
    assert mail.headers["content-security-policy"] == MAIL_POLICY
    assert (SHOP["name"] in mail.text, "<script" in mail.text) == (True, False)


async def test_a_shops_logo_is_in_its_mails(kit: Kit) -> None:
    path, logo = "/v1/merchants/books", "https://shop.example.org/logo.png?v=2&w=120"
    for bad in (
        "http://shop.example.org/l.png",
        "https://",
        "javascript:alert(1)",
        'https://a.b/"x',
        "logo.png",
    ):
        answer = await kit.ask("owner", "PUT", path, json=SHOP | {"logo_url": bad})
        assert answer.status_code == 422, bad
    for wanted in (logo, None):
        answer = await kit.ask("owner", "PUT", path, json=SHOP | {"logo_url": wanted})
        assert (answer.status_code, answer.json().get("logo_url")) == (200, wanted)
        shown = (await kit.ask("reader", "GET", f"{path}/notices/preview?kind=late")).json()
        mail = (await kit.ask("reader", "GET", shown["mail"])).text
        assert re.findall(r'<img src="([^"]+)"', mail) == ([logo.replace("&", "&amp;")] if wanted else [])


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("maria@example.org", True),
        ("  Maria@Example.ORG ", True),
        ("maria@example.com", False),
        ("+30 690 000 0000", True),
        ("690 0000000", True),
        ("0030 6900000000", True),
        ("6900000001", False),
        ("x", False),
        ("", False),
    ],
)
def test_a_contact_is_known_however_it_is_written(written: str, same: bool) -> None:
    found = notices.same_contact(written, "+306900000000", "maria@example.org", "Europe/Athens")
    assert found is same
    assert notices.same_contact(written, None, None, "Europe/Athens") is False


def test_addresses_are_masked() -> None:
    assert notices.masked("email", "maria@example.org") == "m•••@example.org"
    assert notices.masked("sms", "+306900000123") == "•••123"


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", "stop"),
        ("Στοπ.", "stop"),
        ("ΤΈΛΟΣ", "stop"),
        (" стоп ", "stop"),
        ("start", "start"),
        ("stop at the corner", None),
        ("", None),
    ],
)
def test_a_word_ends_messages(text: str, wish: str | None) -> None:
    assert notices.wish_in(text) == wish
