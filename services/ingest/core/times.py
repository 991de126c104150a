"""Times as phones write them, to epoch milliseconds, and whether a fix's time can be believed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from services.ingest.core.reading import Reason, Unfit

MAX_AHEAD_MS = 2 * 60_000
MAX_AGE_MS = 24 * 3_600_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_INTEGER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,12}\.[0-9]{0,9}", re.ASCII)
_BLANK_OFFSET = re.compile(r" ([0-9]{2}:?[0-9]{2})$", re.ASCII)

SECONDS_BELOW = 100_000_000_000
"""An integer below this is seconds (until the year 5138), from it on milliseconds (since March 1973)."""


def iso_ms(text: str) -> int:
    """Epoch ms of an ISO 8601 time; without an offset it is UTC; digits after the milliseconds are cut off.

    A `+` that was not escaped in a query arrives as a blank before the offset: taken as `+`.

    Raises:
        Unfit: not such a time.
    """
    if not 16 <= len(text) <= 40:
        raise Unfit(Reason.BAD_TIME, "the time is neither ISO 8601 nor epoch seconds or milliseconds")
    if "T" in text:
        text = _BLANK_OFFSET.sub(r"+\1", text)
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        return (at - _EPOCH) // _MS
    except (ValueError, OverflowError) as error:
        raise Unfit(Reason.BAD_TIME, "the time is not ISO 8601") from error


def epoch_ms(value: float) -> int:
    """Epoch ms of a number of seconds or milliseconds, told apart by its size.

    Raises:
        Unfit: negative, not finite, or beyond any calendar.
    """
    if not 0 <= value < 1e15:
        raise Unfit(Reason.BAD_TIME, "the time is not a number of seconds or milliseconds since 1970")
    return round(value * 1000) if value < SECONDS_BELOW else int(value)


def text_ms(text: str) -> int:
    """Epoch ms of a query's time: seconds, milliseconds, or ISO 8601.

    Raises:
        Unfit: none of them.
    """
    if _INTEGER.fullmatch(text):
        number = int(text)
        return number * 1000 if number < SECONDS_BELOW else number
    if _DECIMAL.fullmatch(text):
        return epoch_ms(float(text))
    return iso_ms(text)


def check_time(at_ms: int, received_ms: int) -> None:
    """Raises:
    Unfit: the time is more than 2 minutes ahead of the receipt or more than a day before it.
    """
    if at_ms > received_ms + MAX_AHEAD_MS:
        raise Unfit(Reason.CLOCK_AHEAD, f"clock {span(at_ms - received_ms)} ahead")
    if at_ms < received_ms - MAX_AGE_MS:
        raise Unfit(Reason.TOO_OLD, f"fix {span(received_ms - at_ms)} old")


def span(ms: int) -> str:
    """A length of time in the largest whole unit, e.g. `3 h`, `2 days`."""
    minutes = round(ms / 60_000)
    if minutes < 120:
        return f"{minutes} min"
    hours = round(ms / 3_600_000)
    if hours < 48:
        return f"{hours} h"
    days = round(ms / 86_400_000)
    return f"{days} days" if days < 730 else f"{days // 365} years"
