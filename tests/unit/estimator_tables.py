"""Timelines of what is estimated and what is then shown, as tables of text."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.estimator.core.model import Estimate
from services.estimator.core.showing import Shown, show

Because = Literal["replanned", "other_courier"]
ATHENS = "Europe/Athens"
DAY = "2026-11-10"


def at_ms(text: str, zone: str = ATHENS, day: str = DAY) -> int:
    """Epoch ms of "14:20", "14:20:30" or "2026-11-11 00:10" on the zone's clock."""
    found = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d) )?(\d\d):(\d\d)(?::(\d\d))?", text)
    assert found, text
    date, hour, minute, second = found.groups()
    moment = datetime.fromisoformat(f"{date or day}T{hour}:{minute}:{second or '00'}")
    return int(moment.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def guess(eta_ms: int, early_min: float, late_min: float, stops: int = 0) -> Estimate:
    """An estimate with these bounds about its point."""
    return Estimate(
        eta_ms=eta_ms,
        from_ms=eta_ms - int(early_min * 60_000),
        to_ms=eta_ms + int(late_min * 60_000),
        drive_s=0.0,
        dwell_s=0.0,
        stops=stops,
        early_s=early_min * 60,
        late_s=late_min * 60,
    )


def said(shown: Shown, zone: str = ATHENS) -> str:
    """ "14:20-14:35 later", "unknown silent"; a day as its date, what begins on another day with it."""
    if shown.from_ms is None or shown.to_ms is None:
        return f"unknown {shown.why}"
    first, last = (datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)) for ms in (shown.from_ms, shown.to_ms))
    if shown.grain == "day":
        return f"{first:%d.%m} {shown.why}"
    return f"{first:%H:%M}-{last:%H:%M} {shown.why}"


def play(table: str, zone: str = ATHENS, day: str = DAY) -> None:
    """Rows "time | eta -early +late; more | what is now shown", the last empty where nothing new is. More:
    "silent 25 min", "replanned", "other_courier"; an estimate of "same" is the one before."""
    shown: Shown | None = None
    estimate: Estimate | None = None
    for line in filter(None, (line.strip() for line in table.strip().splitlines())):
        time, what, expected = (cell.strip() for cell in line.split("|"))
        now_ms = at_ms(time, zone, day)
        about, *more = (part.strip() for part in what.split(";"))
        if about != "same":
            eta, early, late = about.rsplit(maxsplit=2)
            estimate = guess(at_ms(eta, zone, day), -float(early), float(late))
        assert estimate is not None
        silent_s = 0.0
        because: Because | None = None
        for word in more:
            if word.startswith("silent"):
                silent_s = float(word.split()[1]) * 60
            elif word == "replanned":
                because = "replanned"
            else:
                assert word == "other_courier", word
                because = "other_courier"
        new = show(shown, estimate, now_ms, zone, silent_s=silent_s, because=because)
        assert (said(new, zone) if new else "") == expected, f"at {time}"
        shown = new or shown
