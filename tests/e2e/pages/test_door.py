"""With HOST: all through one https door, in a browser that does not trust it, and one that was told to."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Error, Geolocation

from tests.e2e.conftest import started
from tests.e2e.pages.test_phone import away_m
from tests.e2e.system import CENTRE, STEP_DEG, TENANT
from tests.waiting import eventually

HOST = "127.0.0.1"


def test_a_round_through_the_door(browser: Browser, tmp_path: Path) -> None:
    with started(tmp_path, "--host", HOST) as system:
        told = json.loads((tmp_path / "run" / "up.json").read_text())
        door = told["door"]
        supervisor = psutil.Process(system.supervisor)
        family = [supervisor, *supervisor.children(recursive=True)]
        round_ = system.round(1)
        [link] = round_.links
        assert link.startswith(f"{door}/t#")
        system.call(
            "PUT", f"/v1/couriers/{round_.courier}", system.admin, {"tenant": TENANT, "name": "Eleni"}
        )
        invited = system.call("POST", f"/v1/couriers/{round_.courier}/phones", system.admin)
        assert invited["url"].startswith(f"{door}/courier#")
        place: Geolocation = {"longitude": CENTRE[0], "latitude": CENTRE[1], "accuracy": 8}
        with (
            browser.new_context() as wary,
            browser.new_context(
                permissions=["geolocation"], geolocation=place, locale="en", ignore_https_errors=True
            ) as walker,
            browser.new_context(locale="en", ignore_https_errors=True) as at_home,
        ):
            with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
                wary.new_page().goto(invited["url"])
            courier = walker.new_page()
            courier.goto(invited["url"])
            assert courier.evaluate("isSecureContext")
            eventually(
                "the courier's page sends his position",
                lambda: courier.locator("[data-testid=sending]").get_attribute("data-status") == "sent",
            )
            recipient = at_home.new_page()
            sockets: list[str] = []
            recipient.on("websocket", lambda socket: sockets.append(socket.url))
            recipient.goto(link)
            recipient.wait_for_selector(".mark-driver")
            assert sockets == [told["door"].replace("https", "wss") + "/live"]
            first = eventually("the distance is told", lambda: away_m(recipient))
            for step in range(1, 7):
                walker.set_geolocation({**place, "longitude": CENTRE[0] + step * STEP_DEG / 4})
                time.sleep(1.2)
            eventually("he is seen to come", lambda: (away_m(recipient) or first) < first - 40 or None, 30)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
