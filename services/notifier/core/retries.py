"""When what could not be handed over is tried again."""

from __future__ import annotations

from collections.abc import Callable

Schedule = tuple[int, ...]
"""The waits after the first, second, ... failed try, in seconds; after the last one none is tried again."""

_MINUTE, _HOUR = 60, 3600

WEBHOOK: Schedule = (
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""Ten tries in some 75 hours, as Standard Webhooks suggests: a receiver that is down from Friday to Monday
misses nothing."""

MESSAGE: Schedule = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 3 * _HOUR)
"""E-mail and SMS that were refused for the time being (SMTP 4xx, HTTP 5xx): six tries in some four hours;
what is older than that tells a recipient nothing new."""

SPREAD = 0.25
"""A wait is so much longer or shorter by chance, so that those who failed together do not return together.
Around the wait, not from nothing up to it: the tries still span the time that they are meant to."""


def next_try_ms(
    schedule: Schedule, tries: int, now_ms: int, random: Callable[[], float], *, after_ms: int | None = None
) -> int | None:
    """When to try again, now that `tries` tries (1 or more) have failed; None: never.

    `random` gives numbers from 0 to 1; `after_ms`: the other side asked to be left alone for so long, which
    moves the next try and gives none beyond the schedule's.

    Raises:
        ValueError: nothing has been tried yet.
    """
    if tries < 1:
        raise ValueError("the first try waits for nothing")
    if tries > len(schedule):
        return None
    factor = 1 + SPREAD * (2 * random() - 1)
    wait_ms = max(round(schedule[tries - 1] * factor * 1000), after_ms or 0)
    return now_ms + wait_ms
