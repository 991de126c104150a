"""Mail: the memory form and SMTP under one suite; SMTP against a real server, with every kind of refusal and
cut. What arrived is counted at the server's DATA."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local.ports import free_port
from shared.adapters.memory.mailer import MemoryMailer
from shared.adapters.smtp import Server, SmtpMailer
from shared.ports.mailer import Mail, Mailer
from shared.ports.sending import Failed, Reason, Sent, Unsure
from tests.mailbox_kit import Mailbox, Wire, mailbox, saying, wire
from tests.waiting import until

OWN = "notices@dromos.example"
MAIL = Mail(
    message_id="notice.1@dromos.example",
    to="maria@example.org",
    sender="Βιβλία Άννα via Athens Couriers",
    subject="Το δέμα σας έρχεται σήμερα 14:20–14:35",
    text="Γεια σας,\n.\nδύο δέματα, 45,90 €\n",
    html="<p>Γεια σας, <a href='https://t.example.org/t#abc'>δείτε το</a></p>",
    at_ms=1_795_000_000_000,
    language="el",
    reply_to="r.abc@dromos.example",
    unsubscribe_url="https://t.example.org/n#xyz",
)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with mailbox(tmp_path_factory.mktemp("mailbox")) as running:
        yield running


@dataclass
class Post:
    """A mailer and where its messages arrive."""

    mailer: Mailer
    arrived: Callable[[str], list[EmailMessage]]


@pytest.fixture(params=["memory", "smtp"])
async def post(request: pytest.FixtureRequest) -> AsyncIterator[Post]:
    if request.param == "memory":
        memory = MemoryMailer(OWN)
        memory.answers = {
            "x+nobody@example.org": Failed(True, "550 5.1.1", Reason.ADDRESS),
            "x+later@example.org": Failed(False, "451 4.3.0", Reason.BUSY),
            "x+spam@example.org": Failed(True, "554 5.7.1", Reason.REFUSED),
            "x+full@example.org": Failed(True, "552 5.2.2", Reason.ADDRESS),
        }

        def in_memory(to: str) -> list[EmailMessage]:
            return [parsed for raw in map(bytes, memory.taken) if (parsed := parse(raw))["To"] == to]

        yield Post(memory, in_memory)
        return
    box: Mailbox = request.getfixturevalue("box")
    box.http.delete("/messages")
    mailer = smtp(box)

    def in_box(to: str) -> list[EmailMessage]:
        found = box.messages(to=to)
        return [parse(box.http.get(f"/messages/{one['id']}/source").content) for one in found]

    yield Post(mailer, in_box)
    await mailer.close()


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def smtp(box: Mailbox | Wire | int, **told: object) -> SmtpMailer:
    port = box if isinstance(box, int) else box.smtp_port if isinstance(box, Mailbox) else box.port
    server = Server("127.0.0.1", port)
    return SmtpMailer(server, OWN, name="dromos.example", **told)  # type: ignore[arg-type]


async def test_a_mail_arrives_as_it_was_written(post: Post) -> None:
    assert await post.mailer.send(MAIL) == Sent(MAIL.message_id)
    [read] = post.arrived(MAIL.to)
    assert str(read["From"]) == f"{MAIL.sender} <{OWN}>"
    assert str(read["Subject"]) == MAIL.subject
    assert read["Message-ID"] == f"<{MAIL.message_id}>"
    assert read["Reply-To"].addresses[0].addr_spec == MAIL.reply_to
    assert read["Date"].datetime.timestamp() * 1000 == MAIL.at_ms
    assert read["Content-Language"] == "el"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Unsubscribe"] == f"<{MAIL.unsubscribe_url}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().strip() == MAIL.html
    assert read.get_content_type() == "multipart/alternative"
    assert plain.get_content_charset() == html.get_content_charset() == "utf-8"


async def test_what_a_person_wrote_is_not_marked_as_automatic(post: Post) -> None:
    answer = replace(
        MAIL,
        automatic=False,
        html=None,
        in_reply_to="q@example.org",
        references=("p@example.org", "q@example.org"),
    )
    await post.mailer.send(answer)
    [read] = post.arrived(MAIL.to)
    assert read["Auto-Submitted"] is None
    assert read["In-Reply-To"] == "<q@example.org>"
    assert read["References"] == "<p@example.org> <q@example.org>"
    assert read.get_content_type() == "text/plain"


async def test_line_breaks_carry_no_headers_in(post: Post) -> None:
    evil = "Shop\r\nBcc: victim@example.org\nX-Evil: 1\r\n\r\nbody"
    await post.mailer.send(replace(MAIL, sender=evil, subject=evil, language="el\r\nX-Evil: 1"))
    [read] = post.arrived(MAIL.to)
    assert set(read.keys()).isdisjoint({"Bcc", "X-Evil"})
    assert read["Subject"] == "Shop Bcc: victim@example.org X-Evil: 1 body"
    assert read["From"].addresses[0].addr_spec == OWN


@pytest.mark.parametrize(
    "to",
    [
        "",
        "maria",
        "maria@",
        "@example.org",
        "a@b@example.org",
        "maria@example.org\r\nRCPT TO:<victim@example.org>",
        "maria@example.org, victim@example.org",
        "<maria@example.org>",
        "maria@-example.org",
        "mar ia@example.org",
        "maria@[127.0.0.1]",
        "μαρία@example.org",
    ],
)
async def test_what_can_be_no_address_is_refused_for_good(post: Post, to: str) -> None:
    assert await post.mailer.send(replace(MAIL, to=to)) == Failed(True, "", Reason.ADDRESS)
    assert post.arrived("victim@example.org") == []


async def test_a_domain_in_its_own_letters(post: Post) -> None:
    await post.mailer.send(replace(MAIL, to="maria@παράδειγμα.gr"))
    assert len(post.arrived("maria@xn--hxajbheg2az3al.gr")) == 1


async def test_refusals_are_told_apart(post: Post) -> None:
    async def send(to: str) -> object:
        return await post.mailer.send(replace(MAIL, to=to))

    assert await send("x+nobody@example.org") == Failed(True, "550 5.1.1", Reason.ADDRESS)
    assert await send("x+later@example.org") == Failed(False, "451 4.3.0", Reason.BUSY)
    assert await send("x+spam@example.org") == Failed(True, "554 5.7.1", Reason.REFUSED)
    assert await send("x+full@example.org") == Failed(True, "552 5.2.2", Reason.ADDRESS)
    assert await send("x@example.org") == Sent(MAIL.message_id)
    assert post.arrived("x+nobody@example.org") == post.arrived("x+spam@example.org") == []


async def test_long_addresses_of_pages_stay_whole(post: Post) -> None:
    url = "https://t.example.org/n#" + "aB3-_" * 150
    await post.mailer.send(replace(MAIL, unsubscribe_url=url))
    [read] = post.arrived(MAIL.to)
    assert read["List-Unsubscribe"] == f"<{url}>"


async def test_one_click_is_offered_by_https_and_on_this_machine(post: Post) -> None:
    for url in ("http://t.example.org/n", "http://127.0.0.1:8080/n"):
        await post.mailer.send(replace(MAIL, unsubscribe_url=url))
    elsewhere, here = post.arrived(MAIL.to)
    assert elsewhere["List-Unsubscribe-Post"] is None
    assert elsewhere["List-Unsubscribe"] == "<http://t.example.org/n>"
    assert here["List-Unsubscribe-Post"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": "no id"},
        {"message_id": "a@b>\r\nX: y"},
        {"in_reply_to": "<a@b>"},
        {"references": ("a@b", "")},
        {"unsubscribe_url": "https://t.example.org/> <mailto:x@y"},
        {"unsubscribe_url": "javascript:alert(1)"},
    ],
)
async def test_ids_that_are_none_are_the_callers_mistake(post: Post, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a"):
        await post.mailer.send(replace(MAIL, **wrong))  # type: ignore[arg-type]
    assert post.arrived(MAIL.to) == []


async def test_one_connection_serves_many_and_is_given_back(box: Mailbox) -> None:
    async with wire(box.smtp_port) as line:
        mailer = smtp(line, idle_s=0.3)
        before = box.count("smtp_data")
        for to in ("a@example.org", "x+nobody@example.org", "x+spam@example.org", "b@example.org"):
            await mailer.send(replace(MAIL, to=to))
        assert line.opened == 1
        assert box.count("smtp_data") == before + 3  # all but the one that was refused at RCPT
        await until("nobody needs it, so it is closed", lambda: line.open == 0)
        await mailer.send(MAIL)
        assert line.opened == 2
        await mailer.close()
        await until("it is closed at the end", lambda: line.open == 0)


async def test_many_at_once_share_a_few_connections(box: Mailbox) -> None:
    async with wire(box.smtp_port) as line:
        mailer = smtp(line, connections=3)
        names = [f"many{n}@example.org" for n in range(40)]
        results = await asyncio.gather(*(mailer.send(replace(MAIL, to=name)) for name in names))
        assert all(isinstance(result, Sent) for result in results)
        assert line.opened <= 3
        arrived = [one["to"] for one in box.messages(limit=200) if one["to"].startswith("many")]
        assert sorted(arrived) == sorted(names)
        await mailer.close()


async def test_a_connection_that_was_closed_meanwhile_is_opened_anew(box: Mailbox) -> None:
    async with wire(box.smtp_port) as line:
        mailer = smtp(line)
        await mailer.send(MAIL)
        before = box.count("smtp_data")
        line.cut()
        assert isinstance(await mailer.send(MAIL), Sent)
        line.cut_at = b"MAIL FROM"
        results = [await mailer.send(MAIL)]  # known as open, and cut at the first word: tried anew, cut again
        assert results == [Failed(False, "", Reason.AWAY)]
        line.cut_at = None
        assert isinstance(await mailer.send(MAIL), Sent)
        assert box.count("smtp_data") == before + 2
        await mailer.close()


async def test_cut_in_the_middle_of_a_message_nobody_knows(box: Mailbox) -> None:
    """The mail server has not got it whole, but from here that can't be seen."""
    async with wire(box.smtp_port) as line:
        mailer = smtp(line)
        line.cut_at = b"Message-ID"
        before = box.count("smtp_data")
        assert await mailer.send(MAIL) == Unsure("cut")
        line.cut_at = None
        assert box.count("smtp_data") == before
        assert isinstance(await mailer.send(MAIL), Sent)
        assert box.count("smtp_data") == before + 1
        await mailer.close()


