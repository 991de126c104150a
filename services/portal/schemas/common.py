"""Types that several bodies share."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from shared.contracts.common import Contact, Money, Window
from shared.domain.texts import visible

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"

IdStr = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
LanguageCode = Literal["el", "ru", "en"]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,255}$", max_length=254)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
ImageUrl = Annotated[
    str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!#-;=?-~]*$", max_length=500)
]

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_VISIBLE = AfterValidator(visible)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), _VISIBLE]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _VISIBLE]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), _VISIBLE]


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write the time as ISO 8601 with its offset, e.g. 2026-11-20T14:00:00+02:00")
    return value


def _of_this_century(value: datetime) -> datetime:
    if not _EARLIEST <= value < _LATEST:
        raise ValueError("a time between the years 2000 and 2100")
    return value


Time = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_of_this_century),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-20T14:00:00+02:00"]}),
]


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("an IANA time zone, e.g. Europe/Athens")
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]


def to_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware time."""
    return round(at.timestamp() * 1000)


def from_ms(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def nowhere(lon: float, lat: float) -> None:
    """Raises ValueError: 0, 0 is what a geocoder's failure looks like, and no door is there."""
    if lon == 0 and lat == 0:
        raise ValueError("0, 0 is no place: give the door's coordinates")


class Strict(BaseModel):
    """A request: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer; fields without a value are left out."""

    model_config = ConfigDict(frozen=True)


class MoneyBody(Strict):
    """An amount in a currency (ISO 4217)."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")] = Field(
        examples=["24.90"]
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(examples=["EUR"])

    def to_contract(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @classmethod
    def of(cls, money: Money | None) -> MoneyBody | None:
        return cls(amount=money.amount, currency=money.currency) if money is not None else None


class WindowBody(Strict):
    """A time window: `from` included, `to` excluded."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Time = Field(alias="from")
    to: Time

    def to_contract(self) -> Window:
        """Raises ValueError: the window ends before it begins."""
        window = Window(from_ms=to_ms(self.from_), to_ms=to_ms(self.to))
        if window.to_ms <= window.from_ms:
            raise ValueError("a window ends after it begins")
        return window

    @classmethod
    def of(cls, window: Window | None) -> WindowBody | None:
        if window is None:
            return None
        return cls.model_validate({"from": from_ms(window.from_ms), "to": from_ms(window.to_ms)})


class ContactBody(Strict):
    """How recipients reach the shop."""

    phone: Phone | None = Field(default=None, examples=["+302100000000"])
    email: Email | None = Field(default=None, examples=["help@example.org"])
    hours: Line | None = Field(default=None, examples=["Mon-Fri 9-17"])

    def to_contract(self) -> Contact:
        return Contact(phone=self.phone, email=self.email, hours=self.hours)

    @classmethod
    def of(cls, contact: Contact) -> ContactBody:
        return cls.model_construct(phone=contact.phone, email=contact.email, hours=contact.hours)


class DriverBody(Strict):
    """What a recipient may be told of the courier, if the merchant's policy shows it."""

    first_name: Short = Field(examples=["Eleni"])
    vehicle: Short | None = Field(default=None, examples=["white van"])
