"""What a topic is: its messages, key, partitions, retention, and who writes and reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

CE_TYPE_PREFIX = "dromos."

PartitionGroup = Literal["courier", "shipment", "small"]
"""Topics of one group have equal partition counts, so that a key has the same partition in each.

`courier` and `shipment` both follow the setting DROMOS_PARTITIONS (48 in production, 6 locally);
`small` has one partition: devices, links and merchants are read whole by whoever reads them."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every value: immutable, keyword-only; fields at their default are left out of the JSON."""


class Event(Body, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of the values of a topic with several kinds of message, told apart by the field `type`."""


def build[T: msgspec.Struct](kind: type[T], /, **fields: Any) -> T:
    """Build a value and check every field's type and bounds (the constructor alone checks names only).

    Raises:
        msgspec.ValidationError: a field has the wrong type or lies outside its bounds.
        TypeError: a field is unknown or missing, or holds what JSON has no form for.
    """
    value = kind(**fields)
    msgspec.json.decode(msgspec.json.encode(value), type=kind)
    return value


@dataclass(frozen=True)
class Message:
    """One kind of message on a topic."""

    body: type[msgspec.Struct]
    example: msgspec.Struct

    @property
    def summary(self) -> str:
        return (self.body.__doc__ or "").strip().split("\n", 1)[0]


@dataclass(frozen=True, eq=False)
class Topic:
    """A Kafka topic, the single source for its creation, its documentation and its clients."""

    name: str
    title: str
    key: str
    group: PartitionGroup
    messages: tuple[Message, ...]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    cleanup: Literal["delete", "compact"] = "delete"
    retention_ms: int | None = None
    personal: bool = False
    partitioned_by: str | None = None
    extra_config: dict[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()

    @property
    def ce_prefix(self) -> str:
        return CE_TYPE_PREFIX + self.name

    def ce_type(self, value: msgspec.Struct) -> str:
        """The CloudEvents `type` of a value of this topic, e.g. `dromos.shipment.events.reported`."""
        tag = type(value).__struct_config__.tag
        return f"{self.ce_prefix}.{tag}" if tag else self.ce_prefix

    def partitions(self, configured: int) -> int:
        return 1 if self.group == "small" else configured

    def config(self) -> dict[str, str]:
        """Kafka's topic settings. Compacted topics keep an hour uncompacted, so that the first of two
        records that follow the same one can still be read; those with personal data are compacted daily."""
        settings: dict[str, str] = {"cleanup.policy": self.cleanup}
        if self.retention_ms is not None:
            settings["retention.ms"] = str(self.retention_ms)
        if self.cleanup == "compact":
            settings["min.compaction.lag.ms"] = str(HOUR_MS)
        if self.personal:
            settings["segment.ms"] = str(HOUR_MS)
            if self.cleanup == "compact":
                settings["max.compaction.lag.ms"] = str(DAY_MS)
        return settings | self.extra_config
