"""Every view but Today, on a phone and a desktop, in three languages, in the dark: axe finds nothing serious,
and nothing is wider than the screen. A shop is made, and a file of parcels becomes routes."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.desk.office import Office
from tests.e2e.looks import LOOKS, scheme
from tests.e2e.system import TENANT, System
from tests.waiting import eventually

LOGO = "https://shop.example.org/logo.png"
VIEWS = {
    "shipments": "shipments",
    "couriers": "couriers",
    "cash": "cash-tab",
    "shops": "shops",
    "people": "people",
    "audit": "audit",
    "import": "import-file",
    "status": "headline",
}


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_views_can_be_read_by_everybody(
    system: System, browser: Browser, artifacts: Path, size: str, language: str
) -> None:
    round_ = system.round(1, shop="looks")
    office = Office.enter(system, browser, size=size, language=language, color_scheme=scheme(language))
    page = office.page
    paths = {name: (f"/desk/{name}", testid) for name, testid in VIEWS.items()}
    paths["shipment"] = (f"/desk/shipments/{round_.shipments[0]}", "history")
    paths["courier"] = (f"/desk/couriers/{round_.courier}", "phones")
    paths["shop"] = ("/desk/shops/looks", "preview")
    paths["new-shop"] = ("/desk/shops/new", "shop-name")
    for name, (path, testid) in paths.items():
        page.goto(office.at(path))
        page.get_by_test_id(testid).first.wait_for(state="attached")
        eventually(f"{name} is read", lambda: page.locator(".loading").count() == 0 or None, 40)
        office.accessible(f"{name} {language} {size}")
        office.fits(f"{name} {language} {size}")
        office.photograph(artifacts, f"{name}-{language}-{size}")
    office.close()


def test_a_shop_is_made_with_what_its_recipients_see_beside_it(system: System, browser: Browser) -> None:
    """The preview follows the form; the key is shown once, works, and is refused once it is revoked."""
    office = Office.enter(system, browser)
    page = office.page
    name = f"Πλειάδες {uuid.uuid4().hex[:6]}"
    page.goto(office.at("/desk/shops/new"))
    office.fill(shop_name=name, shop_colour="#0b5fff", shop_logo=LOGO)
    preview = page.get_by_test_id("preview")

    def said() -> str:
        return str(preview.evaluate("e => e.shadowRoot.querySelector('.page')?.innerText ?? ''"))

    eventually("the preview has the name", lambda: name in said() or None)
    colour = preview.evaluate(
        "e => getComputedStyle(e.shadowRoot.querySelector('.monogram')).backgroundColor"
    )
    blue = [int(part) for part in re.findall(r"\d+", colour)]
    assert blue[2] > 150 > blue[0], colour
    page.locator("[data-testid=preview-scene] [data-value=door]").click()
    resting = said()
    page.check("input[name=mode][value=strict]")
    eventually("strict says something else", lambda: said() != resting or None)

    office.press("save-shop")
    key = office.see("key").input_value()
    office.press("key-done")
    page.wait_for_url("**/desk/shops/pleiades-*")
    shop = page.url.rpartition("/")[2]
    made = system.call("GET", f"/v1/merchants/{shop}", system.admin)
    assert (made["tenant"], made["policy"]["mode"], made["colour"]) == (TENANT, "strict", "#0b5fff")
    assert made["logo_url"] == LOGO
    assert key not in page.content()
    ask = {"Authorization": f"Bearer {key}"}

    def answered() -> int:
        return system.http.get(f"{system.portal}/v1/shipments/s-none", headers=ask).status_code

    assert answered() == 404
    page.locator("[data-testid=keys] [data-testid=revoke-key]").click()
    office.press("confirm-yes")
    eventually("the key is refused", lambda: answered() == 401 or None)
    office.close()


def test_a_file_of_parcels_is_looked_at_and_applied(system: System, browser: Browser, tmp_path: Path) -> None:
    """Nothing is made before it is applied; the row that is wrong says what to do, and is left out."""
    shop, tag = f"import-{uuid.uuid4().hex[:6]}", uuid.uuid4().hex[:6]
    system.merchant(shop)
    file = tmp_path / "day.csv"
    file.write_text(
        "Order number,Name,Phone,Address,Postcode,City,Cash on delivery\n"
        f"{tag}-1,Maria Example,+358 40 123 4567,Aleksanterinkatu 15,00100,Helsinki,24.90 EUR\n"
        f"{tag}-2,Nikos Sample,12,Mikonkatu 8,00100,Helsinki,\n"
        f"{tag}-3,Anna Sample,,Mikonkatu 8,00100,Helsinki,\n",
        encoding="utf-8",
    )
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at("/desk/import"))
    page.get_by_test_id("import-shop").wait_for()
    page.select_option("[data-testid=import-shop]", shop)
    page.set_input_files("[data-testid=import-file]", file)
    page.locator("[data-testid=import][data-state=ready]").wait_for(timeout=60_000)
    rows = page.locator("[data-testid=import-rows] tbody tr")
    assert rows.count() == 1, "only the row with an error"
    assert "telephone" in rows.first.inner_text()
    page.uncheck("[data-testid=only-errors]")
    eventually("all rows", lambda: rows.count() == 3 or None)

    def listed() -> set[str]:
        found = system.call("GET", f"/v1/shipments?merchant={shop}", system.admin)
        return {row["order_number"] for row in found["shipments"]}

    assert listed() == set()

    page.check("input[name=who][value=nobody]")
    office.press("apply")
    office.press("confirm-yes")
    page.locator("[data-testid=import][data-state=done]").wait_for(timeout=60_000)
    assert "2 parcels were made" in office.see("import-done").inner_text()
    eventually("both are in the list", lambda: listed() == {f"{tag}-1", f"{tag}-3"} or None, 30)
    office.close()


def test_somebody_is_invited_and_blocked(system: System, browser: Browser) -> None:
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at("/desk/people"))
    office.press("invite")
    office.fill(invite_name="Petros")
    page.check("input[name=role][value=reader]")
    office.press("make-invitation")
    url = office.see("invite-url").input_value()
    page.get_by_test_id("invite-dialog").get_by_role("button", name="Done").click()
    page.get_by_test_id("invitations").get_by_text("Petros").wait_for()

    name = f"Petros {uuid.uuid4().hex[:6]}"
    other = Office.open(browser)
    other.page.goto(url)
    other.fill(
        invitation_name=name, invitation_email=other.email, invitation_password="five words make one too"
    )
    other.press("invitation-accept")
    other.see("today")
    assert other.page.locator("a[href='/desk/people']").count() == 0

    page.reload()
    row = page.locator("[data-testid=people] tbody tr", has_text=name)
    row.get_by_test_id("block").click()
    office.press("confirm-yes")
    page.get_by_text(f"{name} is blocked.").wait_for()
    other.page.goto(other.at("/desk/shipments"))
    other.see("login-email")
    office.page.goto(office.at("/desk/audit"))
    eventually("it is in the audit log", lambda: "Person changed" in office.see("audit").inner_text() or None)
    other.context.close()
    office.close()
