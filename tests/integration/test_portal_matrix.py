"""Every operation by everybody, over a real PostgreSQL; and every change from a page that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from services.portal.core.office import csrf_of
from services.projector.lists import store
from services.projector.lists.core import party_row, shipment_row
from services.projector.lists.ledger import outcome_row, rating_rows
from shared.adapters.postgres.strays import Strays
from shared.contracts.common import Money
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.ratings import Rating
from shared.contracts.registry import TOPICS
from shared.contracts.shipment_parties import Recipient
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState
from shared.domain.strays import Stray
from tests.integration.office_kit import Databases, Desk, desk
from tests.unit.portal_kit import NOW, STAFF, Kit
from tests.unit.portal_matrix import HOOK, LEVELS, MATRIX, WHO, Row

TELLING = ("s-a", "eleni", "van-1", "GR-A", "Papadopoulou", "p-owner", "owner@example.org")
"""What another carrier must find in no answer, unless he has said it himself."""


STATE = ShipmentState(
    shipment="s-a",
    tenant="athens",
    seq=1,
    last="v-1",
    merchant="books",
    order_number="GR-A",
    parties="k-1",
    cash=Money(amount="24.90", currency="EUR"),
    zone="Europe/Athens",
    substatus="InfoReceived_001",
    status_ms=NOW - 60_000,
    carriers=(Carrier(courier="eleni", joined=1, since_ms=NOW - 50_000),),
    history=(
        HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 60_000),
        HistoryEntry(
            seq=2,
            substatus="Delivered_004",
            at_ms=NOW - 40_000,
            cash=Money(amount="24.90", currency="EUR"),
        ),
    ),
)
RECIPIENT = Recipient(
    shipment="s-a",
    version="k-1",
    tenant="athens",
    name="Maria Papadopoulou",
    line="Aleksanterinkatu 15",
    city="Helsinki",
    lon=24.9441,
    lat=60.1689,
    phone="+306900000000",
)


NOTICES = (
    Outcome(
        id="o-1",
        tenant="athens",
        merchant="books",
        shipment="s-a",
        kind="announced",
        revision=2,
        state="held",
        at_ms=NOW - 30_000,
        channel="sms",
        notice="n-held",
        reason="unsure",
    ),
    Outcome(
        id="o-2",
        tenant="athens",
        merchant="books",
        shipment="s-a",
        kind="announced",
        revision=2,
        state="failed",
        at_ms=NOW - 20_000,
        channel="webhook",
        notice="n-hook",
        reason="gone",
    ),
)

BAD = Rating(seq=3, question="nps", at_ms=NOW - 20_000, score=2)
RATED = [msgspec.structs.replace(STATE, shipment=shipment, ratings=(BAD,)) for shipment in ("s-a", "s-b")]


async def listed(at: Desk) -> None:
    """The shipment as `projector lists` writes it."""
    assert at.kit.portal.lists is not None
    row = shipment_row(STATE)
    assert row is not None
    handed_in = {**row, "shipment": "s-b", "order_number": "GR-B"}
    async with at.kit.portal.lists.database.engine.begin() as connection:
        await store.upsert_shipments(connection, [row, handed_in])
        await store.upsert_people(connection, {("s-a", "k-1"): party_row(RECIPIENT)})
        await store.find(connection, ["s-a", "s-b"])
        await store.put_notices(connection, [outcome_row(each) for each in NOTICES])
        rated = [row for state in RATED for row in rating_rows(state)]
        await store.put_ratings(connection, rated)


def _nobody_decides(kit: Kit) -> None:
    """Outcomes are not waited for."""
    outcome = kit.views.outcome

    async def at_once(command: str, *, timeout_s: float) -> Any:
        return await outcome(command, timeout_s=min(timeout_s, 0.001))

    kit.views.outcome = at_once  # type: ignore[method-assign]


async def prepared(at: Desk) -> dict[str, str]:
    """The objects of the matrix; what stands in its paths in braces."""
    kit = at.kit
    _nobody_decides(kit)
    await kit.registered("books", "a", courier="eleni", joined=1)
    await listed(at)
    enrolled = await kit.ask(
        "admin", "POST", "/v1/devices", json={"device_id": "van-1", "courier_id": "eleni", "tenant": "athens"}
    )
    kit.keys["phone"] = enrolled.json()["secret"]
    for courier in ("eleni", "nikos"):
        body = {"name": courier.title(), "tenant": "athens"}
        assert (await kit.ask("admin", "PUT", f"/v1/couriers/{courier}", json=body)).status_code == 201
    await kit.planned("eleni", ("s-a", "books"), route="r-a")
    made = await kit.ask("books", "POST", "/v1/shipments/s-a/links")
    event = {"event_id": "e-0", "substatus": "InTransit_002"}
    sent = await kit.ask("books", "POST", "/v1/shipments/s-a/events", json=event)
    invited = await kit.ask(
        "admin", "POST", "/v1/people/invitations", json={"role": "reader", "tenant": "athens"}
    )
    paid = await kit.ask(
        "admin", "POST", "/v1/cash/hand-in", json={"courier_id": "eleni", "shipments": ["s-b"]}
    )
    assert kit.portal.office is not None
    strays = Strays(kit.portal.office.database)
    await strays.settle("x-a")
    stray = Stray(
        stray="x-a", way="email", why="forged", at_ms=NOW, tenant="athens", sender="maria@example.org"
    )
    await strays.put(stray)
    file = {"file": ("orders.csv", b"order,name\nGR-8,Maria\n", "text/csv")}
    imported = await kit.ask("admin", "POST", "/v1/imports", data={"merchant": "books"}, files=file)
    word: dict[str, Any] = {"seq": 3, "word": "Called."}
    closed = await kit.ask("admin", "POST", "/v1/cases/s-b/closings", json=word)
    assert (await kit.ask("admin", "PUT", "/v1/merchants/books/service-levels", json=LEVELS)).is_success
    hook = await kit.ask("books", "POST", "/v1/merchants/books/webhooks", json=HOOK)
    shop = kit.portal.merchants.get("books")
    assert shop is not None
    return {
        "link": made.json()["link_id"],
        "command": sent.json()["command"],
        "key": shop.keys[0].key,
        "invitation": invited.json()["invitation"],
        "entry": paid.json()["entry"],
        "closing": closed.json()["closed"]["closing"],
        "import": imported.json()["import_id"],
        "webhook": hook.json()["webhook_id"],
    }


async def written(at: Desk) -> tuple[int, list[dict[str, Any]]]:
    """How much has been written anywhere: records of all topics, rows of the office."""
    await at.kit.settled()
    records = sum(len(at.kit.log.records(topic)) for topic in TOPICS.values())
    tables = ("accounts", "invitations", "audit")
    rows = [await at.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
    return records, [row for found in rows for row in found]


async def ask(at: Desk, row: Row, who: str, made: dict[str, str], **headers: str) -> httpx.Response:
    answer = await at.kit.ask(
        who,
        row.method,
        row.path.format(**made),
        **row.sent,
        headers={"Idempotency-Key": "order-1", **row.headers, **headers},
    )
    at.kit.client.cookies.clear()
    return answer


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.operation)
async def test_who_may_do_it_and_who_may_not(both: Databases, row: Row) -> None:
    """Who is refused writes nothing. Each who may change something begins with everything as it was; a change
    made at the desk is in the audit log, once."""
    async with desk(both) as at:
        made = await prepared(at)
        before = await written(at)
        for who in (who for who in WHO if row.expected[who] >= 400):
            answer = await ask(at, row, who, made)
            assert answer.status_code == row.expected[who], (who, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert await written(at) == before, f"{who} was refused and yet something was written"
    allowed = [who for who in WHO if row.expected[who] < 400]
    for some in [[who] for who in allowed] if row.changes else [allowed]:
        async with desk(both) as at:
            made = await prepared(at)
            for who in some:
                await _done(at, row, who, made)


async def _done(at: Desk, row: Row, who: str, made: dict[str, str]) -> None:
    lines = len(await at.rows("SELECT id FROM audit"))
    answer = await ask(at, row, who, made)
    assert answer.status_code == row.expected[who], (who, answer.text)
    if who in ("far", "toys"):
        said = f"{row.path} {row.body}"
        told = [word for word in TELLING if word in answer.text and word not in said]
        assert not told, f"{who} is told {told} of another's"
    audited = (await at.rows("SELECT actor, tenant, outcome FROM audit ORDER BY id"))[lines:]
    lines_expected = list(expected_lines(row, who, answer.status_code))
    if who == "admin" and row.changes and audited and not lines_expected:
        # Of him what is said for a carrier, if anything.
        lines_expected = [{"actor": "admin", "tenant": "athens", "outcome": answer.status_code}]
    assert audited == lines_expected, who


def expected_lines(row: Row, who: str, status: int) -> Iterator[dict[str, Any]]:
    """What the audit log says of it: changes made with a session, and the administrator's about people."""
    if not row.changes:
        return
    if row.operation == "POST /v1/desk/login":  # whoever asks, the reader is logged in
        yield {"actor": "p-reader", "tenant": "athens", "outcome": status}
    elif who in STAFF:
        yield {"actor": f"p-{who}", "tenant": STAFF[who][1], "outcome": status}
    elif row.operation.split()[1].startswith("/v1/people"):
        yield {"actor": "admin", "tenant": "athens", "outcome": status}


