"""Promises at the desk: a real delivery is counted and its windows say what became of them; many, made up,
are drawn on a phone and a desktop, in three languages, in the dark, and axe finds nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from shared.domain.intervals import wilson
from tests.e2e.desk.office import Office
from tests.e2e.looks import LOOKS, scheme
from tests.e2e.system import CENTRE, System
from tests.waiting import eventually


def test_a_delivery_is_counted_and_its_windows_say_whether_they_held(
    system: System, browser: Browser, artifacts: Path
) -> None:
    system.merchant("promised")
    office = Office.enter(system, browser)
    page = office.page
    page.goto(office.at("/desk/promises?merchant=promised"))
    office.see("promises-none")
    office.accessible("no promises")
    round_ = system.round(2, shop="promised")
    shipment = round_.shipments[0]
    path = f"/v1/shipments/{shipment}/promises"

    def windows() -> list[dict[str, Any]]:
        round_.phone.post(*CENTRE)
        found: list[dict[str, Any]] = system.call("GET", path, system.admin)["windows"]
        return found

    shown = eventually("a window is in the ledger", windows, 60)
    assert shown[0]["outcome"] == "open"
    system.report(round_, 0, "Delivered_001")
    closed = eventually(
        "it is closed", lambda: (w := windows()) and (w if w[0]["outcome"] != "open" else None), 60
    )
    assert {one["outcome"] for one in closed} <= {"hit", "miss", "unknown"}
    page.goto(office.at(f"/desk/shipments/{shipment}"))
    pane = office.see("shown-windows")
    assert pane.locator("li").count() == len(closed)
    assert pane.locator("li").last.get_attribute("data-outcome") == closed[0]["outcome"]
    pane.screenshot(path=str(artifacts / "desk-shown-windows.png"))
    page.goto(office.at("/desk/promises?merchant=promised&days=7"))
    office.see("by-horizon")
    assert "1 attempt, 1 delivered." in page.get_by_test_id("promises").inner_text()
    office.close()


def made_up(rng: random.Random) -> dict[str, Any]:
    """An answer of the API's shape: few and many, and some of which nothing is known."""

    def line(key: str, attempts: int, looks: int, rate: float, width: float, **more: Any) -> dict[str, Any]:
        if looks == 0:
            rate = 0.0
        least, most = wilson(rate, attempts)
        known = {"width_p10_min": width * 0.6, "width_p50_min": width, "width_p90_min": width * 1.9}
        return {
            "key": key,
            "attempts": attempts,
            "looks": looks,
            "hits": round(rate * looks),
            "came": round(min(1.0, rate + 0.03) * looks),
            "unknown": looks // 90,
            "undelivered": looks // 30,
            "rate": rate,
            "least": least,
            "most": most,
            **(known if looks else {}),
            **more,
        }

    couriers = [
        line(f"c-{n}", n, n * 3, rng.uniform(0.78, 0.96), rng.uniform(15, 40), name=f"Ελένη Παπαδοπούλου {n}")
        for n in (412, 260, 95, 31, 12, 3)
    ]
    return {
        "from": "2026-10-28T00:00:00Z",
        "to": "2026-11-27T00:00:00Z",
        "stated": 0.9,
        "attempts": 813,
        "delivered": 779,
        "bounded": False,
        "overall": line("", 813, 2400, 0.893, 24),
        "by_horizon": [
            line("120", 540, 540, 0.902, 52),
            line("60", 700, 700, 0.911, 27),
            line("30", 780, 780, 0.854, 14.5),
            line("10", 22, 22, 0.94, 9),
        ],
        "by_courier": couriers,
        "by_area": [line("10563", 400, 1200, 0.9, 22), line("873f5b2d6ffffff", 5, 12, 0.6, 33)],
        "by_hour": [line(f"{hour:02}", 80, 240, 0.9, 22) for hour in range(9, 21)],
        "by_model": [line("1", 813, 2400, 0.893, 24)],
        "curve": [
            {"scale": s, "rate": min(0.96, 0.55 + 0.35 * s)} for s in (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2)
        ],
        "revisions": {"mean": 2.84, "p50": 3, "p90": 5, "most": 9},
    }


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_calibration_and_sharpness_can_be_read_by_everybody(
    system: System, browser: Browser, artifacts: Path, size: str, language: str
) -> None:
    office = Office.enter(system, browser, size=size, language=language, color_scheme=scheme(language))
    page, answer = office.page, json.dumps(made_up(random.Random(4)))

    def fulfil(route: Route) -> None:
        route.fulfill(status=200, content_type="application/json", body=answer)

    page.route("**/v1/desk/promises*", fulfil)
    page.goto(office.at("/desk/promises"))
    drawn = office.see("calibration")
    name = drawn.evaluate(
        "(svg) => svg.getAttribute('aria-labelledby').split(' ')"
        ".map((id) => document.getElementById(id).textContent).join(' ')"
    )
    for share in ("90", "85"):  # what is drawn is said
        assert share in name
    assert page.locator("[data-testid=calibration] [data-few]").count() == 1
    assert page.locator("[data-testid=sharpness] rect").count() == 4
    office.see("few")
    office.accessible(f"promises {language} {size}")
    office.fits(f"promises {language} {size}")
    page.screenshot(path=str(artifacts / f"desk-promises-{language}-{size}.png"), full_page=True)
    page.locator("[data-testid=promises-by] button").nth(1).press("Enter")
    page.locator("[data-testid=by-others] [data-key='873f5b2d6ffffff']").wait_for()
    office.fits(f"areas {language} {size}")
    page.get_by_test_id("promises-days").select_option("7")
    assert "days=7" in page.url
    office.see("calibration")
    page.unroute_all()
    office.close()
