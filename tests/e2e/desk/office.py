"""The desk in a browser: invited, logged in, looked at by axe, photographed."""

from __future__ import annotations

import itertools
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.e2e import looks
from tests.e2e.system import TENANT, System
from tests.waiting import eventually

SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
PASSWORD = "four words make one"
_NUMBERS = itertools.count(1)


def invitation(system: System, role: str = "owner") -> str:
    """A link that lets somebody in."""
    body = {"role": role, "tenant": TENANT}
    return str(system.call("POST", "/v1/people/invitations", system.admin, body)["url"])


@dataclass
class Office:
    """Somebody's browser at the desk."""

    context: BrowserContext
    page: Page
    email: str
    problems: list[str]

    @classmethod
    def enter(
        cls,
        system: System,
        browser: Browser,
        *,
        role: str = "owner",
        size: str = "desktop",
        language: str = "en",
        name: str = "Sofia Antoniou",
        **context: Any,
    ) -> Office:
        """Somebody who has accepted an invitation and sees Today."""
        office = cls.open(browser, size=size, language=language, **context)
        office.page.goto(invitation(system, role))
        office.fill(invitation_name=name, invitation_email=office.email, invitation_password=PASSWORD)
        office.press("invitation-accept")
        office.see("today")
        return office

    @classmethod
    def open(cls, browser: Browser, *, size: str = "desktop", language: str = "en", **context: Any) -> Office:
        """A browser that is not logged in."""
        width, height = SIZES[size]
        made = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            bypass_csp=True,  # axe is injected
            reduced_motion="reduce",
            **context,
        )
        page = made.new_page()
        page.set_default_timeout(30_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        number = f"{next(_NUMBERS)}-{uuid.uuid4().hex[:6]}"
        return cls(made, page, f"person-{number}@example.org", problems)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[data-testid={name.replace('_', '-')}]", value)

    def press(self, testid: str) -> None:
        self.page.click(f"[data-testid={testid}]")

    def see(self, testid: str) -> Locator:
        """Wait until it is there."""
        found = self.page.get_by_test_id(testid).first
        found.wait_for()
        return found

    def gone(self, testid: str) -> None:
        eventually(f"no {testid}", lambda: self.page.get_by_test_id(testid).count() == 0, 20)

    def at(self, path: str) -> str:
        return re.sub(r"(https?://[^/]+).*", r"\1", self.page.url) + path

    def accessible(self, what: str) -> None:
        """axe finds nothing serious."""
        assert looks.serious(self.page) == [], what

    def fits(self, what: str) -> None:
        """Nothing is wider than the window."""
        looks.fits(self.page, what)

    def photograph(self, artifacts: Path, name: str) -> None:
        self.page.screenshot(path=str(artifacts / f"desk-{name}.png"))

    def courier(self, courier: str) -> Locator:
        return self.page.locator(f"[data-testid=courier][data-courier='{courier}']")

    def lists(self, courier: str) -> None:
        """Wait until the courier is in the list."""
        eventually(f"{courier} is in the list", lambda: self.courier(courier).count() or None)

    def open_plan(self, courier: str) -> None:
        self.courier(courier).locator("button").first.click()
        self.page.locator(f"[data-testid=plan][data-courier='{courier}']").wait_for()

    def stops(self) -> list[str]:
        """The open stops of the plan that is shown, in order."""
        found = self.page.locator("[data-testid=stop]:not([data-done])")
        return list(found.evaluate_all("(all) => all.map((one) => one.dataset.stop)"))

    def ask(self, path: str) -> Any:
        """What the API answers to this browser."""
        return self.page.evaluate("async (path) => (await fetch(path)).json()", path)

    def close(self) -> None:
        """Nothing has failed without being said."""
        assert self.problems == []
        self.context.close()


def plan_of(system: System, courier: str) -> list[str]:
    """The shipments on the courier's routes in order, as the API has them."""
    plan = system.call("GET", f"/v1/desk/couriers/{courier}/plan", system.admin)
    return [s["shipment"] for r in plan["routes"] for stop in r["stops"] for s in stop["shipments"]]
