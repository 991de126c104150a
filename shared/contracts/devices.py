"""devices: who may post positions, and for which courier (compacted; ingest reads it whole)."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.topic import Body, Message, Topic


class DeviceSecret(Body, frozen=True):
    """One of at most two secrets while rotating: `sha256` is the hex digest of a 128-bit random secret."""

    sha256: str
    until_ms: Ms | None = None


class Enrolment(Body, frozen=True):
    """A one-time code that a phone exchanges for its secret: the hex SHA-256 of 128 random bits."""

    sha256: str
    until_ms: Ms


HUB_PREFIX = "hub:"
"""A device enrolled for `hub:<name>` is that hub's scanner: it reports as the hub and posts no positions."""


class Device(Body, frozen=True):
    """A phone that speaks for one courier. `secrets` is empty until the phone has used its `enrolment`;
    `seen_as` is what it called itself then (its kind of browser)."""

    device: Id
    tenant: Id
    courier: Id
    secrets: tuple[DeviceSecret, ...]
    revoked: bool = False
    updated_ms: Ms = 0
    enrolment: Enrolment | None = None
    seen_as: str | None = None

    @property
    def hub(self) -> str | None:
        """The hub whose scanner it is; None: a courier's phone."""
        return self.courier.removeprefix(HUB_PREFIX) if self.courier.startswith(HUB_PREFIX) else None


DECODER: msgspec.json.Decoder[Device] = msgspec.json.Decoder(Device)

TOPIC = Topic(
    name="devices",
    title="Couriers' devices",
    key="device",
    group="small",
    messages=(
        Message(
            Device,
            Device(
                device="van-12",
                tenant="athens-couriers",
                courier="eleni",
                secrets=(
                    DeviceSecret(
                        sha256="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                    ),
                ),
                updated_ms=1_795_168_800_000,
            ),
        ),
    ),
    producers=("portal",),
    consumers=("ingest", "portal"),
    cleanup="compact",
)
