"""A recipient's link from the desk: made on a click, shown once, renewed, revoked."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.e2e.desk.office import Office
from tests.e2e.pages.test_states import comes_to
from tests.e2e.system import System


def test_a_link_is_made_renewed_and_revoked(system: System, browser: Browser) -> None:
    """The old page ends, the new one goes on; what is revoked ends too. A link's secret is told once."""
    round_ = system.round(1, shop="links", set_out=False)
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at(f"/desk/shipments/{round_.shipments[0]}"))
    links = page.locator("[data-testid=links] li")
    good = page.locator("[data-testid=links] li[data-state=good]")
    links.nth(0).wait_for()
    assert links.count() == 1

    office.press("new-link")
    first = office.see("link-url").input_value()
    assert first.startswith(f"{system.portal}/t#")
    page.get_by_test_id("link-made").get_by_role("button", name="Close").last.click()
    office.gone("link-made")
    secret = first.partition("#")[2]
    assert secret not in page.content()
    good.nth(1).wait_for()

    recipient = browser.new_page()
    recipient.goto(first)
    comes_to(recipient, "waiting")

    good.first.get_by_test_id("renew").click()
    office.press("confirm-yes")
    second = office.see("link-url").input_value()
    assert second != first
    comes_to(recipient, "gone")
    recipient.goto(second)
    comes_to(recipient, "waiting")
    page.get_by_test_id("link-made").get_by_role("button", name="Close").last.click()
    page.locator("[data-testid=links] li[data-state=revoked]").wait_for()
    assert good.count() == 2

    good.first.get_by_test_id("revoke").click()
    office.press("confirm-yes")
    comes_to(recipient, "gone")
    # The one that the shop had made is nobody else's business and goes on.
    recipient.goto(round_.links[0])
    recipient.reload()
    comes_to(recipient, "waiting")
    recipient.close()
    office.close()
