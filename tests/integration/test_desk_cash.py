"""Cash over a real PostgreSQL: collected, handed in, settled, undone; each once, whoever asks at once."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from shared.contracts.common import Money
from tests.integration.desk_kit import Desk, euros, running, state


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        for courier in ("eleni", "nikos"):
            body = {"tenant": "athens", "name": f"{courier.title()} G."}
            made = await found.ask("admin", "PUT", f"/v1/couriers/{courier}", json=body)
            assert made.status_code == 201
        yield found


async def three(desk: Desk) -> None:
    """Eleni took 24.90 and 10.00 EUR, and 5 dollars; Nikos 7.50 EUR for the toy shop."""
    lev = Money(amount="5.00", currency="USD")
    await desk.write(
        state("s-a", "Delivered_004", courier="eleni", taken=euros("24.90"), cash=euros("24.90")),
        state("s-b", "Delivered_004", courier="eleni", taken=euros("10.00"), cash=euros("12.00")),
        state("s-c", "Delivered_004", courier="eleni", taken=lev),
        state("s-d", "Delivered_004", courier="nikos", taken=euros("7.50"), merchant="toys"),
        state("s-e", "Delivered_001", courier="eleni", cash=euros("99.00")),
    )


async def post(desk: Desk, path: str, **body: Any) -> httpx.Response:
    return await desk.ask("admin", "POST", path, json=body)


def hand_in(desk: Desk, courier: str, *shipments: str) -> Any:
    return post(desk, "/v1/cash/hand-in", courier_id=courier, shipments=list(shipments))


def settle(desk: Desk, merchant: str, *shipments: str) -> Any:
    return post(desk, "/v1/cash/settle", merchant=merchant, shipments=list(shipments))


async def cash(desk: Desk, asked: str = "") -> Any:
    return await desk.get(f"/v1/cash{asked}", "admin")


def said(sums: list[dict[str, Any]]) -> list[tuple[str, str, str, str, int]]:
    return [
        (s["key"], s["state"], s["amount"]["amount"], s["amount"]["currency"], s["shipments"]) for s in sums
    ]


async def test_from_the_door_to_the_shop(desk: Desk) -> None:
    await three(desk)
    first = await cash(desk)
    assert said(first["couriers"]) == [
        ("eleni", "collected", "34.90", "EUR", 2),
        ("nikos", "collected", "7.50", "EUR", 1),
        ("eleni", "collected", "5.00", "USD", 1),
    ]
    assert {r["shipment"] for r in first["rows"]} == {"s-a", "s-b", "s-c", "s-d"}
    (less,) = [r for r in first["rows"] if "due" in r and r["shipment"] == "s-b"]
    assert less["due"] == {"amount": "12.00", "currency": "EUR"}
    assert less["courier_name"] == "Eleni G."

    made = await hand_in(desk, "eleni", "s-a", "s-b", "s-c")
    assert made.status_code == 201, made.text
    entry = made.json()
    assert entry["sums"] == [
        {"amount": "34.90", "currency": "EUR"},
        {"amount": "5.00", "currency": "USD"},
    ]
    assert {r["shipment"] for r in (await cash(desk, "?state=collected"))["rows"]} == {"s-d"}
    assert said((await cash(desk, "?state=handed_in"))["merchants"]) == [
        ("books", "handed_in", "34.90", "EUR", 2),
        ("books", "handed_in", "5.00", "USD", 1),
    ]
    early = await settle(desk, "toys", "s-d")
    assert (early.status_code, early.json()["reason"]) == (409, "not_handed_in")
    paid = await settle(desk, "books", "s-a", "s-b")
    assert paid.status_code == 201, paid.text
    assert {r["shipment"] for r in (await cash(desk, "?state=settled"))["rows"]} == {"s-a", "s-b"}
    assert {r["shipment"] for r in (await cash(desk))["rows"]} == {"s-c", "s-d"}
    listed = (await desk.ask("admin", "GET", "/v1/cash/entries")).json()["entries"]
    assert {e["kind"] for e in listed} == {"hand_in", "settlement"}
    record = (await desk.ask("admin", "GET", "/v1/shipments/s-a/record")).json()
    assert [e["kind"] for e in record["ledger"]] == ["collected", "handed_in", "settled"]

    table = await desk.ask("admin", "GET", f"/v1/cash/entries/{paid.json()['entry']}/csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row[3] for row in rows] == ["amount", "24.90", "10.00", "34.90"]


async def test_nothing_is_handed_in_twice_nor_by_who_did_not_take_it(desk: Desk) -> None:
    await three(desk)
    assert (await hand_in(desk, "eleni", "s-a")).status_code == 201
    again = await hand_in(desk, "eleni", "s-b", "s-a")
    assert (again.status_code, again.json()["reason"]) == (409, "already_handed_in")
    assert again.json()["shipments"] == ["s-a"]
    assert "s-b" in {r["shipment"] for r in (await cash(desk, "?state=collected"))["rows"]}, "all or nothing"
    for wrong in ("s-d", "s-e", "s-none"):
        refused = await hand_in(desk, "eleni", wrong)
        assert (refused.status_code, refused.json()["reason"]) == (409, "not_collected")
        assert refused.json()["shipments"] == [wrong]
    assert (await hand_in(desk, "nobody", "s-b")).status_code == 404


async def test_of_ten_who_hand_in_at_once_one_does(desk: Desk) -> None:
    await three(desk)
    answers = await asyncio.gather(*(hand_in(desk, "eleni", "s-a", "s-b") for _ in range(10)))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 9
    assert said((await cash(desk, "?state=handed_in&courier=eleni"))["couriers"]) == [
        ("eleni", "handed_in", "34.90", "EUR", 2)
    ]


async def test_an_entry_is_undone_within_a_minute_and_stays_written(desk: Desk) -> None:
    await three(desk)
    entry = (await hand_in(desk, "eleni", "s-a")).json()["entry"]
    paid = (await settle(desk, "books", "s-a")).json()["entry"]
    path = f"/v1/cash/entries/{entry}"
    stands = await desk.ask("admin", "DELETE", path)
    assert (stands.status_code, stands.json()["reason"]) == (409, "already_settled")
    assert (await desk.ask("admin", "DELETE", f"/v1/cash/entries/{paid}")).status_code == 200
    undone = await desk.ask("admin", "DELETE", path)
    assert undone.status_code == 200
    assert undone.json()["undone_at"]
    assert (await desk.ask("admin", "DELETE", path)).json() == undone.json(), "again changes nothing"
    assert (await cash(desk, "?state=handed_in"))["rows"] == []
    second = await hand_in(desk, "eleni", "s-a")
    assert second.status_code == 201, "its cash can be handed in again"
    desk.now[0] += 60_001
    late = await desk.ask("admin", "DELETE", f"/v1/cash/entries/{second.json()['entry']}")
    assert (late.status_code, late.json()["reason"]) == (409, "too_late")
    kinds = [
        (e["kind"], "undone_at" in e)
        for e in (await desk.ask("admin", "GET", "/v1/cash/entries")).json()["entries"]
    ]
    assert sorted(kinds) == [("hand_in", False), ("hand_in", True), ("settlement", True)]


async def test_pages_of_cash_and_of_entries_follow_each_other(desk: Desk) -> None:
    await desk.write(
        *(state(f"s-{n:02}", "Delivered_004", courier="eleni", taken=euros("1.00")) for n in range(12))
    )
    for n in range(5):
        desk.now[0] += 1
        assert (await hand_in(desk, "eleni", f"s-{n:02}")).status_code == 201
    for path, name, key, count in (
        ("/v1/cash", "rows", "shipment", 12),
        ("/v1/cash/entries", "entries", "entry", 5),
    ):
        seen: list[str] = []
        after = ""
        while True:
            page = (await desk.ask("admin", "GET", f"{path}?limit=4{after}")).json()
            seen += [row[key] for row in page[name]]
            if "next" not in page:
                break
            after = f"&after={page['next']}"
        assert len(seen) == len(set(seen)) == count


async def test_the_database_itself_refuses_a_second_time(desk: Desk) -> None:
    await three(desk)
    await hand_in(desk, "eleni", "s-a")
    assert desk.portal.office is not None
    copy = text(
        "INSERT INTO cash_items SELECT (SELECT entry FROM cash_entries LIMIT 1), 's-a', tenant, kind, "
        "order_number, merchant, courier, amount, currency, taken_ms, false FROM cash_items"
    )
    async with desk.portal.office.database.engine.connect() as connection:
        with pytest.raises(Exception, match=r"cash_items_(pkey|once_idx)"):
            await connection.execute(copy)
