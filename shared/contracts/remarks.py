"""What recipients and shops say to each other about a shipment: by mail, SMS, telephone, in a chat."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import Actor, Count, Id, Ms, Sequence
from shared.contracts.topic import Body

Direction = Literal["in", "out"]
"""`in`: from the recipient; `out`: to him."""

Way = Literal["email", "sms", "call", "chat", "visit"]
"""How it was said. What comes by `email` or `sms` came by itself; the others somebody has noted."""

About = Literal["where", "when", "change", "problem", "cash", "other"]
"""What it was about: where the parcel is, when it comes, a change of the delivery, something wrong, money."""

Attachments = Annotated[Count, msgspec.Meta(le=999)]

WRITTEN: frozenset[Way] = frozenset({"email", "sms"})
"""Ways on which an answer goes back."""


class Exchange(Body, frozen=True):
    """One thing that was said; `note` is the version of its words (shipment.parties), `answers` that of what
    it answers. `attachments` came with it and were not kept."""

    seq: Sequence
    at_ms: Ms
    direction: Direction
    way: Way
    by: Actor
    about: About | None = None
    note: Id | None = None
    answers: Id | None = None
    attachments: Attachments = 0
