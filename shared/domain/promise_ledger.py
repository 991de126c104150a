"""A row of the promise ledger, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

COVERAGE = 0.90
"""The stated coverage: so many outcomes of a hundred are to lie in the window that was on display."""


class Promise(msgspec.Struct, frozen=True):
    """One row of the promise ledger: a window as shown, what it was made of, and what became of it: actual_ms
    None for not delivered, ended_ms when that was known (a failed attempt), else None."""

    shipment: str
    shown_ms: int
    eta_ms: int
    from_ms: int | None
    to_ms: int | None
    early_s: float = 0.0
    late_s: float = 0.0
    drive_s: float = 0.0
    dwell_s: float = 0.0
    stops: int = 0
    zone: str = "UTC"
    courier: str = ""
    area: str = ""
    model: str = ""
    actual_ms: int | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver a shipment that has ended, with its windows in the order in which they were
    shown. `came_ms`: when the courier was at the door, whether or not it could be handed over, None where he
    was not there. `windows`: how many were shown, of which `rows` may be some."""

    shipment: str
    attempt: int
    ended_ms: int
    delivered_ms: int | None
    came_ms: int | None
    windows: int
    rows: Sequence[Promise]


def on_display(rows: Sequence[Promise], at_ms: int) -> Promise | None:
    """The row that was on display then: the newest shown until then."""
    shown = [row for row in rows if row.shown_ms <= at_ms]
    return max(shown, key=lambda row: row.shown_ms) if shown else None


def end_of(rows: Sequence[Promise]) -> int:
    """When the promise ended: its outcome, or where there is none the last estimate of it."""
    last = max(rows, key=lambda row: row.shown_ms)
    return last.actual_ms or last.ended_ms or last.eta_ms


def hit(row: Promise) -> bool:
    """Whether what happened lies in the window as shown, both ends included."""
    return came(row, row.actual_ms)


def came(row: Promise, came_ms: int | None) -> bool:
    """Whether the courier came in the window as shown, both ends included, delivered or not."""
    if came_ms is None or row.from_ms is None or row.to_ms is None:
        return False
    return row.from_ms <= came_ms <= row.to_ms
