"""When what is ordered now can come, before any route exists: the days and slots of a service level. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from babel.dates import format_date

from shared.contracts.service_levels import DaySlot, ServiceLevel

HORIZON_DAYS = 14
"""Slots are offered for so many days, the first day of delivery being one of them."""
SEARCH_DAYS = 90
"""So far from the order the first day of delivery is looked for: longer than a shop closes in summer."""
FARTHEST_DAYS = SEARCH_DAYS + HORIZON_DAYS + 2
"""No slot begins later than so many days from the order."""

_DAY = timedelta(days=1)
_WEEKDAYS = {"el": "EEEE d MMMM", "ru": "EEEE, d MMMM", "en": "EEEE d MMMM"}

Booked = Mapping[tuple[int, int], int]
"""How many shipments have each window (from and to, epoch ms)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A window that a level offers: `day` is the local one it begins on, `left` how many shipments it still
    takes (None: any number)."""

    level: str
    day: date
    from_ms: int
    to_ms: int
    left: int | None = None

    @property
    def window(self) -> tuple[int, int]:
        return self.from_ms, self.to_ms


def serves(level: ServiceLevel, postcode: str) -> bool:
    """Whether the level delivers there; `00100` and `001 00` are the same. A level for some postcodes does
    not deliver where none is told."""
    if not level.postcodes:
        return True
    plain = re.sub(r"[\s-]", "", postcode).upper()
    return any(plain.startswith(prefix) for prefix in level.postcodes)


def slots(
    level: ServiceLevel, postcode: str, ordered_ms: int, now_ms: int, zone: ZoneInfo, booked: Booked
) -> list[Slot]:
    """What an order of `ordered_ms` may choose from, by time: nothing that has begun, nothing full, nothing
    where the level does not deliver. Empty too when the shop is closed for longer than is looked ahead."""
    if not serves(level, postcode):
        return []
    first = first_day(level, ordered_ms, zone)
    if first is None:
        return []
    days = _by_day(booked, zone) if level.capacity is not None else {}
    found = (
        slot
        for day in (first + n * _DAY for n in range(HORIZON_DAYS))
        if _delivers(level, day)
        for slot in _of_day(level, day, zone, booked, days)
        if slot.from_ms >= max(ordered_ms, now_ms) and slot.left != 0
    )
    return sorted(found, key=lambda slot: slot.window)


def first_day(level: ServiceLevel, ordered_ms: int, zone: ZoneInfo) -> date | None:
    """The first day on which such an order is delivered; None: none is near.

    At the cut-off's minute it is too late. An order later in time never has an earlier day."""
    ordered_on = datetime.fromtimestamp(ordered_ms / 1000, zone).date()
    days: Iterator[date] = (ordered_on + n * _DAY for n in range(SEARCH_DAYS))
    in_time = ordered_ms < instant(ordered_on, level.cut_off, zone)
    packed = next((day for day in days if _packs(level, day) and (in_time or day > ordered_on)), None)
    if packed is None:
        return None
    left = level.lead_days
    for day in (packed + n * _DAY for n in range(SEARCH_DAYS)):
        if left > 0 and day > packed and (_packs(level, day) or _delivers(level, day)):
            left -= 1
        if left == 0 and _delivers(level, day):
            return day
    return None


@lru_cache(maxsize=8192)
def instant(day: date, clock: str, zone: ZoneInfo, *, last: bool = False) -> int:
    """A local time as epoch ms. One that comes twice, since clocks are turned back, is the first of the two,
    or with `last` the last; one that is left out, since they are turned forward, is when they are turned."""
    wall = datetime.combine(day, time.fromisoformat(clock))
    while True:
        at = wall.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            return round(at.timestamp()) * 1000
        wall += timedelta(minutes=1)


def known_holidays(code: str) -> bool:
    """Whether public holidays are known for the country (`GR`) or its part (`DE-BY`)."""
    try:
        public_holidays(code, 2026)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """Raises NotImplementedError: none are known for this code."""
    country, _, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def in_words(slot: Slot, zone: ZoneInfo, language: str) -> str:
    """Such as `Tuesday 24 November, 14:00-18:00`, in `el`, `ru` or `en`."""
    a, b = (datetime.fromtimestamp(ms / 1000, zone) for ms in slot.window)
    day = format_date(slot.day, _WEEKDAYS[language], locale=language)
    return f"{day}, {a:%H:%M}-{b:%H:%M}"


def _of_day(
    level: ServiceLevel, day: date, zone: ZoneInfo, booked: Booked, days: Mapping[date, int]
) -> Iterator[Slot]:
    for each in level.slots:
        from_ms, to_ms = _window(each, day, zone)
        if from_ms >= to_ms:  # lies in the hour that is left out in spring
            continue
        taken = [(each.capacity, booked.get((from_ms, to_ms), 0)), (level.capacity, days.get(day, 0))]
        left = min((max(0, most - n) for most, n in taken if most is not None), default=None)
        yield Slot(level.level, day, from_ms, to_ms, left)


def _window(slot: DaySlot, day: date, zone: ZoneInfo) -> tuple[int, int]:
    ends_on = day if slot.end > slot.start else day + _DAY
    return instant(day, slot.start, zone), instant(ends_on, slot.end, zone, last=True)


def _by_day(booked: Booked, zone: ZoneInfo) -> Mapping[date, int]:
    found: Counter[date] = Counter()
    for (from_ms, _), count in booked.items():
        found[datetime.fromtimestamp(from_ms / 1000, zone).date()] += count
    return found


def _packs(level: ServiceLevel, day: date) -> bool:
    return _at_work(level, day, level.packing_days)


def _delivers(level: ServiceLevel, day: date) -> bool:
    return _at_work(level, day, level.delivery_days)


def _at_work(level: ServiceLevel, day: date, weekdays: tuple[int, ...]) -> bool:
    said = day.isoformat()
    if said in level.closed:
        return False
    if said in level.open:
        return True
    if level.holidays is not None and day in public_holidays(level.holidays, day.year):
        return False
    return day.isoweekday() in weekdays
