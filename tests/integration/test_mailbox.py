"""The mailbox: what it keeps, what it tells, what recipients send back, and what it lets nobody do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.mailbox.segments import Cost, cost
from deploy.local.ports import free_port
from shared.adapters.mime_read import read
from shared.adapters.smtp import Server, SmtpMailer
from shared.ports.incoming import Answer, Bounce
from shared.ports.mailer import Mail
from shared.ports.sending import Sent
from tests.callbacks import Receiver, receiving
from tests.mailbox_kit import ACCOUNT, TOKEN, Mailbox, mailbox
from tests.waiting import eventually, until

MAIL = Mail(
    message_id="notice.1@dromos.example",
    to="maria@example.org",
    sender="Shop via Carrier",
    subject="Σήμερα 14:20–14:35",
    text="Follow it: https://t.example.org/t#abc.\n" + "and so on, line after line\n" * 60,
    html="<html><head><title>x</title></head><body><a href='https://t.example.org/t#html'>Follow</a></body></html>",
    at_ms=1_795_000_000_000,
    reply_to="r.abc@dromos.example",
    bounce_to="b.abc@dromos.example",
)
ENGLISH = "Your parcel arrives today 14:20-14:35."


@dataclass
class Inbox:
    """The server that takes mail for our own domain."""

    port: int = 0
    came: list[tuple[str | None, str, EmailMessage]] = field(default_factory=list)
    answer: str = "250 2.0.0 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del server, session
        parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.came.append((envelope.mail_from, envelope.rcpt_tos[0], parsed))
        return self.answer


@pytest.fixture(scope="module")
def webhook() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


INBOX_PORT = free_port()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, webhook: Receiver) -> Iterator[Mailbox]:
    with mailbox(
        tmp_path_factory.mktemp("mailbox"),
        sms_replies=f"{webhook.url}/inbound",
        mail_replies=f"smtp://127.0.0.1:{INBOX_PORT}",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest, webhook: Receiver) -> None:
    webhook.posted.clear()
    webhook.status = 204
    if "box" in request.fixturenames:
        request.getfixturevalue("box").http.delete("/messages")


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    loop, made = asyncio.get_running_loop(), Inbox(INBOX_PORT)
    server = await loop.create_server(lambda: SMTP(made, loop=loop), "127.0.0.1", INBOX_PORT)
    yield made
    server.close()


async def send(box: Mailbox, *mails: Mail) -> None:
    mailer = SmtpMailer(Server("127.0.0.1", box.smtp_port), "notices@dromos.example", name="dromos.example")
    for mail in mails:
        assert isinstance(await mailer.send(mail), Sent)
    await mailer.close()


def text(box: Mailbox, to: str, body: str) -> int:
    form = {"To": to, "From": "+302100000000", "Body": body}
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = box.http.post(path, data=form, auth=(ACCOUNT, TOKEN))
    assert answer.status_code == 201, answer.text
    return int(box.messages(to=to)[-1]["id"])


async def press(box: Mailbox, path: str, body: object = None) -> httpx.Response:
    """A button of the page's, while servers of this loop answer."""
    return await asyncio.to_thread(box.http.post, path, json=body)


async def test_a_mail_as_the_page_is_told_it(box: Mailbox) -> None:
    await send(box, MAIL)
    [told] = box.messages()
    assert (told["kind"], told["direction"], told["to"]) == ("mail", "in", MAIL.to)
    assert told["subject"] == MAIL.subject
    assert told["from"] == "Shop via Carrier <notices@dromos.example>"
    assert told["ref"] == f"<{MAIL.message_id}>"
    assert told["links"] == ["https://t.example.org/t#abc", "https://t.example.org/t#html"]
    whole = box.one(told["id"])
    assert whole["answer_to"] == MAIL.reply_to
    assert whole["html"].strip() == MAIL.html


async def test_lists_are_of_one_address_one_kind_and_what_came_after(box: Mailbox) -> None:
    await send(box, MAIL, replace(MAIL, to="Other@example.org"))
    text(box, "+306900000010", ENGLISH)
    eventually("the SMS stays as it is", lambda: box.messages()[-1]["state"] == "delivered")
    first, second, third = box.messages()
    assert [one["id"] for one in (first, second, third)] == sorted(
        one["id"] for one in (first, second, third)
    )
    assert box.messages(to="other@example.org") == box.messages(to="OTHER@example.org") == [second]
    assert box.messages(kind="sms") == box.messages(to="+306900000010") == [third]
    assert box.messages(after=first["id"]) == [second, third]
    assert box.messages(limit=1) == [third]
    assert box.http.get("/messages?to=+306900000010").json()["messages"] == [
        third
    ]  # unescaped, as people type
    assert box.http.get("/messages?after=x").status_code == 400


async def test_who_asks_again_is_told_only_of_changes(box: Mailbox) -> None:
    tag = box.http.get("/messages").headers["ETag"]
    assert box.http.get("/messages", headers={"If-None-Match": tag}).status_code == 304
    await send(box, MAIL)
    changed = box.http.get("/messages", headers={"If-None-Match": tag})
    assert (changed.status_code, len(changed.json()["messages"])) == (200, 1)
    text(box, "+306900000010", ENGLISH)
    eventually("a receipt is a change too", lambda: box.messages(kind="sms")[0]["state"] == "delivered")


