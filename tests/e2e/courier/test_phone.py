"""The courier's phone: undo, another order, connecting it and taking it away, and what it does without."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, ViewportSize

from tests.e2e.courier.kit import NARROW, Phone, overflows, plan_day, status_of, unsent
from tests.e2e.looks import serious
from tests.e2e.system import System
from tests.waiting import eventually

HALF: ViewportSize = {"width": 180, "height": 370}  # 360 px at 200 % zoom
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


def stops_of(system: System, courier: str, route: str) -> list[str]:
    """The order of the stops, as the office has it."""
    planned = system.call("GET", f"/v1/routes/{courier}/{route}", system.admin)
    return [stop["stop"] for stop in planned["stops"]]


def test_undo_and_another_order(system: System, browser: Browser) -> None:
    """Taken back within ten seconds nothing is sent; an order by arrows, keyboard and dragging holds."""
    day = plan_day(system, 4, shop="undo")
    phone = Phone(browser).enrol(day)
    page = phone.page
    phone.tap("go-on")
    phone.tap("set-out")
    phone.until_sent()
    phone.tap("deliver")
    phone.tap("submit")
    phone.next_stop("stop-1")
    page.click("[data-testid=undo] button")
    phone.next_stop("stop-0")
    page.wait_for_timeout(11_000)
    assert unsent(page) == 0
    assert status_of(system, "undo", day.shipments[0]) == "OutForDelivery_001"

    phone.tap("change-order")
    page.click("li[data-stop=stop-0] button[data-move=down]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('li').dataset.stop") == "stop-0"
    handle = page.locator("li[data-stop=stop-3] [data-testid=handle]").bounding_box()
    target = page.locator("li[data-stop=stop-1]").bounding_box()
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 15, handle["y"] + 30)
    page.mouse.down()
    page.mouse.move(handle["x"] + 15, target["y"] + 5, steps=12)
    page.mouse.up()
    wanted = ["stop-3", "stop-1", "stop-2", "stop-0"]
    shown = page.eval_on_selector_all("[data-testid=order-rows] li", "rows => rows.map(r => r.dataset.stop)")
    assert shown == wanted
    phone.tap("save-order")
    phone.next_stop("stop-3")
    phone.until_sent()
    eventually("the office has it", lambda: stops_of(system, day.courier, day.route) == wanted)
    page.wait_for_timeout(8_000)  # the act is forgotten, the day itself tells it now
    phone.next_stop("stop-3")
    phone.close()


def test_connecting_a_phone(system: System, browser: Browser, artifacts: Path) -> None:
    """A code connects one phone, once; a phone taken away says so and keeps nothing of the recipients."""
    day = plan_day(system, 2, shop="connects")
    nobody = Phone(browser)
    nobody.page.goto(f"{system.portal}/courier")
    nobody.state("none")
    assert serious(nobody.page) == []
    nobody.page.screenshot(path=str(artifacts / "courier-none-en.png"))

    phone = Phone(browser).enrol(day)
    nobody.page.goto(day.url)
    nobody.state("gone")
    assert serious(nobody.page) == []
    nobody.close()

    phone.page.reload()
    phone.state("stops")
    assert "Aleksanterinkatu" in phone.page.inner_text("body")
    system.call("DELETE", f"/v1/devices/{day.device}", system.admin)
    phone.page.reload()
    phone.state("ended")
    assert serious(phone.page) == []
    phone.page.screenshot(path=str(artifacts / "courier-ended-en.png"))
    kept = phone.page.evaluate(
        """async () => {
          const names = (await indexedDB.databases()).map((each) => each.name);
          const all = [];
          for (const name of names) {
            const db = await new Promise((done) => {
              const asked = indexedDB.open(name);
              asked.onsuccess = () => done(asked.result);
            });
            for (const store of db.objectStoreNames) {
              all.push(await new Promise((done) => {
                const asked = db.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(JSON.stringify(asked.result));
              }));
            }
            db.close();
          }
          return all.join(" ");
        }"""
    )
    assert "Papadopoulou" not in kept
    assert "Aleksanterinkatu" not in kept
    phone.close()


def test_without_permission_it_says_what_to_do(system: System, browser: Browser, artifacts: Path) -> None:
    day = plan_day(system, 2, shop="denied")
    phone = Phone(browser, allowed=False).enrol(day)
    phone.tap("go-on")
    phone.status("denied")
    assert "Permissions" in phone.sees("sending")
    assert serious(phone.page) == []
    phone.page.screenshot(path=str(artifacts / "courier-denied-en.png"))
    phone.close()


def test_setting_up_an_app(system: System, browser: Browser, artifacts: Path) -> None:
    """Links and QR codes hold this phone's own secret, and what they say is what ingest takes."""
    day = plan_day(system, 2, shop="apps")
    phone = Phone(browser).enrol(day)
    page = phone.page
    page.get_by_role("button", name="Keep sending in the background").last.click()
    phone.tap("traccarclient-qr")
    phone.tap("owntracks-qr")
    assert page.locator("[data-testid=qr]").count() == 2
    assert serious(page) == []
    page.locator("[data-testid=traccarclient]").scroll_into_view_if_needed()
    page.screenshot(path=str(artifacts / "courier-apps-en.png"))
    link = page.get_attribute("[data-testid=traccarclient-link]", "href") or ""
    assert link.startswith("org.traccar.client://config?")
    url, device = page.evaluate(
        "link => { const found = new URL(link).searchParams; return [found.get('url'), found.get('id')] }",
        link,
    )
    assert device == day.device
    point = {"id": device, "lat": "60.1705", "lon": "24.9420", "accuracy": "5"}
    assert system.http.post(url, data=point).status_code == 200
    phone.close()


def test_dark_large_and_wide(system: System, browser: Browser, artifacts: Path) -> None:
    """Dark, at 200 % zoom and on a desktop nothing runs over the edge, and axe finds nothing serious."""
    day = plan_day(system, 3, shop="looks", doubled=True)
    phone = Phone(browser, color_scheme="dark").enrol(day)
    page = phone.page
    phone.tap("go-on")
    phone.status("sent")
    for name, size in (("dark", NARROW), ("zoomed", HALF), ("desktop", DESKTOP)):
        page.set_viewport_size(size)
        assert not overflows(page), name
        assert serious(page) == [], name
        page.screenshot(path=str(artifacts / f"courier-{name}.png"), full_page=True)
        phone.tap("deliver")
        phone.sees("sheet")
        assert not overflows(page), name
        assert serious(page) == [], name
        page.screenshot(path=str(artifacts / f"courier-{name}-deliver.png"))
        phone.tap("back")
    page.set_viewport_size(NARROW)
    page.click("[data-testid=stop-map] summary")
    page.wait_for_selector("[data-testid=stop-map-box][data-ready=true] canvas", timeout=30_000)
    phone.close()
