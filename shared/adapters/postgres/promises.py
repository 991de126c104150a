"""The promise ledger as it is read: attempts that have ended, with their windows as shown. `projector lists`
writes it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, true, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause
from sqlalchemy.types import NullType

from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.contracts.status import Tag, tag_of
from shared.domain.promise_ledger import Attempt, Promise
from shared.geo.cells import COARSEST, cell_of

MOST = 50_000
AT_ONCE = 500
"""Attempts are handed on in such bites: a loop that serves others is not held for long."""
_NEVER_MS = 2**62

_AT_THE_DOOR = frozenset({Tag.DELIVERED, Tag.ATTEMPT_FAIL})
_shown, _ends, _shipments, _people = lists.promises, lists.closings, lists.shipments, lists.parties
_SHOWN = ("shown_ms", "eta_ms", "from_ms", "to_ms", "courier", "model", "zone")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which attempts; None: no matter. Those that ended from `from_ms` on and before `to_ms`, the newest
    `most` of them. `courier` is who had shown the last window."""

    from_ms: int = 0
    to_ms: int | None = None
    tenant: str | None = None
    merchant: str | None = None
    courier: str | None = None
    most: int = MOST


async def closed(
    database: Database, wanted: Wanted, looks_ms: Sequence[int] | None = None
) -> AsyncIterator[list[Attempt]]:
    """Attempts that have ended and had a window shown, the oldest first, in bites. An attempt was `actual` to
    its windows when it was delivered; that nobody opened is `came_ms` alone.

    With `looks_ms` only those windows of an attempt that were on display so long before its end, and without
    what they were made of: enough for a report, and read in a fraction of the time.

    Raises:
        DatabaseUnavailable: PostgreSQL is away.
    """
    query = _attempts(wanted, looks_ms)
    async with database.reading() as connection:
        found = await connection.stream(query, execution_options={"yield_per": AT_ONCE})
        async for bite in found.partitions():
            yield await asyncio.to_thread(_read, bite)


async def windows(
    database: Database, shipment: str, tenant: str | None
) -> list[tuple[Any, str | None, int | None]]:
    """A shipment's windows in the order in which they were shown, each with its attempt's outcome (substatus
    and time), None where it has none yet.

    Raises:
        DatabaseUnavailable: PostgreSQL is away.
    """
    end = and_(_ends.c.shipment == _shown.c.shipment, _ends.c.attempt == _shown.c.attempt)
    query = (
        select(_shown, _ends.c.substatus, _ends.c.at_ms.label("ended_ms"))
        .select_from(_shown.outerjoin(_ends, end))
        .where(_shown.c.shipment == shipment)
        .order_by(_shown.c.seq)
    )
    if tenant is not None:
        query = query.where(_shown.c.tenant == tenant)
    async with database.reading() as connection:
        return [(row, row.substatus, row.ended_ms) for row in await connection.execute(query)]


def _attempts(wanted: Wanted, looks_ms: Sequence[int] | None) -> Select[Any]:
    """A row an attempt: its end, the door's postcode and place, and its windows as arrays in the order in
    which they were shown."""
    newest = (
        select(_shown.c.tenant, _shown.c.merchant, _shown.c.courier)
        .where(_shown.c.shipment == _ends.c.shipment, _shown.c.attempt == _ends.c.attempt)
        .order_by(_shown.c.seq.desc())
        .limit(1)
        .lateral("newest")
    )
    limits: list[ColumnElement[bool]] = [_ends.c.at_ms >= wanted.from_ms]
    if wanted.to_ms is not None:
        limits.append(_ends.c.at_ms < wanted.to_ms)
    equal = {"tenant": wanted.tenant, "merchant": wanted.merchant, "courier": wanted.courier}
    limits += [newest.c[name] == value for name, value in equal.items() if value is not None]
    ended = (
        select(_ends.c.shipment, _ends.c.attempt, _ends.c.substatus, _ends.c.at_ms)
        .select_from(_ends.join(newest, true()))
        .where(*limits)
        .order_by(_ends.c.at_ms.desc())
        .limit(wanted.most)
        .subquery("ended")
    )
    shown = _windows(ended, looks_ms)
    place = and_(_people.c.shipment == _shipments.c.shipment, _people.c.version == _shipments.c.parties)
    return (
        select(ended, shown, _people.c.postcode, _people.c.lon, _people.c.lat)
        .select_from(
            ended.join(shown, true())
            .outerjoin(_shipments, _shipments.c.shipment == ended.c.shipment)
            .outerjoin(_people, place)
        )
        .order_by(ended.c.at_ms, ended.c.shipment, ended.c.attempt)
    )


