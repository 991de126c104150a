"""shipment.commands: what somebody asked or reported of a shipment. Names, addresses and notes are not here:
they lie in shipment.parties, acknowledged before the command that names their version."""

from __future__ import annotations

from typing import Annotated, Any, Literal

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


class ShipmentCommand(Event, frozen=True, kw_only=True):
    """What every command to a shipment has. The same `id` is decided once."""

    id: Id
    tenant: Id
    shipment: Id
    at_ms: Ms
    actor: Actor


class Register(ShipmentCommand, frozen=True, kw_only=True, tag="register"):
    """A merchant announces a shipment. `fingerprint` is the hash of the request's body: the same shipment id
    with another fingerprint is refused."""

    merchant: Id
    order_number: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    fingerprint: str
    parties: Id
    parcels: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    handover: Handover = "door"
    cash: Money | None = None
    window: Window | None = None
    language: Language | None = None
    zone: str = "UTC"


class Report(ShipmentCommand, frozen=True, kw_only=True, tag="report"):
    """A courier, hub or merchant reports what happened at `at_ms` (the event's own time): the cash that was
    taken, and pictures or a signature that prove it."""

    substatus: Substatus
    attempt: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None
    note: Id | None = None
    place: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    cash: Money | None = None
    proofs: Proofs = ()


class Assign(ShipmentCommand, frozen=True, kw_only=True, tag="assign"):
    """A route decided to carry the shipment."""

    courier: Id
    route: Id
    route_version: Sequence
    out: bool = False


class Withdraw(ShipmentCommand, frozen=True, kw_only=True, tag="withdraw"):
    """The route no longer carries the shipment."""

    courier: Id
    route: Id
    route_version: Sequence


class Start(ShipmentCommand, frozen=True, kw_only=True, tag="start"):
    """The courier has set out with the shipment."""

    courier: Id
    route: Id
    route_version: Sequence


class Observe(ShipmentCommand, frozen=True, kw_only=True, tag="observe"):
    """What the couriers worker noticed: few stops are left before this one (`stops_left` says how many), it
    is next, the courier is near, or has arrived. The id is
    the hash of what was noticed, so noticing twice is once."""

    courier: Id
    joined: Sequence
    what: Literal["stops_away", "next", "near", "arrived"]
    stops_left: Count = 0


class Promise(ShipmentCommand, frozen=True, kw_only=True, tag="promise"):
    """What the estimator would have people told: the window, or None where it is not known any more. The id
    is the hash of this and of what was shown before."""

    courier: Id
    joined: Sequence
    window: Window | None
    grain: Grain
    why: Why
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    eta_ms: Ms | None = None
    inputs: Inputs = Inputs()


class Rate(ShipmentCommand, frozen=True, kw_only=True, tag="rate"):
    """The recipient answers a question; a later answer to it replaces the one before. Without a score and
    without words he takes his answer back."""

    question: Question
    score: Score | None = None
    note: Id | None = None


class Remark(ShipmentCommand, frozen=True, kw_only=True, tag="remark"):
    """Somebody has said something to somebody about the shipment. An answer to the recipient (`out`) has no
    `way`: it goes back on the one he wrote on last."""

    direction: Direction
    way: Way | None = None
    about: About | None = None
    note: Id | None = None
    attachments: Attachments = 0


Command = Register | Report | Assign | Withdraw | Start | Observe | Promise | Rate | Remark
DECODER: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)

_HEAD: dict[str, Any] = {"tenant": "athens-couriers", "shipment": "s-1", "at_ms": 1_795_168_800_000}
_SHOP = Actor(kind="merchant", id="bookshop")
_ELENI = Actor(kind="courier", id="eleni")
_SYSTEM = Actor(kind="system", id="shipments")

TOPIC = Topic(
    name="shipment.commands",
    title="What is asked of, or reported about, a shipment",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            Register,
            Register(
                id="k-01",
                actor=_SHOP,
                merchant="bookshop",
                order_number="GR-10442",
                fingerprint="9f2c",
                parties="k-01",
                parcels=2,
                cash=Money(amount="24.90", currency="EUR"),
                window=Window(from_ms=1_795_172_400_000, to_ms=1_795_179_600_000),
                language="el",
                zone="Europe/Athens",
                **_HEAD,
            ),
        ),
        Message(
            Report,
            Report(id="k-02", actor=_ELENI, substatus="AttemptFail_002", attempt=1, note="k-02", **_HEAD),
        ),
        Message(
            Assign,
            Assign(id="k-03", actor=_SYSTEM, courier="eleni", route="r-1", route_version=5, **_HEAD),
        ),
        Message(
            Withdraw,
            Withdraw(id="k-04", actor=_SYSTEM, courier="eleni", route="r-1", route_version=6, **_HEAD),
        ),
        Message(
            Start,
            Start(id="k-05", actor=_SYSTEM, courier="eleni", route="r-1", route_version=7, **_HEAD),
        ),
        Message(
            Observe,
            Observe(id="k-06", actor=_SYSTEM, courier="eleni", joined=5, what="near", **_HEAD),
        ),
        Message(
            Promise,
            Promise(
                id="k-07",
                actor=_SYSTEM,
                courier="eleni",
                joined=5,
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
            Rate,
            Rate(id="k-08", actor=Actor(kind="recipient", id="s-1"), question="nps", score=9, **_HEAD),
        ),
        Message(
            Remark,
            Remark(
                id="k-09",
                actor=Actor(kind="recipient", id="s-1"),
                direction="in",
                way="email",
                note="k-09",
                **_HEAD,
            ),
        ),
    ),
    producers=("portal", "ingest", "shipments", "projector.couriers", "estimator", "notifier"),
    consumers=("shipments",),
    retention_ms=7 * DAY_MS,
)
