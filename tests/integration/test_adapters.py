"""The memory forms and the real ones under one suite."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import pytest

from deploy.local.infra import Infra
from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.memory.log import MemoryLog, MemoryTable
from shared.adapters.memory.views import MemoryViews
from shared.adapters.redis.live import Fenced, LiveWriter
from shared.adapters.redis.views import RedisViews, RedisViewsWriter
from shared.contracts import links, shipment_parties
from shared.contracts.links import Link
from shared.contracts.partition import partition_of
from shared.contracts.views import live, party, people, stage
from shared.contracts.views.work import OUTCOME_EXAMPLE
from shared.ports.log import LogUnavailable
from tests.integration.workers import settings_of

SHOP_LINK = cast(Link, links.TOPIC.messages[0].example)


class Logs:
    """A log of one kind with tables on it."""

    def __init__(self, log: Any, table: Any) -> None:
        self.log, self.table = log, table


@pytest.fixture(params=["memory", "kafka"])
async def logs(request: pytest.FixtureRequest, infra: Infra, topic_prefix: str) -> AsyncIterator[Logs]:
    if request.param == "memory":
        memory = MemoryLog()
        yield Logs(memory, lambda: MemoryTable(memory, links.TOPIC, Link))
        return
    settings = settings_of(infra, topic_prefix)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure([links.TOPIC, shipment_parties.TOPIC])
    async with KafkaLog(settings, "/test") as kafka:
        yield Logs(kafka, lambda: KafkaTable(settings, links.TOPIC, Link))


async def test_appends_are_placed_by_key_and_numbered(logs: Logs) -> None:
    note = shipment_parties.Note(tenant="t", shipment="s-1", version="v", text="x")
    first = await logs.log.append(shipment_parties.TOPIC, "s-1/v1", note, id="1", timeout_s=10)
    second = await logs.log.append(shipment_parties.TOPIC, "s-1/v2", note, id="2", timeout_s=10)
    assert first.partition == second.partition == partition_of("s-1", 6)
    assert second.offset == first.offset + 1


async def test_a_record_without_key_needs_its_partition(logs: Logs) -> None:
    with pytest.raises(ValueError, match="partition"):
        await logs.log.append(links.TOPIC, None, SHOP_LINK, id="1")


async def test_a_table_has_the_newest_and_follows(logs: Logs) -> None:
    async def put(link: str, value: Link | None) -> None:
        await logs.log.append(links.TOPIC, link, value, id=link, timeout_s=10)

    await put("a", SHOP_LINK)
    await put("b", SHOP_LINK)
    await put("b", None)
    table = logs.table()
    heard: list[tuple[str, bool]] = []
    removed = asyncio.Event()

    def hear(key: str, value: Link | None) -> None:
        heard.append((key, value is not None))
        if (key, value) == ("a", None):
            removed.set()

    table.on_change(hear)
    await table.start()
    try:
        assert table.ready
        assert [key for key, _ in table.items()] == ["a"]
        await put("c", SHOP_LINK)
        await put("a", None)
        async with asyncio.timeout(10):
            await removed.wait()
        assert heard[-2:] == [("c", True), ("a", False)]
        assert table.get("a") is None
        assert table.get("c") == SHOP_LINK
    finally:
        await table.stop()


async def test_a_table_that_has_caught_up_knows_what_was_written_before(
    infra: Infra, topic_prefix: str
) -> None:
    settings = settings_of(infra, topic_prefix)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure([links.TOPIC])
    table = KafkaTable(settings, links.TOPIC, Link)
    async with KafkaLog(settings, "/test") as log:
        await table.start()
        try:
            for n in range(50):
                await log.append(links.TOPIC, f"l-{n}", SHOP_LINK, id=f"{n}", timeout_s=10)
                await table.catch_up()
                assert table.get(f"l-{n}") == SHOP_LINK, n
        finally:
            await table.stop()


async def test_an_unreachable_log_says_so_in_time(infra: Infra, topic_prefix: str) -> None:
    log = KafkaLog(settings_of(infra, topic_prefix), "/test")  # never started: nothing can be written
    with pytest.raises(LogUnavailable):
        await log.append(links.TOPIC, "a", SHOP_LINK, id="1")


class Both:
    """Reader and writer of views of one kind."""

    def __init__(self, views: Any, writer: Any) -> None:
        self.views, self.writer = views, writer


@pytest.fixture(params=["memory", "redis"])
async def both(request: pytest.FixtureRequest, infra: Infra, topic_prefix: str) -> AsyncIterator[Both]:
    if request.param == "memory":
        memory = MemoryViews()
        yield Both(memory, memory)
        return
    settings = settings_of(infra, topic_prefix)
    views, writer = RedisViews(settings), RedisViewsWriter(settings, 1)
    yield Both(views, writer)
    await views.close()
    await writer.close()


async def test_an_older_stage_never_overwrites_a_newer(both: Both) -> None:
    newer = stage.EXAMPLE
    older = stage.StageView(
        **{f: getattr(newer, f) for f in newer.__struct_fields__} | {"seq": 3, "substatus": "InTransit_001"}
    )
    await both.writer.put_stage(newer)
    await both.writer.put_stage(older)
    assert await both.views.stage("s-1") == newer
    assert await both.views.stages(["nobody", "s-1"]) == [None, newer]


async def test_a_revoked_link_stays_revoked(both: Both) -> None:
    revoked = Link(**{f: getattr(SHOP_LINK, f) for f in Link.__struct_fields__} | {"revoked": True})
    await both.writer.put_link("h", SHOP_LINK, 3)
    await both.writer.put_link("h", revoked, 5)
    await both.writer.put_link("h", SHOP_LINK, 3)
    assert await both.views.link("h") == revoked
    await both.writer.put_link("h", None, 6)
    await both.writer.put_link("h", revoked, 5)
    assert await both.views.link("h") is None


async def test_a_party_is_shown_once_it_is_named(both: Both) -> None:
    await both.writer.adopt_party("s-1", "k-01")
    assert await both.views.party("s-1") is None
    await both.writer.put_party_version(party.EXAMPLE)
    assert await both.views.party("s-1") is None
    await both.writer.adopt_party("s-1", "k-01")
    assert await both.views.party("s-1") == party.EXAMPLE


async def test_a_party_that_is_forgotten_is_shown_no_more(both: Both) -> None:
    await both.writer.put_party_version(party.EXAMPLE)
    await both.writer.put_party_version(msgspec.structs.replace(party.EXAMPLE, version="k-00"))
    await both.writer.adopt_party("s-1", "k-01")
    await both.writer.forget_party("s-1", "k-00")
    assert await both.views.party("s-1") == party.EXAMPLE
    await both.writer.forget_party("s-1", "k-01")
    assert await both.views.party("s-1") is None
    await both.writer.adopt_party("s-1", "k-01")
    assert await both.views.party("s-1") is None


async def test_how_long_views_are_kept(infra: Infra, topic_prefix: str) -> None:
    """A shop's for ever, a link's while it is good, a parcel's until long after its end."""
    settings = settings_of(infra, topic_prefix)
    writer = RedisViewsWriter(settings, 1)
    now_ms = time.time_ns() // 1_000_000
    day_s = 86_400

    async def left_s(key: str) -> int:
        return int(await writer.redis.ttl(key))

    await writer.put_merchant("bookshop", people.MERCHANT_EXAMPLE, 1)
    assert await left_s(writer.keys.merchant("bookshop")) == -1
    good = msgspec.structs.replace(SHOP_LINK, expires_ms=now_ms + 60 * day_s * 1000)
    await writer.put_link("h", good, 1)
    assert 60 * day_s < await left_s(writer.keys.link("h")) <= 61 * day_s
    await writer.put_party_version(party.EXAMPLE)
    await writer.adopt_party("s-1", "k-01")
    await writer.put_stage(stage.EXAMPLE)
    open_ = await left_s(writer.keys.stage("s-1")), await left_s(writer.keys.party("s-1"))
    assert min(open_) > 365 * day_s
    ended = msgspec.structs.replace(stage.EXAMPLE, seq=stage.EXAMPLE.seq + 1, ended=True)
    await writer.put_stage(ended)
    after = await left_s(writer.keys.stage("s-1")), await left_s(writer.keys.party("s-1"))
    assert max(after) <= 35 * day_s
    await writer.close()


