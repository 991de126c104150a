"""What the desk asks the lists: shipments of plans, who was heard of, a search, one record. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from services.portal.core.today import Heard, Parcel
from services.portal.store.lists import Lists
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


def _among(shipments: Collection[str]) -> ColumnElement[bool]:
    """As one array: a list of its own for each number of shipments would be a statement of its own."""
    return _s.c.shipment == any_(bindparam(None, list(shipments), ARRAY(String)))


def _of_tenant(tenant: str | None) -> list[ColumnElement[bool]]:
    return [_s.c.tenant == tenant] if tenant is not None else []


def _conditions(wanted: Wanted, now_ms: int) -> list[ColumnElement[bool]]:
    found = _of_tenant(wanted.tenant)
    if wanted.terms:
        found.append(_s.c.words.bool_op("@@")(cast(literal(" & ".join(wanted.terms)), TSQUERY)))
    equal = {_s.c.tag: wanted.tag, _s.c.courier: wanted.courier, _s.c.merchant: wanted.merchant}
    found += [column == value for column, value in equal.items() if value is not None]
    if wanted.day is not None:
        found.append(_s.c.day == wanted.day)
    if wanted.unassigned:
        found.append(UNASSIGNED)
    if wanted.late is not None:
        over = _s.c.window_to_ms <= now_ms
        found += [
            ~_s.c.ended,
            _s.c.tag.not_in(_OUTCOMES),
            or_(over, _among(wanted.late)) if wanted.late else over,
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
        wanted = wanted.where(_s.c.shipment == shipment, *_of_tenant(tenant))
        async with self._lists.database.reading() as connection:
            return (await connection.execute(wanted)).one_or_none()

    async def parcels(self, shipments: Collection[str], tenant: str | None) -> dict[str, Parcel]:
        """Those of plans; what is not read up yet is left out."""
        if not shipments:
            return {}
        wanted = select(*_PARCEL).select_from(_WITH_PEOPLE)
        wanted = wanted.where(_among(shipments), *_of_tenant(tenant))
        async with self._lists.database.reading() as connection:
            return {row.shipment: Parcel(*row) for row in await connection.execute(wanted)}

    async def heard(self, tenant: str | None, courier: str | None = None) -> dict[str, Heard]:
        """The couriers' phones, by courier."""
        wanted = select(*_HEARD)
        if tenant is not None:
            wanted = wanted.where(lists.couriers.c.tenant == tenant)
        if courier is not None:
            wanted = wanted.where(lists.couriers.c.courier == courier)
        async with self._lists.database.reading() as connection:
            return {row.courier: Heard(*row) for row in await connection.execute(wanted)}

    async def unassigned(self, tenant: str | None) -> int:
        """How many shipments wait for a courier."""
        wanted = select(func.count()).select_from(_s).where(UNASSIGNED, *_of_tenant(tenant))
        async with self._lists.database.reading() as connection:
            return int((await connection.execute(wanted)).scalar_one())