def _windows(ended: Subquery, looks_ms: Sequence[int] | None) -> LateralFromClause:
    """An attempt's windows, as arrays; with `looks_ms` only those on display then. `windows` counts all."""
    until_ms = func.lead(_shown.c.shown_ms).over(order_by=[_shown.c.shown_ms, _shown.c.seq])
    one = (
        select(_shown, until_ms.label("until_ms"))
        .where(_shown.c.shipment == ended.c.shipment, _shown.c.attempt == ended.c.attempt)
        .correlate(ended)
        .subquery("one")
    )
    on_display: ColumnElement[bool] = true()
    if looks_ms is not None:
        until = func.coalesce(one.c.until_ms, _NEVER_MS)
        looks = [ended.c.at_ms - look_ms for look_ms in looks_ms]
        on_display = or_(*(and_(one.c.shown_ms <= look, until > look) for look in looks))

    def gathered(name: str) -> ColumnElement[Any]:
        in_order = aggregate_order_by(one.c[name], one.c.shown_ms, one.c.seq)
        if name == "inputs":
            return func.jsonb_agg(in_order).filter(on_display).label(name)
        # The driver makes lists by itself; SQLAlchemy would go through each again.
        return type_coerce(func.array_agg(in_order).filter(on_display), NullType()).label(name)

    names = _SHOWN if looks_ms is not None else (*_SHOWN, "inputs")
    found = select(*(gathered(name) for name in names), func.count().label("windows")).correlate(ended)
    return found.lateral("shown")


def _read(rows: Sequence[Any]) -> list[Attempt]:
    return [_attempt(row) for row in rows]


def _attempt(row: Any) -> Attempt:
    tag, area = tag_of(row.substatus), _area(row)
    delivered_ms = row.at_ms if tag is Tag.DELIVERED else None
    shown = [getattr(row, name) or () for name in _SHOWN]
    said = getattr(row, "inputs", None) or itertools.repeat({}, len(shown[0]))
    return Attempt(
        shipment=row.shipment,
        attempt=row.attempt,
        ended_ms=row.at_ms,
        delivered_ms=delivered_ms,
        came_ms=row.at_ms if tag in _AT_THE_DOOR else None,
        windows=row.windows,
        rows=[
            Promise(
                shipment=row.shipment,
                shown_ms=shown_ms,
                eta_ms=eta_ms if eta_ms is not None else shown_ms,
                from_ms=from_ms,
                to_ms=to_ms,
                early_s=made.get("early_s", 0.0),
                late_s=made.get("late_s", 0.0),
                drive_s=made.get("drive_s", 0.0),
                dwell_s=made.get("dwell_s", 0.0),
                stops=made.get("stops", 0),
                zone=zone,
                courier=courier,
                area=area,
                model=model,
                actual_ms=delivered_ms,
                ended_ms=row.at_ms,
            )
            for shown_ms, eta_ms, from_ms, to_ms, courier, model, zone, made in zip(*shown, said, strict=True)
        ],
    )


def _area(row: Any) -> str:
    """The door's postcode, without one the H3 cell of some 5 km2 that it lies in; "" where neither is known,
    or has been deleted."""
    if row.postcode:
        return str(row.postcode)
    return cell_of(row.lon, row.lat, COARSEST) if row.lon is not None and row.lat is not None else ""
