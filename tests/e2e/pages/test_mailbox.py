"""The mailbox's page in a browser: messages appear, are read and answered, on a phone and a desktop, in three
languages, in the dark; a mail's own script does nothing."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shared.adapters import mime
from shared.ports.mailer import Mail
from tests.callbacks import Receiver, receiving
from tests.e2e.looks import LOOKS, scheme, serious
from tests.mailbox_kit import ACCOUNT, TOKEN, Mailbox, mailbox

OWN = "notices@dromos.example"
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
LOCALES = {"el": "el-GR", "ru": "ru-RU", "en": "en-GB"}
SAID = {
    "el": (
        "Βιβλία Άννα μέσω Athens Couriers",
        "Το δέμα σας έρχεται σήμερα 14:20–14:35",
        "Παραγγελία 10046, 1 δέμα. Αντικαταβολή: 12,50 €.",
        "Δείτε το στον χάρτη",
    ),
    "ru": (
        "Книги Анны через Athens Couriers",
        "Курьер задерживается: теперь 16:10–16:45",
        "Заказ 10047, 3 посылки. Оплата не требуется.",
        "Следить на карте",
    ),
    "en": (
        "Anna's Books via Athens Couriers",
        "Your parcel arrives today 14:20–14:35",
        "Order 10045, 2 parcels. To pay in cash: 45.90 €.",
        "Follow it on the map",
    ),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Receiver]:
    """What links lead to, and who takes answers."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, site: Receiver) -> Iterator[Mailbox]:
    with mailbox(tmp_path_factory.mktemp("mailbox"), sms_replies=f"{site.url}/inbound") as running:
        yield running


@pytest.fixture(autouse=True)
def empty(box: Mailbox) -> None:
    box.http.delete("/messages")


def send(box: Mailbox, site: Receiver, language: str, html: str = "") -> None:
    shop, subject, body, button = SAID[language]
    html = html or (
        "<!doctype html><html><head><style>body{margin:0;background:#f3f4f1;font:16px/1.5 sans-serif}"
        ".c{max-width:560px;margin:0 auto;background:#fff;padding:24px}.b{display:inline-block;color:#fff;"
        f"background:#0f6b5c;padding:12px 18px;border-radius:10px}}</style></head><body><div class=c>"
        f"<h1>{subject}</h1><p>{body}</p>"
        f"<p><a class=b href='{site.url}/t#abc'>{button}</a></p></div></body></html>"
    )
    now_ms = int(time.time() * 1000)
    mail = Mail(
        message_id=f"{now_ms}.{language}@dromos.example",
        to=f"{language}@example.org",
        sender=shop,
        subject=subject,
        text=f"{subject}\n\n{body}\n\n{button}: {site.url}/t#abc\n",
        html=html,
        at_ms=now_ms,
        reply_to="r.abc@dromos.example",
        unsubscribe_url=f"{site.url}/n?k=1",
    )

    with smtplib.SMTP("127.0.0.1", box.smtp_port, "dromos.example") as server:
        server.sendmail(OWN, mail.to, bytes(mime.build(mail, OWN)))


def text(box: Mailbox, to: str, body: str) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"To": to, "From": "+302100000000", "Body": body}
    assert box.http.post(path, data=form, auth=(ACCOUNT, TOKEN)).status_code == 201


def context(browser: Browser, size: str, language: str, *, axe: bool = False) -> BrowserContext:
    width, height = SIZES[size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        color_scheme=scheme(language),
        bypass_csp=axe,  # axe is injected
    )


