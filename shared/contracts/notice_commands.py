"""notice.commands: what a person or a gateway asks about a shipment's notices. No address, telephone or
text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from shared.contracts.common import Actor, Id, Language, Ms
from shared.contracts.notices import PersonalChannel
from shared.contracts.topic import DAY_MS, Event, Message, Topic


class NoticeCommand(Event, frozen=True, kw_only=True):
    """What every command about a shipment's notices has. The same `id` counts once."""

    id: Id
    tenant: Id
    merchant: Id
    shipment: Id
    at_ms: Ms
    actor: Actor


class SendLink(NoticeCommand, frozen=True, kw_only=True, tag="send_link"):
    """Send the link once more to the contact on file: the recipient has lost it, or the desk asks."""

    kind: Literal["lost_link"] = "lost_link"


class Decide(NoticeCommand, frozen=True, kw_only=True, tag="decide"):
    """What shall be done with a notice that is held: it may have gone."""

    notice: Id
    release: bool


class Redeliver(NoticeCommand, frozen=True, kw_only=True, tag="redeliver"):
    """Send a webhook's notice once more, as it was: its receiver was away for too long, or has lost it."""

    notice: Id


class Prefer(NoticeCommand, frozen=True, kw_only=True, tag="prefer"):
    """The recipient's wish for this shipment's contacts, from his page or by one click in a message: the
    channel he wants (None: the shop's order), his language, or nothing more at all on a channel."""

    channel: PersonalChannel | None = None
    language: Language | None = None
    stop: tuple[PersonalChannel, ...] = ()
    resume: tuple[PersonalChannel, ...] = ()


class Receipt(NoticeCommand, frozen=True, kw_only=True, tag="receipt"):
    """What the gateway says of a message that it has taken; `reason` is a code."""

    notice: Id
    state: Literal["sent", "delivered", "undelivered"]
    reason: Annotated[str, msgspec.Meta(max_length=64)] = ""


AnyNoticeCommand = SendLink | Decide | Redeliver | Prefer | Receipt
DECODER: msgspec.json.Decoder[AnyNoticeCommand] = msgspec.json.Decoder(AnyNoticeCommand)

_HEAD: dict[str, Any] = {
    "tenant": "athens-couriers",
    "merchant": "bookshop",
    "shipment": "s-1",
    "at_ms": 1_795_172_400_000,
}
_GATEWAY = Actor(kind="system", id="sms")
_RECIPIENT = Actor(kind="recipient", id="s-1")

TOPIC = Topic(
    name="notice.commands",
    title="What is asked about a shipment's notices",
    key="shipment",
    group="shipment",
    messages=(
        Message(SendLink, SendLink(id="k-11", actor=_RECIPIENT, **_HEAD)),
        Message(
            Decide,
            Decide(id="k-12", actor=Actor(kind="staff", id="anna"), notice="n-1", release=True, **_HEAD),
        ),
        Message(
            Redeliver,
            Redeliver(id="k-15", actor=Actor(kind="merchant", id="bookshop"), notice="n-2", **_HEAD),
        ),
        Message(Receipt, Receipt(id="k-14", actor=_GATEWAY, notice="n-1", state="delivered", **_HEAD)),
        Message(Prefer, Prefer(id="k-13", actor=_RECIPIENT, channel="sms", stop=("email",), **_HEAD)),
    ),
    producers=("portal", "notifier"),
    consumers=("notifier",),
    retention_ms=30 * DAY_MS,
)
