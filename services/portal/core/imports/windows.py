"""Delivery windows: `10-12`, `14:00–16:00`, `с 10 до 12`, two columns, with a date or without one."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.portal.core.imports.faults import Faulty

LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=60)

_CLOCK = r"(\d{1,2})(?:[:.hч]\s?(\d{2})(?::\d{2})?)?\s*(am|pm|π\.?\s?μ\.?|μ\.?\s?μ\.?)?"
_TIME = re.compile(_CLOCK + r"(?:\s*(?:h|ч\.?|часов|uhr|o'clock))?", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:from|between|απο|από|μεταξύ|с|от|между)?\s*(?P<a>.+?)\s*"
    r"(?:[-–—/]|\s+(?:to|until|and|έως|εως|μέχρι|ως|και|до|по|и)\s+)\s*(?P<b>.+)",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"(?:until|before|by|έως|εως|μέχρι|до)\s+(.+)", re.IGNORECASE)
_AFTER = re.compile(r"(?:from|after|από|απο|μετά|μετα|μετά τις|с|после)\s+(.+)", re.IGNORECASE)
_TURNED = re.compile(
    r"\d{1,2}[-./\s](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ιαν|φεβ|μαρ|απρ|μαι|μαϊ|ιουν|ιουλ|αυγ|σεπ|"
    r"οκτ|νοε|δεκ|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек)[^\s\d]*\.?(?:[-./\s]\d{2,4})?",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?\.?")
_LEADING_DATE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))[\s,T]+(.+)")
_WORDS = {
    "today": 0, "tomorrow": 1, "σήμερα": 0, "σημερα": 0, "αύριο": 1, "αυριο": 1, "сегодня": 0, "завтра": 1,
}  # fmt: skip

Span = tuple[int, int]
"""From and to, epoch milliseconds."""


def day(text: str, now: datetime) -> date:
    """The date of a cell, day before month as Europe writes it; without a year the next such day.

    Raises:
        Faulty: no date.
    """
    text = text.strip()
    if (word := _WORDS.get(text.casefold())) is not None:
        return now.date() + timedelta(days=word)
    try:
        if match := _ISO_DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.fullmatch(text):
            year = int(match[3]) if match[3] else now.year
            found = date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
            if not match[3] and found < now.date() - timedelta(days=180):
                found = found.replace(year=found.year + 1)
            return found
    except ValueError:
        pass
    raise Faulty("date_invalid", "date")


def window(text: str, start: str, end: str, on: str, now: datetime, zone: ZoneInfo) -> Span | None:
    """The window of a row: of one cell, or of two (`start`, `end`); `on` is the date's cell. None: the row
    names none. `now` is aware, in the delivery's zone.

    Raises:
        Faulty: it can't be read, ends before it begins, or is over.
    """
    wanted = day(on, now) if on else now.date()
    if on and not now.date() <= wanted <= now.date() + FARTHEST:
        raise Faulty("date_past" if wanted < now.date() else "date_far", "date", days=FARTHEST.days)
    field = "window" if text else "window_from"
    if start or end:
        if not (start and end):
            raise Faulty("window_half", "window_to" if start else "window_from")
        times = (_moment(start, wanted, zone, now), _moment(end, wanted, zone, now))
    elif text:
        times = _of_one(text, wanted, zone, now)
    else:
        return None
    a, b = times
    if a is None or b is None:
        raise Faulty("window_invalid", field)
    if b <= a:
        raise Faulty("window_backwards", field)
    if b - a > LONGEST:
        raise Faulty("window_long", field)
    if b <= now:
        raise Faulty("window_past", field)
    if b > now + FARTHEST:
        raise Faulty("date_far", "date", days=FARTHEST.days)
    return round(a.timestamp() * 1000), round(b.timestamp() * 1000)


def _of_one(text: str, on: date, zone: ZoneInfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    text = " ".join(text.split())
    first, slash, second = text.partition("/")
    if slash and "T" in first and (a := _iso(first, zone)) and (b := _iso(second, zone)):
        return a, b
    if _TURNED.fullmatch(text):
        raise Faulty("window_turned_date", "window")
    if match := _LEADING_DATE.fullmatch(text):
        on, text = day(match[1], now), match[2]
    if match := _UNTIL.fullmatch(text):
        return datetime(on.year, on.month, on.day, 0, 0, tzinfo=zone), _clock(match[1], on, zone)
    if match := _BETWEEN.fullmatch(text):
        a, b = _clock(match["a"], on, zone), _clock(match["b"], on, zone)
        if a is not None and b is not None:
            return a, b
    if match := _AFTER.fullmatch(text):
        after = _clock(match[1], on, zone)
        return after, datetime(on.year, on.month, on.day, 23, 59, tzinfo=zone)
    raise Faulty("window_invalid", "window")


def _moment(text: str, on: date, zone: ZoneInfo, now: datetime) -> datetime | None:
    text = " ".join(text.split())
    if match := _LEADING_DATE.fullmatch(text):
        on, text = day(match[1], now), match[2]
    return _clock(text, on, zone) or _iso(text, zone)


def _clock(text: str, on: date, zone: ZoneInfo) -> datetime | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    half = (match[3] or "").replace(".", "").replace(" ", "").casefold()
    if half in ("pm", "μμ") and hour < 12:
        hour += 12
    if half in ("am", "πμ") and hour == 12:
        hour = 0
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if hour == 24 and on == date.max:
        return None
    midnight = datetime(on.year, on.month, on.day, tzinfo=zone)
    return midnight + timedelta(days=1) if hour == 24 else midnight.replace(hour=hour, minute=minute)


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
