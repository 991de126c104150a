"""How it was: the message that asks, one tap in it, the case of a bad answer, the word that closes it.
The page's questions on a phone and a desktop in three languages, by mouse and by keys."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.desk.office import Office
from tests.e2e.looks import LANGUAGES, fits, serious
from tests.e2e.system import CENTRE, System
from tests.waiting import eventually

ASKED_AT_ONCE = {"quiet_from_h": 0, "quiet_to_h": 0, "ask_after_s": 1, "survey_after_s": 2, "daily_cap": 50}
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
REMARKS = {
    "el": "Το κουτί ήρθε ανοιχτό.",
    "ru": "Коробка была вскрыта.",
    "en": "The box came open.",
}


class Parcel:
    """A shipment that somebody gets, with his link."""

    def __init__(self, system: System, shop: str, language: str = "en") -> None:
        self.system, self.key = system, system.merchant(shop, language=language)
        system.call("PUT", f"/v1/merchants/{shop}/notices", system.admin, ASKED_AT_ONCE)
        self.tag = uuid.uuid4().hex[:8]
        self.email = f"maria-{self.tag}@example.org"
        body = {
            "order_number": f"N-{self.tag}",
            "recipient": {"name": "Maria Papadopoulou", "email": self.email, "phone": "+306900000000"},
            "address": {
                "line": "Aleksanterinkatu 15",
                "city": "Helsinki",
                "lon": CENTRE[0],
                "lat": CENTRE[1],
            },
            "language": language,
        }
        made = system.call("POST", "/v1/shipments", self.key, body, **{"Idempotency-Key": self.tag})
        self.shipment = str(made["shipment"])
        self.link = str(system.call("POST", f"/v1/shipments/{self.shipment}/links", self.key, {})["url"])

    def delivered(self) -> None:
        event = {"event_id": f"{self.tag}-end", "substatus": "Delivered_001", "attempt": 1}
        self.system.call("POST", f"/v1/shipments/{self.shipment}/events", self.key, event)

    def mail_asking(self, tap: str) -> str:
        """The link of one tap, such as `right=no`, in a message to the recipient."""

        def look() -> str | None:
            asked = {"to": self.email, "kind": "mail"}
            for message in self.system.http.get(f"{self.system.mailbox}/messages", params=asked).json()[
                "messages"
            ]:
                for link in message["links"]:
                    if f"?{tap}#" in link:
                        return str(link)
            return None

        return eventually(f"a mail with {tap}", look, 90)

    def answers(self) -> list[dict[str, Any]]:
        path = f"/v1/shipments/{self.shipment}/answers"
        answer = self.system.http.get(
            self.system.portal + path, headers={"Authorization": f"Bearer {self.system.admin}"}
        )
        # 404: its row is not written yet
        return list(answer.json()["answers"]) if answer.is_success else []


def opened(browser: Browser, url: str, size: str = "phone", language: str = "en") -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        bypass_csp=True,  # axe is injected
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.get_by_test_id("rating").wait_for()
    return page


def kept(page: Page, question: str) -> None:
    """The page says that the answer is kept, and thanks."""
    expect(page.get_by_test_id(f"said-{question}").locator(".thanks")).to_be_visible(timeout=30_000)


def test_from_the_mail_to_the_last_word(system: System, browser: Browser, artifacts: Path) -> None:
    parcel = Parcel(system, f"asks-{uuid.uuid4().hex[:6]}")
    parcel.delivered()
    link = parcel.mail_asking("right=no")

    # A program that looks into the mail follows its links, and runs no script.
    for url in (link, link.replace("right=no", "nps=0")):
        assert system.http.get(url).status_code == 200
    assert parcel.answers() == []

    page = opened(browser, link)
    kept(page, "all_right")
    assert "contact you" in page.get_by_test_id("said-all_right").inner_text()
    assert page.get_by_test_id("rating-contact").get_by_role("link").count() == 2
    eventually("the tap has left the address", lambda: "right=no" not in page.url or None)
    assert page.url.endswith(link.partition("#")[2])
    page.get_by_test_id("words-all_right").locator("textarea").fill(REMARKS["en"])
    page.get_by_test_id("words-all_right").get_by_role("button").click()
    expect(page.get_by_test_id("words-all_right").locator(".thanks")).to_be_visible(timeout=30_000)
    page.screenshot(path=str(artifacts / "answers-mail-phone.png"), full_page=True)
    assert serious(page) == []

    # Loaded again it asks for nothing once more, and still knows.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.reload()
    kept(page, "all_right")
    expect(page.get_by_test_id("asked-all_right").get_by_role("radio").nth(1)).to_be_checked()
    assert not [line for line in asked if "/v1/link/rating" in line]
    page.context.close()

    office = Office.enter(system, browser)
    office.page.goto(office.at("/desk/cases"))
    case = office.page.locator(f"[data-testid=case][data-shipment='{parcel.shipment}']")
    case.wait_for()
    eventually("his words are there", lambda: REMARKS["en"] in case.inner_text() or None)
    assert parcel.email in case.inner_text()
    open_before = int(office.see("count-cases").locator("[aria-hidden]").inner_text())
    office.accessible("cases")
    office.photograph(artifacts, "cases")

    case.get_by_test_id("case-word").fill("Called her: a new box comes tomorrow.")
    case.get_by_test_id("close-case").click()
    eventually("it is closed", lambda: case.count() == 0 or None)
    office.press("undo")
    case.wait_for()
    case.get_by_test_id("case-word").fill("Called her: a new box comes tomorrow.")
    case.get_by_test_id("close-case").click()
    eventually("it is closed again", lambda: case.count() == 0 or None)

    def counted() -> bool | None:
        badge = office.page.get_by_test_id("count-cases")
        return (badge.count() == 0 or int(badge.locator("[aria-hidden]").inner_text()) < open_before) or None

    eventually("the navigation counts one less", counted)
    office.page.locator("[data-testid=case-state] [data-value=closed]").click()
    case.get_by_test_id("case-closed").wait_for()
    assert "a new box comes tomorrow" in case.inner_text()

    office.page.goto(office.at(f"/desk/shipments/{parcel.shipment}"))
    pane = office.see("shipment-answers")
    assert "Case closed" in pane.inner_text()
    assert REMARKS["en"] in pane.inner_text()
    office.page.goto(office.at("/desk/answers?bad=true"))
    office.page.locator(f"[data-testid=answers] tr[data-key='{parcel.shipment} all_right']").wait_for()
    office.see("few")
    office.accessible("answers")
    office.photograph(artifacts, "answers")
    office.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("answers", "cases"):
        office.page.goto(office.at(f"/desk/{path}"))
        office.page.locator("[data-testid=open-count], [data-testid=groups] tbody tr").first.wait_for()
        office.fits(path)
        office.accessible(path)
        office.page.screenshot(path=str(artifacts / f"desk-{path}-phone.png"), full_page=True)
    office.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_in_three_languages(
    system: System, browser: Browser, artifacts: Path, language: str
) -> None:
    parcel = Parcel(system, f"asked-{language}", language)
    parcel.delivered()
    for size in SIZES:
        page = opened(browser, parcel.link, size, language)
        right = page.get_by_test_id("asked-all_right")
        right.locator("label").nth(1).click()
        kept(page, "all_right")
        page.get_by_test_id("asked-nps").locator("label").nth(3).click()
        kept(page, "nps")
        page.get_by_test_id("asked-csi").locator("label").nth(4).click()
        kept(page, "csi")
        page.get_by_test_id("words-remark").locator("textarea").fill(REMARKS[language])
        page.get_by_test_id("words-remark").get_by_role("button").click()
        expect(page.get_by_test_id("words-remark").locator(".thanks")).to_be_visible(timeout=30_000)
        fits(page, f"{language} {size}")
        assert serious(page) == [], (language, size)
        page.screenshot(path=str(artifacts / f"answers-{language}-{size}.png"), full_page=True)
        page.context.close()
    found = {answer["question"]: answer for answer in _all(parcel, 4)}
    assert {name: answer.get("score") for name, answer in found.items()} == {
        "all_right": 0,
        "nps": 3,
        "csi": 5,
        "remark": None,
    }
    eventually("his words are there", lambda: _words(parcel, "remark") == REMARKS[language] or None)


def test_minds_are_changed_by_mouse_and_by_keys(system: System, browser: Browser) -> None:
    parcel = Parcel(system, "minds")
    parcel.delivered()
    page = opened(browser, parcel.link.replace("#", "?nps=2#"))
    kept(page, "nps")
    posted: list[str] = []
    page.on(
        "request",
        lambda request: posted.append(request.post_data or "") if "/v1/link/rating" in request.url else None,
    )
    nps = page.get_by_test_id("asked-nps")
    nps.get_by_role("radio", checked=True).focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(nps.get_by_role("radio").nth(8)).to_be_checked()
    kept(page, "nps")
    eventually("one answer is sent for six keys", lambda: len(posted) == 1 or None)
    assert '"score":8' in posted[0]
    eventually("it stands", lambda: _score(parcel, "nps") == 8 or None)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    eventually("Enter does not wait", lambda: _score(parcel, "nps") == 9 or None)

    nps.get_by_role("button").click()
    eventually("it is taken back", lambda: _score(parcel, "nps") is None or None)
    assert nps.get_by_role("radio", checked=True).count() == 0
    page.context.close()


def test_before_the_parcel_is_brought_nothing_is_taken(system: System, browser: Browser) -> None:
    parcel = Parcel(system, "minds")
    page = opened(browser, parcel.link.replace("#", "?csi=1#"))
    expect(page.get_by_test_id("said-csi").locator(".trouble")).to_have_text(
        "You can answer once the parcel has been brought.", timeout=30_000
    )
    assert parcel.answers() == []
    page.context.close()


def _all(parcel: Parcel, count: int) -> list[dict[str, Any]]:
    return eventually(
        f"{count} answers", lambda: found if len(found := parcel.answers()) == count else None, 30
    )


def _score(parcel: Parcel, question: str) -> int | None:
    return next((a.get("score") for a in parcel.answers() if a["question"] == question), None)


def _words(parcel: Parcel, question: str) -> str | None:
    return next((a.get("words") for a in parcel.answers() if a["question"] == question), None)
