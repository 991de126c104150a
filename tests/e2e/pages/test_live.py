"""The main job: a courier's phone posts, the recipient sees the driver move; a link that is taken back."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.system import CENTRE, STEP_DEG, System
from tests.waiting import eventually


def opened(browser: Browser, link: str, width: int = 390, height: int = 844, language: str = "en") -> Page:
    """A page on a link, at a phone's size unless told otherwise."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
    page = context.new_page()
    page.goto(link)
    return page


def marker(page: Page) -> tuple[float, float] | None:
    """Where the page shows the driver."""
    place = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=driver-marker]');"
        " return m && m.dataset.lon ? [Number(m.dataset.lon), Number(m.dataset.lat)] : null })()"
    )
    return (place[0], place[1]) if place else None


def test_a_phones_post_moves_the_marker(system: System, browser: Browser, artifacts: Path) -> None:
    """One POST of an OsmAnd app, through Kafka, to one moving marker."""
    round_ = system.round(3)
    page = opened(browser, round_.links[1])
    wide = opened(browser, round_.links[1], 1280, 800)
    seen: list[tuple[float, float]] = []
    for step in range(40):
        lon = CENTRE[0] + STEP_DEG * step / 12
        assert round_.phone.post(lon, CENTRE[1]) == 200
        time.sleep(0.5)
        place = marker(page)
        if place and (not seen or place != seen[-1]):
            seen.append(place)
        if len(seen) > 5:
            break
    assert len(seen) > 5, seen
    assert seen[-1][0] > seen[0][0]
    assert "2 parcels" in page.inner_text("body")
    assert page.inner_text("[data-testid=shop]") == "Shop e2e"
    eventually("the marker at desktop size", lambda: marker(wide))
    page.screenshot(path=str(artifacts / "live-phone.png"), full_page=True)
    wide.screenshot(path=str(artifacts / "live-desktop.png"))
    page.context.close()
    wide.context.close()


def test_a_revoked_link_dies(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="revokes")
    socket = system.socket(round_.links[0])
    socket.until("the snapshot", lambda f: f["type"] == "snapshot")
    page = opened(browser, round_.links[0])
    eventually("the page", lambda: page.query_selector("[data-testid=sentence]"))
    shipment, link = round_.shipments[0], round_.link_ids[0]
    system.call("DELETE", f"/v1/shipments/{shipment}/links/{link}", system.keys["revokes"])
    bye = socket.until("the end of the socket", lambda f: f["type"] == "bye", 5)
    assert bye["reason"] == "gone"
    eventually("the page says so", lambda: page.query_selector("[data-state=gone]"))
    secret = round_.links[0].partition("#")[2]
    never = "A" * 22
    one = system.http.post(f"{system.portal}/v1/link/ticket", json={"secret": secret})
    other = system.http.post(f"{system.portal}/v1/link/ticket", json={"secret": never})
    assert one.status_code == other.status_code == 404
    assert one.content == other.content
    page.context.close()
