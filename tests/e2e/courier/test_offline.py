"""The network cut in the middle of a round, the tab closed, off duty: nothing is lost, and he is hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Request, Response

from tests.e2e.courier.kit import WALK_DEG, Day, Phone, plan_day, recipient, status_of, unsent
from tests.e2e.looks import serious
from tests.e2e.pages.test_states import comes_to
from tests.e2e.system import System, coordinates
from tests.waiting import eventually


def on_the_road(system: System, browser: Browser, stops: int, shop: str) -> tuple[Day, Phone]:
    """A courier who has set out, as the servers know too."""
    day = plan_day(system, stops, shop=shop)
    phone = Phone(browser).enrol(day)
    phone.tap("go-on")
    phone.status("sent")
    phone.tap("set-out")
    phone.until_sent()
    phone.at((phone.here[0] + 3 * WALK_DEG, phone.here[1]))
    return day, phone


def waiting_fixes(phone: Phone) -> int:
    """How many positions the phone keeps."""
    return int(
        phone.page.evaluate(
            """async () => {
              const names = (await indexedDB.databases()).map((each) => each.name);
              const name = names.find((each) => each.startsWith("dromos-courier:"));
              return await new Promise((done) => {
                const asked = indexedDB.open(name);
                asked.onsuccess = () => {
                  const db = asked.result;
                  const count = db.transaction("fixes").objectStore("fixes").count();
                  count.onsuccess = () => { db.close(); done(count.result); };
                };
              });
            }"""
        )
    )


def history(system: System, shop: str, shipment: str) -> dict[str, str]:
    """When each stage of a shipment was, as the shop is told."""
    told = system.call("GET", f"/v1/shipments/{shipment}", system.keys[shop])
    return {entry["status"]: entry["at"] for entry in told["history"]}


def test_the_network_is_cut_in_the_middle(system: System, browser: Browser, artifacts: Path) -> None:
    """Two deliveries and a walk without network, the tab closed and opened again: nothing is lost, and each
    thing has the time at which it happened."""
    day, phone = on_the_road(system, browser, 3, "cut")
    taken: list[int] = []

    def note(response: Response) -> None:
        if response.url.endswith("/v1/positions") and response.request.method == "POST" and response.ok:
            taken.extend(1 for r in response.json()["results"] if r["result"] == "accepted")

    with recipient(browser, day.links[0]) as first, recipient(browser, day.links[1]) as second:
        comes_to(first, "exact")
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.context.set_offline(True)
        phone.status("offline")
        for _ in phone.walk(day.places[0], 1_500):
            pass
        phone.tap("deliver")
        phone.tap("submit")
        phone.next_stop("stop-1")
        before = phone.page.evaluate("new Date().toISOString()")
        phone.tap("fail")
        phone.tap("reason-closed")
        phone.tap("submit")
        phone.next_stop("stop-2")
        phone.page.wait_for_timeout(11_000)
        assert "2" in phone.sees("unsent")
        phone.page.screenshot(path=str(artifacts / "courier-offline-en.png"))
        assert serious(phone.page) == []
        phone.tap("unsent")
        assert phone.page.locator("[data-testid=unsent-rows] li").count() == 2
        assert serious(phone.page) == []
        phone.page.screenshot(path=str(artifacts / "courier-unsent-en.png"))
        phone.tap("back")

        phone.reopen()
        phone.next_stop("stop-2")
        assert unsent(phone.page) == 2
        kept = waiting_fixes(phone)
        assert kept > 2
        assert status_of(system, "cut", day.shipments[0]) == "OutForDelivery_001"

        phone.page.on("response", note)
        after = phone.page.evaluate("new Date().toISOString()")
        phone.context.set_offline(False)
        phone.until_sent()
        comes_to(first, "delivered")
        comes_to(second, "failed")
        eventually("all positions are taken", lambda: waiting_fixes(phone) == 0)
        assert sum(taken) >= kept
        phone.status("sent")
        phone.next_stop("stop-2")
    assert history(system, "cut", day.shipments[1])["AttemptFail_003"] < after
    assert history(system, "cut", day.shipments[0])["Delivered_004"] < before
    phone.close()


def test_closing_the_tab_sends_what_waited_for_its_undo(system: System, browser: Browser) -> None:
    day, phone = on_the_road(system, browser, 2, "closed")
    phone.tap("deliver")
    phone.tap("submit")
    phone.next_stop("stop-1")
    assert unsent(phone.page) == 1
    phone.page.close(run_before_unload=True)
    eventually(
        "the delivery",
        lambda: status_of(system, "closed", day.shipments[0]).startswith("Delivered"),
    )
    phone.close()


def test_off_duty_hides_him_at_once(system: System, browser: Browser) -> None:
    """The recipient's socket gets no position any more, and the phone posts nothing."""
    day, phone = on_the_road(system, browser, 2, "hides")
    posts: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/positions") and request.method == "POST":
            posts.append(json.loads(request.post_data or "[]"))

    socket = system.socket(day.links[1])
    for _ in zip(range(4), phone.walk(day.places[0], 2_000), strict=False):
        pass
    socket.until("his place", lambda frame: coordinates(frame) is not None)
    phone.tap("go-off")
    socket.until(
        "that he is hidden",
        lambda frame: (frame.get("driver") or {}).get("show") == "none" or frame.get("show") == "none",
        5,
    )
    phone.page.on("request", note)
    for _ in phone.walk(day.places[1], 900):
        pass
    phone.page.wait_for_timeout(3_000)
    assert [frame for frame in socket.read(3) if coordinates(frame) is not None] == []
    assert posts == []
    socket.close()
    phone.close()
