"""The promise ledger in a real PostgreSQL: the same in any order of arrival, and what is read of it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text

from deploy.local.infra import Infra
from services.estimator.core.replay import replay
from services.projector.lists.core import Batch
from services.projector.lists.ledger import promise_rows
from services.projector.lists.worker import write
from shared.adapters.postgres import lists
from shared.adapters.postgres.promises import Wanted, closed
from shared.contracts import couriers
from shared.contracts.common import Window
from shared.contracts.couriers import Courier
from shared.contracts.promises import Arrival, Inputs, PromiseLine, Why
from shared.contracts.ratings import Rating
from shared.contracts.shipment_parties import Recipient, party_key
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState, StateRecord
from shared.domain.promise_ledger import Attempt
from shared.domain.promise_report import LOOKS_MS, Account, Report
from shared.geo.cells import cell_of
from tests.integration.desk_kit import HOUR, Desk, recipient, running
from tests.unit.portal_kit import NOW

MINUTE = 60_000
OUTCOMES = ("Delivered_001", "Delivered_001", "Delivered_001", "AttemptFail_002", "Exception_012")


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        await emptied(found)
        yield found


async def emptied(desk: Desk) -> None:
    assert desk.portal.lists is not None
    async with desk.portal.lists.database.transaction() as connection:
        await connection.execute(text("TRUNCATE shipments, parties, promises, closings, ratings"))


def life(draw: random.Random, shipment: str, tenant: str = "athens") -> list[ShipmentState]:
    """Every state of a shipment: windows as shown, one or two attempts, then answers, one of them changed."""
    seq, at_ms = 1, NOW - 20 * HOUR + draw.randrange(600) * MINUTE
    courier = draw.choice(["eleni", "nikos", "petros"])
    state = ShipmentState(
        shipment=shipment,
        tenant=tenant,
        seq=seq,
        merchant=draw.choice(["books", "toys"]),
        order_number=shipment.upper(),
        parties="k-1",
        zone="Europe/Athens",
        substatus="InfoReceived_001",
        status_ms=at_ms,
        carriers=(Carrier(courier=courier, joined=1, since_ms=at_ms),),
        history=(HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=at_ms),),
    )
    states = [state]

    def becomes(**changes: Any) -> None:
        states.append(msgspec.structs.replace(states[-1], seq=seq, **changes))

    for attempt in range(1, draw.choice([2, 2, 3])):
        for _ in range(draw.randrange(7)):
            seq, at_ms = seq + 1, at_ms + draw.randrange(1, 40) * MINUTE
            first_ms = at_ms + draw.randrange(90) * MINUTE
            known = draw.random() < 0.9
            last_ms = first_ms + draw.randrange(5, 90) * MINUTE
            window = Window(from_ms=first_ms, to_ms=last_ms) if known else None
            why: Why = "nearer" if known else "silent"
            promise = PromiseLine(
                seq=seq,
                arrival=Arrival(at_ms=at_ms, window=window, grain="window", why=why),
                courier=courier,
                joined=1,
                attempt=attempt,
                model="1",
                eta_ms=first_ms + 10 * MINUTE,
                inputs=Inputs(drive_s=600.0, dwell_s=90.0, stops=2, early_s=300.0, late_s=500.0),
            )
            becomes(attempt=attempt, promises=(*states[-1].promises, promise))
        seq, at_ms = seq + 1, at_ms + draw.randrange(1, 60) * MINUTE
        entry = HistoryEntry(seq=seq, substatus=draw.choice(OUTCOMES), at_ms=at_ms, attempt=attempt)
        becomes(
            attempt=attempt,
            substatus=entry.substatus,
            status_ms=at_ms,
            history=(*states[-1].history, entry),
        )
    for score in draw.choice([(), (1,), (0, 1)]):
        seq, at_ms = seq + 1, at_ms + HOUR
        becomes(ratings=(Rating(seq=seq, question="all_right", at_ms=at_ms, score=score),))
    return states


async def put(desk: Desk, said: Sequence[ShipmentState | Recipient], bite: int = 7) -> None:
    """As the worker writes them, in batches."""
    assert desk.portal.lists is not None
    for i in range(0, len(said), bite):
        batch = Batch()
        for one in said[i : i + bite]:
            if isinstance(one, Recipient):
                key = party_key(one.shipment, one.version)
                batch.party(key, msgspec.json.encode(one))
            else:
                value = StateRecord(offset=one.seq, state=one)
                batch.state(one.shipment, msgspec.json.encode(value))
        async with desk.portal.lists.database.transaction() as connection:
            await write(connection, batch)


async def ledger(desk: Desk) -> dict[str, list[Any]]:
    """All rows of the three tables, in the order of their keys."""
    assert desk.portal.lists is not None
    found = {}
    async with desk.portal.lists.database.reading() as connection:
        for table in (lists.promises, lists.closings, lists.ratings):
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


async def read(desk: Desk, wanted: Wanted | None = None, looks: bool = False) -> list[Attempt]:
    assert desk.portal.lists is not None
    bites = closed(desk.portal.lists.database, wanted or Wanted(), LOOKS_MS if looks else None)
    return [attempt async for bite in bites for attempt in bite]


def made(attempts: Sequence[Attempt]) -> Report:
    account = Account()
    account.put(attempts)
    return account.report()


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_arrival_gives_the_same_ledger_and_the_same_report(desk: Desk, seed: int) -> None:
    draw = random.Random(seed)
    lives = [life(draw, f"s-{seed}-{n}") for n in range(15)]
    people = [recipient(one[0].shipment, postcode=draw.choice(["10563", "11141", None])) for one in lives]
    in_order: list[ShipmentState | Recipient] = [*(state for one in lives for state in one), *people]
    await put(desk, in_order)
    rows, report = await ledger(desk), made(await read(desk))
    assert all(rows.values())
    assert report.overall.n > 10
    for _ in range(3):
        await emptied(desk)
        mixed = in_order + draw.choices(in_order, k=40)
        draw.shuffle(mixed)
        await put(desk, mixed, bite=draw.randrange(1, 12))
        assert await ledger(desk) == rows
        assert made(await read(desk)) == report


async def test_the_ledger_has_each_window_as_the_states_have_it(desk: Desk) -> None:
    lives = [life(random.Random(n), f"s-{n}") for n in range(20)]
    await put(desk, [state for one in lives for state in one])
    rows = (await ledger(desk))["promises"]
    columns = [column.name for column in lists.promises.c]
    wanted = [row for one in lives for row in promise_rows(one[-1])]
    assert [dict(zip(columns, row, strict=True)) for row in rows] == sorted(
        wanted, key=lambda row: (row["shipment"], row["seq"])
    )


async def test_windows_on_display_alone_make_the_same_report_as_all_of_them(desk: Desk) -> None:
    draw = random.Random(11)
    lives = [life(draw, f"s-{n}") for n in range(120)]
    await put(desk, [state for one in lives for state in one], bite=200)
    whole, looks = await read(desk), await read(desk, looks=True)
    assert made(looks) == made(whole)
    assert sum(len(a.rows) for a in looks) < sum(len(a.rows) for a in whole)
    assert [row.early_s for attempt in whole for row in attempt.rows][:1] == [300.0]


async def test_the_reader_narrows_by_carrier_shop_courier_time_and_number(desk: Desk) -> None:
    draw = random.Random(3)
    lives = [life(draw, f"s-{n}", "patras" if n % 4 == 0 else "athens") for n in range(60)]
    await put(desk, [state for one in lives for state in one], bite=200)
    every = await read(desk)
    last = {(a.shipment, a.attempt): a.rows[-1].courier for a in every}
    state_of = {one[-1].shipment: one[-1] for one in lives}
    assert [a.ended_ms for a in every] == sorted(a.ended_ms for a in every)

    async def ids(**wanted: Any) -> list[tuple[str, int]]:
        return [(a.shipment, a.attempt) for a in await read(desk, Wanted(**wanted))]

    def those(keep: Any) -> list[tuple[str, int]]:
        return [(a.shipment, a.attempt) for a in every if keep(a)]

    assert await ids(tenant="patras") == those(lambda a: state_of[a.shipment].tenant == "patras") != []
    assert await ids(merchant="toys") == those(lambda a: state_of[a.shipment].merchant == "toys") != []
    assert await ids(courier="eleni") == those(lambda a: last[a.shipment, a.attempt] == "eleni") != []
    middle = every[len(every) // 2].ended_ms
    assert await ids(from_ms=middle) == those(lambda a: a.ended_ms >= middle)
    assert await ids(to_ms=middle) == those(lambda a: a.ended_ms < middle)
    assert await ids(most=5) == [(a.shipment, a.attempt) for a in every[-5:]]


async def test_an_area_is_the_doors_postcode_or_else_a_cell(desk: Desk) -> None:
    lives = [
        next(one for n in range(100) if len((one := life(random.Random(n), shipment))[-1].promises) > 2)
        for shipment in ("s-1", "s-2", "s-3")
    ]
    people = [recipient("s-1"), recipient("s-2", postcode=None)]
    await put(desk, [*(state for one in lives for state in one), *people], bite=100)
    areas = {row.shipment: row.area for attempt in await read(desk) for row in attempt.rows}
    assert areas == {"s-1": "10563", "s-2": cell_of(23.7275, 37.9838, 7), "s-3": ""}


async def test_a_replay_as_it_was_reads_what_the_ledger_has(desk: Desk) -> None:
    draw = random.Random(5)
    lives = [life(draw, f"s-{n}") for n in range(80)]
    await put(desk, [state for one in lives for state in one], bite=200)
    attempts = await read(desk)
    found, rows = replay([attempt.rows for attempt in attempts])
    assert found.attempts == len(rows) == len(attempts)
    assert all(row.model == "replayed" for shown in rows for row in shown)


def shown(seq: int, minutes: int, first: int | None, last: int | None, attempt: int = 1) -> PromiseLine:
    """A window, in minutes from now."""
    window = (
        Window(from_ms=NOW + first * MINUTE, to_ms=NOW + last * MINUTE)
        if first is not None and last is not None
        else None
    )
    return PromiseLine(
        seq=seq,
        arrival=Arrival(at_ms=NOW + minutes * MINUTE, window=window, grain="window", why="first"),
        courier="eleni",
        joined=1,
        attempt=attempt,
        model="1",
        eta_ms=NOW,
    )


def ended(
    shipment: str, *windows: PromiseLine, status: str = "Delivered_001", **changes: Any
) -> ShipmentState:
    state = ShipmentState(
        shipment=shipment,
        tenant="athens",
        seq=9,
        merchant="books",
        order_number=shipment,
        parties="k-1",
        zone="Europe/Athens",
        substatus=status,
        status_ms=NOW - MINUTE,
        promises=windows,
        history=(
            HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 9 * HOUR),
            HistoryEntry(seq=8, substatus=status, at_ms=NOW - MINUTE, attempt=1),
        ),
    )
    return msgspec.structs.replace(state, **changes)


async def test_the_desk_reads_how_windows_held(desk: Desk) -> None:
    eleni = Courier(courier="eleni", tenant="athens", name="Eleni G.")
    await desk.log.append(couriers.TOPIC, "eleni", eleni, id="c-1")
    await put(
        desk,
        [
            ended("s-1", shown(2, -150, -60, 60), shown(3, -50, -20, 10)),
            ended("s-2", shown(2, -150, 10, 70), shown(3, -50, None, None)),
            ended("s-3", shown(2, -150, -60, 60), status="AttemptFail_002"),
            ended("s-4", shown(2, -150, -60, 60), tenant="patras"),
            ended("s-5", shown(2, -150, -60, 60), merchant="toys"),
            recipient("s-1"),
        ],
    )
    found = await desk.get("/v1/desk/promises?merchant=books")
    assert (found["attempts"], found["delivered"], found["stated"], found["bounded"]) == (3, 2, 0.9, False)
    (two, one, half, ten) = found["by_horizon"]
    assert (two["key"], two["looks"], two["hits"], two["came"], two["undelivered"]) == ("120", 3, 1, 2, 1)
    assert (half["hits"], half["unknown"], half["width_p50_min"], ten["key"]) == (1, 1, 120.0, "10")
    assert 0 <= one["least"] <= one["rate"] <= one["most"] <= 1
    assert [(line["key"], line["name"]) for line in found["by_courier"]] == [("eleni", "Eleni G.")]
    assert [line["key"] for line in found["by_area"]] == ["10563"]
    assert [line["key"] for line in found["by_hour"]] == ["11"]
    assert found["revisions"] == {"mean": 0.67, "p50": 1, "p90": 1, "most": 1}
    assert [point["scale"] for point in found["curve"]] == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0]
    assert "lon" not in str(found)
    assert (await desk.get("/v1/desk/promises"))["attempts"] == 4
    assert (await desk.get("/v1/desk/promises", "far"))["attempts"] == 1
    assert (await desk.get("/v1/desk/promises?courier=nikos"))["attempts"] == 0
    assert (await desk.get("/v1/desk/promises?to=2026-11-20T09:00:00Z"))["attempts"] == 0
    both = "/v1/desk/promises?from=2026-11-21T09:00:00Z&to=2026-11-20T09:00:00Z"
    assert (await desk.get(both, status=422))["detail"] == "`from` is not before `to`."


async def test_a_shipments_windows_say_what_became_of_them(desk: Desk) -> None:
    await put(
        desk,
        [
            ended(
                "s-1",
                shown(2, -150, -60, 60),
                shown(3, -50, None, None),
                shown(4, -40, 5, 20),
                shown(5, 10, 20, 30, attempt=2),
            ),
            ended("s-2", shown(2, -150, -60, 60), status="AttemptFail_002"),
        ],
    )
    windows = (await desk.get("/v1/shipments/s-1/promises"))["windows"]
    assert [w["outcome"] for w in windows] == ["hit", "unknown", "miss", "open"]
    assert windows[0]["window"] == {"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T11:00:00Z"}
    assert "window" not in windows[1]
    assert [w["outcome"] for w in (await desk.get("/v1/shipments/s-2/promises"))["windows"]] == ["came"]
    await desk.get("/v1/shipments/s-1/promises", "far", 404)


def dromos(postgres_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a person calls it: it starts a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", "promises", *words],
        env=os.environ | {"DROMOS_POSTGRES_URL": postgres_url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


async def test_the_command_replays_the_ledger_and_writes_nothing(desk: Desk, infra: Infra) -> None:
    nothing = dromos(infra.postgres_url, "replay", "--days", "730")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No attempt with a window" in nothing.stderr
    draw = random.Random(9)
    lives = [life(draw, f"s-{n}") for n in range(60)]
    await put(desk, [state for one in lives for state in one], bite=200)
    before, was = await ledger(desk), made(await read(desk))
    told = dromos(infra.postgres_url, "replay", "--days", "730", "--coverage", "0.95", "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["shown"] == msgspec.json.decode(msgspec.json.encode(was))
    assert found["replayed"]["stated"] == 0.95
    assert found["replayed"]["attempts"] == was.attempts
    table = dromos(infra.postgres_url, "replay", "--days", "730", "--merchant", "books").stdout
    assert "as shown" in table
    assert [line.split()[0] for line in table.splitlines()[3:7]] == ["120", "60", "30", "10"]
    assert await ledger(desk) == before
    wrong = dromos(infra.postgres_url, "replay", "--coverage", "0.2")
    assert wrong.returncode == 2
    away = dromos("postgresql+asyncpg://dromos:x@127.0.0.1:1/dromos", "replay", "--json")
    assert away.returncode == 1
    assert "PostgreSQL does not answer" in away.stderr