async def test_merchants_and_marks(both: Both) -> None:
    await both.writer.put_merchant("bookshop", people.MERCHANT_EXAMPLE, 1)
    await both.writer.put_worked_off("stages", {0: 17, 5: 18})
    assert await both.views.merchant("bookshop") == people.MERCHANT_EXAMPLE
    assert await both.views.worked_off() == {("stages", 0): 17, ("stages", 5): 18}


async def test_an_outcome_is_waited_for(both: Both) -> None:
    assert await both.views.outcome(OUTCOME_EXAMPLE.command, timeout_s=0.05) is None
    waiting = asyncio.create_task(both.views.outcome(OUTCOME_EXAMPLE.command, timeout_s=10))
    await asyncio.sleep(0.02)
    await both.writer.put_outcome(OUTCOME_EXAMPLE)
    assert await waiting == OUTCOME_EXAMPLE


async def test_live_batches_reach_who_follows(infra: Infra, topic_prefix: str) -> None:
    settings = settings_of(infra, topic_prefix)
    views, writer = RedisViews(settings), LiveWriter(settings, 1)
    encoded = msgspec.json.encode(live.EXAMPLE)
    partition = partition_of("eleni", settings.partitions)
    follow = views.follow()
    try:
        assert await anext(follow) is None  # confirmed
        await writer.claim(partition, 7)
        await writer.write(partition, 7, [("eleni", encoded)], [])
        await writer.write(partition, 7, [], ["eleni"])
        async with asyncio.timeout(10):
            first, second = await anext(follow), await anext(follow)
        assert first is not None
        assert second is not None
        assert (first.epoch, first.number, second.number) == (7, 1, 2)
        assert msgspec.json.encode(first.views[0]) == encoded
        assert second.gone == ("eleni",)
        assert await views.live("eleni") is None
    finally:
        await follow.aclose()  # type: ignore[attr-defined]  # the port promises an iterator only
        await views.close()
        await writer.close()


