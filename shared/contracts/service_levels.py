"""A shop's service levels: when what is ordered now can come, before any route exists."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.contracts.common import Id
from shared.contracts.topic import Body

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day in the shop's zone, `HH:MM`."""

Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
"""1 Monday to 7 Sunday (ISO 8601)."""

Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A date, `YYYY-MM-DD`."""

PostcodePrefix = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,10}$")]
HolidayCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,6})?$")]
"""Whose public holidays: a country, or a part of it (ISO 3166-1, -2), e.g. `GR`, `DE-BY`."""

Capacity = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Dates = Annotated[tuple[Day, ...], msgspec.Meta(max_length=200)]
Weekdays = Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=7)]


class DaySlot(Body, frozen=True):
    """A part of a day of delivery, `start` included, `end` excluded; an end no later than its start is the
    next day's. `capacity`: so many shipments in it; None: any number."""

    start: Clock
    end: Clock
    capacity: Capacity | None = None


class ServiceLevel(Body, frozen=True):
    """One way a shop delivers. What is ordered before `cut_off` on a day of packing is packed that day, else
    on the next such day; `lead_days` days of work later, on a day of delivery, it comes in one of `slots`.

    A day of work is one of packing or of delivery. Public holidays (`holidays`) and `closed` dates are
    neither, `open` dates are both. `postcodes` are beginnings without spaces; none: everywhere. `capacity`:
    so many shipments a day. `imports`: rows of an imported sheet that name no window get the first free
    slot."""

    level: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    slots: Annotated[tuple[DaySlot, ...], msgspec.Meta(min_length=1, max_length=24)]
    cut_off: Clock = "16:00"
    lead_days: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    packing_days: Weekdays = (1, 2, 3, 4, 5)
    delivery_days: Weekdays = (1, 2, 3, 4, 5)
    postcodes: Annotated[tuple[PostcodePrefix, ...], msgspec.Meta(max_length=500)] = ()
    capacity: Capacity | None = None
    holidays: HolidayCode | None = None
    closed: Dates = ()
    open: Dates = ()
    imports: bool = False


ServiceLevels = Annotated[tuple[ServiceLevel, ...], msgspec.Meta(max_length=20)]
