"""When the driver comes, on the page of a real round: each thing that can be said of it in three languages,
and what axe finds there; how it is announced; the calendar's file under the pages' policy; the languages."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebSocketRoute

from tests.e2e.looks import LANGUAGES, serious
from tests.e2e.pages.test_states import comes_to, drive
from tests.e2e.system import Round, System
from tests.waiting import eventually

MINUTE_MS = 60_000
SLOT = (-90, 180)

STATES: dict[str, dict[str, Any]] = {
    "open": {},
    "agreed": {"window": SLOT},
    "day": {"arrival": ((-60, 300), "day", "first")},
    "hours": {"arrival": ((30, 150), "hours", "first"), "window": SLOT},
    "told": {
        "arrival": ((35, 50), "minutes", "later"),
        "was": [((0, 120), "hours", "first"), ((25, 55), "minutes", "nearer")],
        "window": SLOT,
    },
    "soon": {
        "arrival": ((4, 12), "minutes", "sooner"),
        "was": [((15, 40), "minutes", "first")],
        "window": (-200, -20),
    },
    "overdue": {"arrival": ((-30, -5), "minutes", "first")},
    "unknown": {
        "arrival": (None, "minutes", "silent"),
        "was": [((15, 40), "minutes", "first")],
    },
}
"""What the server tells, in minutes from now: a window, its grain and why."""

IS = {"day": "told", "hours": "told", "soon": "told"}


def told(state: dict[str, Any]) -> dict[str, Any]:
    """A state's fields as a frame has them."""
    now = int(time.time() * 1000)

    def window(bounds: tuple[int, int] | None) -> dict[str, int] | None:
        return bounds and {"from_ms": now + bounds[0] * MINUTE_MS, "to_ms": now + bounds[1] * MINUTE_MS}

    def arrival(one: Any, age: int) -> dict[str, Any]:
        return {
            "at_ms": now - age * MINUTE_MS - 1000,
            "window": window(one[0]),
            "grain": one[1],
            "why": one[2],
        }

    was = state.get("was", [])
    fields: dict[str, Any] = {"was": [arrival(one, 10 * (len(was) - n)) for n, one in enumerate(was)]}
    if "arrival" in state:
        fields["arrival"] = arrival(state["arrival"], 0)
    if "window" in state:
        fields["window"] = window(state["window"])
    return fields


