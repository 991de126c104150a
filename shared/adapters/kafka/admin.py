"""Topics on the broker as the contracts want them: created, compared, mended, listed.

Calls block, each with a deadline; async callers use `asyncio.to_thread`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic, OffsetSpec
from kafka.errors import KafkaError

from shared.adapters.kafka.connection import client_options
from shared.adapters.kafka.deadline import AdminRefused, BrokerAway, reach, within
from shared.config import CommonSettings
from shared.contracts.registry import TOPICS
from shared.contracts.topic import Topic

TOPIC_EXISTS = 36
UNKNOWN_TOPIC = 3


class Drift(msgspec.Struct, frozen=True):
    """One difference between a topic and its contract. `setting` names the Kafka setting for `config`."""

    topic: str
    what: Literal["missing", "partitions", "replication", "config", "unknown"]
    wanted: str
    found: str
    setting: str = ""

    @property
    def mendable(self) -> bool:
        """Whether `ensure` can mend it. Partitions never: the keys would move, so new topics and a replay."""
        return self.what in ("missing", "config")


class Ensured(msgspec.Struct, frozen=True):
    """What `ensure` did and what it left."""

    created: tuple[str, ...]
    mended: tuple[Drift, ...]
    left: tuple[Drift, ...]


class TopicFacts(msgspec.Struct, frozen=True):
    """A topic as it is. `records` counts offsets, of which compaction may have removed some."""

    topic: str
    partitions: int
    replication: int
    records: int
    size_bytes: int
    cleanup: str
    retention_ms: int | None
    groups: tuple[str, ...]


class KafkaAdmin:
    """Kafka's administration, for topics named by their contract (the prefix is added here)."""

    def __init__(self, settings: CommonSettings, timeout_s: float = 10.0) -> None:
        self.settings = settings
        self._timeout_s = timeout_s
        self._client: Any = None

    def __enter__(self) -> KafkaAdmin:
        reach(self.settings.kafka_bootstrap, self._timeout_s)
        try:
            self._client = within(
                self._timeout_s,
                "connect",
                lambda: KafkaAdminClient(
                    **client_options(self.settings),
                    request_timeout_ms=int(self._timeout_s * 1000),
                    bootstrap_timeout_ms=int(self._timeout_s * 1000),
                ),
            )
        except (KafkaError, BrokerAway, OSError) as error:
            raise BrokerAway(f"no Kafka at {self.settings.kafka_bootstrap}") from error
        return self

    def __exit__(self, *exc: object) -> None:
        client, self._client = self._client, None
        within(self._timeout_s, "close", client.close)

    def ask[T](self, what: str, call: Callable[[Any], T]) -> T:
        """`call(client)`, bounded, Kafka's errors as ours."""
        try:
            return within(self._timeout_s, what, lambda: call(self._client))
        except KafkaError as error:
            raise AdminRefused(f"{what}: {type(error).__name__}") from error

    def name(self, topic: Topic) -> str:
        return self.settings.topic_prefix + topic.name

    def wanted(self, topic: Topic) -> dict[str, str]:
        """The settings the topic should have; with three replicas two must have a write."""
        replicated = {"min.insync.replicas": "2"} if self.settings.replication_factor >= 3 else {}
        return topic.config() | replicated

    def diff(self, topics: Iterable[Topic] = TOPICS.values()) -> list[Drift]:
        """Every difference, and topics under our prefix that no contract knows (only where there is one)."""
        topics = list(topics)
        described = self._described(topics)
        configs = self._configs([t for t in topics if t.name in described])
        found = [drift for topic in topics for drift in self._drifts(topic, described, configs)]
        return found + self._unknown()

    def ensure(self, topics: Iterable[Topic] = TOPICS.values(), *, repair: bool = False) -> Ensured:
        """Create what is missing; with `repair` set what is set differently. Another process may do the same
        at the same time.

        Raises:
            BrokerAway: no answer in time.
            AdminRefused: the broker refused, e.g. more replicas than brokers.
        """
        topics = list(topics)
        missing = [t for t in topics if t.name not in self._described(topics)]
        if missing:
            self._create(missing)
        drifts = self.diff(topics)
        mended = [d for d in drifts if repair and d.what == "config"]
        if mended:
            self._set(mended)
        return Ensured(
            created=tuple(t.name for t in missing),
            mended=tuple(mended),
            left=tuple(d for d in drifts if d not in mended),
        )

    def facts(self, topics: Iterable[Topic] = TOPICS.values()) -> list[TopicFacts]:
        """The topics that exist, with their sizes and the groups that have committed offsets on them."""
        topics = list(topics)
        described = self._described(topics)
        present = [t for t in topics if t.name in described]
        configs = self._configs(present)
        sizes = self._sizes()
        groups: dict[str, set[str]] = defaultdict(set)
        for group, offsets in self.committed().items():
            for tp in offsets:
                groups[tp.topic].add(group)
        counts = self._counts([(t, len(described[t.name]["partitions"])) for t in present])
        return [
            TopicFacts(
                topic=topic.name,
                partitions=len(described[topic.name]["partitions"]),
                replication=self._replication(described[topic.name]),
                records=counts[topic.name],
                size_bytes=sizes.get(self.name(topic), 0),
                cleanup=configs[topic.name]["cleanup.policy"],
                retention_ms=int(configs[topic.name].get("retention.ms", -1))
                if configs[topic.name]["cleanup.policy"] == "delete"
                else None,
                groups=tuple(sorted(groups[self.name(topic)])),
            )
            for topic in present
        ]

    def committed(self) -> dict[str, dict[TopicPartition, int]]:
        """Committed offsets by group, of topics under our prefix."""
        groups = [g["group_id"] for g in self.ask("list groups", lambda c: c.list_groups())]
        if not groups:
            return {}
        answer = self.ask("group offsets", lambda c: c.list_group_offsets(dict.fromkeys(groups)))
        ours = {self.settings.topic_prefix + name for name in TOPICS}
        found = {
            group: {tp: meta.offset for tp, meta in offsets.items() if tp.topic in ours and meta.offset >= 0}
            for group, offsets in answer.items()
        }
        return {group: offsets for group, offsets in sorted(found.items()) if offsets}

    def ends(self, partitions: Iterable[TopicPartition], *, first: bool = False) -> dict[TopicPartition, int]:
        """The end (or first) offset of each partition."""
        spec = OffsetSpec.EARLIEST if first else OffsetSpec.LATEST
        asked = dict.fromkeys(partitions, spec)
        if not asked:
            return {}
        answer = self.ask("offsets", lambda c: c.list_partition_offsets(asked))
        return {tp: int(at.offset) for tp, at in answer.items()}

    def _described(self, topics: list[Topic]) -> dict[str, Any]:
        """Kafka's description of each topic that exists, by our name."""
        answer = self.ask("describe", lambda c: c.describe_topics([self.name(t) for t in topics]))
        prefix = self.settings.topic_prefix
        return {
            each["name"].removeprefix(prefix): each for each in answer if each["error_code"] != UNKNOWN_TOPIC
        }

    def _configs(self, topics: list[Topic]) -> dict[str, dict[str, str]]:
        """All settings in force of each topic, by our name."""
        if not topics:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, self.name(t)) for t in topics]
        answer = self.ask("settings", lambda c: c.describe_configs(resources, config_filter="all"))
        prefix = self.settings.topic_prefix
        return {
            name.removeprefix(prefix): {key: entry["value"] for key, entry in settings.items()}
            for name, settings in answer["topic"].items()
        }

    def _drifts(
        self, topic: Topic, described: dict[str, Any], configs: dict[str, dict[str, str]]
    ) -> Iterable[Drift]:
        if topic.name not in described:
            yield Drift(topic.name, "missing", "there", "not there")
            return
        partitions = topic.partitions(self.settings.partitions)
        found = len(described[topic.name]["partitions"])
        if found != partitions:
            yield Drift(topic.name, "partitions", str(partitions), str(found))
        replication = self._replication(described[topic.name])
        if replication < self.settings.replication_factor:
            yield Drift(topic.name, "replication", str(self.settings.replication_factor), str(replication))
        for setting, value in self.wanted(topic).items():
            now = configs[topic.name].get(setting, "")
            if now != value:
                yield Drift(topic.name, "config", value, now, setting)

    @staticmethod
    def _replication(described: Any) -> int:
        return min((len(p["replica_nodes"]) for p in described["partitions"]), default=0)

    def _unknown(self) -> list[Drift]:
        prefix = self.settings.topic_prefix
        if not prefix:
            return []
        names = self.ask("list topics", lambda c: c.list_topics())
        strangers = sorted(n for n in names if n.startswith(prefix) and n.removeprefix(prefix) not in TOPICS)
        return [Drift(n.removeprefix(prefix), "unknown", "not there", "there") for n in strangers]

    def _create(self, topics: list[Topic]) -> None:
        new = [
            NewTopic(
                self.name(topic),
                topic.partitions(self.settings.partitions),
                self.settings.replication_factor,
                topic_configs=self.wanted(topic),
            )
            for topic in topics
        ]
        answer = self.ask("create topics", lambda c: c.create_topics(new, raise_errors=False))
        for each in answer["topics"]:
            if each["error_code"] not in (0, TOPIC_EXISTS):
                raise AdminRefused(f"{each['name']}: {each['error_message'] or each['error_code']}")
        names = [self.name(t) for t in topics]
        self.ask("topics ready", lambda c: c.wait_for_topics(names, timeout_ms=int(self._timeout_s * 900)))

    def _set(self, drifts: list[Drift]) -> None:
        changes: dict[str, dict[str, str]] = defaultdict(dict)
        for drift in drifts:
            changes[self.settings.topic_prefix + drift.topic][drift.setting] = drift.wanted
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, name, configs=values) for name, values in changes.items()
        ]
        answer = self.ask("alter settings", lambda c: c.alter_configs(resources))
        for name, said in answer["topic"].items():
            if said != "OK":
                raise AdminRefused(f"{name}: {said}")

    def _sizes(self) -> dict[str, int]:
        """Bytes on disk by topic, of one replica (the largest)."""
        by_replica: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for broker in self.ask("log dirs", lambda c: c.describe_log_dirs()):
            for folder in broker["log_dirs"]:
                for topic in folder["topics"]:
                    for part in topic["partitions"]:
                        sizes = by_replica[topic["name"]]
                        index = part["partition_index"]
                        sizes[index] = max(sizes[index], part["partition_size"])
        return {name: sum(sizes.values()) for name, sizes in by_replica.items()}

    def _counts(self, topics: list[tuple[Topic, int]]) -> dict[str, int]:
        partitions = [TopicPartition(self.name(t), p) for t, count in topics for p in range(count)]
        first, end = self.ends(partitions, first=True), self.ends(partitions)
        counts: dict[str, int] = {t.name: 0 for t, _ in topics}
        for tp in partitions:
            counts[tp.topic.removeprefix(self.settings.topic_prefix)] += end[tp] - first[tp]
        return counts


__all__ = ["AdminRefused", "BrokerAway", "Drift", "Ensured", "KafkaAdmin", "TopicFacts"]
