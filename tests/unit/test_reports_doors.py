"""Ingest and the portal take the same reports: what one accepts, refuses and writes, the other does too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import shipment_commands, shipment_parties
from tests.ingest_support import MERCHANT_KEY, RECEIVED_MS, World, bearer, world
from tests.unit.portal_kit import Kit, running

PATH = "/v1/shipments/s-1/events"
GOOD: list[dict[str, Any]] = [
    {"event_id": "scan-1", "type": "delivered", "at": "2026-11-20T10:00:00Z", "attempt": 1},
    {"event_id": "scan-1", "substatus": "Delivered_001"},
    {"event_id": "scan 1/ü", "type": "InTransit", "at": 1_795_168_800_000},
    {"event_id": "x" * 128, "type": "held", "note": " Ring twice. ", "taken_by": "N. Ioannou"},
    {"event_id": "e", "type": "held", "note": "", "taken_by": ""},
    {"event_id": "e", "type": "arrived_at_hub", "place": " Hub Vantaa ", "at": "2026-11-20T10:02:30Z"},
]
BAD: list[dict[str, Any]] = [
    {"type": "delivered"},
    {"event_id": "", "type": "delivered"},
    {"event_id": "x" * 129, "type": "delivered"},
    {"event_id": "e"},
    {"event_id": "e", "type": "delivered", "substatus": "Delivered_001"},
    {"event_id": "e", "type": "teleported"},
    {"event_id": "e", "substatus": "Delivered_999"},
    {"event_id": "e", "type": "held", "at": "2026-11-20T10:00:00"},
    {"event_id": "e", "type": "held", "at": "2026-11-20T10:03:00Z"},
    {"event_id": "e", "type": "held", "at": 1_795_168_800},
    {"event_id": "e", "type": "held", "at": 10**30},
    {"event_id": "e", "type": "held", "at": "0001-01-01T00:00:00+14:00"},
    {"event_id": "e", "type": "held", "attempt": "1"},
    {"event_id": "e", "type": "held", "attempt": 100},
    {"event_id": "e", "type": "held", "place": " "},
    {"event_id": "e", "type": "held", "taken_by": "\u202eMaria"},
    {"event_id": "e", "type": "held", "note": "x" * 1_001},
    {"event_id": "e", "type": "held", "colour": "red"},
]


@pytest.fixture
async def doors() -> AsyncIterator[tuple[World, Kit]]:
    async with world() as w, running() as kit:
        kit.now[0] = RECEIVED_MS
        await kit.shop("bookshop", "athens-couriers")
        await kit.registered("bookshop", "1", tenant="athens-couriers")
        yield w, kit


@pytest.mark.parametrize("body", GOOD)
async def test_one_report_at_two_doors_is_one_command(doors: tuple[World, Kit], body: dict[str, Any]) -> None:
    w, kit = doors
    answers = [
        await w.client.post(PATH, json=body, headers=bearer(MERCHANT_KEY)),
        await kit.ask("bookshop", "POST", PATH, json=body),
    ]
    assert [a.status_code for a in answers] == [202, 202], [a.text for a in answers]
    assert answers[0].json()["command"] == answers[1].json()["command"]
    for topic in (shipment_commands.TOPIC, shipment_parties.TOPIC):
        here, there = ([(r.key, r.value) for r in log.records(topic)] for log in (w.log, kit.log))
        assert here == there
    known = await kit.ask("bookshop", "GET", f"/v1/commands/{answers[0].json()['command']}")
    assert known.status_code == 200


@pytest.mark.parametrize("body", BAD)
async def test_both_doors_refuse_the_same(doors: tuple[World, Kit], body: dict[str, Any]) -> None:
    w, kit = doors
    for answer in (
        await w.client.post(PATH, json=body, headers=bearer(MERCHANT_KEY)),
        await kit.ask("bookshop", "POST", PATH, json=body),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert w.log.records(shipment_commands.TOPIC) == kit.log.records(shipment_commands.TOPIC) == []
