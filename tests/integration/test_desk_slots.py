"""What is booked, counted in a real PostgreSQL: full slots, full days, many at once for the last places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from services.portal.core.imports.state import Import, State
from services.portal.importing.reading import read
from services.portal.importing.work import Work
from services.portal.store.imports import Imports
from shared.contracts import shipment_commands
from shared.contracts.common import Window
from shared.contracts.shipment_commands import Command, Register
from shared.contracts.views.work import Outcome
from tests.integration.desk_kit import HOUR, Desk, running, state, window
from tests.unit.portal_kit import BOOK, NOW

SLOTS = "/v1/merchants/books/slots?language=en"
LEVEL = {
    "level": "standard",
    "name": "Standard",
    "lead_days": 0,
    "slots": [{"start": "14:00", "end": "18:00", "capacity": 3}, {"start": "18:00", "end": "21:00"}],
    "capacity": 5,
}
AFTERNOON, EVENING = window(2, 6), window(6, 9)
"""Of today: NOW is Friday, 20 November 2026, 12:00 in Athens."""
TODAY = {"from": "2026-11-20T14:00:00+02:00", "to": "2026-11-20T18:00:00+02:00"}


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        levels = {"levels": [LEVEL]}
        for shop in ("books", "toys"):
            answer = await found.ask("admin", "PUT", f"/v1/merchants/{shop}/service-levels", json=levels)
            assert answer.status_code == 200
        yield found


async def first(desk: Desk, shop: str = "books") -> tuple[str, int | None]:
    answer = await desk.ask(shop, "GET", SLOTS.replace("books", shop))
    assert answer.status_code == 200, answer.text
    slot = answer.json()["slots"][0]
    return slot["text"], slot.get("left")


async def register(desk: Desk, key: str, slot: Any = TODAY, **headers: str) -> httpx.Response:
    body = {k: v for k, v in BOOK.items() if k != "window"}
    body |= {"order_number": key, **({"slot": slot} if slot else {"service_level": "standard"})}
    headers = {"Idempotency-Key": key, **headers}
    return await desk.ask("books", "POST", "/v1/shipments", json=body, headers=headers)


async def test_what_is_registered_takes_its_slot_and_its_day(desk: Desk) -> None:
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 3)
    await desk.write(state("s-1", window=AFTERNOON), state("s-2", window=AFTERNOON))
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 1)
    await desk.write(state("s-3", window=AFTERNOON))
    assert await first(desk) == ("Friday 20 November, 18:00-21:00", 2)
    # Agreed on by telephone: of the day, though of no slot.
    await desk.write(state("s-4", window=window(3, 4)), state("s-5", window=EVENING))
    assert await first(desk) == ("Monday 23 November, 14:00-18:00", 3)


async def test_only_what_is_still_to_come_there_is_counted(desk: Desk) -> None:
    delivered = state("s-1", "Delivered_001", window=AFTERNOON)
    returned = state("s-2", "Exception_011", window=AFTERNOON)
    await desk.write(
        delivered,
        returned,
        state("s-3", merchant="toys", window=AFTERNOON),
        state("s-4", tenant="patras", window=AFTERNOON),
        state("s-5", window=window(-3, 1)),
        state("s-6"),
    )
    # Of `books` the delivered one has had its place; this morning's takes of the day alone.
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 2)
    assert await first(desk, "toys") == ("Friday 20 November, 14:00-18:00", 2)


async def test_a_delivery_in_another_zone_counts_on_the_shops_day(desk: Desk) -> None:
    """Its day there, by which the rows are found, is Saturday."""
    there = [state(f"s-{n}", window=EVENING, zone="Pacific/Auckland") for n in range(5)]
    await desk.write(*there)
    assert await first(desk) == ("Monday 23 November, 14:00-18:00", 3)


async def test_the_last_places_are_given_to_as_many_as_there_are(desk: Desk) -> None:
    """Twenty at once, before the lists have any of them."""
    answers = await asyncio.gather(*(register(desk, f"order-{n}") for n in range(20)))
    taken = [answer for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(taken), len(refused)) == (3, 17)
    assert len(desk.log.records(shipment_commands.TOPIC)) == 3
    for answer in refused:
        problem = answer.json()
        assert problem["reason"] == "slot_full"
        assert problem["slots"][0]["text"] == "Friday 20 November, 18:00-21:00"


async def test_who_leaves_the_choice_gets_what_is_free_then_and_never_more_than_a_day_holds(
    desk: Desk,
) -> None:
    answers = await asyncio.gather(*(register(desk, f"order-{n}", None) for n in range(12)))
    assert all(answer.status_code == 202 for answer in answers)
    windows = sorted(answer.json()["window"]["from"] for answer in answers)
    assert windows == (
        ["2026-11-20T12:00:00Z"] * 3
        + ["2026-11-20T16:00:00Z"] * 2
        + ["2026-11-23T12:00:00Z"] * 3
        + ["2026-11-23T16:00:00Z"] * 2
        + ["2026-11-24T12:00:00Z"] * 2
    )


async def test_one_shipment_takes_one_place_however_often_it_is_sent_and_once_it_is_listed(
    desk: Desk,
) -> None:
    sent = [await register(desk, "order-1") for _ in range(4)]
    assert {answer.status_code for answer in sent} == {202}
    assert len({answer.json()["command"] for answer in sent}) == 1
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 2)
    shipment = sent[0].json()["shipment"]
    await desk.write(state(shipment, window=AFTERNOON))
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 2)
    desk.now[0] += HOUR  # it is held no longer, and is counted in the lists alone
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 2)
    # Sent again when all other places are gone, as a process would that has just started.
    await desk.write(state("s-2", window=AFTERNOON), state("s-3", window=AFTERNOON))
    assert (await register(desk, "order-1")).status_code == 202
    assert (await register(desk, "order-2")).status_code == 409


async def test_another_slot_under_the_same_key_is_not_given_the_first_ones(desk: Desk) -> None:
    desk.log.available = False
    assert (await register(desk, "order-1")).status_code == 503
    desk.log.available = True
    evening = {"from": TODAY["to"], "to": "2026-11-20T21:00:00+02:00"}
    answer = await register(desk, "order-1", evening)
    assert answer.json()["window"] == {"from": "2026-11-20T16:00:00Z", "to": "2026-11-20T19:00:00Z"}
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 3)


async def test_what_the_decider_refuses_gives_its_place_back(desk: Desk) -> None:
    def no(command: Command) -> Outcome:
        assert isinstance(command, Register)
        assert command.window == Window(from_ms=NOW + 2 * HOUR, to_ms=NOW + 6 * HOUR)
        return Outcome(command=command.id, accepted=False, subject=command.shipment, seq=1, reason="no")

    desk.decide(no)
    assert (await register(desk, "order-1", Prefer="wait=2")).status_code == 409
    assert await first(desk) == ("Friday 20 November, 14:00-18:00", 3)


ROWS = """order,name,address,postcode,window
A-1,Maria,Ermou 1,10563,
A-2,Nikos,Ermou 2,10563,19:00-20:00
A-3,Anna,Ermou 3,54622,
A-4,,Ermou 4,10563,
A-5,Eleni,Ermou 5,105 58,
A-6,Petros,Ermou 6,10559,
"""


async def imported(desk: Desk, rows: str) -> dict[str, tuple[int, int] | None]:
    """The windows of the rows of a sheet, by order number, once it has been read."""
    assert desk.portal.office is not None
    imports = Imports(desk.portal.office.database)
    async with imports.database.transaction() as connection:
        await connection.execute(text("DELETE FROM imports"))
    asked = Import(
        import_id="i-slots",
        tenant="athens",
        merchant="books",
        by_kind="staff",
        by_id="p-staff",
        state=State.READING,
        apply_when_good=False,
        created_ms=NOW,
        expires_ms=NOW + HOUR,
    )
    await imports.add(asked, rows.encode())
    found = await imports.claim("w-1")
    assert found is not None
    work = Work(desk.portal, imports, found, "w-1")
    await read(work)
    lines = [line.order for line in await work.lines()]
    await imports.delete("i-slots")
    return {o.order_number: (o.from_ms, o.to_ms) if o.from_ms and o.to_ms else None for o in lines}


async def test_imported_rows_that_name_no_window_get_a_slot_where_the_shop_wants_it(desk: Desk) -> None:
    assert set((await imported(desk, ROWS)).values()) == {None, (NOW + 7 * HOUR, NOW + 8 * HOUR)}
    level = {**LEVEL, "imports": True, "postcodes": ["105"]}
    answer = await desk.ask("admin", "PUT", "/v1/merchants/books/service-levels", json={"levels": [level]})
    assert answer.status_code == 200
    await desk.write(state("s-1", window=AFTERNOON))
    afternoon, evening = (NOW + 2 * HOUR, NOW + 6 * HOUR), (NOW + 6 * HOUR, NOW + 9 * HOUR)
    assert await imported(desk, ROWS) == {
        "A-1": afternoon,
        "A-2": (NOW + 7 * HOUR, NOW + 8 * HOUR),
        "A-3": None,  # no level delivers there
        "A-4": None,  # without a name it is no order
        "A-5": afternoon,
        "A-6": evening,
    }
    # Who writes dates means them.
    dated = "order,name,address,postcode,date\nA-1,Maria,Ermou 1,10563,20.11.2026\n"
    assert await imported(desk, dated) == {"A-1": None}
