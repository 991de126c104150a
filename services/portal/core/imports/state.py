"""An import as it stands: its steps, what was asked, the routes it leads to."""

from __future__ import annotations

from collections.abc import Container, Iterable
from enum import StrEnum

import msgspec

from services.portal.core.imports.columns import Column
from services.portal.core.imports.faults import Fault
from services.portal.core.imports.rows import Order
from shared.geo import Coord

KEPT_MS = 24 * 3_600_000
"""An import holds names and telephones: it is deleted a day after the file came."""
MOST_STOPS = 400
"""So many stops a courier's proposed route has at most."""


class State(StrEnum):
    """Where an import is; the first three and `applying` go on by themselves."""

    READING = "reading"
    GEOCODING = "geocoding"
    PLANNING = "planning"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"


WORKING = (State.READING, State.GEOCODING, State.PLANNING, State.APPLYING)


class Wish(msgspec.Struct, frozen=True):
    """What was asked: whose routes (None: all active couriers; empty: none), and from where."""

    couriers: tuple[str, ...] | None = None
    depot: Coord | None = None


class PlannedStop(msgspec.Struct, frozen=True):
    """A stop of a route: its rows, and the way to it from the one before."""

    lon: float
    lat: float
    rows: tuple[int, ...]
    from_ms: int | None = None
    to_ms: int | None = None
    leg: str | None = None
    leg_s: float | None = None


class PlannedRoute(msgspec.Struct, frozen=True):
    """A courier's route; `made` once his plan has it."""

    courier: str
    route: str
    stops: tuple[PlannedStop, ...]
    duration_s: float = 0.0
    distance_m: float = 0.0
    made: bool = False


class Plan(msgspec.Struct, frozen=True):
    """The routes proposed; `final`: all good rows are registered, and these are being made."""

    routes: tuple[PlannedRoute, ...] = ()
    final: bool = False


class Line(msgspec.Struct, frozen=True):
    """A row as it is kept."""

    row: int
    order: Order
    faults: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()
    lon: float | None = None
    lat: float | None = None
    looked_up: bool = False
    confirmed: bool = False
    shipment: str | None = None

    @property
    def good(self) -> bool:
        """Whether it is registered when the import is applied."""
        return not self.faults and (self.confirmed or not self.doubts)


class Import(msgspec.Struct, frozen=True):
    """One file. `total` rows, or steps, of which `done` are done in the step it is in."""

    import_id: str
    tenant: str
    merchant: str
    by_kind: str
    by_id: str
    state: State
    apply_when_good: bool
    created_ms: int
    expires_ms: int
    wish: Wish = Wish()
    columns: tuple[Column, ...] = ()
    fault: Fault | None = None
    plan: Plan | None = None
    done: int = 0
    total: int = 0

    @property
    def applied(self) -> bool:
        """Whether somebody has said that it shall be applied."""
        return self.state in (State.APPLYING, State.DONE) or (
            self.state is State.FAILED and self.fault is not None and self.fault.code in AGAIN
        )


AGAIN = frozenset({"some_refused", "route_refused", "too_few_couriers", "internal"})
"""Failures after which an import can be applied again: what is made is not made twice."""


def key_of(import_id: str, row: int) -> str:
    """The Idempotency-Key of a row: the same row of the same import is the same shipment, whoever tries."""
    return f"{import_id}.{row}"


def may_apply(found: Import, lines: Iterable[Line], confirmed: Container[int]) -> str | None:
    """Why it can't be applied now, as a code; None: it can. `confirmed`: rows that somebody vouches for."""
    if found.state in (State.APPLYING, State.DONE):
        return "applied_already"
    if found.state is State.FAILED:
        if not found.applied:
            return "import_failed"
    elif found.state is not State.READY:
        return "not_ready"
    good = any(not line.faults and (line.good or line.row in confirmed) for line in lines)
    return None if good else "no_good_rows"
