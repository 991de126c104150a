"""Contacts per hundred shipments, from counts. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.portal.schemas.replies import ContactGroup, ContactRate, ContactReport
from shared.domain.intervals import Z


@dataclass(frozen=True, slots=True)
class Cell:
    """Shipments of a shop registered in a period, alike in whether the link was opened and whether they are
    of the hold-out group; and how often their recipients have called or written."""

    merchant: str
    begins: date
    opened: bool
    held_out: bool
    shipments: int
    contacts: int


def rate(shipments: int, contacts: int) -> tuple[float, float, float] | None:
    """(contacts per 100 shipments, and the bounds of its 95 % interval); None: of no shipments.

    Byar's approximation of the Poisson interval (Breslow & Day 1987, eq. 2.13): within a per cent of the
    exact one but for counts of a few, which it makes no narrower."""
    if shipments == 0:
        return None
    scale = 100 / shipments
    n, more = contacts, contacts + 1
    low = n * (1 - 1 / (9 * n) - Z / (3 * math.sqrt(n))) ** 3 if n else 0.0
    high = more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
    return n * scale, low * scale, high * scale


def _sums(cells: Iterable[Cell]) -> tuple[int, int]:
    found = list(cells)
    return sum(c.shipments for c in found), sum(c.contacts for c in found)


def _rate(cells: Iterable[Cell]) -> ContactRate:
    shipments, contacts = _sums(cells)
    found = rate(shipments, contacts)
    per_100, low, high = (round(x, 2) for x in found) if found is not None else (None, None, None)
    return ContactRate(shipments=shipments, contacts=contacts, per_100=per_100, low=low, high=high)


def report(
    cells: Iterable[Cell],
    about: Counter[str],
    ways: Counter[str],
    since: datetime,
    until: datetime,
    shops: Callable[[str], str | None],
) -> ContactReport:
    """The report; periods the newest first."""
    found = list(cells)
    tried = {(c.merchant, c.begins) for c in found if c.held_out}
    keys = sorted({(c.begins, c.merchant) for c in found}, key=lambda k: (-k[0].toordinal(), k[1]))
    return ContactReport(
        since=since,
        until=until,
        all=_rate(found),
        opened=_rate(c for c in found if c.opened),
        unopened=_rate(c for c in found if not c.opened),
        held_out=_rate(c for c in found if c.held_out),
        compared=_rate(c for c in found if not c.held_out and (c.merchant, c.begins) in tried),
        about=dict(about.most_common()),
        ways=dict(ways.most_common()),
        groups=[
            ContactGroup(
                shop=shops(merchant) or merchant,
                merchant=merchant,
                begins=begins,
                **_rate(c for c in found if (c.merchant, c.begins) == (merchant, begins)).model_dump(),
            )
            for begins, merchant in keys
        ],
    )
