"""The courier's page: his phone's enrolment, his day, and what he does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from services.portal.schemas.common import Answer, IdStr, LanguageCode, MoneyBody, Strict, Time, WindowBody
from shared.contracts.common import Handover

Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class EnrolmentBody(Strict):
    """The one-time code of the QR code that the courier has scanned."""

    code: Secret = Field(examples=["Jk3v0T5yQ2m8ZrX1aBcDeF"])


class EnrolmentAnswer(Answer):
    """The phone's secret, shown this once: it posts positions and reports with it, and reads its day."""

    device_id: str
    courier_id: str
    name: str | None = None
    secret: str
    ingest_url: str = Field(description="Where positions and reports are posted.")


class AtBody(Strict):
    """When it happened, by the phone's clock; absent: now. For what was kept while there was no network."""

    at: Time | None = None


class CourierDutyBody(AtBody):
    """On duty, or off: off duty no position is kept or shown."""

    on: StrictBool


class OrderBody(AtBody):
    """The remaining stops in the order in which he wants to drive them; each must be there."""

    stops: list[IdStr] = Field(min_length=1, max_length=500)


class DayShipment(Answer):
    """A parcel with all that he needs at the door."""

    shipment: str
    shop: str
    shop_phone: str | None = None
    order_number: str
    status: str
    tag: str
    status_at: datetime
    attempt: int
    parcels: int
    handover: Handover
    cash: MoneyBody | None = None
    cash_taken: MoneyBody | None = None
    name: str | None = None
    line: str | None = None
    city: str | None = None
    postcode: str | None = None
    phone: str | None = None
    floor: str | None = None
    bell: str | None = None
    note: str | None = None
    language: LanguageCode | None = None
    zone: str
    done: bool = Field(description="It has an outcome: nothing is to be done at the door any more.")


class DayStop(Answer):
    """A place to go to; `done` once everything there has an outcome."""

    stop: str
    lon: float
    lat: float
    window: WindowBody | None = None
    leg_s: float | None = Field(default=None, description="Driving time from the stop before, s.")
    leg: str | None = Field(default=None, description="Encoded polyline with six decimals.")
    done: bool
    shipments: list[DayShipment]


class DayRoute(Answer):
    route: str
    set_out_at: datetime | None = None
    stops: list[DayStop]


class DayDocument(Answer):
    """What a courier has to do, as it stands after plan version `version`."""

    courier_id: str
    name: str | None = None
    on_duty: bool
    duty_since: datetime | None = None
    version: int
    routes: list[DayRoute]
