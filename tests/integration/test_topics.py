"""Topics on a real broker: made from the contracts, drift seen and mended, lag, tail, the same partitions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka import Producer
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from deploy.local.infra import Infra
from shared.adapters.kafka.admin import AdminRefused, BrokerAway, Drift, KafkaAdmin
from shared.adapters.kafka.lag import GroupLag, lags
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.tail import tailing
from shared.config import CommonSettings
from shared.contracts import courier_positions, links, shipment_events
from shared.contracts.courier_positions import position
from shared.contracts.partition import partition_of
from shared.contracts.registry import TOPICS
from shared.ports.log import Record

KEYS = [
    "eleni",
    "Ελένη",
    "курьер-7",
    "🚚",
    "s-1",
    "a" * 64,
    "x",
    "0",
    "van 12",
    *(f"k{n}" for n in range(300)),
]


@pytest.fixture
def settings(infra: Infra, topic_prefix: str) -> CommonSettings:
    return CommonSettings(kafka_bootstrap=infra.bootstrap, topic_prefix=topic_prefix, partitions=6)


@pytest.fixture
def admin(settings: CommonSettings) -> Iterator[KafkaAdmin]:
    with KafkaAdmin(settings, timeout_s=30) as opened:
        yield opened


def test_all_topics_are_made_as_the_contracts_say(admin: KafkaAdmin) -> None:
    assert {d.topic for d in admin.diff() if d.what == "missing"} == set(TOPICS)
    first = admin.ensure()
    assert set(first.created) == set(TOPICS)
    assert (first.mended, first.left) == ((), ())
    again = admin.ensure()
    assert (again.created, again.mended, again.left) == ((), (), ())
    facts = {f.topic: f for f in admin.facts()}
    assert {name: f.partitions for name, f in facts.items()} == {
        n: t.partitions(6) for n, t in TOPICS.items()
    }
    assert facts["shipment.parties"].cleanup == "compact"
    assert facts["courier.positions"].retention_ms == 86_400_000


def test_drift_is_reported_and_only_settings_are_mended(admin: KafkaAdmin, settings: CommonSettings) -> None:
    topics = [courier_positions.TOPIC, links.TOPIC]
    wrong = {"retention.ms": "1000", "cleanup.policy": "delete"}
    name = settings.topic_prefix + "courier.positions"
    stranger = settings.topic_prefix + "left.over"
    admin.ask(
        "create",
        lambda c: c.create_topics(
            [NewTopic(name, 3, 1, topic_configs=wrong), NewTopic(stranger, 1, 1)], wait_for_metadata=True
        ),
    )
    admin.ensure(topics)
    retention = Drift("courier.positions", "config", "86400000", "1000", "retention.ms")
    partitions = Drift("courier.positions", "partitions", "6", "3")
    unknown = Drift("left.over", "unknown", "not there", "there")
    assert admin.diff(topics) == [partitions, retention, unknown]
    assert [d.mendable for d in admin.diff(topics)] == [False, True, False]
    done = admin.ensure(topics, repair=True)
    assert done.mended == (retention,)
    assert done.left == (partitions, unknown)
    assert admin.diff(topics) == [partitions, unknown]


def test_a_setting_that_the_contract_lets_be_is_let_be(admin: KafkaAdmin, settings: CommonSettings) -> None:
    admin.ensure([links.TOPIC])
    name = settings.topic_prefix + "links"
    change = ConfigResource(ConfigResourceType.TOPIC, name, configs={"segment.bytes": "10485760"})
    admin.ask("alter", lambda c: c.alter_configs([change]))
    assert admin.ensure([links.TOPIC], repair=True).mended == ()
    assert admin.diff([links.TOPIC]) == []


def test_more_replicas_than_brokers_are_refused_with_the_reason(settings: CommonSettings) -> None:
    wanted = settings.model_copy(update={"replication_factor": 3})
    with KafkaAdmin(wanted, timeout_s=30) as admin, pytest.raises(AdminRefused, match=r"links.*[Rr]eplicat"):
        admin.ensure([links.TOPIC])


def test_no_broker_is_said_within_the_bound() -> None:
    nowhere = CommonSettings(kafka_bootstrap="127.0.0.1:1")
    with pytest.raises(BrokerAway, match=r"127\.0\.0\.1:1"), KafkaAdmin(nowhere, timeout_s=2):
        pass
    with pytest.raises(BrokerAway), tailing(nowhere, timeout_s=2):
        pass


async def test_lag_counts_records_and_their_age(admin: KafkaAdmin, settings: CommonSettings) -> None:
    topic = courier_positions.TOPIC
    await asyncio.to_thread(admin.ensure, [topic])
    partition = partition_of("eleni", 6)
    async with KafkaLog(settings, "/dromos/test") as log:
        for n in range(5):
            await log.append(topic, "eleni", position(24.9, 60.1, 1_795_168_800_000 + n), id=f"e-{n}")
    tp = TopicPartition(settings.topic_prefix + topic.name, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=settings.topic_prefix + "couriers",
        enable_auto_commit=False,
    )
    consumer.assign([tp])
    await consumer.start()
    await consumer.commit({tp: 2})
    await consumer.stop()

    def look() -> list[GroupLag]:
        with tailing(settings, timeout_s=30) as tail:
            return lags(admin, tail, time.time_ns() // 1_000_000 + 60_000)

    (group,) = [g for g in await asyncio.to_thread(look) if g.group == settings.topic_prefix + "couriers"]
    assert (group.lag, group.members) == (3, 0)
    assert [(p.partition, p.committed, p.end, p.lag) for p in group.partitions] == [(partition, 2, 5, 3)]
    assert 60 <= group.behind_s < 240
    facts = await asyncio.to_thread(admin.facts, [topic])
    assert (facts[0].records, facts[0].groups) == (5, (settings.topic_prefix + "couriers",))
    assert facts[0].size_bytes > 0


async def test_tail_gives_the_last_then_what_arrives(admin: KafkaAdmin, settings: CommonSettings) -> None:
    topic = courier_positions.TOPIC
    await asyncio.to_thread(admin.ensure, [topic, shipment_events.TOPIC])
    async with KafkaLog(settings, "/dromos/test") as log:
        for n in range(6):
            await log.append(topic, "eleni", position(24.9, 60.1, 1_795_168_800_000 + n), id=f"e-{n}")

        def read(last: int | None, arriving: asyncio.Event, loop: asyncio.AbstractEventLoop) -> list[str]:
            found = []
            with tailing(settings, timeout_s=30) as tail:
                found += [r.headers["ce_id"] for r in tail.read([topic, shipment_events.TOPIC], last=last)]
                loop.call_soon_threadsafe(arriving.set)
                for record in tail.read([topic], last=0, follow=True, stop_after_s=60):
                    found.append(record.headers["ce_id"])
                    if found[-1] == "end":
                        break
            return found

        arriving = asyncio.Event()
        reading = asyncio.create_task(asyncio.to_thread(read, 2, arriving, asyncio.get_running_loop()))
        await arriving.wait()
        n = 0
        while not reading.done():  # the follower begins at the end it finds: write until it has one
            await log.append(topic, "eleni", position(24.9, 60.1, 1), id="end" if n else "late")
            n += 1
            await asyncio.sleep(0.3)
        found = await reading
    assert found[:2] == ["e-4", "e-5"]
    assert found[-1] == "end"

    def single() -> tuple[Record | None, Record | None]:
        with tailing(settings, timeout_s=30) as tail:
            partition = partition_of("eleni", 6)
            return tail.at(topic, partition, 3), tail.at(topic, partition, 10_000)

    there, gone = await asyncio.to_thread(single)
    assert there is not None
    assert there.headers["ce_id"] == "e-3"
    assert gone is None


async def test_every_client_writes_a_key_to_the_same_partition(
    admin: KafkaAdmin, settings: CommonSettings
) -> None:
    """Ours, aiokafka's and kafka-python's defaults, and librdkafka told `murmur2_random`."""
    topic = courier_positions.TOPIC
    await asyncio.to_thread(admin.ensure, [topic])
    name = settings.topic_prefix + topic.name

    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()
    for key in KEYS:
        await producer.send(name, b"aiokafka", key=key.encode())
    await producer.stop()

    def others() -> None:
        rdkafka = Producer({"bootstrap.servers": settings.kafka_bootstrap, "partitioner": "murmur2_random"})
        python = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
        for key in KEYS:
            rdkafka.produce(name, b"librdkafka", key=key.encode())
            python.send(name, b"kafka-python", key=key.encode())
        assert rdkafka.flush(60) == 0
        python.flush(60)
        python.close()

    await asyncio.to_thread(others)
    async with KafkaLog(settings, "/dromos/test") as log:
        for key in KEYS:
            await log.append(topic, key, None, id="x", encoded=b"ours", timeout_s=30)

    def read() -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        with tailing(settings, timeout_s=30) as tail:
            for record in tail.read([topic]):
                found.setdefault((record.value or b"").decode(), {})[str(record.key)] = record.partition
        return found

    written = await asyncio.to_thread(read)
    assert set(written) == {"aiokafka", "librdkafka", "kafka-python", "ours"}
    expected = {key: partition_of(key, 6) for key in KEYS}
    assert len(set(expected.values())) == 6
    for client, partitions in written.items():
        assert partitions == expected, client
