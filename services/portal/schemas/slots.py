"""Service levels and the slots they offer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from services.portal.core.slots import known_holidays
from services.portal.schemas.common import Answer, IdStr, Short, Strict
from shared.contracts.service_levels import DaySlot, ServiceLevel
from shared.contracts.topic import build


def _known(code: str) -> str:
    if not known_holidays(code):
        raise ValueError("a country whose public holidays are known, such as GR, or its part, such as DE-BY")
    return code


def _plain(prefix: str) -> str:
    return "".join(prefix.split()).replace("-", "").upper()


def _sorted[T: (int, date)](values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(sorted(set(values)))


Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Prefix = Annotated[
    str, AfterValidator(_plain), StringConstraints(pattern=r"^[A-Za-z0-9 -]{1,12}$", strip_whitespace=True)
]
Weekdays = Annotated[
    tuple[Annotated[int, Field(strict=True, ge=1, le=7)], ...],
    Field(min_length=1, max_length=7),
    AfterValidator(_sorted),
]
Dates = Annotated[tuple[date, ...], Field(max_length=200), AfterValidator(_sorted)]
Capacity = Annotated[int, Field(strict=True, ge=1, le=100_000)]
HolidayCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,6})?$"), AfterValidator(_known)
]


class DaySlotBody(Strict):
    """A part of the day; an `end` no later than its `start` is the next day's."""

    start: Clock = Field(examples=["14:00"])
    end: Clock = Field(examples=["18:00"])
    capacity: Capacity | None = Field(default=None, description="So many shipments; none: any number.")


class ServiceLevelBody(Strict):
    """One way a shop delivers. Weekdays are 1 (Monday) to 7; times of day are those of the shop's zone."""

    level: IdStr = Field(examples=["standard"])
    name: Short = Field(examples=["Standard"])
    slots: tuple[DaySlotBody, ...] = Field(min_length=1, max_length=24)
    cut_off: Clock = Field(default="16:00", description="Ordered before it, packed the same day.")
    lead_days: int = Field(
        strict=True, default=1, ge=0, le=20, description="Days of packing or delivery from packing to door."
    )
    packing_days: Weekdays = (1, 2, 3, 4, 5)
    delivery_days: Weekdays = (1, 2, 3, 4, 5)
    postcodes: tuple[Prefix, ...] = Field(
        default=(), max_length=500, description="Beginnings of postcodes; none: everywhere."
    )
    capacity: Capacity | None = Field(default=None, description="So many shipments a day.")
    holidays: HolidayCode | None = Field(
        default=None, examples=["GR"], description="Whose public holidays are no days of work."
    )
    closed: Dates = ()
    open: Dates = Field(default=(), description="Days of work whatever else they are.")
    imports: StrictBool = Field(
        default=False, description="Imported rows that name no window get its first free slot."
    )

    @model_validator(mode="after")
    def _agrees(self) -> ServiceLevelBody:
        times = [(slot.start, slot.end) for slot in self.slots]
        if any(start == end for start, end in times):
            raise ValueError("a slot ends after it starts")
        if len(set(times)) < len(times):
            raise ValueError("a slot stands here twice")
        if set(self.closed) & set(self.open):
            raise ValueError("a date is closed or open, not both")
        return self

    def to_contract(self) -> ServiceLevel:
        values = self.model_dump(exclude={"slots", "closed", "open"})
        return build(
            ServiceLevel,
            **values,
            slots=tuple(DaySlot(**slot.model_dump()) for slot in self.slots),
            closed=tuple(day.isoformat() for day in self.closed),
            open=tuple(day.isoformat() for day in self.open),
        )

    @classmethod
    def of(cls, level: ServiceLevel) -> ServiceLevelBody:
        values = {name: getattr(level, name) for name in cls.model_fields}
        values["slots"] = [
            {"start": slot.start, "end": slot.end, "capacity": slot.capacity} for slot in level.slots
        ]
        return cls.model_validate(values)


class ServiceLevelsBody(Strict):
    """All of a shop's levels. Where two offer the same slot, or none is named, the earlier one counts."""

    levels: tuple[ServiceLevelBody, ...] = Field(max_length=20)

    @model_validator(mode="after")
    def _told_apart(self) -> ServiceLevelsBody:
        if len({level.level for level in self.levels}) < len(self.levels):
            raise ValueError("two levels have the same id")
        return self


class ServiceLevelsDocument(Answer):
    """A shop's levels as they stand, and the zone their times are of."""

    merchant: str
    zone: str
    levels: list[ServiceLevelBody]


class SlotAnswer(Answer):
    """A window that can be chosen. `from` and `to` have the shop's offset; `text` is in the language asked
    for."""

    level: str = Field(examples=["standard"])
    day: date
    weekday: int = Field(description="1 Monday to 7 Sunday.")
    from_: datetime = Field(serialization_alias="from", examples=["2026-11-24T14:00:00+02:00"])
    to: datetime = Field(examples=["2026-11-24T18:00:00+02:00"])
    left: int | None = Field(default=None, description="So many shipments more; left out: any number.")
    text: str = Field(examples=["Tuesday 24 November, 14:00-18:00"])


class SlotPage(Answer):
    """Slots by time; none when the shop is closed, or full, for as long as is looked ahead."""

    merchant: str
    zone: str
    ordered_at: datetime
    slots: list[SlotAnswer]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")