async def test_deleting_begins_anew_and_counts_go_on(box: Mailbox) -> None:
    await send(box, MAIL)
    [before], counted = box.messages(), box.count("smtp_data")
    assert box.http.delete("/messages").status_code == 204
    assert box.messages() == []
    await send(box, MAIL)
    [after] = box.messages()
    assert after["id"] > before["id"]
    assert box.count("smtp_data") == counted + 1


async def test_messages_survive_a_restart_and_the_oldest_go(tmp_path: Path) -> None:
    with mailbox(tmp_path, keep="3") as box:
        await send(box, *(replace(MAIL, subject=f"number {n}") for n in range(2)))
    with mailbox(tmp_path, keep="3") as box:
        assert [one["subject"] for one in box.messages()] == ["number 0", "number 1"]
        await send(box, *(replace(MAIL, subject=f"number {n}") for n in range(2, 5)))
        assert [one["subject"] for one in box.messages()] == ["number 2", "number 3", "number 4"]
        assert box.count("smtp_data") == 5
    assert (tmp_path / "data" / "mailbox").stat().st_mode & 0o077 == 0


async def test_a_mail_is_answered_where_it_says(box: Mailbox, inbox: Inbox) -> None:
    await send(box, replace(MAIL, references=("first@dromos.example",)))
    [one] = box.messages()
    told = await press(box, f"/messages/{one['id']}/answer", {"text": "Κτυπήστε δυνατά."})
    assert told.status_code == 201, told.text
    [(sender, to, answer)] = inbox.came
    assert (sender, to) == (MAIL.to, MAIL.reply_to)
    assert answer["In-Reply-To"] == f"<{MAIL.message_id}>"
    assert answer["References"] == f"<first@dromos.example> <{MAIL.message_id}>"
    assert answer["Subject"] == f"Re: {MAIL.subject}"
    written = answer.get_content().splitlines()
    assert written[:2] == ["Κτυπήστε δυνατά.", ""]
    assert f"> {MAIL.text.splitlines()[0]}" in written
    read_back = read(bytes(answer))
    assert isinstance(read_back, Answer)
    assert read_back.text == "Κτυπήστε δυνατά."
    assert read_back.answers == (MAIL.message_id, "first@dromos.example")
    kept = box.messages()[-1]
    assert (kept["direction"], kept["answers"], kept["text"]) == ("out", one["id"], "Κτυπήστε δυνατά.")


async def test_an_answer_that_is_not_taken_is_said_and_not_kept(box: Mailbox, inbox: Inbox) -> None:
    await send(box, MAIL)
    [one] = box.messages()
    inbox.answer = "451 4.3.0 later"
    told = await press(box, f"/messages/{one['id']}/answer", {"text": "x"})
    assert (told.status_code, told.json()["error"]) == (502, "SMTP 451")
    assert len(box.messages()) == 1
    bodies: list[object] = [{"text": " "}, {"text": 1}, {}, [], None]
    for body in bodies:
        assert (await press(box, f"/messages/{one['id']}/answer", body)).status_code == 400


async def test_an_sms_is_answered_by_the_gateway(box: Mailbox, webhook: Receiver) -> None:
    number = text(box, "+306900000010", ENGLISH)
    told = await press(box, f"/messages/{number}/answer", {"text": "Ευχαριστώ"})
    assert told.status_code == 201, told.text
    [posted] = webhook.posted
    form = dict(posted.form)
    assert (form["From"], form["To"], form["Body"]) == ("+306900000010", "+302100000000", "Ευχαριστώ")
    assert posted.signature
    webhook.status = 500
    told = await press(box, f"/messages/{number}/answer", {"text": "x"})
    assert (told.status_code, told.json()["error"]) == (502, "HTTP 500")


