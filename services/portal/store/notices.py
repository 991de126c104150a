"""What the lists know of notices, who is behind a telephone or an order, and what people wish. Reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from services.portal.store.lists import Lists
from services.portal.store.queries import equal
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import metadata
from shared.adapters.postgres.wishes import SCHEMA, wishes_table
from shared.domain.search import order_words

_TELEPHONE = re.compile(r"\+[1-9][0-9]{6,14}")

MOST_OF_SHIPMENT = 500
MOST_FOUND = 50
"""Shipments of one order's number or one telephone that are looked at."""

_n, _s, _p = lists.notices, lists.shipments, lists.parties
_wishes = wishes_table(metadata(), SCHEMA)
_WITH_PEOPLE = _s.join(_p, and_(_p.c.shipment == _s.c.shipment, _p.c.version == _s.c.parties))


@dataclass(frozen=True, slots=True)
class Found:
    """A shipment and the contacts that its recipient has on file."""

    shipment: str
    tenant: str
    merchant: str
    order_number: str
    zone: str
    phone: str | None
    email: str | None


_FOUND = [(_p if name in ("phone", "email") else _s).c[name] for name in Found.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands under the mark of a contact."""

    stopped: frozenset[str] = frozenset()
    channel: str | None = None
    language: str | None = None
    at_ms: int = 0


class NoticeLists:
    """The queries over `Lists`. Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, lists_: Lists) -> None:
        self._database = lists_.database

    async def of_shipment(self, shipment: str) -> list[Row[Any]]:
        """Each decision, the newest first."""
        wanted = select(_n).where(_n.c.shipment == shipment).order_by(_n.c.at_ms.desc(), _n.c.outcome)
        return await self._database.rows(wanted.limit(MOST_OF_SHIPMENT))

    async def held(self, tenant: str | None, limit: int) -> list[Row[Any]]:
        """Notices that may have gone and that nobody has decided about, the oldest first, each with its
        shipment's order number and the recipient's name."""
        newer = _n.alias()
        decided = exists().where(
            newer.c.shipment == _n.c.shipment,
            newer.c.notice == _n.c.notice,
            newer.c.at_ms > _n.c.at_ms,
        )
        people = _n.outerjoin(_s, _s.c.shipment == _n.c.shipment).outerjoin(
            _p, and_(_p.c.shipment == _s.c.shipment, _p.c.version == _s.c.parties)
        )
        wanted = select(_n, _s.c.order_number, _s.c.zone, _p.c.name).select_from(people)
        wanted = wanted.where(
            _n.c.state == "held", _n.c.notice.is_not(None), ~decided, *equal(_n.c.tenant, tenant)
        )
        return await self._database.rows(wanted.order_by(_n.c.at_ms, _n.c.outcome).limit(limit))

    async def webhooks_of(
        self,
        tenant: str,
        merchant: str,
        before: tuple[int, str] | None,
        limit: int,
        webhook: str | None = None,
    ) -> list[Row[Any]]:
        """What became of a shop's webhooks, or of one of them, the newest first; after the (at_ms, outcome)
        that was told last."""
        wanted = select(_n).where(
            _n.c.tenant == tenant,
            _n.c.merchant == merchant,
            _n.c.channel == "webhook",
            *equal(_n.c.webhook, webhook),
        )
        if before is not None:
            at_ms, outcome = before
            tie = and_(_n.c.at_ms == at_ms, _n.c.outcome > outcome)
            wanted = wanted.where(or_(_n.c.at_ms < at_ms, tie))
        return await self._database.rows(wanted.order_by(_n.c.at_ms.desc(), _n.c.outcome).limit(limit))

    async def by_phone(self, phone: str) -> list[Found]:
        """Shipments whose recipient has this telephone (E.164), the newest first. A sender that is a name or
        a short number has none."""
        if not _TELEPHONE.fullmatch(phone):
            return []
        return await self._found(phone.removeprefix("+"), _p.c.phone == phone)

    async def by_order(self, number: str) -> list[Found]:
        """Shipments of this order's number, whoever's they are, the newest first; the contact is still to be
        compared."""
        found = order_words(number)
        if not found:
            return []
        return await self._found(found[-1], func.lower(_s.c.order_number) == number.strip().lower())

    async def _found(self, word: str, exactly: Any) -> list[Found]:
        """By the index of words, and exactly."""
        wanted = (
            select(*_FOUND)
            .select_from(_WITH_PEOPLE)
            .where(_s.c.words.bool_op("@@")(cast(literal(f"'{word}'"), TSQUERY)), exactly)
            .order_by(_s.c.registered_ms.desc(), _s.c.shipment.desc())
            .limit(MOST_FOUND)
        )
        return [Found(**row._mapping) for row in await self._database.rows(wanted)]

    async def shop_of(self, shipment: str) -> tuple[str, str] | None:
        """(tenant, merchant) of a shipment."""
        rows = await self._database.rows(select(_s.c.tenant, _s.c.merchant).where(_s.c.shipment == shipment))
        return (rows[0].tenant, rows[0].merchant) if rows else None

    async def wishes(self, marks: list[str]) -> dict[str, Wish]:
        """By the marks of contacts, of those that wish something."""
        if not marks:
            return {}
        rows = await self._database.rows(select(_wishes).where(_wishes.c.contact.in_(marks)))
        return {r.contact: Wish(frozenset(r.stopped), r.channel, r.language, r.at_ms) for r in rows}
