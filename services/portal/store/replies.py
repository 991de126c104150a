"""What the lists know of what recipients and shops say to each other. Reads only."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from sqlalchemy import Date, and_, cast, exists, func, literal, select

from services.portal.core.contacts import Cell
from services.portal.store.lists import Lists
from services.portal.store.queries import equal
from shared.adapters.postgres import lists

MOST = 200
Period = Literal["day", "week", "month"]

_r, _p, _s, _n, _o = lists.remarks, lists.parties, lists.shipments, lists.notices, lists.openings


class ReplyLists:
    """The queries over `Lists`. Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, lists_: Lists) -> None:
        self._database = lists_.database

    async def of_shipment(self, shipment: str) -> list[Any]:
        """What was said about it, the oldest first, with the words that are kept."""
        said = _r.outerjoin(_p, and_(_p.c.shipment == _r.c.shipment, _p.c.version == _r.c.note))
        wanted = select(_r, _p.c.note.label("text")).select_from(said).where(_r.c.shipment == shipment)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(_r.c.seq.desc()).limit(MOST))).all()
        return list(reversed(rows))

    async def cells(
        self, tenant: str | None, merchant: str | None, since_ms: int, until_ms: int, period: Period
    ) -> list[Cell]:
        """Counts of shipments registered in this time."""
        contacts = (
            select(_r.c.shipment, func.count().label("contacts"))
            .where(_r.c.direction == "in")
            .group_by(_r.c.shipment)
            .subquery()
        )
        at = func.to_timestamp(_s.c.registered_ms / 1000.0).op("AT TIME ZONE")(_s.c.zone)
        begins = cast(func.date_trunc(literal(period), at), Date).label("begins")
        opened = exists().where(_o.c.shipment == _s.c.shipment).label("opened")
        held_out = exists().where(_n.c.shipment == _s.c.shipment, _n.c.reason == "hold_out").label("held_out")
        one = (
            select(
                _s.c.merchant, begins, opened, held_out, func.coalesce(contacts.c.contacts, 0).label("said")
            )
            .select_from(_s.outerjoin(contacts, contacts.c.shipment == _s.c.shipment))
            .where(*_of(tenant, merchant, since_ms, until_ms))
            .subquery()
        )
        wanted = select(
            one.c.merchant, one.c.begins, one.c.opened, one.c.held_out, func.count(), func.sum(one.c.said)
        ).group_by(one.c.merchant, one.c.begins, one.c.opened, one.c.held_out)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return [Cell(m, b, o, h, int(shipments), int(said)) for m, b, o, h, shipments, said in rows]

    async def counted(
        self,
        by: Literal["about", "way"],
        tenant: str | None,
        merchant: str | None,
        since_ms: int,
        until_ms: int,
    ) -> Counter[str]:
        """Contacts of these shipments by what they were about, or how."""
        column = func.coalesce(_r.c[by], "unsaid")
        wanted = (
            select(column, func.count())
            .select_from(_r.join(_s, _s.c.shipment == _r.c.shipment))
            .where(_r.c.direction == "in", *_of(tenant, merchant, since_ms, until_ms))
            .group_by(column)
        )
        async with self._database.reading() as connection:
            return Counter({name: int(count) for name, count in await connection.execute(wanted)})


def _of(tenant: str | None, merchant: str | None, since_ms: int, until_ms: int) -> list[Any]:
    return [
        _s.c.registered_ms >= since_ms,
        _s.c.registered_ms < until_ms,
        *equal(_s.c.tenant, tenant),
        *equal(_s.c.merchant, merchant),
    ]
