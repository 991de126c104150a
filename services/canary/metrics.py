"""What the canary counts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class CanaryMetrics:
    """`dromos_canary_*`. Alert on `last_success_seconds` being old: a canary that is dead counts nothing."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.delay = Histogram(
            "dromos_canary_delay_seconds",
            "From the phone's POST to the recipient's socket.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.lost = Counter("dromos_canary_lost", "Fixes that did not come through.", registry=self.registry)
        self.last = Gauge(
            "dromos_canary_last_success_seconds", "When one came through (Unix).", registry=self.registry
        )
        self.ready = Gauge("dromos_canary_ready", "Whether the last one did.", registry=self.registry)