class Reader:
    """A recipient's page on the real gateway, but for what is told of the arrival."""

    def __init__(self, browser: Browser, link: str, language: str, **context: Any) -> None:
        options = {"viewport": {"width": 360, "height": 780}, "reduced_motion": "reduce"} | context
        self.page: Page = browser.new_context(locale=language, **options).new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.fields: dict[str, Any] = {"was": []}
        self.seen: dict[str, Any] = {}
        self.socket: WebSocketRoute | None = None
        self.page.route_web_socket(re.compile("^wss?://"), self._through)
        self.page.goto(link)
        eventually("a snapshot", self._snapshot)

    def _snapshot(self) -> dict[str, Any] | None:
        self.page.wait_for_timeout(50)  # frames are passed on while Playwright is asked something
        return self.seen or None

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def _through(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.connect_to_server().on_message(self._pass)

    def _pass(self, text: str | bytes) -> None:
        frame = json.loads(text)
        if frame["type"] in ("snapshot", "shipment"):
            self.seen |= {key: frame[key] for key in ("shipment", "driver")}
            frame["shipment"] = self._shipment()
        elif frame["type"] in ("position", "area") and self.seen:
            self.seen["driver"] |= {key: frame[key] for key in ("version", "at_ms", "feature")}
        assert self.socket is not None
        self.socket.send(json.dumps(frame))

    def _shipment(self) -> dict[str, Any]:
        kept = {k: v for k, v in self.seen["shipment"].items() if k not in ("arrival", "was", "window")}
        return kept | self.fields

    def tell(self, state: dict[str, Any]) -> None:
        """The gateway tells of another arrival."""
        self.fields = told(state)
        assert self.socket is not None
        frame = {
            "type": "shipment",
            "now_ms": int(time.time() * 1000),
            "shipment": self._shipment(),
            "driver": self.seen["driver"],
        }
        self.socket.send(json.dumps(frame))

    def sees(self, certainty: str) -> str:
        """The page comes to say it; all that it says of the arrival."""
        block = f"[data-testid=arrival][data-is={certainty}]"
        eventually(f"arrival {certainty}", lambda: self.page.query_selector(block))
        return self.page.inner_text("[data-testid=arrival]")

    def fits(self) -> bool:
        """Nothing stands out to the right, down to 320 px."""
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": 320, "height": size["height"]})
        fits = self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        self.page.set_viewport_size(size)
        return bool(fits)

    def close(self) -> None:
        assert self.errors == []
        self.page.context.close()


@pytest.fixture(scope="module")
def round_(system: System) -> Round:
    round_ = system.round(1, shop="arrivals")
    drive(round_, 0.5)
    return round_


@pytest.fixture
def readers() -> Iterator[list[Reader]]:
    opened: list[Reader] = []
    yield opened
    for reader in opened:
        reader.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_told_in_three_languages(
    round_: Round, browser: Browser, readers: list[Reader], artifacts: Path, scheme: str
) -> None:
    """Each thing told has words of its own in each language, fits and is accessible, on a phone (light) and a
    desktop (dark)."""
    size = {"width": 360, "height": 780} if scheme == "light" else {"width": 1280, "height": 860}
    said: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        reader = Reader(
            browser, round_.links[0], language, viewport=size, color_scheme=scheme, bypass_csp=True
        )
        readers.append(reader)
        said[language] = {}
        for name, state in STATES.items():
            reader.tell(state)
            reader.sees(IS.get(name, name))
            for summary in reader.page.query_selector_all("details:not([open]) summary"):
                summary.click()
            said[language][name] = reader.page.inner_text("[data-testid=arrival]")
            assert serious(reader.page) == [], (name, language)
            assert reader.fits(), (name, language)
            file = f"arrival-{name}-{language}-{scheme}.png"
            reader.page.screenshot(path=str(artifacts / file), full_page=scheme == "light")
        assert len(set(said[language].values())) == len(STATES), said[language]
    for name in STATES:
        assert len({said[language][name] for language in LANGUAGES}) == len(LANGUAGES), name


def test_a_new_window_is_announced_and_the_minutes_are_not(
    round_: Round, browser: Browser, readers: list[Reader]
) -> None:
    reader = Reader(browser, round_.links[0], "en")
    readers.append(reader)
    page = reader.page
    page.clock.install()
    page.reload()
    eventually("the page is back", lambda: page.query_selector("[data-testid=arrival]"))
    reader.tell({"arrival": ((5, 14), "minutes", "first")})
    reader.sees("told")
    page.evaluate(
        """() => {
          window.announced = [];
          const region = document.querySelector('[data-testid=arrival] [role=status]');
          new MutationObserver(() => window.announced.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    soon = page.inner_text("[data-testid=soon]")
    page.clock.run_for(2 * MINUTE_MS)
    eventually("minutes count down", lambda: page.inner_text("[data-testid=soon]") != soon or None)
    assert page.evaluate("announced") == []

    was = [((5, 14), "minutes", "first")]
    reader.tell({"arrival": ((20, 30), "minutes", "later"), "was": was})
    eventually("it is announced", lambda: page.evaluate("announced.at(-1)"))
    assert "takes longer" in page.evaluate("announced.at(-1)")
    assert page.inner_text("[data-testid=was]").startswith("Was ")


def test_the_calendars_file_under_the_pages_policy(
    round_: Round, browser: Browser, readers: list[Reader], tmp_path: Path
) -> None:
    """A file of the page's own making, without a request; a later one takes its place."""
    reader = Reader(browser, round_.links[0], "el", accept_downloads=True)
    readers.append(reader)
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))

    def saved(state: dict[str, Any]) -> dict[str, str]:
        reader.tell(state)
        reader.sees("told")
        with reader.page.expect_download() as download:
            reader.page.click("[data-testid=calendar]")
        assert download.value.suggested_filename.endswith(".ics")
        path = tmp_path / "delivery.ics"
        download.value.save_as(path)
        content = path.read_bytes()
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        lines = content.decode().replace("\r\n ", "").split("\r\n")
        assert lines[0] == "BEGIN:VCALENDAR"
        assert lines[-2:] == ["END:VCALENDAR", ""]
        return dict(line.split(":", 1) for line in lines if line)

    first = saved({"arrival": ((35, 50), "minutes", "first")})
    window = reader.fields["arrival"]["window"]
    for name, bound in (("DTSTART", "from_ms"), ("DTEND", "to_ms")):
        assert first[name] == time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(window[bound] / 1000))
    assert first["SUMMARY"].startswith("Παράδοση από Shop arrivals")
    assert round_.links[0].partition("#")[2] not in str(first)

    reader.seen["shipment"]["seq"] += 1
    second = saved({"arrival": ((45, 60), "minutes", "later")})
    assert second["UID"] == first["UID"]
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert second["DTSTART"] > first["DTSTART"]
    assert [url for url in asked if url.endswith(".ics")] == []


