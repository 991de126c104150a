"""Links: made, exchanged, revoked; unknown, expired, revoked and over look the same; the view."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from services.portal.api.sweep import sweep
from shared.contracts import link_openings, links
from shared.contracts.frames import Snapshot
from shared.contracts.topic import DAY_MS
from shared.contracts.views.live import Line, LiveBatch, LiveView, Watcher
from shared.contracts.views.party import PartyView
from shared.domain.keyrings import sha256_hex
from shared.domain.page import LINK_AFTER_END_MS
from shared.tickets import Tickets
from tests.unit.portal_kit import NOW, Kit, running

POINT = msgspec.Raw(
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[24.9,60.1]},"properties":{"at_ms":1}}'
)


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        yield found


async def link(kit: Kit, order: str = "a", **changes: Any) -> tuple[str, str]:
    """A registered shipment's new link: its secret and its id."""
    stage = await kit.registered("books", order, **changes)
    made = (await kit.ask("books", "POST", f"/v1/shipments/{stage.shipment}/links")).json()
    origin, _, secret = made["url"].partition("#")
    assert origin == "https://track.example.org/t"
    return secret, made["link_id"]


async def exchange(kit: Kit, secret: str) -> Any:
    return await kit.client.post("/v1/link/ticket", json={"secret": secret})


async def view(kit: Kit, ticket: str) -> Any:
    return await kit.client.get("/v1/link/view", headers={"Authorization": f"Ticket {ticket}"})


async def test_a_links_secret_has_128_bits_and_only_its_hash_is_kept(kit: Kit) -> None:
    secret, link_id = await link(kit)
    assert len(secret) == 22
    assert link_id == sha256_hex(secret)
    (kept,) = kit.values(links.TOPIC)
    assert kept == {
        "link": link_id,
        "tenant": "athens",
        "merchant": "books",
        "shipment": "s-a",
        "expires_ms": NOW + 14 * DAY_MS,
        "created_ms": NOW,
    }
    assert secret.encode() not in b"".join(
        (r.value or b"") + (r.key or "").encode() for r in kit.log.records(links.TOPIC)
    )


async def test_several_links_of_one_shipment_each_by_itself(kit: Kit) -> None:
    await kit.registered("books", "a")
    made = [
        (await kit.ask("books", "POST", "/v1/shipments/s-a/links", json={"days": 1})).json() for _ in "12"
    ]
    assert made[0]["link_id"] != made[1]["link_id"]
    path = f"/v1/shipments/s-a/links/{made[0]['link_id']}"
    assert (await kit.ask("books", "DELETE", path)).status_code == 204
    assert (await kit.ask("books", "DELETE", path)).status_code == 204
    assert [(await exchange(kit, m["url"].partition("#")[2])).status_code for m in made] == [404, 200]
    shown = (await kit.ask("books", "GET", "/v1/shipments/s-a")).json()["links"]
    assert {x["link_id"]: x["revoked"] for x in shown} == {
        made[0]["link_id"]: True,
        made[1]["link_id"]: False,
    }


async def test_a_link_is_revoked_only_through_its_own_shipment(kit: Kit) -> None:
    _, link_id = await link(kit)
    await kit.registered("books", "b")
    assert (await kit.ask("books", "DELETE", f"/v1/shipments/s-b/links/{link_id}")).status_code == 404


async def test_the_ticket_is_the_gateways_and_names_its_address(kit: Kit) -> None:
    secret, link_id = await link(kit)
    answer = (await exchange(kit, secret)).json()
    assert answer["socket"] == "wss://live.example.org/"
    assert answer["expires_at"] == "2026-11-20T10:01:00Z"
    ticket = Tickets("a-ticket-key-for-tests").verify(answer["ticket"], now_ms=NOW)
    assert (ticket.link, ticket.shipment) == (link_id, "s-a")
    assert secret not in answer["ticket"]


