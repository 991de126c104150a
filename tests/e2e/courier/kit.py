"""A courier's day planned over the API, and his phone: a browser at a phone's size that knows where it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.e2e.system import CENTRE, STEP_DEG, TENANT, System
from tests.waiting import eventually

NARROW: ViewportSize = {"width": 360, "height": 740}
WALK_DEG = 0.00018  # about 10 m of longitude here
UNDO_MS = 10_000


@dataclass
class Day:
    """A courier's planned round, his phone's code, and the recipients' links."""

    courier: str
    route: str
    device: str
    url: str
    shipments: list[str]
    orders: list[str]
    places: list[tuple[float, float]]
    links: list[str]


def plan_day(
    system: System, stops: int, *, shop: str = "door", doubled: bool = False, **merchant: Any
) -> Day:
    """Shipments along a line, planned as one round of a new courier who has not set out. Cash is due at the
    first stop, the second one is a counter; `doubled` puts a second parcel at the first."""
    tag = uuid.uuid4().hex[:8]
    key = system.merchant(shop, **merchant)
    courier, route = f"e-{tag}", f"r-{tag}"
    places = [(CENTRE[0] + STEP_DEG * 2 * (n + 1), CENTRE[1]) for n in range(stops)]
    at_stop = list(range(stops))
    if doubled:
        at_stop.insert(1, 0)
    now = datetime.now(UTC)
    shipments, orders, links = [], [], []
    for count, stop in enumerate(at_stop):
        lon, lat = places[stop]
        body: dict[str, Any] = {
            "order_number": f"GR-{tag}-{count}",
            "parcels": 1 + count % 3,
            "handover": "counter" if stop == 1 else "door",
            "recipient": {
                "name": ("Maria Papadopoulou", "Νίκος Αντωνόπουλος", "Светлана Ковалёва")[stop % 3],
                "phone": f"+35840123456{stop % 10}",
                "floor": "3",
                "bell": "Papadopoulou",
                "note": "The bell is broken: please call from the gate, and mind the dog in the yard.",
            },
            "address": {
                "line": f"Aleksanterinkatu {stop * 2 + 15}",
                "city": "Helsinki",
                "postcode": "00100",
                "lon": lon,
                "lat": lat,
            },
            "window": {
                "from": (now + timedelta(minutes=20 * stop)).isoformat(),
                "to": (now + timedelta(minutes=20 * stop + 60)).isoformat(),
            },
        }
        if count == 0:
            body["cash"] = {"amount": "24.90", "currency": "EUR"}
        made = system.call("POST", "/v1/shipments", key, body, **{"Idempotency-Key": f"{tag}-{count}"})
        shipments.append(made["shipment"])
        orders.append(body["order_number"])
        links.append(system.call("POST", f"/v1/shipments/{made['shipment']}/links", key, {})["url"])
    system.call(
        "PUT",
        f"/v1/couriers/{courier}",
        system.admin,
        {"tenant": TENANT, "name": "Eleni Georgiou", "vehicle": "white van"},
    )
    planned = {
        "stops": [
            {
                "stop": f"stop-{stop}",
                "lon": lon,
                "lat": lat,
                "shipments": [s for s, at in zip(shipments, at_stop, strict=True) if at == stop],
            }
            for stop, (lon, lat) in enumerate(places)
        ],
        "driver": {"first_name": "Eleni", "vehicle": "white van"},
    }
    system.call("PUT", f"/v1/routes/{courier}/{route}", system.admin, planned)
    invited = system.call("POST", f"/v1/couriers/{courier}/phones", system.admin)
    return Day(courier, route, invited["device_id"], invited["url"], shipments, orders, places, links)