def test_by_keyboard_and_in_the_chosen_language_again(
    round_: Round, browser: Browser, readers: list[Reader]
) -> None:
    reader = Reader(browser, round_.links[0], "en")
    readers.append(reader)
    page = reader.page
    reader.tell(STATES["told"])
    assert "Arriving" in reader.sees("told")
    page.focus("[data-testid=changes] summary")
    page.keyboard.press("Enter")
    assert page.locator("[data-testid=changes] li:visible").count() == 3

    page.get_by_role("button", name="Русский").focus()
    page.keyboard.press("Space")
    eventually("it is Russian", lambda: "Доставка" in page.inner_text("[data-testid=arrival]") or None)
    page.reload()
    comes_again = "[data-testid=languages] [aria-pressed=true][lang=ru]"
    eventually("it is remembered", lambda: page.query_selector(comes_again))
    assert page.get_attribute("html", "lang") == "ru"


def test_a_reader_in_another_zone_is_told_whose_time_it_is(
    round_: Round, browser: Browser, readers: list[Reader]
) -> None:
    """The round is in Helsinki's zone."""
    at_home = Reader(browser, round_.links[0], "en", timezone_id="Europe/Athens")
    away = Reader(browser, round_.links[0], "en", timezone_id="Asia/Tokyo")
    readers += [at_home, away]
    for reader in readers:
        reader.tell({"arrival": ((35, 50), "minutes", "first")})
        reader.sees("told")
    assert at_home.page.query_selector("[data-testid=zone]") is None
    assert "Eastern European" in away.page.inner_text("[data-testid=zone]")
    shown = [reader.page.inner_text("[data-testid=window]") for reader in readers]
    assert re.findall(r"\d\d:\d\d", shown[0])[0] == re.findall(r"\d\d:\d\d", shown[1])[0]


def test_at_the_door_nothing_of_it_is_left(system: System, browser: Browser, readers: list[Reader]) -> None:
    round_ = system.round(1, shop="arrivals")
    reader = Reader(browser, round_.links[0], "en")
    readers.append(reader)
    reader.tell(STATES["told"])
    reader.sees("told")
    for substatus, phase in (("OutForDelivery_004", "arrived"), ("Delivered_001", "delivered")):
        system.report(round_, 0, substatus)
        comes_to(reader.page, phase)
        assert not reader.page.inner_text("[data-testid=arrival]").strip()
