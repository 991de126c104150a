"""CloudEvents in binary mode: attributes as `ce_` headers, the value as JSON (Kafka binding §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared import trace
from shared.contracts.topic import Topic

ID, TYPE, SOURCE, VERSION = "ce_id", "ce_type", "ce_source", "ce_specversion"
JSON_ENCODER = msgspec.json.Encoder()


def headers_of(
    topic: Topic, value: msgspec.Struct | None, id: str, source: str, extra: Mapping[str, str] | None
) -> dict[str, str]:
    """All headers of a record. `source` is a URI reference naming who writes, e.g. `/dromos/ingest`."""
    headers = {
        ID: id,
        SOURCE: source,
        VERSION: "1.0",
        TYPE: topic.ce_type(value) if value is not None else f"{topic.ce_prefix}.removed",
        "content-type": "application/json",
        trace.HEADER: trace.current(),
    }
    if extra:
        headers.update(extra)
    return headers


def partition_key(topic: Topic, key: str) -> str:
    """The part of the key that chooses the partition (`shipment/version` goes by the shipment)."""
    return key.split("/", 1)[0] if topic.partitioned_by else key
