"""merchants: shops, their keys, service levels, webhooks, policy, branding and contact (compacted)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.contracts.common import Contact, Id, Language, Ms, Policy
from shared.contracts.notices import NoticePolicy
from shared.contracts.service_levels import DaySlot, ServiceLevel, ServiceLevels
from shared.contracts.topic import Body, Message, Topic


class ApiKey(Body, frozen=True):
    """An API key: an id to name it by and the hex SHA-256 of its 128-bit secret."""

    key: Id
    sha256: str
    revoked: bool = False


class Webhook(Body, frozen=True):
    """An address of the shop's that is told what happens (Standard Webhooks). `events`: the types it asked
    for, none: all. Its secret is number `version` of those that follow from the server's key; until
    `previous_until_ms` it is signed with the one before too. `disabled`: the shop wants it quiet. When it was
    turned on last says `enabled_ms`: a receiver's 410 from before then counts no more."""

    id: Id
    url: Annotated[str, msgspec.Meta(max_length=500)]
    events: tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_.]{1,64}$")], ...] = ()
    version: Annotated[int, msgspec.Meta(ge=1)] = 1
    previous_until_ms: Ms = 0
    disabled: bool = False
    enabled_ms: Ms = 0


class Branding(Body, frozen=True):
    """How the shop looks to its recipients: an accent colour (#rrggbb), and the https address of a logo for
    their e-mails. Their page does not load it: it would tell another server who looks."""

    colour: str | None = None
    logo_url: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class Merchant(Body, frozen=True):
    """A shop: who it is to its recipients, and what they may see."""

    merchant: Id
    tenant: Id
    name: str
    contact: Contact = Contact()
    zone: str = "UTC"
    language: Language = "en"
    policy: Policy = Policy()
    notices: NoticePolicy = NoticePolicy()
    branding: Branding = Branding()
    keys: tuple[ApiKey, ...] = ()
    service_levels: ServiceLevels = ()
    webhooks: tuple[Webhook, ...] = ()
    updated_ms: Ms = 0


DECODER: msgspec.json.Decoder[Merchant] = msgspec.json.Decoder(Merchant)

TOPIC = Topic(
    name="merchants",
    title="Merchants",
    key="merchant",
    group="small",
    messages=(
        Message(
            Merchant,
            Merchant(
                merchant="bookshop",
                tenant="athens-couriers",
                name="Βιβλιοπωλείο Πλειάδες",
                contact=Contact(phone="+302100000000", email="help@example.org", hours="Mon-Fri 9-17"),
                zone="Europe/Athens",
                language="el",
                branding=Branding(colour="#0b5fff", logo_url="https://shop.example.org/logo.png"),
                service_levels=(
                    ServiceLevel(
                        level="standard",
                        name="Standard",
                        slots=(DaySlot(start="10:00", end="14:00"), DaySlot(start="14:00", end="18:00")),
                        capacity=40,
                        holidays="GR",
                    ),
                ),
                webhooks=(
                    Webhook(
                        id="wh-5f3a9c01d2",
                        url="https://shop.example.org/webhooks",
                        events=("shipment.delivered", "shipment.attempt_failed"),
                        enabled_ms=1_795_168_800_000,
                    ),
                ),
                updated_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal",),
    consumers=("portal", "ingest", "projector.stages", "projector.couriers", "notifier"),
    cleanup="compact",
)
