"""What every worker counts. Labels are few and fixed; none names a shipment, a courier or a device."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from shared.contracts.views.work import Role

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Tally(Collector):
    """A counter with labels that is counted on the one thread there is, and read when Prometheus asks: a
    tenth of what the library's own counter costs with its lock."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: Counter[tuple[str, ...]] = Counter()
        registry.register(self)

    def add(self, *labels: str, count: int = 1) -> None:
        self._counts[labels] += count

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for labels, count in sorted(self._counts.items()):
            family.add_metric(labels, count)
        yield family


class WorkerMetrics:
    """One registry a worker. Names are those of its role: `dromos_couriers_handled_total`."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.handled = self.tally("handled", "Records worked off, by kind and result.", "kind", "result")
        self.dead_letters = self.tally(
            "dead_letters", "Messages put aside, by topic and reason.", "topic", "reason"
        )
        self.batch_records = Histogram(
            f"dromos_{role}_batch_records",
            "Records of a batch.",
            buckets=_RECORDS,
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            f"dromos_{role}_batch_seconds",
            "Until a batch was worked off.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.lag_records = self.gauge("lag_records", "Records that are in the log and not worked off.")
        self.gauge(
            "lag_seconds", "How long ago the partition that is furthest behind was worked off."
        ).set_function(self.lag_s)
        self.ready = self.gauge("ready", "1 while the worker can do its work, as /readyz says.")
        self.partitions = self.gauge("partitions", "Partitions that this worker has.")
        self._up_to_ms: dict[Hashable, int] = {}

    def tally(self, name: str, text: str, *labels: str) -> Tally:
        """A counter of this role."""
        return Tally(f"dromos_{self.role}_{name}", text, labels, self.registry)

    def gauge(self, name: str, text: str) -> Gauge:
        """A gauge of this role."""
        return Gauge(f"dromos_{self.role}_{name}", text, registry=self.registry)

    def batch(self, records: int, seconds: float) -> None:
        """One batch has been worked off."""
        self.batch_records.observe(records)
        self.batch_seconds.observe(seconds)

    def worked_off(self, partition: Any, at_ms: int) -> None:
        """A partition is worked off up to this time (epoch ms): all of it, or up to a record of that time."""
        self._up_to_ms[partition] = at_ms

    def forget(self) -> None:
        """Others have the partitions now."""
        self._up_to_ms.clear()

    def lag_s(self) -> float:
        """Seconds that the partition which is furthest behind is behind; 0 without partitions."""
        if not self._up_to_ms:
            return 0.0
        return max(0.0, time.time() - min(self._up_to_ms.values()) / 1000)
