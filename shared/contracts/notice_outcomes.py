"""notice.outcomes: each decision about a notice, with its reason. No address, telephone or text."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from shared.contracts.common import Count, Id, Ms, Sequence
from shared.contracts.notices import Channel, NoticeKind, State
from shared.contracts.topic import DAY_MS, Body, Message, Topic


class Outcome(Body, frozen=True):
    """One decision about one notice. `notice` names the message; None: about what was worth telling as a
    whole. `reason` is a code, `tries` how often it was tried, `due_ms` when a deferred one is looked at
    again. `code` is the other side's own. Of a webhook: which of the shop's (`webhook`), and the type of what
    it tells (`event`)."""

    id: Id
    tenant: Id
    merchant: Id
    shipment: Id
    kind: NoticeKind
    revision: Sequence
    state: State
    at_ms: Ms
    channel: Channel | None = None
    notice: Id | None = None
    reason: str = ""
    tries: Count = 0
    due_ms: Ms | None = None
    code: Annotated[str, msgspec.Meta(max_length=64)] = ""
    webhook: Id | None = None
    event: Annotated[str, msgspec.Meta(max_length=64)] = ""


DECODER: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Outcome)

_HEAD: dict[str, Any] = {
    "tenant": "athens-couriers",
    "merchant": "bookshop",
    "shipment": "s-1",
    "at_ms": 1_795_172_400_000,
}

TOPIC = Topic(
    name="notice.outcomes",
    title="What became of notices",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            Outcome,
            Outcome(
                id="o-1",
                kind="attempt_failed",
                revision=6,
                state="sent",
                channel="sms",
                notice="n-1",
                tries=1,
                **_HEAD,
            ),
        ),
    ),
    producers=("notifier",),
    consumers=("projector.lists",),
    retention_ms=90 * DAY_MS,
)
