"""shipment.events: what is so, numbered per shipment: the record. No personal data.

Each event names the id of the event before it. Of two that follow the same event the first in the log wins;
what does not follow is dropped by everyone who folds (`shared.domain.shipment.fold`)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from shared.contracts.common import (
    Actor,
    Count,
    Handover,
    Id,
    Language,
    Money,
    Ms,
    Proofs,
    Sequence,
    Substatus,
    Window,
)
from shared.contracts.promises import Grain, Inputs, Why
from shared.contracts.ratings import Question, Score
from shared.contracts.remarks import About, Attachments, Direction, Way
from shared.contracts.topic import DAY_MS, Event, Message, Topic


class ShipmentEvent(Event, frozen=True, kw_only=True):
    """What every event has: `at_ms` when it happened, `recorded_ms` when it was decided."""

    id: Id
    prev: Id | None
    seq: Sequence
    tenant: Id
    shipment: Id
    command: Id
    at_ms: Ms
    recorded_ms: Ms
    actor: Actor


class Registered(ShipmentEvent, frozen=True, kw_only=True, tag="registered"):
    """The shipment is announced."""

    merchant: Id
    order_number: str
    fingerprint: str
    parties: Id
    parcels: int = 1
    handover: Handover = "door"
    cash: Money | None = None
    window: Window | None = None
    language: Language | None = None
    zone: str = "UTC"


class Reported(ShipmentEvent, frozen=True, kw_only=True, tag="reported"):
    """A status came in. `current` False: it came late and is history only."""

    substatus: Substatus
    attempt: int
    current: bool
    note: Id | None = None
    place: str | None = None
    cash: Money | None = None
    proofs: Proofs = ()


class Assigned(ShipmentEvent, frozen=True, kw_only=True, tag="assigned"):
    """A courier's route carries the shipment now; `joined` is the plan's version. `out`: he has set out
    already, so the shipment is out for delivery at once."""

    courier: Id
    route: Id
    joined: Sequence
    out: bool = False
    attempt: int = 1


class Withdrawn(ShipmentEvent, frozen=True, kw_only=True, tag="withdrawn"):
    """No courier carries the shipment now."""

    courier: Id
    joined: Sequence


class Started(ShipmentEvent, frozen=True, kw_only=True, tag="started"):
    """The courier has set out: out for delivery, attempt `attempt`."""

    courier: Id
    attempt: int


class Observed(ShipmentEvent, frozen=True, kw_only=True, tag="observed"):
    """His stop is next, the courier is near, or has arrived."""

    courier: Id
    what: Literal["stops_away", "next", "near", "arrived"]
    attempt: int
    stops_left: Count = 0


class Promised(ShipmentEvent, frozen=True, kw_only=True, tag="promised"):
    """The window in which the recipient is told that the courier comes; None: that it is not known."""

    courier: Id
    joined: Sequence
    attempt: int
    window: Window | None
    grain: Grain
    why: Why
    model: str
    eta_ms: Ms | None = None
    inputs: Inputs = Inputs()


class Rated(ShipmentEvent, frozen=True, kw_only=True, tag="rated"):
    """The recipient has answered a question, or, without a score and without words, taken it back."""

    question: Question
    score: Score | None = None
    note: Id | None = None


class Remarked(ShipmentEvent, frozen=True, kw_only=True, tag="remarked"):
    """The recipient has said something, or been answered; `answers` is the version of what that answers."""

    direction: Direction
    way: Way
    about: About | None = None
    note: Id | None = None
    answers: Id | None = None
    attachments: Attachments = 0


class Refused(ShipmentEvent, frozen=True, kw_only=True, tag="refused"):
    """The command was refused: `reason` is a stable code, `explanation` says what is possible instead."""

    reason: str
    explanation: str


AnyEvent = (
    Registered | Reported | Assigned | Withdrawn | Started | Observed | Promised | Rated | Remarked | Refused
)
DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)

_HEAD: dict[str, Any] = {
    "tenant": "athens-couriers",
    "shipment": "s-1",
    "at_ms": 1_795_168_800_000,
    "recorded_ms": 1_795_168_800_120,
}
_SHOP = Actor(kind="merchant", id="bookshop")
_ELENI = Actor(kind="courier", id="eleni")
_SYSTEM = Actor(kind="system", id="shipments")

TOPIC = Topic(
    name="shipment.events",
    title="What is so: the record of every shipment",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            Registered,
            Registered(
                id="e-1",
                prev=None,
                seq=1,
                command="k-01",
                actor=_SHOP,
                merchant="bookshop",
                order_number="GR-10442",
                fingerprint="9f2c",
                parties="k-01",
                parcels=2,
                cash=Money(amount="24.90", currency="EUR"),
                language="el",
                zone="Europe/Athens",
                **_HEAD,
            ),
        ),
        Message(
            Reported,
            Reported(
                id="e-6",
                prev="e-5",
                seq=6,
                command="k-02",
                actor=_ELENI,
                substatus="AttemptFail_002",
                attempt=1,
                current=True,
                **_HEAD,
            ),
        ),
        Message(
            Assigned,
            Assigned(
                id="e-2",
                prev="e-1",
                seq=2,
                command="k-03",
                actor=_SYSTEM,
                courier="eleni",
                route="r-1",
                joined=5,
                **_HEAD,
            ),
        ),
        Message(
            Withdrawn,
            Withdrawn(
                id="e-3", prev="e-2", seq=3, command="k-04", actor=_SYSTEM, courier="eleni", joined=5, **_HEAD
            ),
        ),
        Message(
            Started,
            Started(
                id="e-4",
                prev="e-3",
                seq=4,
                command="k-05",
                actor=_SYSTEM,
                courier="eleni",
                attempt=1,
                **_HEAD,
            ),
        ),
        Message(
            Observed,
            Observed(
                id="e-5",
                prev="e-4",
                seq=5,
                command="k-06",
                actor=_SYSTEM,
                courier="eleni",
                what="near",
                attempt=1,
                **_HEAD,
            ),
        ),
        Message(
            Promised,
            Promised(
                id="e-8",
                prev="e-7",
                seq=8,
                command="k-08",
                actor=_SYSTEM,
                courier="eleni",
                joined=5,
                attempt=1,
                window=Window(from_ms=1_795_170_000_000, to_ms=1_795_170_900_000),
                grain="minutes",
                why="first",
                model="2026-11",
                eta_ms=1_795_170_420_000,
                inputs=Inputs(drive_s=600.0, dwell_s=480.0, stops=4, early_s=240.0, late_s=420.0),
                **_HEAD,
            ),
        ),
        Message(
            Rated,
            Rated(
                id="e-9",
                prev="e-8",
                seq=9,
                command="k-09",
                actor=Actor(kind="recipient", id="s-1"),
                question="nps",
                score=9,
                **_HEAD,
            ),
        ),
        Message(
            Remarked,
            Remarked(
                id="e-10",
                prev="e-9",
                seq=10,
                command="k-10",
                actor=Actor(kind="recipient", id="s-1"),
                direction="in",
                way="email",
                note="k-10",
                **_HEAD,
            ),
        ),
        Message(
            Refused,
            Refused(
                id="e-7",
                prev="e-6",
                seq=7,
                command="k-07",
                actor=_ELENI,
                reason="not_the_assigned_courier",
                explanation="Only the courier who carries the shipment can report on it.",
                **_HEAD,
            ),
        ),
    ),
    producers=("shipments",),
    consumers=("shipments", "projector.stages"),
    retention_ms=2 * 365 * DAY_MS,
)
