"""Couriers and phones: one is added, his phone is connected by the code on the screen, and cut off again."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Browser

from tests.e2e.desk.office import Office
from tests.e2e.system import System
from tests.waiting import eventually


def test_a_phone_is_connected_by_the_code_on_the_screen(system: System, browser: Browser) -> None:
    """The code turns to a tick once a phone has used it; the code is then good no more."""
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at("/desk/couriers"))
    office.press("add-courier")
    surname = uuid.uuid4().hex[:6]
    office.fill(courier_name=f"Ελένη {surname}")
    assert page.input_value("[data-testid=courier-id]") == f"eleni-{surname}"
    office.press("save-courier")
    page.wait_for_url(f"**/desk/couriers/eleni-{surname}")

    office.press("connect")
    office.see("qr")
    url = page.input_value("[data-testid=connect-url]")
    assert re.fullmatch(re.escape(system.portal) + r"/courier#[\w-]{22,}", url)
    left = page.inner_text(".connect-left .numbers")
    assert re.search(r"\b(59:\d\d|1:00:0\d)\b", left), left
    office.accessible("the code")

    code = {"code": url.partition("#")[2]}
    enrolled = system.http.post(f"{system.portal}/v1/courier/enrolment", json=code)
    assert enrolled.status_code == 201, enrolled.text
    page.locator(".connect[data-state=connected]").wait_for()
    assert page.get_by_test_id("qr").count() == 0
    assert "connected" in page.inner_text("[data-testid=connect-dialog]")
    assert system.http.post(f"{system.portal}/v1/courier/enrolment", json=code).is_error
    page.get_by_test_id("connect-dialog").get_by_role("button", name="Done").click()

    secret = {"Authorization": f"Bearer {enrolled.json()['secret']}"}
    assert system.http.get(f"{system.portal}/v1/courier/day", headers=secret).status_code == 200
    phone = page.locator(f"[data-device='{enrolled.json()['device_id']}'][data-state=connected]")
    phone.get_by_test_id("revoke-phone").click()
    office.press("confirm-yes")
    page.locator(f"[data-device='{enrolled.json()['device_id']}'][data-state=revoked]").wait_for()
    assert system.http.get(f"{system.portal}/v1/courier/day", headers=secret).status_code == 401
    office.close()


def test_an_app_of_somebody_elses_is_set_up_by_what_the_desk_shows(system: System, browser: Browser) -> None:
    """The values are those with which ingest takes a position; the secret is not shown again."""
    office = Office.enter(system, browser)
    page = office.page
    courier = f"nikos-{uuid.uuid4().hex[:6]}"
    body = {"tenant": "helsinki-couriers", "name": "Nikos"}
    system.call("PUT", f"/v1/couriers/{courier}", system.admin, body)
    page.goto(office.at(f"/desk/couriers/{courier}"))
    office.press("other-app")
    office.press("make-secret")
    page.select_option("[data-testid=app]", "OsmAnd")
    template = page.get_by_test_id("setup-lines").locator("input").first.input_value()
    device = re.search(r"id=([\w-]+)", template)
    assert device is not None
    values = {"{0}": "60.17", "{1}": "24.94", "{2}": str(int(1000 * page.evaluate("Date.now() / 1000")))}
    values |= {"{3}": "5", "{4}": "10", "{5}": "4", "{6}": "90"}
    address = re.sub(r"\{\d\}", lambda found: values[found[0]], template)
    eventually("ingest knows the phone", lambda: system.http.get(address).status_code == 200 or None)
    page.get_by_test_id("setup-dialog").get_by_role("button", name="Done").click()
    page.locator(f"[data-device='{device[1]}'][data-state=connected]").wait_for()
    assert template.rpartition("/osmand/")[2].partition("?")[0] not in page.content()
    office.close()
