"""`dromos demo phone`: a parcel to where a phone stands, off the map, and its recipient sees the walk."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from shared.geo import destination, distance_m
from tests.e2e.system import System
from tests.waiting import eventually

ATHENS = (23.7275, 37.9838)
WALK_M = 12.0
SPOKEN = re.compile(r"About (\d+) m away")


@contextmanager
def demo_phone(system: System) -> Iterator[Iterator[dict[str, Any]]]:
    """The command's steps as it tells them."""
    command = [sys.executable, "-m", "services.cli.main", "demo", "phone", "--json", "--wait", "180"]
    env = {**os.environ, "DROMOS_STATE_DIR": str(system.folder)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield (json.loads(line) for line in process.stdout)
            assert process.wait(60) == 0
        finally:
            process.kill()


def away_m(page: Page) -> int | None:
    found = SPOKEN.search(page.inner_text("body"))
    return int(found[1]) if found else None


def test_a_parcel_comes_to_where_the_phone_stands_anywhere_in_the_world(
    system: System, browser: Browser, artifacts: Path
) -> None:
    with demo_phone(system) as steps:
        invited = next(steps)
        assert invited["url"].startswith(f"{system.portal}/courier#")
        code = invited["url"].partition("#")[2]
        phone = system.http.post(f"{system.portal}/v1/courier/enrolment", json={"code": code}).json()
        assert phone["ingest_url"].rstrip("/") == system.ingest

        def post() -> bool:
            fix = {"lon": ATHENS[0], "lat": ATHENS[1], "at": int(time.time() * 1000), "accuracy_m": 8}
            secret = {"Authorization": f"Bearer {phone['secret']}"}
            return system.http.post(f"{system.ingest}/v1/positions", json=fix, headers=secret).is_success

        eventually("the phone is known to ingest", post)
        fix, ready = list(steps)
    assert (fix["lon"], fix["lat"]) == ATHENS
    door = (ready["lon"], ready["lat"])
    assert 290 < distance_m(*ATHENS, *door) < 310
    assert ready["zone"] == "Europe/Athens"

    # A phone that is enrolled needs no code: the next parcel is on its way at once. And the next phone's
    # browser, elsewhere in Athens, takes the place of the first.
    with demo_phone(system) as steps:
        again, _, second = list(steps)
    assert second["shipment"] != ready["shipment"]
    with (
        browser.new_context(
            permissions=["geolocation"],
            geolocation={"longitude": ATHENS[0], "latitude": ATHENS[1], "accuracy": 8},
            viewport={"width": 360, "height": 740},
            locale="en",
        ) as walker,
        browser.new_context(viewport={"width": 1100, "height": 800}, locale="en") as at_home,
    ):
        courier = walker.new_page()
        courier.goto(again["url"])
        eventually(
            "the courier's page has his stop",
            lambda: "Round the Corner" in courier.inner_text("body") or None,
        )
        recipient = at_home.new_page()
        errors: list[str] = []
        recipient.on("pageerror", lambda error: errors.append(str(error)))
        recipient.goto(second["url"])
        recipient.wait_for_selector("[data-testid=map][data-state=ready]")
        recipient.wait_for_selector(".mark-driver")
        assert "no street map" in recipient.inner_text("[data-testid=plain]")
        assert recipient.locator(".maplibregl-ctrl-scale").count() == 1
        for mark in (".mark-driver", ".mark-home"):
            shown = recipient.locator(mark).bounding_box()
            frame = recipient.locator("[data-testid=map]").bounding_box()
            assert shown is not None
            assert frame is not None
            assert frame["x"] < shown["x"] < frame["x"] + frame["width"] - shown["width"]
            assert frame["y"] < shown["y"] < frame["y"] + frame["height"] - shown["height"]
        first = eventually("the distance is told", lambda: away_m(recipient))
        recipient.screenshot(path=artifacts / "athens-first.png")
        here = ATHENS
        for _ in range(12):
            here = destination(*here, 45, WALK_M)
            walker.set_geolocation({"longitude": here[0], "latitude": here[1], "accuracy": 8})
            time.sleep(1.2)
        eventually("he is seen to come", lambda: (away_m(recipient) or first) <= first - 100 or None, 30)
        recipient.screenshot(path=artifacts / "athens-nearer.png")
        assert errors == []
