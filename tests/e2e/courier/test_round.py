"""A courier's whole round from his phone, as he and a recipient see it, in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.courier.kit import (
    WALK_DEG,
    Phone,
    overflows,
    plan_day,
    recipient,
    status_of,
)
from tests.e2e.looks import LANGUAGES, serious
from tests.e2e.pages.test_live import marker
from tests.e2e.pages.test_states import comes_to
from tests.e2e.system import System
from tests.waiting import eventually

COUNTER = {"el": "Γκισέ", "ru": "Пункт выдачи", "en": "Counter"}
ON_DUTY = {"el": "Σε υπηρεσία", "ru": "На смене", "en": "On duty"}
PICTURE = Path("services/web/public/courier-512.png")


class Looks:
    """Screenshots of each state, and that axe finds nothing serious there."""

    def __init__(self, page: Page, folder: Path, language: str) -> None:
        self.page, self.folder, self.language = page, folder, language

    def at(self, name: str) -> None:
        assert serious(self.page) == [], (name, self.language)
        assert not overflows(self.page), (name, self.language)
        self.page.screenshot(path=str(self.folder / f"courier-{name}-{self.language}.png"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_round(system: System, browser: Browser, artifacts: Path, language: str) -> None:
    """QR code, on duty, out, to the door; the recipient sees an area, then him, then the hand-over."""
    shop = f"door-{language}"
    day = plan_day(system, 3, shop=shop, doubled=True, language=language, exact_from_stops=1)
    phone = Phone(browser, language).enrol(day)
    page, looks = phone.page, Looks(phone.page, artifacts, language)
    assert "#" not in page.url
    assert page.get_attribute("html", "lang") == language
    assert "24,90" in phone.sees("cash") or "24.90" in phone.sees("cash")
    assert page.get_attribute("[data-testid=call]", "href") == "tel:+358401234560"
    assert COUNTER[language] in page.inner_text("[data-testid=row][data-stop=stop-1]")
    assert COUNTER[language] not in phone.sees("next")
    phone.status("off")
    looks.at("off-duty")

    phone.tap("go-on")
    assert phone.sees("duty") == ON_DUTY[language]
    phone.status("sent")
    phone.tap("set-out")
    phone.sees("undo")
    looks.at("set-out")
    for sheet in ("deliver", "fail", "problem", "navigate", "change-order"):
        phone.tap(sheet)
        phone.sees("sheet")
        looks.at(sheet)
        page.keyboard.press("Escape")
        page.wait_for_selector("[data-testid=sheet]", state="detached")
    phone.until_sent()

    with recipient(browser, day.links[3], language) as last, recipient(browser, day.links[0]) as first:
        for _ in phone.walk(day.places[0]):
            pass
        comes_to(last, "area")
        assert marker(last) is None
        phone.tap("arrive")
        phone.sees("arrived")
        phone.tap("deliver")
        page.locator("[data-testid=photo]").set_input_files(PICTURE)
        phone.sees("thumbs")
        sign(page)
        assert page.input_value("[data-testid=cash-taken]") == "24.90"
        looks.at("deliver-filled")
        phone.tap("submit")
        phone.next_stop("stop-1")
        assert COUNTER[language] in phone.sees("next")
        looks.at("counter")
        assert "24" in phone.sees("cash-today")
        phone.until_sent()
        comes_to(first, "delivered")
        first.wait_for_selector("[data-testid=proofs] img")
        assert status_of(system, shop, day.shipments[0]) == "Delivered_004"
        assert status_of(system, shop, day.shipments[1]) == "Delivered_003"

        for _ in phone.walk(day.places[1]):
            pass
        phone.tap("fail")
        phone.tap("submit")
        page.wait_for_selector("[role=alert]")
        phone.tap("reason-nobody_available")
        phone.tap("submit")
        phone.next_stop("stop-2")
        halfway = (day.places[1][0] + day.places[2][0]) / 2
        for place in ((halfway, day.places[2][1]), day.places[2]):
            for _ in phone.walk(place):
                pass
            shown_at(last, phone.here)

        phone.tap("deliver")
        phone.tap("whom-neighbour")
        phone.tap("submit")
        assert page.get_attribute("[data-testid=taken-by]", "aria-invalid") == "true"
        page.fill("[data-testid=taken-by]", "N. Ioannou, 2")
        phone.tap("submit")
        phone.state("finished")
        phone.until_sent()
        comes_to(last, "delivered")
    assert status_of(system, shop, day.shipments[2]) == "AttemptFail_002"
    assert status_of(system, shop, day.shipments[3]) == "Delivered_005"
    looks.at("finished")
    page.click("[data-testid=done] summary")
    looks.at("done")
    phone.tap("go-off")
    phone.status("off")
    phone.close()


def shown_at(page: Page, place: tuple[float, float]) -> None:
    """The recipient sees him there, to two steps."""
    eventually(
        f"the marker at {place}", lambda: (at := marker(page)) and abs(at[0] - place[0]) < 2 * WALK_DEG, 60
    )


def sign(page: Page) -> None:
    """A stroke on the pad."""
    page.click("[data-testid=sign]")
    pad = page.locator("[data-testid=pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 30, steps=6)
    page.mouse.move(box["x"] + 220, box["y"] + 110, steps=6)
    page.mouse.up()
    page.wait_for_selector("[data-testid=pad][data-signed=true]")
