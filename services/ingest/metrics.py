"""What ingest counts; labels are few and fixed, none of them names a device."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector

from shared.adapters.metrics import Tally

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


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