def over_the_edge(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_every_view_is_readable(
    browser: Browser, box: Mailbox, site: Receiver, artifacts: Path, size: str, language: str
) -> None:
    for each in LOCALES:
        send(box, site, each)
    for to, body in (
        ("+306900000010", "Βιβλία Άννα, παραγγελία 10046: σήμερα 14:20–14:35. https://t.example.org/t#abc"),
        ("+306900000010", "Φτάνει σε 5 λεπτά."),
        ("+358400000001", "Anna's Books, order 10045: today 14:20-14:35. https://t.example.org/t#abc"),
    ):
        text(box, to, body)
    with context(browser, size, language, axe=True) as opened:
        page = opened.new_page()
        page.goto(box.url)
        expect(page.locator(".row")).to_have_count(6)
        name = f"mailbox-{size}-{language}"
        assert page.locator("html").get_attribute("lang") == language
        assert not over_the_edge(page)
        assert serious(page) == []
        page.screenshot(path=artifacts / f"{name}-list.png")
        page.get_by_text(SAID[language][1]).click()
        expect(page.frame_locator("iframe").get_by_text(SAID[language][3])).to_be_visible()
        assert not over_the_edge(page)
        assert serious(page) == []
        page.screenshot(path=artifacts / f"{name}-mail.png")
        page.goto(f"{box.url}/#/{box.messages(to='+306900000010')[0]['id']}")
        expect(page.locator(".bubble")).to_have_count(2)
        assert not over_the_edge(page)
        assert serious(page) == []
        page.screenshot(path=artifacts / f"{name}-sms.png")


def test_messages_appear_by_themselves_and_lead_on(browser: Browser, box: Mailbox, site: Receiver) -> None:
    with context(browser, "phone", "en") as opened:
        page = opened.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(box.url)
        expect(page.get_by_text("No messages yet")).to_be_visible()
        send(box, site, "en")
        expect(page.locator("#said")).to_have_text("1 new message")
        expect(page).to_have_title("(1) Mailbox")
        page.get_by_text(SAID["en"][1]).click()
        expect(page).to_have_title("Mailbox")
        with opened.expect_page() as beside:
            page.frame_locator("iframe").get_by_text("Follow it on the map").click()
        assert beside.value.url == f"{site.url}/t#abc"
        page.get_by_role("button", name="As text").click()
        expect(page.locator(".plain.sheet a")).to_have_attribute("href", f"{site.url}/t#abc")
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.get_by_text("Unsubscribed with one click.").first).to_be_visible()
        assert site.posted[-1].form == [("List-Unsubscribe", "One-Click")]
        page.get_by_role("link", name="Messages").click()
        text(box, "+306900000001", "Your parcel is here.")
        page.get_by_text("Your parcel is here.").click()
        expect(page.get_by_text("not delivered (30003)")).to_be_visible()
        page.get_by_role("textbox").fill("I am coming")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".bubble.out")).to_contain_text("I am coming")
        assert dict(site.posted[-1].form)["Body"] == "I am coming"
        page.get_by_role("link", name="Messages").click()
        page.get_by_role("button", name="Delete all").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_text("No messages yet")).to_be_visible()
        assert errors == []


def test_a_mail_can_do_nothing_to_the_page(browser: Browser, box: Mailbox, site: Receiver) -> None:
    evil = (
        "<body><script>parent.document.title = 'taken'; fetch('/messages', {method: 'DELETE'})</script>"
        f"<img src=x onerror=\"parent.document.title = 'taken'\"><form action='{site.url}' method=post>"
        f"<button>go</button></form><img src='http://evil.invalid/pixel.png'><p>read me</p></body>"
    )
    send(box, site, "en", html=evil)
    text(box, "+306900000010", "<img src=x onerror=\"document.title = 'taken'\"> javascript:alert(1)")
    with context(browser, "desktop", "en") as opened:
        page = opened.new_page()
        blocked: dict[str, str | None] = {}
        page.on("requestfailed", lambda request: blocked.update({request.url: request.failure}))
        page.goto(f"{box.url}/#/{box.messages(kind='mail')[0]['id']}")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("read me")).to_be_visible()
        before = len(site.posted)
        frame.get_by_role("button").click()
        page.goto(f"{box.url}/#/{box.messages(kind='sms')[0]['id']}")
        expect(page.locator(".bubble")).to_contain_text("<img src=x")
        expect(page).not_to_have_title("taken")
        assert page.locator(".bubble a").count() == 0
        assert len(box.messages()) == 2
        assert len(site.posted) == before
        assert blocked["http://evil.invalid/pixel.png"] == "csp"


def test_the_page_says_when_the_mailbox_is_away(browser: Browser, tmp_path: Path) -> None:
    with context(browser, "phone", "el") as opened:
        page = opened.new_page()
        with mailbox(tmp_path) as box:
            page.goto(box.url)
            expect(page.get_by_text("Κανένα μήνυμα ακόμη")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("δεν απαντά")
        with mailbox(tmp_path, ports=(box.smtp_port, box.port)) as box:
            expect(page.get_by_role("alert")).to_have_count(0)
            text(box, "+306900000010", "back")
            expect(page.locator(".row")).to_have_count(1)
