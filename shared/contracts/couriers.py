"""couriers: who drives for a carrier (compacted). Names and telephones of couriers: personal data."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.topic import Body, Message, Topic


class Courier(Body, frozen=True):
    """A courier as his firm knows him. One who has left is not `active`: his phones are revoked."""

    courier: Id
    tenant: Id
    name: str
    phone: str | None = None
    vehicle: str | None = None
    active: bool = True
    updated_ms: Ms = 0

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


DECODER: msgspec.json.Decoder[Courier] = msgspec.json.Decoder(Courier)

TOPIC = Topic(
    name="couriers",
    title="Couriers",
    key="courier",
    group="small",
    messages=(
        Message(
            Courier,
            Courier(
                courier="eleni",
                tenant="athens-couriers",
                name="Eleni Georgiou",
                phone="+306900000001",
                vehicle="white van",
                updated_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal",),
    consumers=("portal",),
    cleanup="compact",
    personal=True,
)
