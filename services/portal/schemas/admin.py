"""Merchants and devices, for the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, StrictBool

from services.portal.schemas.common import (
    Answer,
    Colour,
    ContactBody,
    IdStr,
    LanguageCode,
    Line,
    Strict,
    Zone,
)
from shared.contracts.common import Policy


class PolicyBody(Strict):
    """Who sees the driver."""

    mode: Literal["live", "strict", "open"] = "live"
    exact_from_stops: int = Field(strict=True, default=5, ge=0, le=50)
    area_min_addresses: int = Field(strict=True, default=20, ge=1, le=1000)
    area_tick_s: int = Field(strict=True, default=30, ge=5, le=600)
    zone_radius_m: int = Field(strict=True, default=100, ge=30, le=500)
    zone_shift_m: int = Field(strict=True, default=50, ge=0, le=200)
    show_driver: StrictBool = False

    def to_contract(self) -> Policy:
        return Policy(**self.model_dump())


class MerchantBody(Strict):
    """A shop: who it is to its recipients, and what they may see."""

    tenant: IdStr = Field(examples=["athens-couriers"], description="The carrier it ships with.")
    name: Line = Field(examples=["Βιβλιοπωλείο Πλειάδες"])
    contact: ContactBody = ContactBody()
    zone: Zone = Field(default="UTC", examples=["Europe/Athens"])
    language: LanguageCode = "en"
    policy: PolicyBody = PolicyBody()
    colour: Colour | None = Field(default=None, examples=["#0b5fff"])


class KeyAnswer(Answer):
    """An API key by its id."""

    key_id: str
    revoked: bool


class MerchantDocument(Answer):
    """A merchant as it stands. `key` is the API key, shown when it is made and never again."""

    merchant: str
    tenant: str
    name: str
    contact: ContactBody
    zone: str
    language: str
    policy: PolicyBody
    colour: str | None = None
    keys: list[KeyAnswer]
    updated_at: datetime
    key: str | None = Field(default=None, examples=["mk_5f3a9c01d2_Zm9vYmFyYmF6cXV4MTIzNA"])


class NewKeyAnswer(Answer):
    """A further API key, shown this once."""

    key_id: str
    key: str


class NewDevice(Strict):
    """A phone that speaks for one courier."""

    device_id: IdStr = Field(examples=["van-12"])
    courier_id: IdStr = Field(examples=["eleni"])
    tenant: IdStr = Field(examples=["athens-couriers"])


class DeviceDocument(Answer):
    """A device. `secret` is shown when it is made and never again; `old_secret_until` is how long the one
    before it is still good."""

    device_id: str
    courier_id: str
    tenant: str
    revoked: bool
    updated_at: datetime
    old_secret_until: datetime | None = None
    secret: str | None = None


class DeviceList(Answer):
    """Devices in the order of their ids."""

    devices: list[DeviceDocument]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")
