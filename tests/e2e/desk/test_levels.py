"""A shop's calendar at the desk: made, mended, and what it promises an order of now."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.desk.office import SIZES, Office
from tests.e2e.system import System
from tests.waiting import eventually


@pytest.mark.parametrize("size", SIZES)
def test_a_calendar_is_made_and_says_when_it_comes(
    system: System, browser: Browser, artifacts: Path, size: str
) -> None:
    system.merchant(f"calendar-{size}")
    path = f"/v1/merchants/calendar-{size}/service-levels"
    office = Office.enter(system, browser, size=size)
    page = office.page
    page.goto(office.at(f"/desk/shops/calendar-{size}"))
    office.see("levels")
    office.press("add-level")
    office.fill(level_name="Κέντρο", level_slots="later")
    office.press("save-levels")
    page.locator(".level .field-error").first.wait_for()
    office.accessible(f"a faulty calendar {size}")
    office.fits(f"a faulty calendar {size}")
    for box in page.locator(".level .day input").all():  # every day, so that it is soon whatever today is
        box.check()
    page.locator(".level summary").click()
    office.fill(level_slots="9-13 (2), 15-24", level_postcodes="105")
    office.press("save-levels")
    promised = page.get_by_test_id("promised")
    eventually("nothing for nowhere", lambda: "Nothing is delivered" in promised.inner_text() or None)
    office.fill(preview_postcode="105 63")
    eventually("four slots", lambda: promised.locator("li").count() == 4 or None)
    said = promised.inner_text()
    assert "09:00-13:00 2 left" in said
    assert "15:00-00:00" in said
    office.accessible(f"a calendar {size}")
    office.fits(f"a calendar {size}")
    page.get_by_test_id("levels").screenshot(path=str(artifacts / f"desk-calendar-{size}.png"))
    office.close()
    (level,) = system.call("GET", path, system.admin)["levels"]
    assert (level["name"], level["postcodes"]) == ("Κέντρο", ["105"])
    assert level["delivery_days"] == [1, 2, 3, 4, 5, 6, 7]
    assert level["slots"] == [
        {"start": "09:00", "end": "13:00", "capacity": 2},
        {"start": "15:00", "end": "00:00"},
    ]
