"""What the page says and shows in each state that the real system can be brought to, in three languages, and
what axe finds there."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.looks import LANGUAGES, serious
from tests.e2e.system import CENTRE, STEP_DEG, Round, System
from tests.waiting import eventually

STALE_S = 90


class Watchers:
    """A page a language on one link; looks at a state in all of them."""

    def __init__(self, browser: Browser, link: str, artifacts: Path) -> None:
        self.artifacts = artifacts
        self.asked: list[str] = []
        self.said: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        self.pages: dict[str, Page] = {}
        for language in LANGUAGES:
            context = browser.new_context(
                viewport={"width": 390, "height": 844},
                locale=language,
                bypass_csp=True,  # axe is injected
                reduced_motion="reduce",  # three maps drawn in software at once
            )
            page = self.pages[language] = context.new_page()
            page.on("request", lambda request: self.asked.append(request.url))
            page.goto(link)

    def see(self, wanted: str, *, timeout_s: float = 60.0, name: str = "") -> None:
        """Each page comes to the state; its sentence is noted, and axe finds nothing serious."""
        for language, page in self.pages.items():
            comes_to(page, wanted, timeout_s)
            self.said[language][name or wanted] = page.inner_text("[data-testid=sentence]")
        for language, page in self.pages.items():
            assert serious(page) == [], (wanted, language)
            file = f"{name or wanted}-{language}.png"
            page.screenshot(path=str(self.artifacts / file), full_page=True)

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


def phase(page: Page) -> str | None:
    """The state that the page says it is in."""
    main = page.query_selector("main")
    return main.get_attribute("data-state") if main else None


def comes_to(page: Page, wanted: str, timeout_s: float = 60.0) -> None:
    """Wait until the page is in the state."""
    eventually(f"state {wanted}", lambda: phase(page) == wanted, timeout_s)


def map_becomes(page: Page, wanted: str) -> None:
    """Wait until the map is drawn, or known to be none."""
    place = f"[data-testid=map][data-state={wanted}]"
    eventually(f"map {wanted}", lambda: page.query_selector(place))


def test_a_parcels_day(system: System, browser: Browser, artifacts: Path) -> None:
    """From before the driver sets out to the delivery: each state has its own sentence in each language, and
    nothing is asked of anybody else."""
    round_ = system.round(8, shop="day", set_out=False)
    watchers = Watchers(browser, round_.links[7], artifacts)
    watchers.see("waiting")
    system.call("POST", f"/v1/routes/{round_.courier}/{round_.route}/set-out", system.admin)
    watchers.see("no_fix")
    drive(round_, 0.0)
    watchers.see("area")
    for stop in (0, 1):
        system.report(round_, stop, "Delivered_001")
    drive(round_, 3.6)
    watchers.see("exact")
    stand(round_, 2)
    watchers.see("resting")
    for stop in range(2, 7):
        system.report(round_, stop, "Delivered_001")
    drive(round_, 6.4)
    watchers.see("exact", name="next")
    for page in watchers.pages.values():
        map_becomes(page, "ready")
    tiles = {url for url in watchers.asked if url.endswith(".pmtiles")}
    assert tiles
    for url in tiles:
        assert system.http.get(url, headers={"Range": "bytes=0-99"}).status_code == 206

    with system.frozen("couriers"):
        watchers.see("paused")
    drive(round_, 6.6)
    with system.without("gateway", "portal"):
        watchers.see("reconnecting")
    drive(round_, 6.8)
    watchers.see("exact", name="next")
    watchers.see("stale", timeout_s=STALE_S)

    system.report(round_, 7, "OutForDelivery_004")
    watchers.see("arrived")
    for substatus, phase in (
        ("AttemptFail_002", "failed"),
        ("Exception_012", "exception"),
        ("AvailableForPickup_001", "pickup"),
        ("Delivered_003", "delivered"),
    ):
        system.report(round_, 7, substatus)
        watchers.see(phase)
    key, path = system.keys["day"], f"/v1/shipments/{round_.shipments[7]}/links/{round_.link_ids[7]}"
    system.call("DELETE", path, key)
    watchers.see("gone")

    own = (system.portal, system.gateway, "data:", "blob:")
    assert [url for url in watchers.asked if not url.startswith(own)] == []
    for language in LANGUAGES:
        sentences = watchers.said[language]
        assert len(set(sentences.values())) == len(sentences), sentences
    for name, sentence in watchers.said["en"].items():
        assert len({sentence, watchers.said["el"][name], watchers.said["ru"][name]}) == 3, name
    watchers.close()


def test_near_anothers_door_and_lost_without_a_trace(
    system: System, browser: Browser, artifacts: Path
) -> None:
    """The strict shop's sentence at another's door, and that of a parcel nobody has heard of any more."""
    round_ = system.round(2, shop="strict-day", mode="strict")
    watchers = Watchers(browser, round_.links[1], artifacts)
    drive(round_, -4.0)
    stand(round_, 0)
    watchers.see("protected")
    system.report(round_, 1, "Expired_001")
    watchers.see("expired")
    watchers.close()


def test_a_browser_that_draws_no_map(system: System, browser: Browser, artifacts: Path) -> None:
    """The page says that the map can't be shown, all of it stands in the text, and it can be tried again."""
    round_ = system.round(1, shop="no-map")
    drive(round_, 0.5)
    for language, width in zip((*LANGUAGES, "en"), (390, 390, 390, 1280), strict=True):
        context = browser.new_context(viewport={"width": width, "height": 844}, locale=language)
        page = context.new_page()
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        page.goto(round_.links[0])
        map_becomes(page, "no_map")
        assert page.inner_text("[data-testid=map-sentence]").strip()
        assert phase(page) == "exact"
        page.screenshot(path=str(artifacts / f"no-map-{language}-{width}.png"), full_page=True)
        page.click("[data-testid=map-sentence] button")
        map_becomes(page, "no_map")
        context.close()


