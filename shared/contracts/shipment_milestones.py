"""shipment.milestones: what is worth telling a person. The revision is the event's sequence."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.contracts.common import Count, Id, Language, Ms, Sequence, Substatus
from shared.contracts.topic import DAY_MS, Body, Message, Topic

MilestoneKind = Literal[
    "registered",
    "taken_over",
    "out_for_delivery",
    "next_stop",
    "near",
    "arrived",
    "delivered",
    "attempt_failed",
    "exception",
    "pickup_ready",
    "expired",
]


class Milestone(Body, frozen=True):
    """One thing worth telling: unique by (shipment, kind, revision)."""

    id: Id
    tenant: Id
    merchant: Id
    shipment: Id
    kind: MilestoneKind
    revision: Sequence
    at_ms: Ms
    attempt: int = 0
    substatus: Substatus | None = None
    stops_left: Count | None = None
    parties: Id | None = None
    note: Id | None = None
    language: Language | None = None
    zone: str = "UTC"


DECODER: msgspec.json.Decoder[Milestone] = msgspec.json.Decoder(Milestone)

TOPIC = Topic(
    name="shipment.milestones",
    title="What is worth telling a person",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            Milestone,
            Milestone(
                id="m-e-6",
                tenant="athens-couriers",
                merchant="bookshop",
                shipment="s-1",
                kind="attempt_failed",
                revision=6,
                at_ms=1_795_172_400_000,
                attempt=1,
                substatus="AttemptFail_002",
                parties="k-01",
                note="k-02",
                language="el",
                zone="Europe/Athens",
            ),
        ),
    ),
    producers=("projector.stages",),
    consumers=(),
    retention_ms=30 * DAY_MS,
)
