"""Merchants, couriers and devices."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from pydantic import Field, StrictBool

from services.portal.schemas.common import (
    Answer,
    Colour,
    ContactBody,
    IdStr,
    ImageUrl,
    LanguageCode,
    Line,
    Phone,
    Short,
    Strict,
    Zone,
)
from shared.contracts.common import Policy
from shared.contracts.notices import NoticeKind, NoticePolicy, PersonalChannel


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


class NoticesBody(Strict):
    """What a shop's recipients are told, and how."""

    channels: list[PersonalChannel] = Field(
        default=["email", "sms"],
        max_length=2,
        description="In this order: the first for which the recipient has an address.",
    )
    off: list[NoticeKind] = Field(default=[], max_length=20, description="Kinds that are not told at all.")
    email_only: list[NoticeKind] = Field(
        default=["stops_away", "arriving", "delivered", "all_right", "survey"],
        max_length=20,
        description="Kinds for which no SMS is paid, unless the recipient has asked for SMS.",
    )
    quiet_from_h: int = Field(strict=True, default=21, ge=0, le=24)
    quiet_to_h: int = Field(
        strict=True,
        default=8,
        ge=0,
        le=24,
        description="The recipient's clock; equal: there are no quiet hours.",
    )
    daily_cap: int = Field(strict=True, default=8, ge=1, le=50)
    ask_after_s: int = Field(
        strict=True, default=86_400, ge=0, le=14 * 86_400, description="After delivery; 0: it is not asked."
    )
    survey_after_s: int = Field(strict=True, default=3 * 86_400, ge=0, le=30 * 86_400)
    sms_capitals: StrictBool = Field(
        default=False, description="Greek SMS in capitals without accents: half the segments."
    )
    hold_out_pct: int = Field(
        strict=True,
        default=0,
        ge=0,
        le=50,
        description="Of so many per cent of the shipments nothing is told of the way between announcement "
        "and door, so that their calls can be compared with the others'.",
    )

    def to_contract(self) -> NoticePolicy:
        said = self.model_dump()
        lists = {name: tuple(dict.fromkeys(said[name])) for name in ("channels", "off", "email_only")}
        return NoticePolicy(**(said | lists))

    @classmethod
    def of(cls, policy: NoticePolicy) -> NoticesBody:
        said = msgspec.to_builtins(policy, builtin_types=()) | {
            name: list(getattr(policy, name)) for name in ("channels", "off", "email_only")
        }
        return cls(**said)


class MerchantBody(Strict):
    """A shop: who it is to its recipients, and what they may see."""

    tenant: IdStr = Field(examples=["athens-couriers"], description="The carrier it ships with.")
    name: Line = Field(examples=["Βιβλιοπωλείο Πλειάδες"])
    contact: ContactBody = ContactBody()
    zone: Zone = Field(default="UTC", examples=["Europe/Athens"])
    language: LanguageCode = "en"
    policy: PolicyBody = PolicyBody()
    notices: NoticesBody | None = Field(
        default=None, description="Left out: as it was; of a new merchant the usual."
    )
    colour: Colour | None = Field(default=None, examples=["#0b5fff"])
    logo_url: ImageUrl | None = Field(
        default=None,
        examples=["https://shop.example.org/logo.png"],
        description="A picture for its e-mails, 40 pixels high and up to 120 wide, on white. https.",
    )


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
    notices: NoticesBody
    colour: str | None = None
    logo_url: str | None = None
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
    enrolled: bool = Field(description="It has a secret. Until a code is used it has none.")
    code_until: datetime | None = Field(default=None, description="A code waits for the phone until then.")
    seen_as: str | None = Field(default=None, description="What the phone called itself.")
    old_secret_until: datetime | None = None
    secret: str | None = None
    ingest_url: str | None = Field(default=None, description="Where it posts; told with the secret.")


class CourierBody(Strict):
    """A courier as his firm knows him."""

    tenant: IdStr | None = Field(default=None, description="His carrier; staff need not say their own.")
    name: Line = Field(examples=["Eleni Georgiou"])
    phone: Phone | None = Field(default=None, examples=["+306900000001"])
    vehicle: Short | None = Field(default=None, examples=["white van"])
    active: StrictBool = Field(default=True, description="False: he has left, and his phones are revoked.")


class CourierDocument(Answer):
    courier_id: str
    tenant: str
    name: str
    phone: str | None = None
    vehicle: str | None = None
    active: bool
    updated_at: datetime


class CourierStanding(Answer):
    """A courier and how he stands. `listed`: the carrier has put him on its list; others drive by a plan or a
    phone alone."""

    courier_id: str
    tenant: str
    name: str
    phone: str | None = None
    vehicle: str | None = None
    active: bool
    listed: bool
    on_duty: bool
    phones: int = Field(description="Enrolled and not revoked.")
    seen_at: datetime | None = None
    battery_pct: int | None = None


class CourierList(Answer):
    """Couriers in the order of their ids, those who have left too."""

    couriers: list[CourierStanding]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")


class InvitationAnswer(Answer):
    """A one-time code for a phone, shown this once: as an address to open, and to show as a QR code."""

    device_id: str
    courier_id: str
    url: str = Field(examples=["https://track.example.org/courier#Jk3v0T5yQ2m8ZrX1aBcDeF"])
    expires_at: datetime


class DeviceList(Answer):
    """Devices in the order of their ids."""

    devices: list[DeviceDocument]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")


class MerchantList(Answer):
    """Merchants in the order of their ids."""

    merchants: list[MerchantDocument]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")
