"""Every client that writes our topics chooses the same partition for a key."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from aiokafka.partitioner import DefaultPartitioner as AiokafkaPartitioner
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import DefaultPartitioner as KafkaPythonPartitioner

from shared.contracts.partition import murmur2, partition_of

# From Apache Kafka's own unit test of Utils.murmur2 (UtilsTest.testMurmur2), as unsigned.
KNOWN = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@dataclass(frozen=True)
class OneTopic:
    """As much of kafka-python's view of a cluster as its partitioner asks for."""

    all_: list[int]

    def topics(self) -> set[str]:
        return {"t"}

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return set(self.all_)

    available_partitions_for_topic = partitions_for_topic


@pytest.mark.parametrize(("data", "signed"), KNOWN.items())
def test_murmur2_is_that_of_kafka(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed & 0xFFFFFFFF


@given(key=st.text(), partitions=st.integers(1, 200))
def test_python_clients_choose_as_we_do(key: str, partitions: int) -> None:
    all_ = list(range(partitions))
    chosen = partition_of(key, partitions)
    assert AiokafkaPartitioner()(key.encode(), all_, all_) == chosen
    assert KafkaPythonPartitioner().partition("t", key, key.encode(), None, None, OneTopic(all_)) == chosen
    assert 0 <= chosen < partitions