async def test_unknown_expired_revoked_and_over_are_one_answer(kit: Kit) -> None:
    expired, _ = await link(kit, "expired")
    revoked, revoked_id = await link(kit, "revoked")
    over, _ = await link(kit, "over", ended=True, status_ms=NOW, substatus="Delivered_001")
    await kit.ask("books", "DELETE", f"/v1/shipments/s-revoked/links/{revoked_id}")
    kit.now[0] = NOW + LINK_AFTER_END_MS + 1
    ended = await exchange(kit, over)
    kit.now[0] = NOW + 14 * DAY_MS
    answers = [
        ended,
        await exchange(kit, expired),
        await exchange(kit, revoked),
        await exchange(kit, "AAAAAAAAAAAAAAAAAAAAAA"),
        await exchange(kit, ""),
        await exchange(kit, "not a secret \N{GRINNING FACE}"),
    ]
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert len({tuple(sorted(a.headers.items())) for a in answers}) == 1


@pytest.mark.parametrize("which", ["unknown", "expired", "revoked"])
async def test_each_refusal_looks_up_the_same_things(kit: Kit, which: str) -> None:
    secret, link_id = await link(kit)
    if which == "revoked":
        await kit.ask("books", "DELETE", f"/v1/shipments/s-a/links/{link_id}")
    if which == "expired":
        kit.now[0] += 15 * DAY_MS
    asked: list[str] = []
    stages = kit.views.stages

    async def counted(shipments: Any) -> Any:
        asked.append("stage")
        return await stages(shipments)

    kit.views.stages = counted  # type: ignore[method-assign]
    tables: list[str] = []
    get = kit.portal.links.get

    def counting(key: str) -> Any:
        tables.append("link")
        return get(key)

    kit.portal.links.get = counting  # type: ignore[method-assign]
    answer = await exchange(kit, "AAAAAAAAAAAAAAAAAAAAAA" if which == "unknown" else secret)
    assert answer.status_code == 404
    assert (asked, tables) == (["stage"], ["link"])


async def test_a_link_still_works_days_after_delivery_but_not_for_ever(kit: Kit) -> None:
    secret, _ = await link(kit, ended=True, status_ms=NOW, substatus="Delivered_001")
    kit.now[0] = NOW + LINK_AFTER_END_MS
    assert (await exchange(kit, secret)).status_code == 200
    kit.now[0] += 1
    assert (await exchange(kit, secret)).status_code == 404


async def test_opening_is_recorded_once_in_half_an_hour_and_says_nothing_of_who(kit: Kit) -> None:
    secret, link_id = await link(kit)
    for _ in range(3):
        await exchange(kit, secret)
    kit.now[0] += 31 * 60_000
    await exchange(kit, secret)
    await asyncio.gather(*kit.portal._tasks)
    opened = kit.values(link_openings.TOPIC)
    assert [o["at_ms"] for o in opened] == [NOW, kit.now[0]]
    assert opened[0] == {
        "link": link_id,
        "tenant": "athens",
        "merchant": "books",
        "shipment": "s-a",
        "at_ms": NOW,
    }


async def test_an_opening_is_recorded_though_the_portal_ends_at_once() -> None:
    async with running() as kit:
        secret, _ = await link(kit)
        await exchange(kit, secret)
    assert len(kit.values(link_openings.TOPIC)) == 1


async def test_an_opening_that_cannot_be_recorded_keeps_nobody_out(kit: Kit) -> None:
    secret, _ = await link(kit)
    kit.log.available = False
    assert (await exchange(kit, secret)).status_code == 200
    await asyncio.gather(*kit.portal._tasks)


async def test_redis_away_keeps_no_ticket_back(kit: Kit) -> None:
    secret, _ = await link(kit)
    kit.views.available = False
    answer = await exchange(kit, secret)
    assert answer.status_code == 200
    shown = await view(kit, answer.json()["ticket"])
    assert shown.status_code == 503
    assert "Retry-After" in shown.headers