def drive(round_: Round, along: float) -> None:
    """Some fixes of a driver who moves, beginning `along` stops from the centre."""
    for step in range(5):
        lon = CENTRE[0] + STEP_DEG * (along + step / 5)
        assert round_.phone.post(lon, CENTRE[1] - 0.0006) == 200
        time.sleep(0.7)


def stand(round_: Round, stop: int) -> None:
    """He comes to a stop's door and stands there."""
    lon, lat = round_.places[stop]
    for _ in range(6):
        assert round_.phone.post(lon, lat, speed_mps=0.0) == 200
        time.sleep(0.7)


def test_a_link_that_is_none(system: System, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{system.portal}/t#" + "A" * 22)
    comes_to(page, "gone")
    page.close()


def test_the_gateway_is_killed_and_the_page_recovers(system: System, browser: Browser) -> None:
    round_ = system.round(2, shop="kills")
    page = browser.new_page()
    page.goto(round_.links[0])
    drive(round_, 0.5)
    comes_to(page, "exact")
    system.kill("gateway")
    eventually("the page is back on the socket and sees him move", lambda: moved(page, round_), 90)
    page.close()


def test_redis_is_flushed_and_the_page_recovers(system: System, browser: Browser) -> None:
    round_ = system.round(2, shop="flushes")
    page = browser.new_page()
    page.goto(round_.links[0])
    drive(round_, 0.5)
    comes_to(page, "exact")
    system.flush_redis()
    comes_to(page, "paused")
    eventually("it sees him move again", lambda: moved(page, round_), 120)
    page.close()


def moved(page: Page, round_: Round) -> bool:
    """Whether the marker takes the place of a new fix."""
    lon = CENTRE[0] + STEP_DEG * (1 + (time.monotonic() % 60) / 60)
    round_.phone.post(lon, CENTRE[1] - 0.0006)
    time.sleep(1)
    seen = page.query_selector("[data-testid=driver-marker]")
    shown = seen.get_attribute("data-fix-lon") if seen else None
    return shown is not None and abs(float(shown) - lon) < 1e-6
