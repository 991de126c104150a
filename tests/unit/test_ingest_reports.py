"""Status reports: who may make them, what they become, and what a repeat changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.ingest.core import reports
from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.common import Actor
from shared.contracts.shipment_commands import Report
from shared.contracts.shipment_parties import Note
from shared.contracts.status import SUBSTATUSES, Tag, tag_of
from shared.contracts.views.work import Outcome
from shared.domain.report import TYPES, ReportBody, Unreportable, report_id
from shared.ports.log import LogUnavailable
from tests.ingest_support import (
    BOOKSHOP,
    DEVICES,
    MERCHANT_KEY,
    MERCHANT_SECRET,
    RECEIVED_MS,
    REVOKED_SECRET,
    SCANNER_SECRET,
    SECRET,
    World,
    bearer,
    world,
)

VAN, _, _, SCANNER = DEVICES
DELIVERED = {"event_id": "scan-1", "type": "delivered", "at": "2026-11-20T10:00:00Z", "attempt": 1}


@pytest.fixture
async def w() -> AsyncIterator[World]:
    async with world() as made:
        yield made


async def send(w: World, secret: str = SECRET, prefer: str | None = None, **more: Any) -> httpx.Response:
    headers = bearer(secret) | ({"prefer": prefer} if prefer else {})
    body = {k: v for k, v in (DELIVERED | more).items() if v is not ...}
    return await w.client.post("/v1/shipments/s-1/events", json=body, headers=headers)


def commands(w: World) -> list[Report]:
    found = [shipment_commands.DECODER.decode(r.value or b"") for r in w.log.records(shipment_commands.TOPIC)]
    assert all(isinstance(c, Report) for c in found)
    return [c for c in found if isinstance(c, Report)]


def notes(w: World) -> list[Note]:
    found = [shipment_parties.DECODER.decode(r.value or b"") for r in w.log.records(shipment_parties.TOPIC)]
    return [n for n in found if isinstance(n, Note)]


async def test_a_report_becomes_a_command_keyed_by_its_shipment(w: World) -> None:
    answer = await send(w)
    assert answer.status_code == 202
    (record,) = w.log.records(shipment_commands.TOPIC)
    (command,) = commands(w)
    assert answer.json() == {"command": command.id, "shipment": "s-1"}
    assert (record.key, record.headers["ce_id"]) == ("s-1", command.id)
    assert command == Report(
        id=command.id,
        tenant="athens-couriers",
        shipment="s-1",
        at_ms=1_795_168_800_000,
        actor=Actor(kind="courier", id="eleni"),
        substatus="Delivered_001",
        attempt=1,
    )
    assert notes(w) == []


@pytest.mark.parametrize(
    ("secret", "actor"),
    [
        (SECRET, Actor(kind="courier", id="eleni")),
        (SCANNER_SECRET, Actor(kind="hub", id="north")),
        (MERCHANT_KEY, Actor(kind="merchant", id="bookshop")),
    ],
)
async def test_courier_hub_and_merchant_report_as_themselves(w: World, secret: str, actor: Actor) -> None:
    assert (await send(w, secret)).status_code == 202
    assert [c.actor for c in commands(w)] == [actor]


@pytest.mark.parametrize("secret", ["", "unknown-secret-unknown", REVOKED_SECRET, MERCHANT_SECRET])
async def test_nobody_else_reports(w: World, secret: str) -> None:
    answer = await send(w, secret)
    assert answer.status_code == 401
    assert answer.content == (await send(w, "another-wrong-secret-1")).content
    assert commands(w) == []


async def test_a_name_given_with_the_secret_has_to_be_its_own(w: World) -> None:
    path = "/v1/shipments/s-1/events"
    assert (await w.client.post(path, json=DELIVERED, auth=("bike-2", SECRET))).status_code == 401
    assert (await w.client.post(path, json=DELIVERED, auth=("van-12", SECRET))).status_code == 202


async def test_what_people_wrote_goes_ahead_to_the_parties(w: World) -> None:
    order: list[str] = []
    for topic in (shipment_parties.TOPIC, shipment_commands.TOPIC):
        w.log.listen(topic, lambda record: order.append(record.topic))
    await send(w, type="left_with_neighbour", note="Bell out of order", taken_by="N. Ioannou", place="Athens")
    (command,), (note,) = commands(w), notes(w)
    assert order == ["shipment.parties", "shipment.commands"]
    assert note == Note(
        tenant="athens-couriers",
        shipment="s-1",
        version=note.version,
        text="Bell out of order",
        taken_by="N. Ioannou",
    )
    assert (command.note, command.place) == (note.version, "Athens")
    assert [r.key for r in w.log.records(shipment_parties.TOPIC)] == [f"s-1/{note.version}"]
    (record,) = w.log.records(shipment_commands.TOPIC)
    for personal in ("Bell", "Ioannou"):
        assert personal not in (record.value or b"").decode() + str(record.headers)


async def test_a_repeat_has_the_same_command_and_cannot_change_what_was_said(w: World) -> None:
    first = await send(w, note="He was out.")
    again = await send(w, note="He was out.")
    other = await send(w, note="He refused!")
    assert {a.json()["command"] for a in (first, again, other)} == {commands(w)[0].id}
    versions = [n.version for n in notes(w)]
    assert versions[0] == versions[1] != versions[2]


async def test_event_ids_are_of_their_reporter_and_shipment(w: World) -> None:
    ids = {(await send(w, secret)).json()["command"] for secret in (SECRET, SCANNER_SECRET, MERCHANT_KEY)}
    ids.add((await send(w, event_id="scan-2")).json()["command"])
    elsewhere = await w.client.post("/v1/shipments/s-2/events", json=DELIVERED, headers=bearer(SECRET))
    ids.add(elsewhere.json()["command"])
    assert len(ids) == 5
    eleni = Actor(kind="courier", id="eleni")
    assert report_id("s-1", eleni, "2x") != report_id("s-12", eleni, "x")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"event_id": ...}, "event_id"),
        ({"event_id": ""}, "event_id"),
        ({"type": ...}, "either type or substatus"),
        ({"substatus": "Delivered_001"}, "either type or substatus"),
        ({"type": "teleported"}, "one of picked_up"),
        ({"type": ..., "substatus": "Delivered_999"}, "one of Pending_001"),
        ({"at": "2026-11-20T10:05:00Z"}, "set the reporter's clock"),
        ({"at": 1795168800}, "milliseconds"),
        ({"at": "2026-11-20T10:00:00"}, "at"),
        ({"at": 10**30}, "at"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 1.5}, "attempt"),
        ({"note": "x" * 1001}, "note"),
        ({"colour": "red"}, "known are event_id"),
    ],
)
async def test_a_wrong_report_says_what_to_mend(w: World, change: dict[str, Any], named: str) -> None:
    answer = await send(w, **change)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert named in answer.text
    assert commands(w) == []
    assert notes(w) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"nothing", b"\xff", b'{"event_id":1e999}', b"[" * 100_000])
async def test_a_body_that_is_no_report(w: World, body: bytes) -> None:
    path = "/v1/shipments/s-1/events"
    assert (await w.client.post(path, content=body, headers=bearer(SECRET))).status_code == 422


async def test_a_shipment_that_cannot_be(w: World) -> None:
    for bad in ("-x", "a b", "x" * 65):
        answer = await w.client.post(f"/v1/shipments/{bad}/events", json=DELIVERED, headers=bearer(SECRET))
        assert answer.status_code == 422


async def test_a_late_report_keeps_its_own_time_and_one_without_is_of_now(w: World) -> None:
    await send(w, event_id="late", at="2026-11-13T08:00:00+02:00")
    await send(w, event_id="now", at=...)
    assert [c.at_ms for c in commands(w)] == [
        RECEIVED_MS - 7 * 86_400_000 - (4 * 3600 + 30) * 1000,
        RECEIVED_MS,
    ]


async def test_prefer_wait_brings_the_outcome(w: World) -> None:
    id = report_id("s-1", Actor(kind="courier", id="eleni"), "scan-1")
    pending = asyncio.create_task(send(w, prefer="respond-async, wait=2"))
    await asyncio.sleep(0.05)
    assert not pending.done()
    await w.views.put_outcome(Outcome(command=id, accepted=True, subject="s-1", seq=6))
    answer = await pending
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=2")
    assert answer.json()["outcome"] == {"accepted": True, "seq": 6, "reason": None, "explanation": None}


async def test_prefer_wait_says_why_it_was_refused(w: World) -> None:
    id = report_id("s-1", Actor(kind="courier", id="eleni"), "scan-1")
    refused = Outcome(
        command=id, accepted=False, subject="s-1", seq=7, reason="ended", explanation="It ended."
    )
    await w.views.put_outcome(refused)
    outcome = (await send(w, prefer="wait=2")).json()["outcome"]
    assert outcome == {"accepted": False, "seq": 7, "reason": "ended", "explanation": "It ended."}


async def test_an_outcome_that_is_not_known_in_time_is_null(w: World) -> None:
    answer = await send(w, prefer="wait=0")
    assert (answer.status_code, answer.json()["outcome"]) == (202, None)
    w.views.available = False
    answer = await send(w, prefer="wait=2")
    assert (answer.status_code, answer.json()["outcome"]) == (202, None)


async def test_waiting_holds_no_place_in_flight() -> None:
    async with world(ingest_in_flight=1) as w:
        waiting = asyncio.create_task(send(w, prefer="wait=2"))
        await asyncio.sleep(0.05)
        assert (await send(w, event_id="scan-2")).status_code == 202
        waiting.cancel()


async def test_nothing_is_answered_before_it_is_written(w: World) -> None:
    w.log.available = False
    answer = await send(w, note="x")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


async def test_without_its_note_no_command_is_written(w: World) -> None:
    append = w.log.append

    async def no_parties(topic: Any, *args: Any, **kwargs: Any) -> Any:
        if topic is shipment_parties.TOPIC:
            raise LogUnavailable("no")
        return await append(topic, *args, **kwargs)

    w.log.append = no_parties  # type: ignore[method-assign]
    assert (await send(w, note="x")).status_code == 503
    assert commands(w) == []


async def test_a_merchant_has_a_rate_of_its_own() -> None:
    async with world(ingest_merchant_rate_per_s=1, ingest_merchant_burst=2) as w:
        answers = [await send(w, MERCHANT_KEY, event_id=f"e-{i}") for i in range(3)]
        assert [a.status_code for a in answers] == [202, 202, 429]


def test_every_type_is_a_substatus_and_every_tag_is_a_type_too() -> None:
    assert set(TYPES.values()) <= set(SUBSTATUSES)
    for tag in Tag:
        report, _ = reports.commands("s-1", BOOKSHOP, ReportBody(event_id="e", type=str(tag)), RECEIVED_MS)
        assert tag_of(report.substatus) is tag


def test_a_reporter_cannot_pass_for_another() -> None:
    report, _ = reports.commands("s-1", SCANNER, ReportBody(event_id="e", type="arrived_at_hub"), RECEIVED_MS)
    assert report.actor == Actor(kind="hub", id="north")
    with pytest.raises(Unreportable, match="type or substatus"):
        reports.commands("s-1", VAN, ReportBody(event_id="e"), RECEIVED_MS)
