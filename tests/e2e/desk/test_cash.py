"""Cash: from the doors to the office to the shop, ticked, summed, and taken back within a minute."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.desk.office import Office
from tests.e2e.system import Round, System
from tests.waiting import eventually


def collect(system: System, round_: Round, stop: int, amount: str) -> None:
    """The courier reports that he was paid at the door."""
    answer = system.http.post(
        f"{system.ingest}/v1/shipments/{round_.shipments[stop]}/events",
        json={
            "event_id": uuid.uuid4().hex,
            "substatus": "Delivered_004",
            "at": datetime.now(UTC).isoformat(),
            "cash": {"amount": amount, "currency": "EUR"},
        },
        headers={"Authorization": f"Bearer {round_.phone.secret}", "Prefer": "wait=2"},
    )
    assert answer.is_success, answer.text


def open_pile(page: Page, key: str) -> None:
    head = page.locator(f"[data-testid=pile][data-key='{key}'] button[aria-expanded]")
    head.wait_for()
    if head.get_attribute("aria-expanded") == "false":
        head.click()


def test_cash_goes_from_the_door_to_the_shop(system: System, browser: Browser, artifacts: Path) -> None:
    shop = f"cash-{uuid.uuid4().hex[:6]}"
    round_ = system.round(3, shop=shop)
    for stop, amount in enumerate(("24.90", "20.10", "24.90")):
        collect(system, round_, stop, amount)
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at("/desk/cash"))
    pile = page.locator(f"[data-testid=pile][data-key='{round_.courier}']")
    eventually("all three are there", lambda: (pile.count() and "€69.90" in pile.inner_text()) or None, 40)
    open_pile(page, round_.courier)
    pile.locator("tbody tr").nth(2).wait_for()
    assert "was due: €24.90" in pile.inner_text()
    office.photograph(artifacts, "cash")

    # All are ticked; one he keeps back for now.
    pile.locator(f"tr[data-key='{round_.shipments[0]}'] input").uncheck()
    hand = pile.get_by_test_id("hand")
    assert hand.inner_text() == "Hand in €45.00"
    hand.click()
    office.press("confirm-yes")
    undo = office.see("undo-cash")
    eventually("one is left", lambda: "€24.90" in pile.get_by_test_id("pile-sum").inner_text() or None)
    assert hand.inner_text() == "Hand in €24.90"

    undo.click()
    office.gone("undo-cash")
    eventually("all are with him", lambda: "€69.90" in pile.get_by_test_id("pile-sum").inner_text() or None)
    open_pile(page, round_.courier)
    pile.locator("tbody tr").nth(2).wait_for()
    assert hand.inner_text() == "Hand in €69.90"
    hand.click()
    office.press("confirm-yes")
    office.see("undo-cash")
    eventually("he has nothing more", lambda: pile.count() == 0 or None)

    page.locator("[data-testid=cash-tab] [data-value=handed_in]").click()
    owed = page.locator(f"[data-testid=pile][data-key='{shop}']")
    owed.wait_for()
    open_pile(page, shop)
    owed.locator("tbody tr").nth(2).wait_for()
    with page.expect_download() as waiting:
        owed.get_by_test_id("export").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert sorted(row[3] for row in rows[1:]) == ["20.10", "24.90", "24.90"]
    assert {row[1] for row in rows[1:]} == set(round_.shipments)
    owed.get_by_test_id("hand").click()
    office.press("confirm-yes")
    eventually("the shop is paid", lambda: owed.count() == 0 or None)

    page.locator("[data-testid=cash-tab] [data-value=entries]").click()
    entries = office.see("entries")
    eventually("it is written down", lambda: f"Paid to Shop {shop}" in entries.inner_text() or None)
    assert entries.get_by_text("taken back").count() >= 1
    cash = system.call("GET", f"/v1/cash?merchant={shop}", system.admin)
    assert cash["rows"] == []
    settled = system.call("GET", f"/v1/cash?merchant={shop}&state=settled", system.admin)
    assert len(settled["rows"]) == 3
    office.close()


def test_a_reader_sees_sums_and_hands_nothing_in(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="cash-read")
    collect(system, round_, 0, "24.90")
    office = Office.enter(system, browser, role="reader")
    office.page.goto(office.at("/desk/cash"))
    office.page.locator(f"[data-testid=pile][data-key='{round_.courier}']").wait_for(timeout=40_000)
    open_pile(office.page, round_.courier)
    office.page.locator(f"[data-key='{round_.courier}'] tbody tr").wait_for()
    assert office.page.get_by_test_id("hand").count() == 0
    assert office.page.locator("tbody input[type=checkbox]").count() == 0
    office.close()
