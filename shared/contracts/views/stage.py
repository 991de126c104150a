"""stage view: where a shipment stands. Written by `projector stages`, no personal data."""

from __future__ import annotations

from shared.contracts.common import Handover, Id, Language, Money, Ms, Sequence, Substatus, Window
from shared.contracts.promises import Arrival
from shared.contracts.ratings import Rating
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.topic import Body

NAME = "stage"


class StageView(Body, frozen=True):
    """A shipment's stages, versioned by its sequence `seq`.

    `courier` and `joined` say which line of which live view may be shown; None: nobody carries it. `out` is
    True from the courier's setting out until the shipment's outcome; `ended` after a final status. `window`
    is what the shop has agreed on, `arrival` when he comes as it is known now, `was` what this attempt's
    windows were before, the oldest first; `ratings` what its recipient has answered."""

    shipment: Id
    tenant: Id
    merchant: Id
    seq: Sequence
    order_number: str
    parties: Id
    substatus: Substatus
    status_ms: Ms
    parcels: int = 1
    handover: Handover = "door"
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
    arrival: Arrival | None = None
    was: tuple[Arrival, ...] = ()
    ratings: tuple[Rating, ...] = ()


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
    arrival=Arrival(
        at_ms=1_795_168_810_000,
        window=Window(from_ms=1_795_170_000_000, to_ms=1_795_170_900_000),
        grain="minutes",
        why="first",
    ),
)