class Phone:
    """His phone's browser. `walk` moves it as he goes."""

    def __init__(
        self, browser: Browser, language: str = "en", *, allowed: bool = True, **context: Any
    ) -> None:
        self.here = CENTRE
        self.errors: list[str] = []
        self.context: BrowserContext = browser.new_context(
            **{
                "viewport": NARROW,
                "locale": language,
                "geolocation": _place(self.here),
                "permissions": ["geolocation"] if allowed else [],
                "has_touch": True,
                "is_mobile": True,
                "reduced_motion": "reduce",
            }
            | context
        )
        self.page = self._opened()

    def _opened(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.errors.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        return page

    def enrol(self, day: Day) -> Phone:
        """Open the address of the QR code, and wait for his stops."""
        self.page.goto(day.url)
        self.state("stops")
        return self

    def reopen(self) -> None:
        """Close the tab, and open the page anew as from the home screen."""
        address = self.page.url
        self.page.close()
        self.page = self._opened()
        self.page.goto(address)

    def state(self, wanted: str) -> None:
        try:
            eventually(f"the courier's page {wanted}", lambda: self._state() == wanted, 60)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self._state()}: {self.page.inner_text('body')}") from None

    def _state(self) -> str | None:
        main = self.page.query_selector("[data-testid=courier]")
        return main.get_attribute("data-state") if main else None

    def tap(self, name: str) -> None:
        self.page.click(f"[data-testid={name}]")

    def sees(self, name: str, timeout_s: float = 20) -> str:
        """The text of what is there by then."""
        place = self.page.locator(f"[data-testid={name}]").first
        place.wait_for(timeout=timeout_s * 1000)
        return place.inner_text()

    def status(self, wanted: str, timeout_s: float = 30) -> None:
        eventually(
            f"the status {wanted}",
            lambda: self.page.query_selector(f"[data-testid=sending][data-status={wanted}]"),
            timeout_s,
        )

    def next_stop(self, wanted: str) -> None:
        eventually(
            f"the next stop {wanted}",
            lambda: self.page.query_selector(f"[data-testid=next][data-stop={wanted}]"),
            30,
        )

    def at(self, place: tuple[float, float]) -> None:
        self.here = place
        self.context.set_geolocation(_place(place))

    def walk(self, to: tuple[float, float], pause_ms: float = 700) -> Iterator[tuple[float, float]]:
        """Step by step along a straight line; where he is after each step."""
        while (left := to[0] - self.here[0]) > WALK_DEG / 2:
            self.at((self.here[0] + min(WALK_DEG, left), to[1]))
            self.page.wait_for_timeout(pause_ms)
            yield self.here

    def until_sent(self) -> None:
        """The undo is over and the servers have everything."""
        eventually("everything is sent", lambda: unsent(self.page) == 0, 45)

    def close(self) -> None:
        assert not self.errors, self.errors
        self.context.close()


def _place(place: tuple[float, float]) -> Any:
    return {"longitude": place[0], "latitude": place[1], "accuracy": 6}


def unsent(page: Page) -> int:
    """How many acts the phone still keeps for the servers, from its own storage."""
    found = page.evaluate(
        """async () => {
          const names = (await indexedDB.databases()).map((each) => each.name);
          const name = names.find((each) => each.startsWith("dromos-courier:"));
          const db = await new Promise((done, fail) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => done(asked.result);
            asked.onerror = () => fail(asked.error);
          });
          const acts = await new Promise((done, fail) => {
            const asked = db.transaction("acts").objectStore("acts").getAll();
            asked.onsuccess = () => done(asked.result);
            asked.onerror = () => fail(asked.error);
          });
          db.close();
          return acts.filter((act) => act.sent_ms === undefined).length;
        }"""
    )
    return int(found)


def overflows(page: Page) -> bool:
    """Whether the page, or the sheet on it, is wider than the screen. A phone's browser zooms out to fit what
    is too wide: the window's own width tells nothing."""
    assert page.viewport_size is not None
    return bool(
        page.evaluate(
            "width => [document.documentElement, ...document.querySelectorAll('dialog')]"
            ".some(each => each.scrollWidth > width)",
            page.viewport_size["width"],
        )
    )


@contextmanager
def recipient(browser: Browser, link: str, language: str = "en") -> Iterator[Page]:
    """The recipient's page on his link."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale=language, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(link)
        yield page
    finally:
        context.close()


def status_of(system: System, shop: str, shipment: str) -> str:
    """What the shop is told of its shipment."""
    return str(system.call("GET", f"/v1/shipments/{shipment}", system.keys[shop])["status"])
