"""Shipments: registering, reporting, reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from services.portal.schemas.common import (
    Answer,
    Email,
    IdStr,
    LanguageCode,
    Line,
    MoneyBody,
    Phone,
    Short,
    Strict,
    Text,
    WindowBody,
    Zone,
    nowhere,
)
from shared.contracts.common import Handover


class RecipientBody(Strict):
    """Who gets the parcel. Kept apart from everything else, and deleted on request."""

    name: Line = Field(examples=["Maria Papadopoulou"])
    phone: Phone | None = Field(default=None, examples=["+306900000000"])
    email: Email | None = Field(default=None, examples=["maria@example.org"])
    floor: Short | None = Field(default=None, examples=["3"])
    bell: Short | None = Field(default=None, examples=["Papadopoulou"])
    note: Text | None = Field(default=None, examples=["Please ring twice."])


class AddressBody(Strict):
    """Where it goes, with WGS 84 coordinates in degrees."""

    line: Line = Field(examples=["Aleksanterinkatu 15"])
    city: Short = Field(examples=["Helsinki"])
    postcode: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16)] | None = (
        Field(default=None, examples=["00100"])
    )
    lon: float = Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[24.9441])
    lat: float = Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[60.1689])

    @model_validator(mode="after")
    def _somewhere(self) -> AddressBody:
        nowhere(self.lon, self.lat)
        return self


class NewShipment(Strict):
    """A shipment to announce. `window` is one agreed on otherwise. `slot` is one that the shop's calendar has
    offered; with `service_level` alone it is the first that is free. `zone` is where it is delivered and
    falls back to the merchant's, as `language` does."""

    order_number: Short = Field(examples=["GR-10442"])
    recipient: RecipientBody
    address: AddressBody
    parcels: int = Field(strict=True, default=1, ge=1, le=999)
    handover: Handover = Field(
        default="door", description="At a door, into a locker, or at a pickup point to who works there."
    )
    cash: MoneyBody | None = None
    window: WindowBody | None = None
    service_level: IdStr | None = Field(default=None, examples=["standard"])
    slot: WindowBody | None = None
    language: LanguageCode | None = None
    zone: Zone | None = Field(default=None, examples=["Europe/Helsinki"])

    @model_validator(mode="after")
    def _window_runs_forward(self) -> NewShipment:
        for window in (self.window, self.slot):
            if window is not None:
                window.to_contract()
        if self.window is not None and (self.slot is not None or self.service_level is not None):
            raise ValueError("a `window` agreed on otherwise, or a `slot` of a `service_level`: not both")
        return self

    def as_sent(self) -> bytes:
        """What tells one request from another. Fields that came later are left out where they say nothing, so
        that a request from before them is the same still."""
        later = {name for name in ("service_level", "slot") if getattr(self, name) is None}
        later |= {"handover"} if self.handover == "door" else set()
        return self.model_dump_json(exclude=later).encode()


class CommandAnswer(Answer):
    """What became of a command. `pending`: not decided yet, ask `/v1/commands/{command}` again."""

    command: str = Field(examples=["k-2bq5x7yfzw-mzxw6ytboi4dgmrqgezdgnbvgy"])
    status: Literal["pending", "accepted", "refused"] = Field(examples=["accepted"])
    subject: str | None = Field(default=None, description="The shipment or courier it was about.")
    seq: int | None = Field(strict=True, default=None, description="The number of the event that decided it.")
    reason: str | None = Field(default=None, examples=["not_the_assigned_courier"])
    explanation: str | None = None


class ShipmentAnswer(CommandAnswer):
    """The shipment that this merchant means by this Idempotency-Key."""

    shipment: str = Field(examples=["s-mzxw6ytboi4dgmrqgezdgnbvgy"])
    window: WindowBody | None = Field(default=None, description="Of the slot that was asked for.")


class ForgottenAnswer(Answer):
    """How many records of the recipient's, and how many pictures, were deleted; 0: there were none."""

    shipment: str
    deleted: int = Field(strict=True, examples=[1])
    pictures: int = Field(strict=True, examples=[2])


class StageAnswer(Answer):
    """One stage passed, at its own time."""

    status: str
    tag: str
    meaning: str
    at: datetime
    attempt: int | None = None
    place: str | None = None


class LinkAnswer(Answer):
    """A recipient's link, by the SHA-256 of its secret."""

    link_id: str
    expires_at: datetime
    created_at: datetime | None = None
    revoked: bool = False


class ShipmentDocument(Answer):
    """A shipment as it stands, without personal data."""

    shipment: str
    merchant: str
    order_number: str
    seq: int
    status: str = Field(examples=["OutForDelivery_001"])
    tag: str = Field(examples=["OutForDelivery"])
    meaning: str
    status_at: datetime
    parcels: int
    handover: Handover
    cash: MoneyBody | None = None
    window: WindowBody | None = None
    language: str | None = None
    zone: str
    attempt: int
    courier: str | None = None
    out_for_delivery: bool
    ended: bool
    history: list[StageAnswer]
    links: list[LinkAnswer]
