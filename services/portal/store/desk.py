"""What the desk asks the lists: shipments of plans, who was heard of, a search, one record. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from services.portal.core.today import Heard, Parcel
from services.portal.store.lists import Lists
from services.portal.store.queries import among, equal
from shared.adapters.postgres import lists
from shared.contracts.status import Tag
from shared.domain.shipment import OUTCOMES

COUNTED = 10_000
"""A total is counted up to here."""

_s, _p = lists.shipments, lists.parties
_HEARD = [lists.couriers.c[name] for name in Heard.__dataclass_fields__]
_PARCEL = [_p.c[name] if name in ("name", "line") else _s.c[name] for name in Parcel.__dataclass_fields__]
_PERSON = ("name", "line", "city", "postcode", "phone")
_OUTCOMES = [str(tag) for tag in OUTCOMES]

UNASSIGNED = and_(_s.c.courier.is_(None), ~_s.c.ended, _s.c.tag != str(Tag.AVAILABLE_FOR_PICKUP))
_WITH_PEOPLE = _s.outerjoin(_p, and_(_p.c.shipment == _s.c.shipment, _p.c.version == _s.c.parties))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; None and False: no matter. `terms` are tsqueries that all have to be met,
    `late` may name shipments that will be late besides those whose window is over; `after` is the
    (registered_ms, shipment) that the page before ended with."""

    tenant: str | None
    terms: Sequence[str] = ()
    tag: str | None = None
    courier: str | None = None
    merchant: str | None = None
    day: date | None = None
    late: Collection[str] | None = None
    unassigned: bool = False
    after: tuple[int, str] | None = None
    limit: int = 50


def _conditions(wanted: Wanted, now_ms: int) -> list[ColumnElement[bool]]:
    found = equal(_s.c.tenant, wanted.tenant)
    if wanted.terms:
        found.append(_s.c.words.bool_op("@@")(cast(literal(" & ".join(wanted.terms)), TSQUERY)))
    found += [
        *equal(_s.c.tag, wanted.tag),
        *equal(_s.c.courier, wanted.courier),
        *equal(_s.c.merchant, wanted.merchant),
        *equal(_s.c.day, wanted.day),
    ]
    if wanted.unassigned:
        found.append(UNASSIGNED)
    if wanted.late is not None:
        over = _s.c.window_to_ms <= now_ms
        found += [
            ~_s.c.ended,
            _s.c.tag.not_in(_OUTCOMES),
            or_(over, among(_s.c.shipment, wanted.late)) if wanted.late else over,
        ]
    return found


def search(wanted: Wanted, now_ms: int) -> Select[Any]:
    """A page and one row more, the newest first. Recipients are joined to the page, not to all found."""
    page = (
        select(_s)
        .where(*_conditions(wanted, now_ms))
        .order_by(_s.c.registered_ms.desc(), _s.c.shipment.desc())
        .limit(wanted.limit + 1)
    )
    if wanted.after is not None:
        at_ms, shipment = wanted.after
        page = page.where(
            tuple_(_s.c.registered_ms, _s.c.shipment) < tuple_(literal(at_ms), literal(shipment))
        )
    found = page.subquery("found")
    people = found.outerjoin(_p, and_(_p.c.shipment == found.c.shipment, _p.c.version == found.c.parties))
    return (
        select(found, *(_p.c[name] for name in _PERSON))
        .select_from(people)
        .order_by(found.c.registered_ms.desc(), found.c.shipment.desc())
    )


def total(wanted: Wanted, now_ms: int) -> Select[Any]:
    """How many there are, up to `COUNTED`."""
    some = select(literal(1)).select_from(_s).where(*_conditions(wanted, now_ms)).limit(COUNTED)
    return select(func.count()).select_from(some.subquery())


class DeskLists:
    """The queries over `Lists`. Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, lists_: Lists) -> None:
        self._lists = lists_

    async def search(self, wanted: Wanted, now_ms: int) -> tuple[list[Row[Any]], int | None]:
        """Rows (one more than asked for when there are more), and on the first page how many there are."""
        async with self._lists.database.reading() as connection:
            rows = list(await connection.execute(search(wanted, now_ms)))
            if wanted.after is not None:
                return rows, None
            if len(rows) <= wanted.limit:
                return rows, len(rows)
            return rows, (await connection.execute(total(wanted, now_ms))).scalar_one()

    async def row(self, shipment: str, tenant: str | None) -> Row[Any] | None:
        wanted = select(_s, *(_p.c[name] for name in _PERSON)).select_from(_WITH_PEOPLE)
        wanted = wanted.where(_s.c.shipment == shipment, *equal(_s.c.tenant, tenant))
        async with self._lists.database.reading() as connection:
            return (await connection.execute(wanted)).one_or_none()

    async def parcels(self, shipments: Collection[str], tenant: str | None) -> dict[str, Parcel]:
        """Those of plans; what is not read up yet is left out."""
        if not shipments:
            return {}
        wanted = select(*_PARCEL).select_from(_WITH_PEOPLE)
        wanted = wanted.where(among(_s.c.shipment, shipments), *equal(_s.c.tenant, tenant))
        async with self._lists.database.reading() as connection:
            return {row.shipment: Parcel(*row) for row in await connection.execute(wanted)}

    async def heard(self, tenant: str | None, courier: str | None = None) -> dict[str, Heard]:
        """The couriers' phones, by courier."""
        known = lists.couriers.c
        wanted = select(*_HEARD).where(*equal(known.tenant, tenant), *equal(known.courier, courier))
        async with self._lists.database.reading() as connection:
            return {row.courier: Heard(*row) for row in await connection.execute(wanted)}

    async def unassigned(self, tenant: str | None) -> int:
        """How many shipments wait for a courier."""
        wanted = select(func.count()).select_from(_s).where(UNASSIGNED, *equal(_s.c.tenant, tenant))
        async with self._lists.database.reading() as connection:
            return int((await connection.execute(wanted)).scalar_one())
