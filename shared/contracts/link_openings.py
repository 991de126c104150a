"""link.openings: that a recipient opened his link: what the calls to the shop are compared with. Nothing
about who opened it or from where."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.topic import DAY_MS, Body, Message, Topic


class Opening(Body, frozen=True):
    """The link was opened at `at_ms`; a reload within half an hour counts as the same opening. `link` is the
    hex SHA-256 of its secret."""

    link: str
    tenant: Id
    merchant: Id
    shipment: Id
    at_ms: Ms


DECODER: msgspec.json.Decoder[Opening] = msgspec.json.Decoder(Opening)

TOPIC = Topic(
    name="link.openings",
    title="Openings of recipients' links",
    key="shipment",
    group="shipment",
    messages=(
        Message(
            Opening,
            Opening(
                link="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                tenant="athens-couriers",
                merchant="bookshop",
                shipment="s-1",
                at_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal",),
    consumers=("projector.lists",),
    retention_ms=2 * 365 * DAY_MS,
)
