"""How far each group is behind: records not yet read, and how old the oldest of them is."""

from __future__ import annotations

import msgspec

from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.tail import Tail
from shared.contracts.registry import TOPICS


class PartitionLag(msgspec.Struct, frozen=True):
    """One partition of one group. `behind_s`: seconds since the oldest unread record was written; absent
    when nothing is unread."""

    topic: str
    partition: int
    committed: int
    end: int
    lag: int
    behind_s: float | None = None


class GroupLag(msgspec.Struct, frozen=True):
    """One group, over all its partitions."""

    group: str
    state: str
    members: int
    lag: int
    behind_s: float
    partitions: tuple[PartitionLag, ...]


def lags(admin: KafkaAdmin, tail: Tail, now_ms: int) -> list[GroupLag]:
    """The lag of every group that has committed offsets on our topics."""
    committed = admin.committed()
    if not committed:
        return []
    ends = admin.ends({tp for offsets in committed.values() for tp in offsets})
    described = admin.ask("describe groups", lambda c: c.describe_groups(list(committed)))
    prefix = admin.settings.topic_prefix
    found = []
    for group, offsets in committed.items():
        partitions = []
        for tp, offset in sorted(offsets.items()):
            name, end = tp.topic.removeprefix(prefix), ends[tp]
            oldest = tail.at(TOPICS[name], tp.partition, offset, exact=False) if end > offset else None
            behind_s = None if oldest is None else max(0.0, (now_ms - oldest.timestamp_ms) / 1000)
            partitions.append(PartitionLag(name, tp.partition, offset, end, max(0, end - offset), behind_s))
        found.append(
            GroupLag(
                group=group,
                state=described[group]["group_state"],
                members=len(described[group]["members"]),
                lag=sum(p.lag for p in partitions),
                behind_s=max((p.behind_s or 0.0 for p in partitions), default=0.0),
                partitions=tuple(partitions),
            )
        )
    return found
