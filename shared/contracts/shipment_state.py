"""shipment.state: a shipment's folded state and the offset of the event it is of (compacted), so that a
start reads the states and the events after them instead of two years."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Handover, Id, Language, Money, Ms, Proofs, Sequence, Substatus, Window
from shared.contracts.promises import PromiseLine, Told
from shared.contracts.ratings import Rating
from shared.contracts.remarks import Exchange
from shared.contracts.status import FINAL, Tag, tag_of
from shared.contracts.topic import Body, Message, Topic


class HistoryEntry(Body, frozen=True):
    """One stage in the shipment's history, at its own time; `note` is the version of what was said with it
    (shipment.parties), `cash` what was taken, `proofs` what proves it."""

    seq: Sequence
    substatus: Substatus
    at_ms: Ms
    attempt: int = 0
    place: str | None = None
    note: Id | None = None
    cash: Money | None = None
    proofs: Proofs = ()


class Carrier(Body, frozen=True):
    """A courier who carries or carried the shipment, since and until when; `joined`: his plan's version at
    which it came onto his route; `started`: he has set out with it."""

    courier: Id
    joined: Sequence
    since_ms: Ms
    until_ms: Ms | None = None
    started: bool = False


class ShipmentState(Body, frozen=True):
    """All that deciders and views need to know of a shipment; `last` is the id of the event it is of."""

    shipment: Id
    tenant: Id
    seq: Sequence = 0
    last: Id | None = None
    merchant: Id | None = None
    order_number: str = ""
    fingerprint: str = ""
    parties: Id | None = None
    parcels: int = 1
    handover: Handover = "door"
    cash: Money | None = None
    window: Window | None = None
    language: Language | None = None
    zone: str = "UTC"
    substatus: Substatus | None = None
    status_ms: Ms = 0
    attempt: int = 0
    attempt_open: bool = False
    route: Id | None = None
    carriers: tuple[Carrier, ...] = ()
    observed: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    told: Told | None = None
    ratings: tuple[Rating, ...] = ()
    remarks: tuple[Exchange, ...] = ()
    decided: tuple[Id, ...] = ()

    @property
    def registered(self) -> bool:
        return self.merchant is not None

    @property
    def ended(self) -> bool:
        return self.substatus in FINAL

    @property
    def carrier(self) -> Carrier | None:
        """Who carries it now."""
        return self.carriers[-1] if self.carriers and self.carriers[-1].until_ms is None else None

    @property
    def out(self) -> bool:
        """Whether it is out for delivery with who carries it now."""
        carrier = self.carrier
        return (
            carrier is not None
            and carrier.started
            and self.substatus is not None
            and tag_of(self.substatus) is Tag.OUT_FOR_DELIVERY
        )

    @property
    def promise(self) -> PromiseLine | None:
        """The window that holds now: the last one, if it is of who is out with it."""
        last, carrier = self.promises[-1] if self.promises else None, self.carrier
        if last is None or carrier is None or not self.out:
            return None
        mine = (last.courier, last.joined, last.attempt) == (carrier.courier, carrier.joined, self.attempt)
        return last if mine else None

    def carried_by(self, courier: str, at_ms: int) -> bool:
        """Whether this courier carried it at `at_ms`."""
        return any(
            c.courier == courier and c.since_ms <= at_ms and (c.until_ms is None or at_ms < c.until_ms)
            for c in self.carriers
        )


class StateRecord(Body, frozen=True):
    """A state with the offset of its event in the same partition of shipment.events."""

    offset: Sequence
    state: ShipmentState


DECODER: msgspec.json.Decoder[StateRecord] = msgspec.json.Decoder(StateRecord)

TOPIC = Topic(
    name="shipment.state",
    title="Folded states of shipments",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            StateRecord,
            StateRecord(
                offset=4711,
                state=ShipmentState(
                    shipment="s-1",
                    tenant="athens-couriers",
                    seq=2,
                    last="e-2",
                    merchant="bookshop",
                    order_number="GR-10442",
                    fingerprint="9f2c",
                    parties="k-01",
                    substatus="InTransit_002",
                    status_ms=1_795_168_800_000,
                    route="r-1",
                    carriers=(Carrier(courier="eleni", joined=5, since_ms=1_795_168_800_000),),
                    history=(
                        HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=1_795_160_000_000),
                        HistoryEntry(seq=2, substatus="InTransit_002", at_ms=1_795_168_800_000),
                    ),
                    decided=("k-01", "k-03"),
                ),
            ),
        ),
    ),
    producers=("projector.stages",),
    consumers=("shipments", "projector.stages", "projector.lists"),
    cleanup="compact",
)
