"""Shipments: found among many while one types; filters in the address, people's names never."""

from __future__ import annotations

import uuid
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.desk.office import Office
from tests.e2e.system import System
from tests.waiting import eventually

MANY = 130


@pytest.fixture(scope="module")
def tag() -> str:
    return f"x{uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module")
def shop(system: System, tag: str) -> str:
    """A shop with many shipments: the 77th is Kassandra's."""
    key = system.merchant(f"many-{tag}")
    for n in range(MANY):
        name = "Kassandra Priamou" if n == 77 else f"Person {n}"
        body = {
            "order_number": f"{tag}-{n}",
            "recipient": {"name": name, "phone": f"+3069{n:08}"},
            "address": {
                "line": f"Aleksanterinkatu {n + 300}",
                "city": "Helsinki",
                "lon": 24.94,
                "lat": 60.17,
            },
        }
        system.call("POST", "/v1/shipments", key, body, **{"Idempotency-Key": f"{tag}-{n}"})
    return f"many-{tag}"


def orders(page: Page) -> list[str]:
    return page.locator("[data-testid=shipments] tbody tr td[data-first] b").all_inner_texts()


def shows(page: Page, wanted: list[str]) -> None:
    eventually(f"{wanted} alone", lambda: orders(page) == wanted or None, 20)


def test_one_is_found_among_many(system: System, browser: Browser, shop: str, tag: str) -> None:
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at(f"/desk/shipments?merchant={shop}"))
    eventually("all are read up", lambda: f"{MANY} shipments" in page.inner_text("[data-testid=count]"), 60)
    assert len(orders(page)) == 50
    page.get_by_test_id("more-rows").click()
    eventually("the next page", lambda: len(orders(page)) == 100 or None)
    assert len(set(orders(page))) == 100

    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/v1/shipments?" in r.url else None)
    for typed in ("kassandra", "Priam", "6900000077", f"{tag}-77"):
        page.fill("[data-testid=search]", "")
        eventually("all again", lambda: len(orders(page)) >= 50 or None)
        asked.clear()
        page.locator("[data-testid=search]").press_sequentially(typed, delay=25)
        shows(page, [f"{tag}-77"])
        assert f"q={quote_plus(typed)}" in asked[-1], "the whole word is asked for last"
        # An order's number may be sent to a colleague; who it is for stands in no address.
        assert (f"q={tag}-77" in page.url) == (typed == f"{tag}-77"), page.url
        assert "assandra" not in page.url
        assert "0000077" not in page.url

    page.fill("[data-testid=search]", "Kassandra")
    shows(page, [f"{tag}-77"])
    page.reload()
    shows(page, [f"{tag}-77"])
    assert page.input_value("[data-testid=search]") == "Kassandra"
    page.locator("[data-testid=shipments] [data-row-focus]").press("Enter")
    assert "Kassandra Priamou" in office.see("recipient").inner_text()
    page.go_back()
    shows(page, [f"{tag}-77"])
    office.close()


def test_filters_stand_in_the_address(system: System, browser: Browser, shop: str) -> None:
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at(f"/desk/shipments?merchant={shop}&tag=Delivered"))
    page.get_by_text("Nothing found").wait_for()
    page.select_option("[data-testid=filter-tag]", "")
    eventually("all of the shop", lambda: len(orders(page)) == 50 or None)
    page.check("[data-testid=filter-unassigned]")
    assert page.url.endswith(f"/desk/shipments?merchant={shop}&unassigned=1")
    eventually("nobody carries them", lambda: len(orders(page)) == 50 or None)
    page.keyboard.press("Escape")
    page.locator("[data-row-focus]").first.focus()
    page.keyboard.press("ArrowDown")
    second = orders(page)[1]
    assert page.evaluate("document.activeElement.innerText").startswith(second)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.dataset.testid") == "search"
    page.get_by_test_id("clear-filters").click()
    assert page.url.endswith("/desk/shipments")
    office.close()


def test_a_reader_sees_it_and_can_change_nothing(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="readers")
    office = Office.enter(system, browser, role="reader")
    page = office.page
    page.goto(office.at(f"/desk/shipments/{round_.shipments[0]}"))
    assert "Maria Papadopoulou" in office.see("recipient").inner_text()
    page.locator("[data-testid=place-map][data-state=ready]").wait_for()
    box = page.locator(".place-canvas").bounding_box()
    assert box is not None
    assert box["height"] > 100, f"the small map is drawn in {box}"
    office.see("links")
    for control in ("report", "new-link", "renew", "revoke", "forget"):
        assert page.get_by_test_id(control).count() == 0, control
    page.goto(office.at(f"/desk/couriers/{round_.courier}"))
    office.see("phones")
    for control in ("connect", "edit-courier", "revoke-phone", "setup", "other-app"):
        assert page.get_by_test_id(control).count() == 0, control
    office.close()


def test_an_outcome_is_reported_for_somebody_who_cant(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="behalf")
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at(f"/desk/shipments/{round_.shipments[0]}"))
    office.press("report")
    page.select_option("[data-testid=outcome]", "Delivered_005")
    office.press("send-report")
    page.get_by_text("Say who took it.").wait_for()
    office.fill(taken_by="N. Ioannou, 2nd floor")
    office.press("send-report")
    office.gone("report-dialog")
    history = page.get_by_test_id("history")
    history.get_by_text("N. Ioannou, 2nd floor").wait_for()
    path = f"/v1/shipments/{round_.shipments[0]}"
    assert system.call("GET", path, system.admin)["status"] == "Delivered_005"

    office.press("forget")
    office.press("confirm-yes")
    page.get_by_text("The recipient's data was deleted.").wait_for()
    record = system.call("GET", f"{path}/record", system.admin)
    assert "Papadopoulou" not in str(record)
    office.close()
