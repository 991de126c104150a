"""The embedded Kafka and Valkey do what the services rely on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.local import ports
from deploy.local.infra import Infra, running
from deploy.local.valkey import ValkeyServer


async def test_acknowledged_record_is_read_back(infra: Infra, topic_prefix: str) -> None:
    topic = f"{topic_prefix}courier.positions"
    admin = AIOKafkaAdminClient(bootstrap_servers=infra.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=6, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=infra.bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    sent = await producer.send_and_wait(topic, b"fix", key=b"courier-1")
    await producer.stop()
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=infra.bootstrap, group_id=f"{topic_prefix}g", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    assert (record.key, record.value, record.partition) == (b"courier-1", b"fix", sent.partition)


async def test_topics_are_not_made_by_mistyping(infra: Infra, topic_prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=infra.bootstrap)
    await admin.start()
    try:
        # A client's metadata request is what makes a broker with auto-creation create a topic.
        described = await admin.describe_topics([f"{topic_prefix}typo"])
        assert described[0]["error_code"] == UnknownTopicOrPartitionError.errno
        assert f"{topic_prefix}typo" not in await admin.list_topics()
    finally:
        await admin.close()


def test_valkey_keeps_a_synced_write_over_a_kill(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path / "data", tmp_path / "log").start()
    try:
        with redis.Redis(port=server.port) as client:
            client.set("view", "1")
            assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        server.start()
        with redis.Redis(port=server.port) as client:
            assert client.get("view") == b"1"
    finally:
        server.stop()


def test_nothing_is_left_after_the_block() -> None:
    with running() as both:
        used = (both.kafka.port, both.kafka.controller_port, both.valkey.port)
        pids = (both.kafka.pid, both.valkey.pid)
        folder = both.kafka.data_dir.parent
        assert folder.is_dir()
    deadline = time.monotonic() + 5
    while any(ports.is_listening(port) for port in used) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(ports.is_listening(port) for port in used)
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)
    assert not folder.exists()
