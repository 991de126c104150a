"""What ingest counts; labels are few and fixed, none of them names a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Tally(Collector):
    """A counter with labels that is counted on the one thread there is, and read when Prometheus asks: a
    tenth of what the library's own counter costs with its lock."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: Counter[tuple[str, ...]] = Counter()
        registry.register(self)

    def add(self, *labels: str) -> None:
        self._counts[labels] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for labels, count in sorted(self._counts.items()):
            family.add_metric(labels, count)
        yield family


class Metrics:
    """One registry an application, so that several may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Tally(
            "dromos_ingest_requests",
            "Requests by protocol (or door) and status.",
            ("protocol", "status"),
            self.registry,
        )
        self.readings = Tally(
            "dromos_ingest_readings",
            "Readings by protocol and result.",
            ("protocol", "result"),
            self.registry,
        )
        self.parked = Tally("dromos_ingest_parked", "Parked readings by reason.", ("reason",), self.registry)
        self.refused = Tally(
            "dromos_ingest_refused",
            "Requests refused: no good secret, or another device's name.",
            ("why",),
            self.registry,
        )
        self.append = Histogram(
            "dromos_ingest_append_seconds",
            "Until the log acknowledged a request's records.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "dromos_ingest_in_flight", "Readings waiting for an acknowledgement.", registry=self.registry
        )
