"""stage view: where a shipment stands. Written by `projector stages`, no personal data."""

from __future__ import annotations

from shared.contracts.common import Id, Language, Money, Ms, Sequence, Substatus, Window
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.topic import Body

NAME = "stage"


class StageView(Body, frozen=True):
    """A shipment's stages, versioned by its sequence `seq`.

    `courier` and `joined` say which line of which live view may be shown; None: nobody carries it. `out` is
    True from the courier's setting out until the shipment's outcome; `ended` after a final status."""

    shipment: Id
    tenant: Id
    merchant: Id
    seq: Sequence
    order_number: str
    parties: Id
    substatus: Substatus
    status_ms: Ms
    parcels: int = 1
    cash: Money | None = None
    window: Window | None = None
    language: Language | None = None
    zone: str = "UTC"
    attempt: int = 0
    courier: Id | None = None
    joined: Sequence = 0
    out: bool = False
    ended: bool = False
    history: tuple[HistoryEntry, ...] = ()


EXAMPLE = StageView(
    shipment="s-1",
    tenant="athens-couriers",
    merchant="bookshop",
    seq=4,
    order_number="GR-10442",
    parties="k-01",
    substatus="OutForDelivery_001",
    status_ms=1_795_168_800_000,
    parcels=2,
    cash=Money(amount="24.90", currency="EUR"),
    language="el",
    zone="Europe/Athens",
    attempt=1,
    courier="eleni",
    joined=5,
    out=True,
    history=(
        HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=1_795_160_000_000),
        HistoryEntry(seq=4, substatus="OutForDelivery_001", at_ms=1_795_168_800_000, attempt=1),
    ),
)
