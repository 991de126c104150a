"""Notices: what became of them, what a recipient wishes, and how a shop's would look."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.portal.schemas.admin import NoticesBody
from services.portal.schemas.common import Answer, LanguageCode, Strict
from shared.contracts.notices import Channel, NoticeKind, PersonalChannel, State


class NoticeEntry(Answer):
    """A decision about a notice. Without `notice` it is about what was worth telling as a whole."""

    kind: NoticeKind
    revision: int = Field(description="Of the milestone that it tells of.")
    state: State
    at: datetime
    channel: Channel | None = None
    notice: str | None = None
    reason: str | None = Field(default=None, description="A code, see docs/notices.md.")
    tries: int = 0
    next_try: datetime | None = Field(default=None, description="When a deferred one is looked at again.")
    code: str | None = Field(
        default=None, description="What the other side has said, such as an HTTP status."
    )
    webhook: str | None = Field(default=None, description="Which of the shop's webhooks.")
    event: str | None = Field(default=None, examples=["shipment.delivered"])
    held: bool = Field(default=False, description="It may have gone, and waits for a decision.")


class NoticeHistory(Answer):
    """Each decision about a shipment's notices, the newest first."""

    notices: list[NoticeEntry]


class HeldNotice(Answer):
    """A notice that may have gone, with whose it is."""

    notice: str
    shipment: str
    merchant: str
    shop: str
    kind: NoticeKind
    channel: Channel
    reason: str
    at: datetime
    order_number: str | None = None
    name: str | None = None
    zone: str | None = None


class HeldList(Answer):
    """The oldest first."""

    notices: list[HeldNotice]
    more: bool = Field(description="There are more than are told here.")


class Asked(Answer):
    """Written down; what comes of it stands among the shipment's notices."""

    command: str


class Delivery(NoticeEntry):
    """What became of a try of a webhook."""

    shipment: str


class DeliveryPage(Answer):
    """The newest first."""

    deliveries: list[Delivery]
    next: str | None = Field(default=None, description="Ask again with `before` of this value for more.")


class ReachAnswer(Answer):
    """A channel on which the recipient can be told."""

    channel: PersonalChannel
    address: str = Field(examples=["m•••@example.org"], description="Masked.")
    stopped: bool


class WishesAnswer(Answer):
    """What the recipient wishes: his channels, the one that is used first, the language of messages."""

    channels: list[ReachAnswer]
    first: PersonalChannel | None = None
    language: LanguageCode


class WishesBody(Strict):
    """What shall change; what is left out stays."""

    first: PersonalChannel | None = None
    language: LanguageCode | None = None
    stop: list[PersonalChannel] = Field(default=[], max_length=2)
    resume: list[PersonalChannel] = Field(default=[], max_length=2)


class NoticesDocument(Answer):
    """What a shop's recipients are told."""

    merchant: str
    notices: NoticesBody


class SegmentsAnswer(Answer):
    """How an SMS travels: `units` are septets or 16-bit units, `count` the parts that are paid for."""

    encoding: Literal["gsm-7", "ucs-2"]
    units: int
    count: int


class PreviewAnswer(Answer):
    """A message as a recipient would get it, with a made-up order; the mail as a page is at `mail`."""

    kind: NoticeKind
    language: LanguageCode
    subject: str
    text: str
    sms: str
    segments: SegmentsAnswer
    mail: str = Field(description="Where the mail is shown, for as long as one is logged in.")
