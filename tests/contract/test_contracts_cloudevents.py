"""Our records are CloudEvents in Kafka's binary mode, as the cloudevents library reads them."""

from __future__ import annotations

import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from shared.adapters.envelope import JSON_ENCODER, headers_of
from shared.contracts.generate.catalogue import plain
from shared.contracts.registry import LIVE_TOPICS
from shared.contracts.topic import Topic

CASES = [(topic, message.example) for topic in LIVE_TOPICS for message in topic.messages]


@pytest.mark.parametrize(
    ("topic", "value"), CASES, ids=[f"{topic.name}-{type(value).__name__}" for topic, value in CASES]
)
def test_the_library_reads_our_record(topic: Topic, value: msgspec.Struct) -> None:
    headers = headers_of(topic, value, "e-1", "/dromos/ingest", {"tenant": "athens-couriers"})
    record = KafkaMessage(
        headers={name: text.encode() for name, text in headers.items()},
        key=b"eleni",
        value=JSON_ENCODER.encode(value),
    )
    event = from_binary(record, JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_id() == "e-1"
    assert event.get_source() == "/dromos/ingest"
    assert event.get_datacontenttype() == "application/json"
    tag = type(value).__struct_config__.tag
    assert event.get_type() == f"dromos.{topic.name}" + (f".{tag}" if tag else "")
    assert event.get_extension("partitionkey") == "eleni"
    assert event.get_data() == plain(value)


def test_each_kind_of_message_has_a_type_of_its_own() -> None:
    types = {(topic.ce_type(value), type(value)) for topic, value in CASES}
    assert len({name for name, _ in types}) == len(types)


def test_a_removal_has_a_type_too() -> None:
    headers = headers_of(LIVE_TOPICS[0], None, "e-2", "/dromos/portal", None)
    assert headers["ce_type"] == "dromos.courier.positions.removed"
    assert headers["ce_id"] == "e-2"
