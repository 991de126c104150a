"""Days, times and amounts as the reader writes them, in the delivery's time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_currency

from shared.contracts.common import Money, Window
from shared.domain.local_time import zone_of
from shared.domain.notice_texts.catalogue import AnyWords

_MIDNIGHT = timedelta(0)
_FAR = timedelta(days=300)  # further away a day needs its year


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A window three ways: within a sentence, as one short text, and as a day with its hours apart (no hours:
    all of the day)."""

    sentence: str
    short: str
    day: str
    hours: str | None


class Formats:
    """For one reader of one delivery at `now_ms`; an unknown `zone` is read as UTC."""

    def __init__(self, words: AnyWords, zone: str, now_ms: int) -> None:
        self._words = words
        self._zone = zone_of(zone)
        self._now_ms = now_ms
        self._today = self._local(now_ms).date()

    def money(self, money: Money) -> str:
        """An amount, such as €24.90 or 24,90 €."""
        return format_currency(Decimal(money.amount), money.currency, locale=self._words.locale)

    def day(self, day: date) -> str:
        """Within a sentence: today, on Tuesday 24 November."""
        days = self._words.days
        named = {0: days.today, 1: days.tomorrow, -1: days.yesterday}.get((day - self._today).days)
        if named is not None:
            return named
        return days.dated.format(weekday=days.on[day.weekday()], date=self._date(day, "MMMMd"))

    def ahead(self, window: Window | None) -> Window | None:
        """The window, if it is not over: nobody is told of one that has passed."""
        return window if window is not None and window.to_ms > self._now_ms else None

    def lead(self, window: Window) -> Lead:
        """A window in words. One that has begun is told by its end, if it is not over yet."""
        return self._lead(window, window.from_ms <= self._now_ms < window.to_ms)

    def was(self, window: Window) -> str:
        """A window that held before, in short, whether it has begun or is over."""
        return self._lead(window, False).short

    def _lead(self, window: Window, begun: bool) -> Lead:
        start, end = self._local(window.from_ms), self._local(max(window.from_ms, window.to_ms))
        last = (end - timedelta(microseconds=1)).date() if end > start else end.date()
        words = self._words.spans
        day, next_day = self.day(start.date()), self.day(last)
        if last == start.date() and _at(start) == _MIDNIGHT and _at(end) == _MIDNIGHT and end > start:
            return Lead(sentence=day, short=self._short(start.date()), day=day, hours=None)
        marked = start.utcoffset() != end.utcoffset() or _ambiguous(start) or _ambiguous(end)
        start_time, end_time = self._time(start, marked), self._time(end, marked)
        if begun:
            until = words.until.format(end=end_time)
            return Lead(
                sentence=f"{next_day} {until}",
                short=f"{self._short(last)} {until}",
                day=next_day,
                hours=until,
            )
        if last == start.date():
            hours = f"{start_time}–{end_time}"
            return Lead(
                sentence=words.between.format(day=day, start=start_time, end=end_time),
                short=f"{self._short(last)} {hours}",
                day=day,
                hours=hours,
            )
        return Lead(
            sentence=words.nights.format(day=day, start=start_time, end=end_time, next_day=next_day),
            short=f"{self._short(start.date())} {start_time} – {self._short(last)} {end_time}",
            day=f"{day} – {next_day}",
            hours=f"{start_time}–{end_time}",
        )

    def _short(self, day: date) -> str:
        days = self._words.days
        named = {0: days.today, 1: days.tomorrow, -1: days.yesterday}.get((day - self._today).days)
        return named or self._date(day, "MMMd")

    def _date(self, day: date, skeleton: str) -> str:
        if abs(day - self._today) > _FAR:
            skeleton = f"y{skeleton}"
        return format_skeleton(skeleton, datetime(day.year, day.month, day.day), locale=self._words.locale)

    def _time(self, local: datetime, marked: bool) -> str:
        """Such as 14:20; `marked`, where the clocks change, says which of two such times it is."""
        text = format_skeleton("Hm", local, locale=self._words.locale)
        return f"{text} ({format_datetime(local, 'OOOO', locale=self._words.locale)})" if marked else text

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self._zone)


def _at(local: datetime) -> timedelta:
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)


def _ambiguous(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
