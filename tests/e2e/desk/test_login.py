"""Coming in: invitation, password, the second step, the way out; and what each role is shown."""

from __future__ import annotations

from pathlib import Path

import pyotp
from playwright.sync_api import Browser

from tests.e2e.desk.office import PASSWORD, Office, invitation
from tests.e2e.system import System
from tests.waiting import eventually


def test_invited_with_a_second_step_out_and_in_again(
    system: System, browser: Browser, artifacts: Path
) -> None:
    office = Office.open(browser)
    page = office.page
    link = invitation(system)
    page.goto(link)
    office.fill(invitation_name="Sofia Antoniou", invitation_email=office.email, invitation_password="short")
    office.press("invitation-accept")
    assert page.locator(".rules li[data-met=false]").count() == 1  # said, and not sent
    office.fill(invitation_password=PASSWORD)
    office.accessible("invitation")
    office.photograph(artifacts, "invitation")
    office.press("invitation-accept")
    office.see("today")
    assert "#" not in page.url

    page.goto(office.at("/desk/account"))
    office.press("totp-start")
    secret = office.see("totp-secret").inner_text().replace(" ", "")
    office.accessible("second step")
    office.fill(totp_code="000000")
    office.press("totp-confirm")
    page.locator("[data-testid=totp] .field-error").wait_for()
    office.fill(totp_code=pyotp.TOTP(secret).now())
    office.press("totp-confirm")
    office.see("recovery")
    codes = page.locator("[data-testid=recovery] li").all_inner_texts()
    assert len(codes) >= 8
    office.accessible("recovery codes")
    office.press("recovery-saved")
    assert office.see("second-step").get_attribute("data-on") == "true"

    office.press("log-out")
    office.see("login")
    page.goto(office.at("/desk/account"))
    office.see("login")
    office.fill(login_email=office.email, login_password="not this one at all")
    office.press("login-enter")
    office.see("login-error")
    office.accessible("login refused")
    office.fill(login_password=PASSWORD)
    office.press("login-enter")
    office.see("login-code")
    office.fill(login_code="111111")
    office.press("login-enter")
    office.see("login-error")
    office.fill(login_code=codes[0])
    office.press("login-enter")
    office.see("second-step")  # where he wanted to go
    assert page.url.endswith("/desk/account")

    other = Office.open(browser)
    other.page.goto(link)
    other.fill(invitation_name="X", invitation_email=other.email, invitation_password=PASSWORD)
    other.press("invitation-accept")
    assert "not valid" in other.see("invitation-error").inner_text()
    other.close()
    office.close()


def test_the_password_is_changed_and_other_browsers_are_out(system: System, browser: Browser) -> None:
    office = Office.enter(system, browser, role="staff")
    elsewhere = Office.open(browser)
    elsewhere.page.goto(office.at("/desk"))
    elsewhere.fill(login_email=office.email, login_password=PASSWORD)
    elsewhere.press("login-enter")
    elsewhere.see("today")
    office.page.goto(office.at("/desk/account"))
    office.fill(password_old="wrong wrong wrong", password_new="five other words are better")
    office.press("password-send")
    office.see("password-error")
    office.fill(password_old=PASSWORD)
    office.press("password-send")
    office.see("toast")
    # Whoever looks at Today there is shown the login within a few seconds, at the same address.
    elsewhere.see("login")
    assert elsewhere.page.url == office.at("/desk")
    elsewhere.fill(login_email=office.email, login_password="five other words are better")
    elsewhere.press("login-enter")
    elsewhere.see("today")
    elsewhere.close()
    office.close()


def test_a_reader_sees_everything_and_no_button_that_he_cannot_use(
    system: System, browser: Browser, artifacts: Path
) -> None:
    round_ = system.round(2, shop="reader")
    office = Office.enter(system, browser, role="reader", name="Ida Reader")
    office.lists(round_.courier)
    office.open_plan(round_.courier)
    eventually("two stops", lambda: len(office.stops()) == 2)
    for testid in ("grip", "move-to", "close-route", "assign"):
        assert office.page.get_by_test_id(testid).count() == 0, testid
    refused = office.page.evaluate(
        """async (shipment) => {
          const session = await (await fetch("/v1/desk/session")).json();
          const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
          const body = JSON.stringify({shipments: [shipment], to: null});
          return (await fetch("/v1/desk/move", {method: "POST", headers, body})).status;
        }""",
        round_.shipments[0],
    )
    assert refused == 403
    office.photograph(artifacts, "reader")
    office.close()
