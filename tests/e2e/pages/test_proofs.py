"""A photo and a signature go from the courier's phone to the recipient's page, and to nobody else's."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.e2e.looks import LANGUAGES, serious
from tests.e2e.pages.test_states import comes_to
from tests.e2e.system import Round, System
from tests.waiting import eventually

NAMES = {
    "en": ("Photo of the delivery", "Signature at the delivery", "no longer kept"),
    "el": ("Φωτογραφία της παράδοσης", "Υπογραφή παραλαβής", "δεν φυλάσσεται πια"),
    "ru": ("Фото доставки", "Подпись при получении", "больше не хранится"),
}


def photo() -> bytes:
    image = Image.new("RGB", (1200, 900), (150, 120, 90))
    ImageDraw.Draw(image).rectangle((500, 100, 800, 850), fill=(60, 40, 30))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def signature() -> bytes:
    image = Image.new("RGBA", (900, 300))
    ImageDraw.Draw(image).line([(80, 200), (220, 60), (330, 240), (520, 90), (800, 180)], "black", 8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def hand_in(system: System, round_: Round, stop: int, body: bytes) -> str:
    answer = system.http.post(
        f"{system.portal}/v1/courier/proofs",
        params={"shipment": round_.shipments[stop]},
        content=body,
        headers={"Authorization": f"Bearer {round_.phone.secret}"},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["proof"])


def deliver(system: System, round_: Round, stop: int, *proofs: str) -> None:
    answer = system.http.post(
        f"{system.ingest}/v1/shipments/{round_.shipments[stop]}/events",
        json={
            "event_id": f"end-{stop}",
            "substatus": "Delivered_003",
            "at": datetime.now(UTC).isoformat(),
            "proofs": list(proofs),
        },
        headers={"Authorization": f"Bearer {round_.phone.secret}", "Prefer": "wait=2"},
    )
    assert answer.is_success, answer.text


def opened(browser: Browser, link: str, language: str = "en", **more: Any) -> Page:
    options = {"viewport": {"width": 360, "height": 780}, "locale": language} | more
    page = browser.new_context(**options).new_page()
    page.goto(link)
    return page


def drawn(page: Page) -> int:
    """How many pictures are there, decoded."""
    return int(
        page.evaluate(
            "() => [...document.querySelectorAll('.now .proof img')]"
            ".filter(img => img.complete && img.naturalWidth > 0).length"
        )
    )


@pytest.fixture(scope="module")
def told(system: System) -> tuple[Round, list[str]]:
    """Two delivered parcels; the first has a photo and a signature."""
    round_ = system.round(3, shop="proofs")
    named = [hand_in(system, round_, 0, photo()), hand_in(system, round_, 0, signature())]
    deliver(system, round_, 0, *named)
    deliver(system, round_, 1, *named)  # the thief: somebody else's ids on his own parcel
    return round_, named


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recipient_sees_them_in_his_language(
    browser: Browser, artifacts: Path, told: tuple[Round, list[str]], language: str
) -> None:
    round_, named = told
    page = opened(browser, round_.links[0], language, color_scheme="dark" if language == "ru" else "light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.reload(wait_until="commit")
    asked.clear()  # what the page asked for that was there before
    comes_to(page, "delivered")
    eventually("both pictures are drawn", lambda: drawn(page) == 2 or None)
    names = page.eval_on_selector_all(".now .proof img", "all => all.map(img => img.alt)")
    for name, wanted in zip(names, NAMES[language], strict=False):
        assert name.startswith(wanted)
    page.screenshot(path=str(artifacts / f"proofs-{language}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    # By the keyboard: opened, closed, and back where one was.
    page.locator(".now .proof button").first.focus()
    page.keyboard.press("Enter")
    larger = page.locator("[data-testid=larger]")
    larger.wait_for(state="visible")
    assert larger.locator("img").get_attribute("alt") == names[0]
    page.screenshot(path=str(artifacts / f"proofs-larger-{language}.png"))
    page.keyboard.press("Escape")
    larger.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.closest('.now .proof') !== null")
    # By a finger: opened, and closed by touching beside it.
    page.locator(".now .proof button").nth(1).click()
    larger.wait_for(state="visible")
    page.mouse.click(3, 3)
    larger.wait_for(state="hidden")

    pictures = [url for url in asked if "/v1/proofs/" in url]
    assert len(pictures) == 2  # each is fetched once, however often it is shown
    assert not [url for url in asked if any(proof in url for proof in named)]
    assert problems == []
    page.context.close()


def test_axe_finds_nothing_with_a_picture_open(browser: Browser, told: tuple[Round, list[str]]) -> None:
    page = opened(browser, told[0].links[0], bypass_csp=True)
    eventually("both pictures are drawn", lambda: drawn(page) == 2 or None)
    assert serious(page) == []
    page.locator(".now .proof button").first.click()
    page.locator("[data-testid=larger]").wait_for(state="visible")
    assert serious(page) == []
    page.context.close()


def test_another_link_does_not_get_them(browser: Browser, told: tuple[Round, list[str]]) -> None:
    """Not by naming their ids in a report of its own either."""
    round_, _ = told
    page = opened(browser, round_.links[1])
    comes_to(page, "delivered")
    eventually(
        "it says that there is nothing",
        lambda: page.locator(".now .proof[data-is=gone]").count() == 2 or None,
    )
    assert NAMES["en"][2] in page.locator(".now .proof").first.inner_text()
    assert page.locator(".proof img").count() == 0
    page.context.close()
    third = opened(browser, round_.links[2])
    third.locator("[data-testid=stages] li").first.wait_for()
    assert third.locator(".proof").count() == 0
    third.context.close()


def test_when_they_are_deleted_the_page_says_so(
    system: System, browser: Browser, artifacts: Path, told: tuple[Round, list[str]]
) -> None:
    round_, _ = told
    shipment = round_.shipments[0]
    listed = system.call("GET", f"/v1/shipments/{shipment}/proofs", system.keys["proofs"])
    assert system.http.get(system.portal + listed[0]["url"]).status_code == 200
    kept = list((system.folder / "objects").rglob(f"*/{shipment}/*"))
    assert {path.suffix for path in kept} == {".jpg", ".png"}
    system.call("DELETE", f"/v1/shipments/{shipment}/recipient", system.keys["proofs"])
    assert system.http.get(system.portal + listed[0]["url"]).status_code == 404
    assert not [path for path in kept if path.exists()]
    page = opened(browser, round_.links[0])
    eventually(
        "it says that they are gone", lambda: page.locator(".now .proof[data-is=gone]").count() == 2 or None
    )
    page.screenshot(path=str(artifacts / "proofs-gone.png"), full_page=True)
    page.context.close()


def test_a_store_that_is_away_takes_nothing_else_off_the_page(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="proofs-away")
    deliver(system, round_, 0, hand_in(system, round_, 0, photo()))
    objects, aside = system.folder / "objects", system.folder / "objects-aside"
    shutil.move(objects, aside)
    objects.write_text("a file where the folder was")
    try:
        page = opened(browser, round_.links[0])
        comes_to(page, "delivered")
        page.locator("[data-testid=proofs-failed]").first.wait_for(state="visible")
    finally:
        objects.unlink()
        shutil.move(aside, objects)
    page.locator("[data-testid=proofs-failed] button").first.click()
    eventually("the picture is drawn", lambda: drawn(page) == 1 or None)
    page.context.close()
