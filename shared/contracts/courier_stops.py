"""courier.stops: the outcome of a shipment on a courier's route, brought from shipment.events to the
courier's partition, so that his worker knows which stops are done."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Ms, Sequence, Substatus
from shared.contracts.topic import DAY_MS, Body, Message, Topic


class StopOutcome(Body, frozen=True):
    """How a shipment stands with this courier: `open` False ends its place on the route for this attempt.

    `seq` is the shipment's sequence: of two outcomes of one shipment the higher holds. `open` True takes an
    outcome back (a mistaken report corrected, a new attempt on the same route)."""

    tenant: Id
    courier: Id
    shipment: Id
    seq: Sequence
    joined: Sequence
    open: bool
    substatus: Substatus
    at_ms: Ms


DECODER: msgspec.json.Decoder[StopOutcome] = msgspec.json.Decoder(StopOutcome)

TOPIC = Topic(
    name="courier.stops",
    title="Outcomes at couriers' stops",
    key="courier",
    group="courier",
    messages=(
        Message(
            StopOutcome,
            StopOutcome(
                tenant="athens-couriers",
                courier="eleni",
                shipment="s-1",
                seq=9,
                joined=5,
                open=False,
                substatus="Delivered_001",
                at_ms=1_795_172_400_000,
            ),
        ),
    ),
    producers=("projector.stages",),
    consumers=("projector.couriers", "estimator"),
    retention_ms=7 * DAY_MS,
)