async def test_the_view_is_the_sockets_snapshot(kit: Kit) -> None:
    secret, _ = await link(kit, courier="eleni", joined=5, out=True, substatus="OutForDelivery_001")
    await kit.views.put_party_version(
        PartyView(shipment="s-a", version="k-1", name="Maria P.", address="A 1", lon=24.9, lat=60.1)
    )
    await kit.views.adopt_party("s-a", "k-1")
    live = LiveView(
        courier="eleni",
        version=(5, 10),
        seen_ms=NOW,
        lines=(
            Line(
                show="exact",
                feature=POINT,
                at_ms=NOW,
                audience=(Watcher(shipment="s-a", joined=5, stops_left=2),),
            ),
        ),
    )
    kit.views.publish(LiveBatch(partition=0, epoch=1, number=1, views=(live,)))
    ticket = (await exchange(kit, secret)).json()["ticket"]
    behind = msgspec.json.decode((await view(kit, ticket)).content, type=Snapshot)
    assert (behind.driver.show, behind.driver.why) == ("none", "paused")
    assert b"[24.9,60.1]" not in msgspec.json.encode(behind.driver)
    await kit.caught_up("s-a", "eleni")
    answer = await view(kit, ticket)
    shown = msgspec.json.decode(answer.content, type=Snapshot)
    assert (shown.driver.show, shown.driver.stops_left) == ("exact", 2)
    assert shown.home is not None
    assert shown.home.name == "Maria P."
    assert answer.json()["type"] == "snapshot"


async def test_a_view_before_the_stage_is_there_says_come_back(kit: Kit) -> None:
    secret, _ = await link(kit)
    ticket = (await exchange(kit, secret)).json()["ticket"]
    kit.views._stages.clear()
    answer = await view(kit, ticket)
    assert answer.status_code == 503


async def test_a_ticket_dies_with_its_time_and_with_its_link(kit: Kit) -> None:
    secret, link_id = await link(kit)
    ticket = (await exchange(kit, secret)).json()["ticket"]
    assert (await view(kit, ticket)).status_code == 200
    await kit.ask("books", "DELETE", f"/v1/shipments/s-a/links/{link_id}")
    dead = await view(kit, ticket)
    assert dead.content == (await exchange(kit, "unknown")).content
    kit.now[0] += 60_000
    late = await view(kit, ticket)
    assert late.status_code == 401
    assert late.headers["WWW-Authenticate"] == 'Ticket realm="dromos"'


@pytest.mark.parametrize("ticket", ["", "x", "a.b", "a" * 5000])
async def test_a_forged_ticket_is_401(kit: Kit, ticket: str) -> None:
    assert (await view(kit, ticket)).status_code == 401


async def test_a_ticket_signed_for_another_shipment_than_the_links_is_refused(kit: Kit) -> None:
    _, link_id = await link(kit)
    await kit.registered("toys", "b")
    text, _ = kit.portal.tickets.sign(link_id, "s-b", now_ms=NOW)
    assert (await view(kit, text)).status_code == 404


async def test_long_expired_links_are_removed_and_look_as_before(kit: Kit) -> None:
    old, old_id = await link(kit, "old")
    kit.now[0] = NOW + 15 * DAY_MS
    fresh, fresh_id = await link(kit, "fresh")
    before = await exchange(kit, old)
    assert await sweep(kit.portal) == 0
    kit.now[0] += 1
    assert await sweep(kit.portal) == 1
    assert await sweep(kit.portal) == 0
    assert [key for key, _ in kit.portal.links.items()] == [fresh_id]
    tombstone = kit.log.records(links.TOPIC)[-1]
    assert (tombstone.key, tombstone.value) == (old_id, None)
    assert (await exchange(kit, old)).content == before.content
    assert (await exchange(kit, fresh)).status_code == 200
    assert (await kit.ask("books", "GET", "/v1/shipments/s-old")).json()["links"] == []


async def test_too_many_exchanges_from_one_address_wait() -> None:
    async with running(link_rate="2/minute") as kit:
        secret, _ = await link(kit)
        assert [(await exchange(kit, secret)).status_code for _ in range(3)] == [200, 200, 429]
