"""Slots for checkouts: what a shop's server asks, and what a shipment is registered with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.portal.core import ids
from services.portal.schemas.shipments import NewShipment
from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.common import Window
from tests.unit.portal_kit import BOOK, NOW, SHOP, Kit, running

MINUTE, HOUR = 60_000, 3_600_000
CENTRE = {
    "level": "centre",
    "name": "Κέντρο",
    "cut_off": "12:30",
    "lead_days": 0,
    "slots": [{"start": "10:00", "end": "14:00"}, {"start": "14:00", "end": "18:00"}],
    "postcodes": ["105", "00 10"],
    "holidays": "GR",
}
REST = {"level": "rest", "name": "Everywhere", "slots": [{"start": "10:00", "end": "18:00"}]}
SLOTS = "/v1/merchants/books/slots"
LEVELS = "/v1/merchants/books/service-levels"
UNWINDOWED = {k: v for k, v in BOOK.items() if k != "window"}
TODAY = {"from": "2026-11-20T14:00:00+02:00", "to": "2026-11-20T18:00:00+02:00"}
"""NOW is Friday, 20 November 2026, 12:00 in Athens."""


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        assert (await found.ask("admin", "PUT", LEVELS, json={"levels": [CENTRE, REST]})).status_code == 200
        yield found


def order(postcode: str | None = "10563", **more: Any) -> dict[str, Any]:
    return {**UNWINDOWED, "address": {**BOOK["address"], "postcode": postcode}, **more}  # type: ignore[dict-item]


async def register(kit: Kit, body: Any, key: str = "order-1", **headers: str) -> Any:
    return await kit.ask(
        "books", "POST", "/v1/shipments", json=body, headers={"Idempotency-Key": key, **headers}
    )


async def texts(kit: Kit, query: str, who: str = "books") -> list[str]:
    answer = await kit.ask(who, "GET", f"{SLOTS}?language=en&{query}")
    assert answer.status_code == 200, answer.text
    return [f"{slot['level']}: {slot['text']}" for slot in answer.json()["slots"]]


async def test_a_checkout_is_told_when_it_can_come(kit: Kit) -> None:
    body = (await kit.ask("books", "GET", f"{SLOTS}?postcode=10563&level=centre&limit=1")).json()
    assert body == {
        "merchant": "books",
        "zone": "Europe/Athens",
        "ordered_at": "2026-11-20T10:00:00Z",
        "slots": [
            {
                "level": "centre",
                "day": "2026-11-20",
                "weekday": 5,
                "from": "2026-11-20T14:00:00+02:00",
                "to": "2026-11-20T18:00:00+02:00",
                "text": "Παρασκευή 20 Νοεμβρίου, 14:00-18:00",
            }
        ],
        "next": "1795176000000.1795190400000.centre",
    }


async def test_by_postcode_level_and_time_of_ordering(kit: Kit) -> None:
    assert (await texts(kit, "postcode=105 63"))[:2] == [
        "centre: Friday 20 November, 14:00-18:00",
        "centre: Monday 23 November, 10:00-14:00",
    ]
    assert (await texts(kit, "postcode=54622"))[0] == "rest: Monday 23 November, 10:00-18:00"
    assert (await texts(kit, ""))[0] == "rest: Monday 23 November, 10:00-18:00"
    late = "ordered=2026-11-20T12:30:00%2B02:00"
    assert (await texts(kit, f"postcode=10563&{late}"))[0] == "centre: Monday 23 November, 10:00-14:00"
    unencoded = "ordered=2026-11-20T12:29:59+02:00"
    assert (await texts(kit, f"postcode=10563&{unencoded}"))[0] == "centre: Friday 20 November, 14:00-18:00"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("level=express", "unknown_level"),
        ("level=centre&postcode=54622", "postcode_not_served"),
        ("level=centre", "postcode_not_served"),
        ("ordered=2026-11-20", "invalid"),
        ("ordered=2026-11-18T12:00:00Z", "invalid"),
        ("ordered=2027-01-20T12:00:00Z", "invalid"),
        ("after=1.2", "invalid"),
        ("limit=0", "invalid"),
        ("language=de", "invalid"),
    ],
)
async def test_what_cannot_be_asked_says_what_is_wrong(kit: Kit, query: str, code: str) -> None:
    answer = await kit.ask("books", "GET", f"{SLOTS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:dromos:problem:{code}"


async def test_a_shop_without_levels_says_so(kit: Kit) -> None:
    answer = await kit.ask("toys", "GET", "/v1/merchants/toys/slots")
    assert (answer.status_code, answer.json()["reason"]) == (422, "no_levels")


async def test_pages_have_every_slot_once(kit: Kit) -> None:
    whole = await texts(kit, "postcode=10563&limit=100")
    assert len(whole) == 30 - 1  # ten days of work of three slots, and today's first is over
    found: list[str] = []
    after = ""
    while True:
        query = f"{SLOTS}?postcode=10563&language=en&limit=7&after={after}"
        page = (await kit.ask("books", "GET", query)).json()
        found += [f"{slot['level']}: {slot['text']}" for slot in page["slots"]]
        if (after := page.get("next")) is None:
            break
        assert len(page["slots"]) == 7
    assert found == whole


async def test_it_is_asked_so_often_a_minute_by_each_shop() -> None:
    async with running(slot_rate="3/minute") as kit:
        for shop in ("books", "toys"):
            await kit.ask("admin", "PUT", f"/v1/merchants/{shop}/service-levels", json={"levels": [REST]})
        for _ in range(3):
            assert (await kit.ask("books", "GET", SLOTS)).status_code == 200
        refused = await kit.ask("books", "GET", SLOTS)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert (await kit.ask("toys", "GET", "/v1/merchants/toys/slots")).status_code == 200


# Registering


def command(kit: Kit) -> Any:
    return kit.values(shipment_commands.TOPIC)[-1]


async def test_a_chosen_slot_is_the_shipments_window(kit: Kit) -> None:
    answer = await register(kit, order(slot=TODAY))
    assert answer.status_code == 202
    assert answer.json()["window"] == {"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T16:00:00Z"}
    assert command(kit)["window"] == {"from_ms": NOW + 2 * HOUR, "to_ms": NOW + 6 * HOUR}


async def test_with_a_level_alone_it_is_the_first_free_one(kit: Kit) -> None:
    await register(kit, order(service_level="rest"))
    assert command(kit)["window"] == {"from_ms": NOW + 70 * HOUR, "to_ms": NOW + 78 * HOUR}  # Monday 10-18


async def test_what_the_calendar_does_not_offer_is_refused_with_what_it_does(kit: Kit) -> None:
    kit.now[0] = NOW + 2 * HOUR  # fourteen o'clock: the cut-off was at half past twelve
    answer = await register(kit, order(slot=TODAY, service_level="centre"))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["reason"] == "slot_not_offered"
    assert "Possible: Monday 23 November, 10:00-14:00; Monday 23 November, 14:00-18:00" in problem["detail"]
    assert problem["slots"][0] == {
        "level": "centre",
        "day": "2026-11-23",
        "weekday": 1,
        "from": "2026-11-23T10:00:00+02:00",
        "to": "2026-11-23T14:00:00+02:00",
        "text": "Monday 23 November, 10:00-14:00",
    }
    assert kit.log.records(shipment_commands.TOPIC) == []
    assert kit.log.records(shipment_parties.TOPIC) == []


async def test_a_slot_that_was_shown_at_the_checkout_holds_for_a_quarter_of_an_hour(kit: Kit) -> None:
    kit.now[0] = NOW + 44 * MINUTE
    assert (await register(kit, order(slot=TODAY))).status_code == 202
    kit.now[0] = NOW + 45 * MINUTE
    assert (await register(kit, order(slot=TODAY), "order-2")).status_code == 409


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (order(service_level="express"), "unknown_level"),
        (order("54622", service_level="centre"), "postcode_not_served"),
        (order(None, service_level="centre"), "postcode_not_served"),
        (order(slot=TODAY, window=TODAY), "invalid"),
        (order(service_level="centre", window=TODAY), "invalid"),
        (order(slot={"from": TODAY["to"], "to": TODAY["from"]}), "invalid"),
    ],
)
async def test_what_no_level_can_deliver_is_to_be_mended(kit: Kit, body: Any, code: str) -> None:
    answer = await register(kit, body)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:dromos:problem:{code}"
    assert kit.log.records(shipment_parties.TOPIC) == []


async def test_a_window_agreed_on_otherwise_is_nobodys_slot(kit: Kit) -> None:
    answer = await register(kit, {**BOOK})
    assert answer.status_code == 202
    assert "window" not in answer.json()
    assert command(kit)["window"] == {"from_ms": NOW + 2 * HOUR, "to_ms": NOW + 4 * HOUR}


async def test_asked_again_much_later_it_is_the_same_shipment_in_its_old_slot(kit: Kit) -> None:
    first = (await register(kit, order(slot=TODAY))).json()
    window = Window(from_ms=NOW + 2 * HOUR, to_ms=NOW + 6 * HOUR)
    await kit.registered("books", "x", shipment=first["shipment"], parties=first["command"], window=window)
    kit.now[0] = NOW + 30 * HOUR
    again = await register(kit, order(slot=TODAY))
    assert again.status_code == 200
    assert again.json()["window"] == first["window"]


async def test_a_request_from_before_there_were_slots_is_the_same_still() -> None:
    body = NewShipment.model_validate(BOOK)
    known = body.model_dump_json(exclude={"service_level", "slot", "handover"}).encode()
    assert body.as_sent() == known
    assert b"slot" not in known
    assert b"handover" not in known
    with_slot = NewShipment.model_validate(order(slot=TODAY))
    assert b'"slot"' in with_slot.as_sent()
    assert ids.fingerprint("k", with_slot.as_sent()) != ids.fingerprint("k", body.as_sent())


async def test_what_has_to_be_counted_is_not_guessed_without_postgresql(kit: Kit) -> None:
    limited = {**REST, "capacity": 2}
    await kit.ask("admin", "PUT", LEVELS, json={"levels": [limited]})
    assert (await kit.ask("books", "GET", SLOTS)).status_code == 503
    answer = await register(kit, order(service_level="rest"))
    assert answer.status_code == 503
    assert kit.log.records(shipment_parties.TOPIC) == []


# Changing the levels


async def test_levels_are_read_as_they_were_put_and_a_change_of_the_shop_keeps_them(kit: Kit) -> None:
    put = await kit.ask("owner", "PUT", LEVELS, json={"levels": [CENTRE]})
    assert put.status_code == 200
    (level,) = put.json()["levels"]
    assert level["postcodes"] == ["105", "0010"]
    assert (level["packing_days"], level["imports"], level["closed"]) == ([1, 2, 3, 4, 5], False, [])
    again = await kit.ask("owner", "PUT", LEVELS, json={"levels": [level]})
    assert again.json() == put.json()
    assert (await kit.ask("admin", "PUT", "/v1/merchants/books", json=SHOP)).status_code == 200
    assert (await kit.ask("books", "GET", LEVELS)).json() == put.json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"cut_off": "24:00"},
        {"cut_off": "9:00"},
        {"slots": []},
        {"slots": [{"start": "10:00", "end": "10:00"}]},
        {"slots": [REST["slots"][0], REST["slots"][0]]},
        {"slots": [{"start": "10:00", "end": "12:00", "capacity": 0}]},
        {"packing_days": []},
        {"delivery_days": [8]},
        {"lead_days": 21},
        {"holidays": "XX"},
        {"holidays": "gr"},
        {"postcodes": ["10%"]},
        {"closed": ["2026-02-30"]},
        {"closed": ["2026-12-24"], "open": ["2026-12-24"]},
        {"name": ""},
        {"level": "two words"},
        {"colour": "red"},
    ],
)
async def test_a_level_that_cannot_be_is_refused(kit: Kit, wrong: dict[str, Any]) -> None:
    answer = await kit.ask("admin", "PUT", LEVELS, json={"levels": [{**REST, **wrong}]})
    assert answer.status_code == 422
    assert all(e["field"].startswith("body.levels.0") for e in answer.json()["errors"])


async def test_two_levels_have_two_ids(kit: Kit) -> None:
    assert (await kit.ask("admin", "PUT", LEVELS, json={"levels": [REST, REST]})).status_code == 422
