"""Cases: bad answers of the lists, and in the schema `portal` what somebody has closed.

A case is no record: it is open while the lists have a bad answer newer than what was closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, case, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError

from services.portal.store.queries import equal
from services.portal.store.tables import case_closings
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database, metadata

COUNTED = 1_000
"""Open cases are counted up to here."""

_META = metadata()
_r = lists.ratings.to_metadata(_META, schema=lists.SCHEMA)
_s = lists.shipments.to_metadata(_META, schema=lists.SCHEMA)
_p = lists.parties.to_metadata(_META, schema=lists.SCHEMA)
_c = case_closings


class CaseRefused(Exception):
    """It can't be closed so: a stable code, and what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


_latest = (
    select(_c)
    .where(_c.c.undone_ms.is_(None))
    .ext(distinct_on(_c.c.shipment))
    .order_by(_c.c.shipment, _c.c.seq.desc())
    .subquery("latest")
)
_bad = (
    select(
        _r.c.shipment,
        func.max(_r.c.seq).label("seq"),
        func.min(case((or_(_latest.c.seq.is_(None), _r.c.seq > _latest.c.seq), _r.c.at_ms))).label(
            "opened_ms"
        ),
        func.min(_r.c.at_ms).label("first_ms"),
    )
    .select_from(_r.outerjoin(_latest, _latest.c.shipment == _r.c.shipment))
    .where(_r.c.bad)
    .group_by(_r.c.shipment)
    .subquery("bad")
)
_ALL = (
    _s.outerjoin(_bad, _bad.c.shipment == _s.c.shipment)
    .outerjoin(_latest, _latest.c.shipment == _s.c.shipment)
    .outerjoin(_p, and_(_p.c.shipment == _s.c.shipment, _p.c.version == _s.c.parties))
)
_OPEN = and_(_bad.c.seq.is_not(None), or_(_latest.c.seq.is_(None), _latest.c.seq < _bad.c.seq))
_CLOSED = and_(_latest.c.seq.is_not(None), or_(_bad.c.seq.is_(None), _latest.c.seq >= _bad.c.seq))
_opened = func.coalesce(_bad.c.opened_ms, _bad.c.first_ms, _latest.c.at_ms)
_last_courier = (
    select(_r.c.courier)
    .where(_r.c.shipment == _s.c.shipment)
    .order_by(_r.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_CASE: Select[Any] = select(
    _s.c.shipment,
    _s.c.tenant,
    _s.c.order_number,
    _s.c.merchant,
    _s.c.substatus,
    _s.c.zone,
    func.coalesce(_last_courier, _s.c.courier).label("courier"),
    func.coalesce(_bad.c.seq, _latest.c.seq).label("seq"),
    _OPEN.label("is_open"),
    _opened.label("opened_ms"),
    _p.c.name,
    _p.c.phone,
    _p.c.email,
    _p.c.language,
    _s.c.language.label("page_language"),
    _latest.c.closing,
    _latest.c.word,
    _latest.c.at_ms.label("closed_ms"),
    _latest.c.by_name,
).select_from(_ALL)


class Cases:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_count(self, tenant: str | None) -> int:
        """How many cases are open; counts no further than `COUNTED`."""
        some = select(_s.c.shipment).select_from(_ALL).where(_OPEN, *equal(_s.c.tenant, tenant))
        counted = select(func.count()).select_from(some.limit(COUNTED).subquery())
        (row,) = await self._database.rows(counted)
        return int(row[0])

    async def page(
        self, tenant: str | None, *, is_open: bool, after: tuple[int, str] | None, limit: int
    ) -> list[Row[Any]]:
        """Open ones, the longest open first; closed ones, the last closed first. One more than asked for."""
        at = _opened if is_open else _latest.c.at_ms
        order = (at, _s.c.shipment) if is_open else (at.desc(), _s.c.shipment.desc())
        query = _CASE.where(_OPEN if is_open else _CLOSED, *equal(_s.c.tenant, tenant))
        query = query.order_by(*order).limit(limit + 1)
        if after is not None:
            at_ms, shipment = after
            tie = and_(at == at_ms, _s.c.shipment > shipment if is_open else _s.c.shipment < shipment)
            query = query.where(or_(at > at_ms if is_open else at < at_ms, tie))
        return await self._database.rows(query)

    async def of_shipment(self, shipment: str, tenant: str | None) -> Row[Any] | None:
        """The shipment's case, open or closed; None: there is none."""
        wanted = _CASE.where(_s.c.shipment == shipment, or_(_OPEN, _CLOSED), *equal(_s.c.tenant, tenant))
        rows = await self._database.rows(wanted)
        return rows[0] if rows else None

    async def close(
        self, closing: str, found: Row[Any], seq: int, word: str, by: tuple[str, str], now_ms: int
    ) -> None:
        """Close the case that `of_shipment` has found, as it was seen with its newest bad answer `seq`.

        Raises:
            CaseRefused: he has answered again since, or somebody has closed it.
        """
        if found.seq != seq:
            raise CaseRefused("answered_again", "The recipient has answered again: read it first.")
        account, name = by
        values = {
            "closing": closing,
            "tenant": found.tenant,
            "shipment": found.shipment,
            "seq": seq,
            "word": word,
            "at_ms": now_ms,
            "by": account,
            "by_name": name[:120],
        }
        try:
            async with self._database.transaction(IntegrityError) as connection:
                await connection.execute(insert(_c), values)
        except IntegrityError:
            raise CaseRefused("already_closed", "Somebody has closed this case already.") from None

    async def reopen(
        self, shipment: str, closing: str, tenant: str | None, by: str, now_ms: int
    ) -> str | None:
        """Take a closing back; whose it is, or None: there is none such. Again changes nothing."""
        mine = [_c.c.closing == closing, _c.c.shipment == shipment, *equal(_c.c.tenant, tenant)]
        async with self._database.transaction() as connection:
            await connection.execute(
                update(_c).where(*mine, _c.c.undone_ms.is_(None)).values(undone_ms=now_ms, undone_by=by)
            )
            return (await connection.execute(select(_c.c.tenant).where(*mine))).scalar_one_or_none()

    async def forget(self, shipment: str) -> None:
        """What was written when cases were closed may tell of a person."""
        async with self._database.transaction() as connection:
            await connection.execute(update(_c).where(_c.c.shipment == shipment).values(word=""))
