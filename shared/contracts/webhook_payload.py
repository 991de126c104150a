"""What a merchant's webhook is sent as its JSON body: the type, when it happened, and the shipment as it then
stood. No name, no telephone, no address of anybody."""

from __future__ import annotations

from typing import Annotated, get_args

import msgspec

from shared.contracts.common import Count, Id, Sequence, Substatus
from shared.contracts.shipment_milestones import MilestoneKind
from shared.contracts.status import Tag
from shared.contracts.topic import Body

TYPES: tuple[str, ...] = tuple(f"shipment.{kind}" for kind in get_args(MilestoneKind))
"""Every type that is sent."""

Time = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
"""UTC, ISO 8601 with milliseconds."""


class TimeWindow(Body, frozen=True, rename={"from_": "from"}):
    """From the first moment included to the last excluded."""

    from_: Time
    to: Time


class ShipmentData(Body, frozen=True):
    """The shipment. `revision` counts its changes: of two messages the one with the higher is the newer.

    `window` is what its recipient is told now, `was` what he was told before, to be shown in the time zone
    `zone`. `link` is his page: whoever has it sees it, so it is a secret."""

    shipment_id: Id
    merchant: Id
    revision: Sequence
    order_number: str | None = None
    status: Tag | None = None
    substatus: Substatus | None = None
    attempt: Count = 0
    stops_left: Count | None = None
    window: TimeWindow | None = None
    was: TimeWindow | None = None
    zone: str = "UTC"
    link: str | None = None


class WebhookPayload(Body, frozen=True):
    """A message: what happened (`shipment.delivered`), when, and to what."""

    type: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")]
    timestamp: Time
    data: ShipmentData


DECODER: msgspec.json.Decoder[WebhookPayload] = msgspec.json.Decoder(WebhookPayload)

EXAMPLE = WebhookPayload(
    type="shipment.attempt_failed",
    timestamp="2026-11-20T11:00:00.000Z",
    data=ShipmentData(
        shipment_id="s-1",
        merchant="bookshop",
        revision=6,
        order_number="GR-10442",
        status=Tag.ATTEMPT_FAIL,
        substatus="AttemptFail_002",
        attempt=1,
        window=TimeWindow(from_="2026-11-20T10:30:00.000Z", to="2026-11-20T11:00:00.000Z"),
        zone="Europe/Athens",
    ),
)
