"""links: recipients' capability URLs, by the SHA-256 of the secret (compacted; tombstoned after expiry)."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.topic import Body, Message, Topic


class Link(Body, frozen=True):
    """Leave to see one shipment until `expires_ms`; `link` is the hex SHA-256 of a 128-bit secret."""

    link: str
    tenant: Id
    merchant: Id
    shipment: Id
    expires_ms: Ms
    scope: Literal["view"] = "view"
    revoked: bool = False
    created_ms: Ms = 0

    def good(self, now_ms: int) -> bool:
        return not self.revoked and now_ms < self.expires_ms


DECODER: msgspec.json.Decoder[Link] = msgspec.json.Decoder(Link)

TOPIC = Topic(
    name="links",
    title="Recipients' links",
    key="link",
    group="small",
    messages=(
        Message(
            Link,
            Link(
                link="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                tenant="athens-couriers",
                merchant="bookshop",
                shipment="s-1",
                expires_ms=1_795_773_600_000,
                created_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal", "notifier"),
    consumers=("projector.stages", "portal"),
    cleanup="compact",
)
