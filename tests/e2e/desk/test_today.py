"""Today: couriers in words and on the map, shipments moved by pointer and by key, with a way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests.e2e.desk.office import Office, plan_of
from tests.e2e.looks import LOOKS, scheme
from tests.e2e.system import CENTRE, TENANT, Round, System, coordinates
from tests.waiting import eventually


def named(system: System, round_: Round, name: str) -> None:
    """Give the round's courier a name in the carrier's list."""
    system.call(
        "PUT",
        f"/v1/couriers/{round_.courier}",
        system.admin,
        {"tenant": TENANT, "name": name, "phone": "+358401234567"},
    )


def two_rounds(system: System, shop: str) -> tuple[Round, Round]:
    """Aino with three stops and Mikko with one, both on the road, far from each other."""
    aino = system.round(3, shop=shop, mode="open")
    mikko = system.round(1, shop=shop, mode="open")
    named(system, aino, f"Aino {shop}")
    named(system, mikko, f"Mikko {shop}")
    return aino, mikko


def drag(office: Office, what: Locator, onto: Locator, *, y: float = 0.5) -> None:
    """By pointer, in steps as a hand does, until the page says that it lies over its aim: rows change
    places meanwhile, and an aim far down is scrolled to."""
    what.scroll_into_view_if_needed()
    start = what.bounding_box()
    assert start is not None
    mouse = office.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()

    def over() -> bool:
        onto.scroll_into_view_if_needed()
        end = onto.bounding_box()
        assert end is not None
        mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] * y, steps=12)
        return onto.get_attribute("data-over") is not None

    eventually("the pointer lies over its aim", over)
    office.page.locator(".ghost").wait_for()
    mouse.up()


def grip(office: Office, stop: str) -> Locator:
    return office.page.locator(f"[data-stop='{stop}'] [data-testid=grip]")


def test_a_shipment_goes_to_another_courier_and_its_recipient_follows(
    system: System, browser: Browser, artifacts: Path
) -> None:
    aino, mikko = two_rounds(system, "moves")
    there = (CENTRE[0] - 0.02, CENTRE[1] - 0.01)
    assert aino.phone.post(*CENTRE) == 200
    assert mikko.phone.post(*there) == 200
    moved = aino.shipments[1]
    socket = system.socket(aino.links[1])
    socket.until("Aino is seen", lambda frame: near(coordinates(frame), CENTRE))

    office = Office.enter(system, browser)
    for round_ in (aino, mikko):
        office.lists(round_.courier)
    assert "Aino moves" in office.courier(aino.courier).inner_text()
    office.page.locator("[data-testid=fleet-map][data-state=ready]").wait_for()
    office.open_plan(aino.courier)
    eventually("three stops", lambda: office.stops() == ["stop-0", "stop-1", "stop-2"])
    office.accessible("a plan")
    drag(office, grip(office, "stop-1"), office.courier(mikko.courier))
    assert "Mikko moves" in office.see("toast").inner_text()
    eventually("it is Mikko's", lambda: moved in plan_of(system, mikko.courier))
    eventually("and Aino has it no more", lambda: moved not in plan_of(system, aino.courier))
    eventually("the page shows it gone", lambda: office.stops() == ["stop-0", "stop-2"])

    def seen() -> bool | None:
        assert mikko.phone.post(*there) == 200
        return any(near(coordinates(frame), there) for frame in socket.read(0.5)) or None

    eventually("the recipient follows Mikko", seen, 60)
    socket.close()

    office.press("undo")
    eventually("it is back between its neighbours", lambda: plan_of(system, aino.courier) == aino.shipments)
    eventually("and Mikko has it no more", lambda: moved not in plan_of(system, mikko.courier))
    office.photograph(artifacts, "moved-back")
    office.close()


def near(place: Any, other: tuple[float, float]) -> bool:
    return bool(place) and abs(place[0] - other[0]) < 1e-4 and abs(place[1] - other[1]) < 1e-4


def test_stops_are_put_in_another_order_by_pointer_and_by_key(system: System, browser: Browser) -> None:
    round_ = system.round(3, shop="orders")
    office = Office.enter(system, browser)
    office.lists(round_.courier)
    office.open_plan(round_.courier)
    eventually("three stops", lambda: len(office.stops()) == 3)
    first, second, third = round_.shipments

    drag(office, grip(office, "stop-2"), office.page.locator("[data-stop=stop-0]"), y=0.1)
    eventually("the last is first", lambda: plan_of(system, round_.courier) == [third, first, second])
    office.see("undo")

    grip(office, "stop-2").focus()
    office.page.keyboard.press("ArrowDown")
    office.page.keyboard.press("ArrowDown")
    eventually("it is last again", lambda: plan_of(system, round_.courier) == [first, second, third])
    assert office.page.evaluate("document.activeElement.closest('[data-stop]').dataset.stop") == "stop-2"
    eventually("undo is offered", lambda: office.page.get_by_test_id("undo").count() or None)
    office.page.keyboard.press("Control+z")
    eventually("undone", lambda: plan_of(system, round_.courier) == [third, first, second])
    office.close()


def test_a_route_is_closed_and_what_was_on_it_given_away_by_keyboard(
    system: System, browser: Browser, artifacts: Path
) -> None:
    aino, mikko = two_rounds(system, "closes")
    office = Office.enter(system, browser)
    page = office.page
    office.lists(mikko.courier)
    office.open_plan(aino.courier)
    eventually("three stops", lambda: len(office.stops()) == 3)
    before = office.ask("/v1/desk/today")["unassigned"]
    office.press("close-route")
    told = office.see("confirm").inner_text()
    assert "3 shipments" in told
    office.accessible("the question")
    page.keyboard.press("Escape")
    office.gone("confirm")
    assert plan_of(system, aino.courier) == aino.shipments
    office.press("close-route")
    office.press("confirm-yes")
    eventually("nothing is left", lambda: plan_of(system, aino.courier) == [])
    eventually("the page says so", lambda: office.stops() == [])
    eventually(
        "nobody carries them",
        lambda: office.ask("/v1/desk/today")["unassigned"] == before + 3,
    )
    eventually("the page counts them", lambda: str(before + 3) in office.see("pool-count").inner_text())
    page.locator(".pool-head").focus()
    page.keyboard.press("Enter")
    row = page.locator(f"[data-testid=pool-shipment][data-shipment='{aino.shipments[1]}']")
    row.wait_for()
    row.get_by_test_id("assign").focus()
    page.keyboard.press("Enter")
    office.see("move-dialog")
    office.accessible("where to")
    page.get_by_test_id("move-search").focus()
    page.keyboard.type(mikko.courier)
    page.keyboard.press("Enter")
    eventually("Mikko has it", lambda: aino.shipments[1] in plan_of(system, mikko.courier))
    office.photograph(artifacts, "given")
    office.close()


def test_a_phone_that_falls_silent_is_called_so(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="silent")
    office = Office.enter(system, browser)
    card = office.courier(round_.courier)
    eventually("he is heard", lambda: card.get_attribute("data-heard") == "fresh")
    # The page's own clock, moved: no answer is needed for what was heard to grow old.
    office.page.route("**/v1/desk/today", lambda route: route.abort())
    office.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=5))
    eventually("he is called silent", lambda: card.get_attribute("data-heard") == "stale")
    assert "4 min" in card.inner_text() or "5 min" in card.inner_text()
    assert "As of" in office.see("old").inner_text()
    office.see("error")
    office.close()


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_today_in_each_language_and_size(
    system: System, browser: Browser, artifacts: Path, size: str, language: str
) -> None:
    round_ = system.round(2, shop="sizes")
    system.report(round_, 0, "Delivered_001")
    office = Office.enter(system, browser, size=size, language=language, color_scheme=scheme(language))
    office.lists(round_.courier)
    office.accessible("today")
    office.fits("today")
    office.photograph(artifacts, f"today-{size}-{language}")
    office.open_plan(round_.courier)
    eventually("a stop is left", lambda: len(office.stops()) == 1)
    office.accessible("plan")
    office.fits("plan")
    office.photograph(artifacts, f"plan-{size}-{language}")
    if size == "phone":
        office.press("toggle-map")
    office.page.locator("[data-testid=fleet-map][data-state=ready]").wait_for()
    office.accessible("map")
    office.photograph(artifacts, f"map-{size}-{language}")
    office.page.keyboard.press("?")
    office.see("keys")
    office.accessible("keys")
    office.close()


def test_chosen_on_the_list_is_chosen_on_the_map_and_in_the_address(system: System, browser: Browser) -> None:
    round_ = system.round(1, shop="chosen")
    office = Office.enter(system, browser)
    page = office.page
    office.lists(round_.courier)
    page.locator("[data-testid=fleet-map][data-state=ready]").wait_for()
    office.open_plan(round_.courier)
    assert page.get_by_test_id("fleet-map").get_attribute("data-chosen") == round_.courier
    page.reload()
    page.locator(f"[data-testid=plan][data-courier='{round_.courier}']").wait_for()
    page.locator("[data-testid=fleet-map][data-state=ready]").wait_for()
    page.keyboard.press("x")
    office.gone("plan")
    assert page.url == office.at("/desk")
    page.go_back()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.dataset.testid") == "courier-search"
    office.close()
