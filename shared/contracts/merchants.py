"""merchants: shops, their API keys, visibility policy, branding and contact (compacted)."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Contact, Id, Language, Ms, Policy
from shared.contracts.topic import Body, Message, Topic


class ApiKey(Body, frozen=True):
    """An API key: an id to name it by and the hex SHA-256 of its 128-bit secret."""

    key: Id
    sha256: str
    revoked: bool = False


class Branding(Body, frozen=True):
    """What the recipient's page takes from the shop: an accent colour (#rrggbb)."""

    colour: str | None = None


class Merchant(Body, frozen=True):
    """A shop: who it is to its recipients, and what they may see."""

    merchant: Id
    tenant: Id
    name: str
    contact: Contact = Contact()
    zone: str = "UTC"
    language: Language = "en"
    policy: Policy = Policy()
    branding: Branding = Branding()
    keys: tuple[ApiKey, ...] = ()
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
                branding=Branding(colour="#0b5fff"),
                updated_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal",),
    consumers=("portal", "ingest", "projector.stages", "projector.couriers"),
    cleanup="compact",
)
