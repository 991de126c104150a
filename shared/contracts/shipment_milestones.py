"""shipment.milestones: what is worth telling a person. The revision is the event's sequence."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.contracts.common import Count, Id, Language, Ms, Sequence, Substatus, Window
from shared.contracts.remarks import Way
from shared.contracts.topic import DAY_MS, Body, Message, Topic

MilestoneKind = Literal[
    "registered",
    "taken_over",
    "out_for_delivery",
    "stops_away",
    "next_stop",
    "near",
    "arrived",
    "late",
    "window_moved",
    "delivered",
    "attempt_failed",
    "exception",
    "pickup_ready",
    "expired",
    "replied",
    "answered",
]
"""`replied`: the recipient has written; `answered`: he is written back to."""


class Milestone(Body, frozen=True):
    """One thing worth telling: unique by (shipment, kind, revision). Of `late` and `window_moved`: `was` is
    what people were told before, `window` what holds now. Of `replied` and `answered`: `note` is the version
    of the words, `way` how they were or are to be said, `answers` what they answer, `attachments` how many
    came and were not kept."""

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
    window: Window | None = None
    was: Window | None = None
    language: Language | None = None
    zone: str = "UTC"
    way: Way | None = None
    answers: Id | None = None
    attachments: Count = 0


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
    consumers=("notifier",),
    retention_ms=30 * DAY_MS,
)
