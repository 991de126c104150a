"""What the page says and shows in each state that the real system can be brought to, and what axe finds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.system import CENTRE, STEP_DEG, Round, System, eventually

AXE = Path("services/web/node_modules/axe-core/axe.min.js")


def opened(browser: Browser, link: str, language: str, width: int = 390) -> tuple[Page, list[str]]:
    """A page on a link, and the addresses it asks for."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=language, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    return page, asked


def state(page: Page, wanted: str) -> str:
    """Wait for the state and give its sentence."""
    eventually(wanted, lambda: page.query_selector(f"main[data-state={wanted}]"))
    return page.inner_text("[data-testid=sentence]")


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.impact])")
    return [id for id, impact in found if impact in ("serious", "critical")]


SAID: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize("language", ["el", "ru", "en"])
def test_a_parcels_day(system: System, browser: Browser, artifacts: Path, language: str) -> None:
    """From before the driver sets out to the delivery: each state has its own sentence, axe finds nothing
    serious, and nothing is asked of anybody else."""
    round_ = system.round(8, shop=f"day-{language}", language=language, set_out=False)
    page, asked = opened(browser, round_.links[7], language)
    said = SAID[language] = {}

    def look(wanted: str) -> None:
        said[wanted] = state(page, wanted)
        assert serious(page) == [], wanted
        page.screenshot(path=str(artifacts / f"{wanted}-{language}.png"), full_page=True)

    look("waiting")
    system.call("POST", f"/v1/routes/{round_.courier}/{round_.route}/set-out", system.admin)
    drive(round_, 0.0)
    look("area")
    for stop in range(7):
        system.report(round_, stop, "Delivered_001")
    drive(round_, 6.5)
    look("exact")
    eventually("roads", lambda: page.query_selector("[data-testid=map][data-state=ready]"))
    tiles = [url for url in asked if url.endswith(".pmtiles")]
    assert tiles
    ranged = system.http.get(tiles[0], headers={"Range": "bytes=0-99"})
    assert ranged.status_code == 206
    system.report(round_, 7, "AttemptFail_002")
    look("failed")
    system.report(round_, 7, "Exception_012")
    look("exception")
    system.report(round_, 7, "Delivered_003")
    look("delivered")
    own = (system.portal, system.gateway.replace("ws", "http", 1), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert len(set(said.values())) == len(said), said
    page.context.close()


def test_each_language_says_it_in_its_own_words() -> None:
    assert set(SAID) == {"el", "ru", "en"}
    for wanted, sentence in SAID["en"].items():
        assert len({sentence, SAID["el"][wanted], SAID["ru"][wanted]}) == 3, wanted


def drive(round_: Round, along: float) -> None:
    """Some fixes of a driver who moves, beginning `along` stops from the centre."""
    for step in range(5):
        lon = CENTRE[0] + STEP_DEG * (along + step / 5)
        assert round_.phone.post(lon, CENTRE[1] - 0.0006) == 200
        time.sleep(0.7)


def test_a_link_that_is_none(system: System, browser: Browser) -> None:
    page, _ = opened(browser, f"{system.portal}/t#" + "A" * 22, "en")
    assert state(page, "gone")
    assert serious(page) == []
    page.context.close()


def test_the_gateway_is_killed_and_the_page_recovers(system: System, browser: Browser) -> None:
    round_ = system.round(2, shop="kills")
    page, _ = opened(browser, round_.links[0], "en")
    drive(round_, 0.5)
    state(page, "exact")
    system.kill("gateway")
    eventually("the page is back on the socket and sees him move", lambda: moved(page, round_), 90)
    page.context.close()


def test_redis_is_flushed_and_the_page_recovers(system: System, browser: Browser) -> None:
    round_ = system.round(2, shop="flushes")
    page, _ = opened(browser, round_.links[0], "en")
    drive(round_, 0.5)
    state(page, "exact")
    system.flush_redis()
    state(page, "paused")
    eventually("it sees him move again", lambda: moved(page, round_), 120)
    page.context.close()


def moved(page: Page, round_: Round) -> bool:
    """Whether the marker takes the place of a new fix."""
    lon = CENTRE[0] + STEP_DEG * (1 + (time.monotonic() % 60) / 60)
    round_.phone.post(lon, CENTRE[1] - 0.0006)
    time.sleep(1)
    seen = page.query_selector("[data-testid=driver-marker]")
    shown = seen.get_attribute("data-fix-lon") if seen else None
    return shown is not None and abs(float(shown) - lon) < 1e-6