@pytest.mark.parametrize(
    "row", [row for row in MATRIX if row.changes and row.for_staff], ids=lambda row: row.operation
)
async def test_no_other_sites_page_changes_anything(both: Databases, row: Row) -> None:
    """With the cookie, which a browser may send by itself; and with all else but one thing."""
    async with desk(both) as at:
        await _foreign(at, row)


async def _foreign(at: Desk, row: Row) -> None:
    made = await prepared(at)
    before = await written(at)
    for headers, reason in (
        ({"X-CSRF-Token": ""}, "csrf"),
        ({"X-CSRF-Token": "A" * 43}, "csrf"),
        ({"X-CSRF-Token": csrf_of("session-of-staff")}, "csrf"),
        ({"Origin": "https://track.example.org.evil.example"}, "origin"),
        ({"Origin": "http://track.example.org"}, "origin"),
        ({"Origin": "https://track.example.org:8443"}, "origin"),
        ({"Origin": "null"}, "origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin"),
        ({"Sec-Fetch-Site": "same-site"}, "origin"),
        ({"Sec-Fetch-Site": "none"}, "origin"),
    ):
        if row.operation == "POST /v1/desk/login" and reason == "csrf":
            continue  # there is no session yet to have a token of
        answer = await ask(at, row, "owner", made, **headers)
        assert (answer.status_code, answer.json().get("reason")) == (403, reason), (headers, answer.text)
    assert await written(at) == before
