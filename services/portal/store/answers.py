"""Recipients' answers as the lists have them. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, String, and_, cast, func, or_, select

from services.portal.schemas.answers import GroupBy
from services.portal.store.queries import among, equal, older
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database, metadata
from shared.contracts.status import Tag

_META = metadata()
_r = lists.ratings.to_metadata(_META, schema=lists.SCHEMA)
_s = lists.shipments.to_metadata(_META, schema=lists.SCHEMA)
_p = lists.parties.to_metadata(_META, schema=lists.SCHEMA)
_n = _p.alias("words")
_GIVEN = or_(_r.c.score.is_not(None), _r.c.note.is_not(None))
_ANSWERS = (
    _r.join(_s, _s.c.shipment == _r.c.shipment)
    .outerjoin(_p, and_(_p.c.shipment == _s.c.shipment, _p.c.version == _s.c.parties))
    .outerjoin(_n, and_(_n.c.shipment == _r.c.shipment, _n.c.version == _r.c.note))
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers; None and False: no matter. `after` is the (at_ms, shipment) of the last one told."""

    tenant: str | None
    merchant: str | None = None
    courier: str | None = None
    since_ms: int = 0
    bad: bool = False
    words: bool = False
    after: tuple[int, str] | None = None


def _asked(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        _GIVEN,
        _r.c.at_ms >= wanted.since_ms,
        *equal(_r.c.tenant, wanted.tenant),
        *equal(_r.c.merchant, wanted.merchant),
        *equal(_r.c.courier, wanted.courier),
    ]
    if wanted.bad:
        found.append(_r.c.bad)
    if wanted.words:
        found.append(_r.c.note.is_not(None))
    return found


class Answers:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: Wanted, limit: int) -> list[Row[Any]]:
        """Answers, the newest first, one more than asked for when there are more."""
        query = (
            select(_r, _s.c.order_number, _s.c.zone, _p.c.name, _n.c.note.label("words"))
            .select_from(_ANSWERS)
            .where(*_asked(wanted), *older(_r.c.at_ms, _key, wanted.after))
            .order_by(_r.c.at_ms.desc(), _key.desc())
            .limit(limit + 1)
        )
        return await self._database.rows(query)

    async def counts(self, wanted: Wanted, by: GroupBy) -> list[tuple[str | None, str, int, int]]:
        """(key, question, score, how many); the day is that of the delivery's clock."""
        day = cast(func.timezone(_s.c.zone, func.to_timestamp(_r.c.at_ms / 1000)), Date)
        key: Any = {"shop": _r.c.merchant, "courier": _r.c.courier, "day": cast(day, String)}[by]
        query = (
            select(key.label("key"), _r.c.question, _r.c.score, func.count())
            .select_from(_r.join(_s, _s.c.shipment == _r.c.shipment))
            .where(*_asked(wanted), _r.c.score.is_not(None))
            .group_by(key, _r.c.question, _r.c.score)
        )
        return [(row[0], row[1], row[2], row[3]) for row in await self._database.rows(query)]

    async def reach(self, wanted: Wanted, until_ms: int) -> tuple[int, int]:
        """How many shipments were delivered since then, and how many recipients have answered something."""
        delivered = [
            _s.c.tag == str(Tag.DELIVERED),
            _s.c.status_ms >= wanted.since_ms,
            _s.c.status_ms <= until_ms,
            *equal(_s.c.tenant, wanted.tenant),
            *equal(_s.c.merchant, wanted.merchant),
            *equal(_s.c.courier, wanted.courier),
        ]
        answered = select(func.count(_r.c.shipment.distinct())).where(*_asked(wanted))
        counted = select(select(func.count()).where(*delivered).scalar_subquery(), answered.scalar_subquery())
        (row,) = await self._database.rows(counted)
        return row[0], row[1]

    async def there(self, shipment: str, tenant: str | None) -> bool:
        """Whether the carrier has such a shipment."""
        wanted = select(_s.c.shipment).where(_s.c.shipment == shipment, *equal(_s.c.tenant, tenant))
        return bool(await self._database.rows(wanted))

    async def of_shipments(self, shipments: Sequence[str]) -> dict[str, list[Row[Any]]]:
        """The answers that stand, by shipment, each with its words."""
        query = (
            select(_r, _n.c.note.label("words"))
            .select_from(_r.outerjoin(_n, and_(_n.c.shipment == _r.c.shipment, _n.c.version == _r.c.note)))
            .where(_GIVEN, among(_r.c.shipment, shipments))
        )
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in await self._database.rows(query):
            found[row.shipment].append(row)
        return found


_key = func.concat(_r.c.shipment, ":", _r.c.question)
"""Tells answers of one moment apart."""
