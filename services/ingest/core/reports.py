"""Who reports through ingest: a merchant, a hub's scanner, or a courier by his phone."""

from __future__ import annotations

from shared.contracts.common import Actor
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_commands import Report
from shared.contracts.shipment_parties import Note
from shared.domain import report
from shared.domain.report import ReportBody


def actor_of(reporter: Device | Merchant) -> Actor:
    """Who reports: a merchant, a hub, or the courier for whom the device speaks."""
    if isinstance(reporter, Merchant):
        return Actor(kind="merchant", id=reporter.merchant)
    if reporter.hub is not None:
        return Actor(kind="hub", id=reporter.hub)
    return Actor(kind="courier", id=reporter.courier)


def commands(
    shipment: str, reporter: Device | Merchant, body: ReportBody, now_ms: int
) -> tuple[Report, Note | None]:
    """As `report.commands`, in the reporter's name. Raises Unreportable."""
    return report.commands(shipment, reporter.tenant, actor_of(reporter), body, now_ms)