async def test_cut_after_the_message_nobody_knows(box: Mailbox) -> None:
    mailer = smtp(box)
    assert await mailer.send(replace(MAIL, to="x+cut@example.org")) == Unsure("cut")
    assert len(box.messages(to="x+cut@example.org")) == 1
    assert isinstance(await mailer.send(MAIL), Sent)
    await mailer.close()


async def test_a_server_that_is_away_and_back(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    mailer = smtp(ports[0])
    assert await mailer.send(MAIL) == Failed(False, "", Reason.AWAY)
    with mailbox(tmp_path, ports=ports) as box:
        assert isinstance(await mailer.send(MAIL), Sent)
        assert box.count("smtp_data") == 1
    with mailbox(tmp_path, ports=ports) as box:  # another process at the other end of what was kept open
        assert isinstance(await mailer.send(MAIL), Sent)
        assert box.count("smtp_data") == 2
        await mailer.close()


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async with saying(b"") as port:
        mailer = smtp(port, command_s=0.3)
        began = time.monotonic()
        assert await mailer.send(MAIL) == Failed(False, "", Reason.AWAY)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("greeting", "failed"),
    [
        (b"421 4.3.2 closing down\r\n", Failed(False, "421 4.3.2", Reason.BUSY)),
        (b"554 5.7.1 you are on a list\r\n", Failed(False, "554 5.7.1", Reason.ACCOUNT)),
    ],
)
async def test_a_server_that_does_not_want_us(greeting: bytes, failed: Failed) -> None:
    async with saying(greeting) as port:
        assert await smtp(port).send(MAIL) == failed


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (b"550 5.7.1 sender not allowed\r\n", Failed(False, "550 5.7.1", Reason.ACCOUNT)),
        (b"451 4.7.1 slowly\r\n", Failed(False, "451 4.7.1", Reason.BUSY)),
    ],
)
async def test_a_sender_that_is_refused_is_our_account(answer: bytes, failed: Failed) -> None:
    async with saying(b"220 x\r\n", b"250 x\r\n", answer, b"250 reset\r\n") as port:
        mailer = smtp(port)
        assert await mailer.send(MAIL) == failed
        await mailer.close()


