"""The nine status tags the field knows, and their substatus codes (AfterShip's tags and codes)."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """A shipment's stage."""

    PENDING = "Pending"
    INFO_RECEIVED = "InfoReceived"
    IN_TRANSIT = "InTransit"
    OUT_FOR_DELIVERY = "OutForDelivery"
    ATTEMPT_FAIL = "AttemptFail"
    DELIVERED = "Delivered"
    AVAILABLE_FOR_PICKUP = "AvailableForPickup"
    EXCEPTION = "Exception"
    EXPIRED = "Expired"


SUBSTATUSES: dict[str, str] = {
    "Pending_001": "announced, nothing received yet",
    "InfoReceived_001": "order received, parcel not yet handed over",
    "InTransit_001": "moving",
    "InTransit_002": "taken over by the carrier",
    "InTransit_003": "arrived at a hub",
    "InTransit_007": "left a hub",
    "InTransit_009": "redirected",
    "OutForDelivery_001": "with the courier, out for delivery",
    "OutForDelivery_003": "recipient contacted before delivery",
    "OutForDelivery_004": "the courier is at the stop",
    "AttemptFail_001": "attempt failed",
    "AttemptFail_002": "nobody available",
    "AttemptFail_003": "closed",
    "Delivered_001": "delivered",
    "Delivered_002": "picked up by the recipient",
    "Delivered_003": "delivered and signed for",
    "Delivered_004": "delivered, cash collected",
    "Delivered_005": "left with a neighbour",
    "AvailableForPickup_001": "ready at the pickup point",
    "Exception_001": "something went wrong",
    "Exception_002": "recipient moved",
    "Exception_003": "refused by the recipient",
    "Exception_004": "held",
    "Exception_005": "out of stock",
    "Exception_007": "wrong or incomplete address",
    "Exception_010": "returning to the sender",
    "Exception_011": "returned to the sender",
    "Exception_012": "damaged",
    "Exception_013": "lost",
    "Exception_017": "delayed by weather",
    "Exception_101": "a mistake when the order was taken",
    "Exception_102": "a mistake when the order was packed",
    "Exception_103": "a mistake of the courier",
    "Expired_001": "no news for too long",
}
"""Every substatus code with its meaning. `Exception_004` (held) and `Exception_005` (out of stock) are named
by merchants before hand-over; codes from 101 on are ours, for mistakes by who made them (operator, packer,
courier); the other codes follow the field's list."""

FINAL: frozenset[str] = frozenset(
    {
        *(code for code in SUBSTATUSES if code.startswith("Delivered_")),
        "Exception_011",
        "Exception_013",
        "Expired_001",
    }
)
"""After one of these nothing more happens to the shipment."""


def tag_of(substatus: str) -> Tag:
    """The tag a substatus code belongs to.

    Raises:
        ValueError: the code is not one of `SUBSTATUSES`.
    """
    if substatus not in SUBSTATUSES:
        raise ValueError(f"unknown substatus {substatus!r}: one of {', '.join(SUBSTATUSES)}")
    return Tag(substatus.partition("_")[0])
