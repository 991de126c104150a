"""What the portal counts. Labels are routes, methods and codes: never an id, an address or a secret."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """One registry an application, so that two in one process (tests) don't meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "dromos_portal_requests_total",
            "Requests answered",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "dromos_portal_request_seconds",
            "Time to answer",
            ("route",),
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.under_way = Gauge(
            "dromos_portal_requests_under_way", "Requests being answered", registry=self.registry
        )
        self.commands = Counter(
            "dromos_portal_commands_total",
            "Commands sent, by what came of them while the caller waited",
            ("kind", "result"),
            registry=self.registry,
        )
        self.tickets = Counter(
            "dromos_portal_tickets_total",
            "Exchanges of a link's secret",
            ("result",),
            registry=self.registry,
        )
        self.refused = Counter(
            "dromos_portal_refused_total",
            "Requests refused for their key, token or rate",
            ("why",),
            registry=self.registry,
        )
        self.audit_lost = Counter(
            "dromos_portal_audit_lost_total",
            "Changes made at the desk that could not be written into the audit log",
            registry=self.registry,
        )
        self.proofs = Counter(
            "dromos_portal_proofs_total",
            "Pictures sent by couriers, by what came of them",
            ("result",),
            registry=self.registry,
        )
        self.proof_seconds = Histogram(
            "dromos_portal_proof_seconds",
            "Time to make our picture of a sent one, waiting for a thread included",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self.proof_bytes = Counter(
            "dromos_portal_proof_bytes_total", "Bytes of pictures kept", registry=self.registry
        )
        self.proofs_shown = Counter(
            "dromos_portal_proofs_shown_total",
            "Pictures asked for by their short-lived address",
            ("result",),
            registry=self.registry,
        )
        self.proofs_removed = Counter(
            "dromos_portal_proofs_removed_total",
            "Pictures deleted, by why",
            ("why",),
            registry=self.registry,
        )