async def test_a_sending_that_is_given_up_leaves_no_connection_behind(box: Mailbox) -> None:
    async with wire(box.smtp_port) as line:
        line.hold_at = b"RCPT TO"
        sending = asyncio.create_task(smtp(line).send(MAIL))
        await until("it is on its way", lambda: line.holding == 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await until("it is closed", lambda: line.open == 0)


# TLS and logins, against a server with a certificate of its own.


@dataclass(frozen=True)
class Certificate:
    file: Path
    key: Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(made.key), "-out", str(made.file)),
        ],
        check=True,
        capture_output=True,
    )
    return made


class Secured:
    """A server with accounts. Notes what came, and whether encrypted."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bool, str | None]] = []
        self.logins = 0

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: object
    ) -> AuthResult:
        del server, session, envelope, kind
        self.logins += 1
        return AuthResult(success=data == LoginPassword(b"dromos", b"right"), handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        encrypted = server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
        del session
        self.came.append((envelope.rcpt_tos[0], encrypted, envelope.mail_from))
        return "250 2.0.0 taken"


@dataclass
class Tls:
    """The two ports of a secured server, and one that offers no encryption."""

    handler: Secured
    starttls: int
    implicit: int
    plain: int


@pytest.fixture
async def tls(certificate: Certificate) -> AsyncIterator[Tls]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    loop, handler = asyncio.get_running_loop(), Secured()
    accounts = {"auth_required": True, "authenticator": handler.login}

    def by_starttls() -> SMTP:
        return SMTP(handler, tls_context=context, require_starttls=True, loop=loop, **accounts)  # type: ignore[arg-type]

    def by_tls() -> SMTP:
        # aiosmtpd knows of no encryption but its own STARTTLS: it may not ask for a login here
        return SMTP(handler, auth_require_tls=False, authenticator=handler.login, loop=loop)

    def plainly() -> SMTP:
        return SMTP(handler, loop=loop)

    servers = [
        await loop.create_server(by_starttls, "127.0.0.1", 0),
        await loop.create_server(by_tls, "127.0.0.1", 0, ssl=context),
        await loop.create_server(plainly, "127.0.0.1", 0),
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    yield Tls(handler, *ports)
    for server in servers:
        server.close()


async def sent_by(url: str, certificate: Certificate | None) -> object:
    mailer = SmtpMailer(
        Server.at(url), OWN, name="dromos.example", ca_file=certificate.file if certificate else None
    )
    try:
        return await mailer.send(replace(MAIL, bounce_to="b.1@dromos.example"))
    finally:
        await mailer.close()


async def test_starttls_and_a_login(tls: Tls, certificate: Certificate) -> None:
    for url in (
        f"smtp+starttls://dromos:right@localhost:{tls.starttls}",
        f"smtp://dromos:right@localhost:{tls.starttls}",  # taken where it is offered
    ):
        assert await sent_by(url, certificate) == Sent(MAIL.message_id)
    assert tls.handler.came == [(MAIL.to, True, "b.1@dromos.example")] * 2


async def test_tls_from_the_first_byte(tls: Tls, certificate: Certificate) -> None:
    url = f"smtps://dromos:right@localhost:{tls.implicit}"
    assert await sent_by(url, certificate) == Sent(MAIL.message_id)
    assert tls.handler.logins == 1
    assert tls.handler.came == [(MAIL.to, True, "b.1@dromos.example")]


async def test_a_wrong_password_is_our_account(tls: Tls, certificate: Certificate) -> None:
    result = await sent_by(f"smtp+starttls://dromos:wrong@localhost:{tls.starttls}", certificate)
    assert isinstance(result, Failed)
    assert (result.permanent, result.reason) == (False, Reason.ACCOUNT)
    assert result.code.startswith("535")
    assert tls.handler.came == []


async def test_a_certificate_that_nobody_has_signed(tls: Tls) -> None:
    for url in (
        f"smtp+starttls://dromos:right@localhost:{tls.starttls}",
        f"smtps://dromos:right@localhost:{tls.implicit}",
    ):
        assert await sent_by(url, None) == Failed(False, "", Reason.ACCOUNT)
    assert (tls.handler.came, tls.handler.logins) == ([], 0)


async def test_nothing_goes_unencrypted_where_encryption_is_asked_for(tls: Tls) -> None:
    result = await sent_by(f"smtp+starttls://localhost:{tls.plain}", None)
    assert result == Failed(False, "", Reason.ACCOUNT)
    assert tls.handler.came == []
    assert isinstance(await sent_by(f"smtp://localhost:{tls.plain}", None), Sent)