async def test_where_nobody_takes_answers_it_is_said(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        number = text(box, "+306900000010", ENGLISH)
        told = await press(box, f"/messages/{number}/answer", {"text": "x"})
        assert (told.status_code, told.json()["error"]) == (502, "nobody takes SMS here")
        await send(box, replace(MAIL, to="x+bounce@example.org"))
        eventually("the report was given up", lambda: box.count("bounces_not_taken") == 1)


async def test_mail_that_bounces_is_reported_to_its_envelope(box: Mailbox, inbox: Inbox) -> None:
    await send(box, replace(MAIL, to="x+bounce@example.org"))
    await until("the report has come", lambda: len(inbox.came) == 1)
    [(sender, to, report)] = inbox.came
    assert (sender, to) == ("<>", MAIL.bounce_to)
    assert report.get_content_type() == "multipart/report"
    assert report["Content-Type"].params["report-type"] == "delivery-status"
    _, delivery, headers = report.iter_parts()
    assert delivery.get_content_type() == "message/delivery-status"
    _, status = delivery.iter_parts()
    assert (status["Final-Recipient"], status["Action"], status["Status"]) == (
        "rfc822; x+bounce@example.org",
        "failed",
        "5.1.1",
    )
    assert f"Message-ID: <{MAIL.message_id}>" in headers.get_content()
    assert read(bytes(report)) == Bounce(MAIL.message_id, True, "5.1.1")


async def test_the_unsubscribe_button_is_one_click(box: Mailbox, webhook: Receiver) -> None:
    await send(box, replace(MAIL, unsubscribe_url=f"{webhook.url}/n?k=1"), MAIL)
    with_button, without = box.messages()
    url = box.one(with_button["id"])["unsubscribe"]
    assert url == {"url": f"{webhook.url}/n?k=1", "one_click": True}
    assert (await press(box, f"/messages/{with_button['id']}/unsubscribe")).status_code == 204
    [posted] = webhook.posted
    assert (posted.url, posted.form) == (f"{webhook.url}/n?k=1", [("List-Unsubscribe", "One-Click")])
    assert (await press(box, f"/messages/{without['id']}/unsubscribe")).status_code == 502


async def test_a_mail_runs_nothing_and_fetches_nothing_from_elsewhere(box: Mailbox) -> None:
    await send(box, MAIL)
    [one] = box.messages()
    shown = box.http.get(f"/messages/{one['id']}/html")
    rules = shown.headers["Content-Security-Policy"]
    assert rules.startswith("sandbox ")
    assert "allow-scripts" not in rules
    assert "script-src" not in rules
    assert "default-src 'none'" in rules
    assert '<head><base target="_blank"><title>' in shown.text
    page = box.http.get("/")
    assert "default-src 'none'; script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    source = box.http.get(f"/messages/{one['id']}/source")
    assert source.headers["Content-Type"].startswith("text/plain")


async def test_other_pages_and_other_names_can_do_nothing(box: Mailbox) -> None:
    await send(box, MAIL)
    [one] = box.messages()
    for origin in ("https://evil.example.org", "null", box.url.replace("127.0.0.1", "localhost")):
        assert box.http.delete("/messages", headers={"Origin": origin}).status_code == 403
        assert box.http.post(f"/messages/{one['id']}/answer", headers={"Origin": origin}).status_code == 403
    assert box.http.get("/messages", headers={"Host": "evil.example.org"}).status_code == 400
    assert box.messages() == [one]
    assert box.http.delete("/messages", headers={"Origin": box.url}).status_code == 204


def test_it_is_reached_from_this_machine_alone(box: Mailbox) -> None:
    listening = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    for port in (box.port, box.smtp_port):
        found = [
            line.split()[1] for line in listening.splitlines() if f":{port:04X} 00000000:0000 0A" in line
        ]
        assert {address.partition(":")[0] for address in found} <= {"0100007F"}


def test_what_the_api_asks_for(box: Mailbox) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    good = {"To": "+306900000010", "From": "+302100000000", "Body": "x"}
    for change, code in (
        ({"To": ""}, 21604),
        ({"To": "0690"}, 21211),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "ftp://x"}, 21609),
    ):
        told = box.http.post(path, data=good | change, auth=(ACCOUNT, TOKEN))
        assert (told.status_code, told.json()["code"]) == (400, code)
    assert box.http.post(path, data=good, auth=(ACCOUNT, "x")).status_code == 401
    assert box.messages() == []
    made = box.http.post(path, data=good, auth=(ACCOUNT, TOKEN)).json()
    assert (made["status"], made["num_segments"], made["error_code"]) == ("queued", "1", None)
    asked = box.http.get(made["uri"], auth=(ACCOUNT, TOKEN)).json()
    assert (asked["sid"], asked["to"]) == (made["sid"], good["To"])
    assert box.http.get(path.replace(".json", "/SM0.json"), auth=(ACCOUNT, TOKEN)).status_code == 404


@pytest.mark.parametrize(
    ("written", "costs"),
    [
        ("", Cost("GSM-7", 0, 1)),
        ("x" * 160, Cost("GSM-7", 160, 1)),
        ("x" * 161, Cost("GSM-7", 161, 2)),
        ("x" * 306, Cost("GSM-7", 306, 2)),
        ("x" * 307, Cost("GSM-7", 307, 3)),
        ("€" * 80, Cost("GSM-7", 160, 1)),
        ("x" * 152 + "€" + "x" * 152, Cost("GSM-7", 306, 3)),  # the escape and its sign stay together
        ("ΔΦΓΛΩΠΨΣΘΞ", Cost("GSM-7", 10, 1)),
        ("δέμα", Cost("UCS-2", 4, 1)),
        ("α" * 70, Cost("UCS-2", 70, 1)),
        ("α" * 71, Cost("UCS-2", 71, 2)),
        ("α" * 134, Cost("UCS-2", 134, 2)),
        ("α" * 66 + "😀" + "α" * 66, Cost("UCS-2", 134, 3)),
        ("–" + "x" * 69, Cost("UCS-2", 70, 1)),  # one dash makes all of it dear
    ],
)
def test_segments(written: str, costs: Cost) -> None:
    assert cost(written) == costs