async def test_a_lower_epoch_cannot_write(infra: Infra, topic_prefix: str) -> None:
    settings = settings_of(infra, topic_prefix)
    old, new, views = LiveWriter(settings, 1), LiveWriter(settings, 1), RedisViews(settings)
    encoded = msgspec.json.encode(live.EXAMPLE)
    partition = partition_of("eleni", settings.partitions)
    try:
        await old.claim(partition, 4)
        await new.claim(partition, 9)
        with pytest.raises(Fenced) as refused:
            await old.write(partition, 4, [("eleni", encoded)], [])
        assert not refused.value.lost
        assert await views.live("eleni") is None
        with pytest.raises(Fenced):
            await old.claim(partition, 4)
        await views._redis.delete(new.keys.fence(partition))  # as after Redis lost its data
        with pytest.raises(Fenced) as lost:
            await new.write(partition, 9, [("eleni", encoded)], [])
        assert lost.value.lost
    finally:
        for each in (old, new, views):
            await each.close()


async def test_many_couriers_in_one_batch(infra: Infra, topic_prefix: str) -> None:
    """More than a script may take at once is written in several, none lost."""
    settings = settings_of(infra, topic_prefix)
    writer, views = LiveWriter(settings, 1), RedisViews(settings)
    names = [f"c{n}" for n in range(2500)]
    try:
        await writer.claim(0, 1)
        encoded = [
            (n, msgspec.json.encode(live.LiveView(courier=n, version=(1, 1), seen_ms=1, lines=())))
            for n in names
        ]
        await writer.write(0, 1, encoded, ["gone-1", "gone-2"])
        stored = await views._redis.mget([writer.keys.live_prefix(0) + n for n in names])
        assert all(stored)
    finally:
        await writer.close()
        await views.close()
