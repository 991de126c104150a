"""Another carrier's people at the desk: they see nothing of ours and change nothing, at any address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from services.portal.api import sessions
from services.portal.core.access import Role, Staff
from shared.contracts import courier_commands
from tests.integration.desk_kit import Desk, euros, recipient, running, state
from tests.integration.test_desk_lists import heard, plan

SEEN = ("s-a", "eleni", "books", "Παπαδοπούλου", "Ερμού", "24.90", "athens")


@pytest.fixture
async def desk(infra: Infra, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Somebody of Patras is logged in, with all rights; the administrator has made a day in Athens."""
    async with running(infra) as found:
        await plan(found, "eleni", ("s-a", None), ("s-b", None))
        await found.registered("books", "a", courier="eleni", joined=1)
        await found.registered("books", "b", courier="eleni", joined=1)
        await found.write(
            state("s-a", "Delivered_004", courier="eleni", taken=euros("24.90")),
            state("s-b", "Delivered_004", courier="eleni", taken=euros("7.00")),
            recipient("s-a"),
            couriers=[heard("eleni")],
        )
        await found.ask(
            "admin", "POST", "/v1/cash/hand-in", json={"courier_id": "eleni", "shipments": ["s-a"]}
        )

        async def _patras(*_: object) -> Staff | None:
            return Staff("acc-1", "patras", Role.OWNER, "Pavlos")

        monkeypatch.setattr(sessions, "staff_of", _patras)
        yield found


READS = [
    ("/v1/desk/today", {"couriers": [], "unassigned": 0}),
    ("/v1/desk/fleet", {"features": []}),
    ("/v1/shipments", {"shipments": [], "total": 0}),
    ("/v1/shipments?q=Παπαδοπουλου", {"shipments": []}),
    ("/v1/shipments?courier=eleni", {"shipments": []}),
    ("/v1/shipments?late=true&unassigned=true", {"shipments": []}),
    ("/v1/cash", {"rows": [], "couriers": [], "merchants": []}),
    ("/v1/cash?state=handed_in&courier=eleni", {"rows": [], "couriers": []}),
    ("/v1/cash/entries", {"entries": []}),
    ("/v1/cash/entries?party=eleni", {"entries": []}),
    ("/v1/merchants", {"merchants": []}),
    ("/v1/couriers", {"couriers": []}),
    ("/v1/desk/couriers/eleni/plan", None),
    ("/v1/shipments/s-a/record", None),
    ("/v1/cash/entries/{entry}/csv", None),
]


async def entry_of(desk: Desk) -> str:
    assert desk.portal.office is not None
    async with desk.portal.office.database.engine.connect() as connection:
        return str((await connection.execute(text("SELECT entry FROM cash_entries"))).scalar_one())


@pytest.mark.parametrize(("path", "shown"), READS)
async def test_nothing_is_read(desk: Desk, path: str, shown: dict[str, Any] | None) -> None:
    answer = await desk.ask("nobody", "GET", path.format(entry=await entry_of(desk)))
    if shown is None:
        assert answer.status_code == 404
    else:
        assert answer.status_code == 200, answer.text
        assert answer.json() | shown == answer.json()
    said = answer.text.replace("/v1/", "")
    assert not [word for word in SEEN if word in said]


@pytest.mark.parametrize("path", [path for path, _ in READS])
async def test_nor_by_naming_the_carrier(desk: Desk, path: str) -> None:
    path = path.format(entry=await entry_of(desk))
    named = f"{path}{'&' if '?' in path else '?'}tenant=athens"
    assert (await desk.ask("nobody", "GET", named)).status_code == 403
    header = {"Dromos-Tenant": "athens"}
    assert (await desk.ask("nobody", "GET", path, headers=header)).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/desk/move", {"shipments": ["s-a"], "to": None}, 404),
        ("POST", "/v1/desk/move", {"shipments": ["s-b"], "to": "eleni", "versions": {"eleni": 3}}, 404),
        ("PUT", "/v1/desk/couriers/eleni/routes/r-1/order", {"stops": ["stop-s-a"], "version": 3}, 404),
        ("POST", "/v1/cash/hand-in", {"courier_id": "eleni", "shipments": ["s-b"]}, 404),
        ("POST", "/v1/cash/settle", {"merchant": "books", "shipments": ["s-a"]}, 404),
        ("DELETE", "/v1/cash/entries/{entry}", None, 404),
    ],
)
async def test_nothing_is_changed(desk: Desk, method: str, path: str, body: Any, status: int) -> None:
    entry = await entry_of(desk)
    assert desk.portal.office is not None

    async def written() -> list[Any]:
        assert desk.portal.office is not None
        async with desk.portal.office.database.engine.connect() as connection:
            rows = await connection.execute(text("SELECT * FROM cash_items ORDER BY entry, shipment"))
            return [tuple(row) for row in rows]

    before = await written()
    answer = await desk.ask("nobody", method, path.format(entry=entry), json=body)
    assert answer.status_code == status, answer.text
    assert await written() == before
    assert desk.log.records(courier_commands.TOPIC) == []


async def test_a_courier_of_ours_does_not_get_theirs(desk: Desk) -> None:
    await desk.registered("books", "p", tenant="patras")
    answer = await desk.ask("nobody", "POST", "/v1/desk/move", json={"shipments": ["s-p"], "to": "eleni"})
    assert answer.status_code == 404
    assert desk.log.records(courier_commands.TOPIC) == []


async def test_a_reader_reads_and_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def _reader(*_: object) -> Staff | None:
        return Staff("acc-2", "athens", Role.READER, "Rita")

    monkeypatch.setattr(sessions, "staff_of", _reader)
    entry = await entry_of(desk)
    for path, _ in READS:
        answer = await desk.ask("nobody", "GET", path.format(entry=entry))
        assert answer.status_code == 200, (path, answer.text)
    for method, path, body in (
        ("POST", "/v1/desk/move", {"shipments": ["s-a"]}),
        ("PUT", "/v1/desk/couriers/eleni/routes/r-1/order", {"stops": ["stop-s-a"], "version": 3}),
        ("POST", "/v1/cash/hand-in", {"courier_id": "eleni", "shipments": ["s-b"]}),
        ("POST", "/v1/cash/settle", {"merchant": "books", "shipments": ["s-a"]}),
        ("DELETE", f"/v1/cash/entries/{entry}", None),
    ):
        assert (await desk.ask("nobody", method, path, json=body)).status_code == 403, path
