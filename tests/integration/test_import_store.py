"""Imports in a real PostgreSQL: claims, a worker that died, one that woke too late, and what is over."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import text

from deploy.local.infra import Infra
from services.portal.core.imports.columns import Column
from services.portal.core.imports.faults import Fault
from services.portal.core.imports.rows import Order
from services.portal.core.imports.state import Import, Line, Plan, PlannedRoute, PlannedStop, State, Wish
from services.portal.store import tables
from services.portal.store.imports import ENDING_MS, ClaimLost, Imports

NOW = 1_795_168_800_000


@pytest_asyncio.fixture
async def imports(infra: Infra) -> AsyncIterator[Imports]:
    database = tables.database(infra.postgres_url)
    await database.upgrade()
    found = Imports(database)
    async with found.database.transaction() as connection:
        await connection.execute(text("DELETE FROM imports"))
    yield found
    await database.close()


def made(**more: object) -> Import:
    values: dict[str, object] = {
        "import_id": f"i-{uuid.uuid4().hex[:16]}",
        "tenant": "athens",
        "merchant": "books",
        "by_kind": "staff",
        "by_id": "eleni",
        "state": State.READING,
        "apply_when_good": False,
        "created_ms": NOW,
        "expires_ms": NOW + 1000,
        "wish": Wish(couriers=("aino",), depot=(24.9, 60.1)),
    }
    return Import(**(values | more))  # type: ignore[arg-type]


LINES = [
    Line(2, Order(order_number="A-1", name="Maria", cash="1.50", currency="EUR"), lon=24.9, lat=60.1),
    Line(3, Order(order_number="A-2"), faults=(Fault("name_missing", "name"),)),
]


async def expire(imports: Imports, import_id: str) -> None:
    async with imports.database.transaction() as connection:
        await connection.execute(
            text("UPDATE imports SET claimed_until_ms = 1 WHERE import_id = :i"), {"i": import_id}
        )


async def test_all_of_it_comes_back(imports: Imports) -> None:
    one = made()
    await imports.add(one, b"file")
    assert await imports.get(one.import_id, "athens") == one
    assert await imports.content(one.import_id) == b"file"
    assert await imports.get(one.import_id, "sparta") is None
    assert await imports.listed("sparta", 10) == []
    assert [i.import_id for i in await imports.listed("athens", 10)] == [one.import_id]

    claimed = await imports.claim("w-1")
    assert claimed == one
    stop = PlannedStop(24.9, 60.1, (2,), leg="abc", leg_s=1.5)
    changes = {
        "columns": (Column("Order", 0, "order_number", "heading"),),
        "content": None,
        "state": State.READY,
        "plan": Plan((PlannedRoute("aino", "r-1", (stop,)),)),
        "fault": Fault("too_few_couriers", params={"stops": "9"}),
    }
    await imports.save(one.import_id, "w-1", changes, LINES)
    assert await imports.lines(one.import_id) == LINES
    assert await imports.content(one.import_id) is None
    found = await imports.get(one.import_id, None)
    assert found == replace(one, **{k: v for k, v in changes.items() if k != "content"})


async def test_one_works_on_it_and_another_goes_on_when_he_dies(imports: Imports) -> None:
    one = made()
    await imports.add(one, b"")
    assert (await imports.claim("w-1")) is not None
    assert await imports.claim("w-2") is None
    await imports.renew(one.import_id, "w-1")
    await expire(imports, one.import_id)
    assert (await imports.claim("w-2")) is not None
    # The first was only frozen, and wakes: what he knows is old.
    with pytest.raises(ClaimLost):
        await imports.save(one.import_id, "w-1", {"state": State.DONE}, LINES)
    with pytest.raises(ClaimLost):
        await imports.renew(one.import_id, "w-1")
    found = await imports.get(one.import_id, None)
    assert found is not None
    assert found.state is State.READING
    assert await imports.lines(one.import_id) == []
    await imports.release(one.import_id, "w-2")
    assert (await imports.claim("w-3")) is not None


async def test_what_stands_still_is_not_taken_up(imports: Imports) -> None:
    for state in (State.READY, State.DONE, State.FAILED):
        await imports.add(made(state=state), b"")
    assert await imports.claim("w-1") is None


async def test_applying_is_begun_once(imports: Imports) -> None:
    one = made(state=State.READY)
    await imports.add(one, b"")
    assert await imports.apply(one, {"wish": Wish(couriers=())}, []) is True
    assert await imports.apply(one, {}, []) is False
    found = await imports.claim("w-1")
    assert found is not None
    assert (found.state, found.wish.couriers) == (State.APPLYING, ())


async def test_what_somebody_applies_meanwhile_is_not_deleted(imports: Imports) -> None:
    one = made(state=State.READY)
    await imports.add(one, b"")
    await imports.apply(one, {}, [])
    assert await imports.delete(one.import_id) is False
    assert await imports.get(one.import_id, None) is not None
    await imports.claim("w-1")
    await imports.save(one.import_id, "w-1", {"state": State.DONE})
    assert await imports.delete(one.import_id) is True
    assert await imports.get(one.import_id, None) is None


async def test_a_confirmed_row_stays_so_while_others_are_written(imports: Imports) -> None:
    one = made(state=State.READY)
    await imports.add(one, b"")
    doubtful = replace(LINES[0], doubts=(Fault("address_unsure", "line"),))
    async with imports.database.transaction() as connection:
        await connection.execute(text("UPDATE imports SET claimed_by = 'w-1'"))
    await imports.save(one.import_id, "w-1", {}, [doubtful])
    assert await imports.apply(one, {}, [2])
    await imports.claim("w-2")
    await imports.save(one.import_id, "w-2", {}, [replace(doubtful, shipment="s-1")])
    (line,) = await imports.lines(one.import_id)
    assert (line.confirmed, line.good, line.shipment) == (True, True, "s-1")


async def test_an_order_number_is_one_imports(imports: Imports) -> None:
    one, other, elsewhere = made(), made(), made(merchant="toys")
    for each in (one, other, elsewhere):
        await imports.add(each, b"")
    by_id: dict[str, str] = {}
    for _ in range(3):
        claimed = await imports.claim(f"w-{len(by_id)}")
        assert claimed is not None
        by_id[claimed.import_id] = f"w-{len(by_id)}"
    assert await imports.take_orders(one, by_id[one.import_id], ["A", "B"]) == set()
    assert await imports.take_orders(one, by_id[one.import_id], ["A", "B"]) == set()  # again, after a crash
    assert await imports.take_orders(other, by_id[other.import_id], ["B", "C"]) == {"B"}
    assert await imports.take_orders(elsewhere, by_id[elsewhere.import_id], ["A"]) == set()
    await imports.delete(one.import_id)
    assert await imports.take_orders(other, by_id[other.import_id], ["B"]) == set()


async def test_after_a_day_nothing_is_left_of_it(imports: Imports) -> None:
    one, young = made(), made(expires_ms=NOW + 5000)
    for each in (one, young):
        await imports.add(each, b"names")
        async with imports.database.transaction() as connection:
            await connection.execute(text("UPDATE imports SET claimed_by = 'w-1'"))
        await imports.save(each.import_id, "w-1", {}, LINES)
    assert await imports.purge(NOW + 999) == 0
    assert await imports.purge(NOW + 1000) == 1
    assert await imports.get(one.import_id, None) is None
    assert await imports.lines(one.import_id) == []
    assert len(await imports.lines(young.import_id)) == 2
    with pytest.raises(ClaimLost):  # and who still works on it writes nothing any more
        await imports.save(one.import_id, "w-1", {}, LINES)


async def test_what_is_being_applied_when_its_day_is_over_may_end(imports: Imports) -> None:
    one = made(state=State.APPLYING)
    await imports.add(one, b"")
    assert await imports.purge(NOW + 1000) == 0
    assert await imports.purge(NOW + 1000 + ENDING_MS) == 1
