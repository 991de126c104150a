"""Hand-ins and settlements in the schema `portal`, read together with what the lists say was collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.core.cash import CashRefused, Item, Kind, Written, may_undo, to_money
from services.portal.schemas.common import MoneyBody
from services.portal.schemas.desk_cash import CashState
from services.portal.store.queries import among, equal, older
from services.portal.store.tables import cash_entries, cash_items
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database, metadata

_s = lists.shipments.to_metadata(metadata(), schema=lists.SCHEMA)
_h, _st = cash_items.alias("handed_in"), cash_items.alias("settled")
_he, _ste = cash_entries.alias("hand_in"), cash_entries.alias("settlement")

_ALL = (
    _s.outerjoin(_h, and_(_h.c.shipment == _s.c.shipment, _h.c.kind == "hand_in", ~_h.c.undone))
    .outerjoin(_he, _he.c.entry == _h.c.entry)
    .outerjoin(_st, and_(_st.c.shipment == _s.c.shipment, _st.c.kind == "settlement", ~_st.c.undone))
    .outerjoin(_ste, _ste.c.entry == _st.c.entry)
)
_amount = func.coalesce(_h.c.amount, _s.c.cash_taken)
_currency = func.coalesce(_h.c.currency, _s.c.taken_currency)
_courier = func.coalesce(_h.c.courier, _s.c.taken_by)
_state = case(
    (_st.c.entry.is_not(None), "settled"), (_h.c.entry.is_not(None), "handed_in"), else_="collected"
)
_IS: dict[CashState | None, ColumnElement[bool]] = {
    None: _st.c.entry.is_(None),
    "collected": and_(_h.c.entry.is_(None), _st.c.entry.is_(None)),
    "handed_in": and_(_h.c.entry.is_not(None), _st.c.entry.is_(None)),
    "settled": _st.c.entry.is_not(None),
}


def _asked(
    tenant: str | None, courier: str | None, merchant: str | None, state: CashState | None
) -> list[ColumnElement[bool]]:
    return [
        _s.c.cash_taken > 0,
        _IS[state],
        *equal(_s.c.tenant, tenant),
        *equal(_courier, courier),
        *equal(_s.c.merchant, merchant),
    ]


class Cash:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, tenant: str | None, since_ms: int) -> dict[str, list[MoneyBody]]:
        """What each courier has taken since then and not handed in, by currency."""
        wanted = (
            select(_courier.label("courier"), _currency.label("currency"), func.sum(_amount).label("amount"))
            .select_from(_ALL)
            .where(
                *_asked(tenant, None, None, "collected"),
                _s.c.taken_by.is_not(None),
                _s.c.taken_ms >= since_ms,
            )
            .group_by(_courier, _currency)
            .order_by(_currency)
        )
        found: dict[str, list[MoneyBody]] = defaultdict(list)
        async with self._database.transaction(IntegrityError) as connection:
            for row in await connection.execute(wanted):
                found[row.courier].append(to_money(row.amount, row.currency))
        return found

    async def rows(
        self,
        tenant: str | None,
        courier: str | None,
        merchant: str | None,
        state: CashState | None,
        after: tuple[int, str] | None,
        limit: int,
    ) -> tuple[list[Row[Any]], list[Row[Any]]]:
        """A page and one row more, the newest first, and the sums of all by courier, merchant, state and
        currency. Without a state: what is not settled yet."""
        asked = _asked(tenant, courier, merchant, state)
        page: Select[Any] = (
            select(
                _s.c.shipment,
                _s.c.order_number,
                _s.c.merchant,
                _courier.label("courier"),
                _amount.label("amount"),
                _currency.label("currency"),
                _s.c.cash,
                _s.c.currency.label("due_currency"),
                _s.c.taken_ms,
                _he.c.at_ms.label("handed_in_ms"),
                _ste.c.at_ms.label("settled_ms"),
            )
            .select_from(_ALL)
            .where(*asked, *older(_s.c.taken_ms, _s.c.shipment, after))
            .order_by(_s.c.taken_ms.desc(), _s.c.shipment.desc())
            .limit(limit + 1)
        )
        keys = (_courier, _s.c.merchant, _state, _currency)
        summed: Select[Any] = (
            select(
                _courier.label("courier"),
                _s.c.merchant,
                _state.label("state"),
                _currency.label("currency"),
                func.sum(_amount).label("amount"),
                func.count().label("shipments"),
            )
            .select_from(_ALL)
            .where(*asked)
            .group_by(*keys)
        )
        async with self._database.transaction(IntegrityError) as connection:
            rows = list(await connection.execute(page))
            return rows, list(await connection.execute(summed)) if after is None else []

    async def hand_in(
        self,
        entry: str,
        tenant: str,
        courier: str,
        shipments: Sequence[str],
        by: tuple[str, str],
        now_ms: int,
    ) -> Written:
        """Write down that the courier has handed in the cash of these shipments.

        Raises:
            CashRefused: some are not with him to hand in.
        """
        wanted = select(_s).where(among(_s.c.shipment, shipments), _s.c.tenant == tenant, _s.c.cash_taken > 0)

        async def items(connection: AsyncConnection) -> list[Item]:
            found = {r.shipment: r for r in await connection.execute(wanted) if r.taken_by == courier}
            missing = [s for s in shipments if s not in found]
            if missing:
                raise CashRefused("not_collected", "This courier has taken no cash for them.", missing)
            return [
                Item(
                    shipment=r.shipment,
                    order_number=r.order_number,
                    merchant=r.merchant,
                    courier=courier,
                    amount=r.cash_taken,
                    currency=r.taken_currency,
                    taken_ms=r.taken_ms,
                )
                for r in (found[s] for s in shipments)
            ]

        return await self._write(entry, tenant, "hand_in", courier, by, now_ms, shipments, items)

    async def settle(
        self,
        entry: str,
        tenant: str,
        merchant: str,
        shipments: Sequence[str],
        by: tuple[str, str],
        now_ms: int,
    ) -> Written:
        """Write down that the merchant was paid the cash of these shipments.

        Raises:
            CashRefused: some have not been handed in, or are not his.
        """
        wanted = (
            select(cash_items)
            .where(
                among(cash_items.c.shipment, shipments),
                cash_items.c.tenant == tenant,
                cash_items.c.merchant == merchant,
                cash_items.c.kind == "hand_in",
                ~cash_items.c.undone,
            )
            .with_for_update()  # a hand-in is not undone meanwhile
        )

        async def items(connection: AsyncConnection) -> list[Item]:
            found = {r.shipment: r for r in await connection.execute(wanted)}
            missing = [s for s in shipments if s not in found]
            if missing:
                raise CashRefused(
                    "not_handed_in", "Their cash has not been handed in, or is not this shop's.", missing
                )
            return [_item(found[s]) for s in shipments]

        return await self._write(entry, tenant, "settlement", merchant, by, now_ms, shipments, items)

    async def _write(
        self,
        entry: str,
        tenant: str,
        kind: Kind,
        party: str,
        by: tuple[str, str],
        now_ms: int,
        shipments: Sequence[str],
        items: Any,
    ) -> Written:
        account, name = by
        made = Written(entry, tenant, kind, party, now_ms, account, name[:120], None, ())
        head = {n: getattr(made, n) for n in Written.__slots__ if n != "items"}
        try:
            async with self._database.transaction(IntegrityError) as connection:
                found: list[Item] = await items(connection)
                await connection.execute(insert(cash_entries), head)
                await connection.execute(
                    insert(cash_items),
                    [{**asdict(i), "entry": entry, "tenant": tenant, "kind": kind} for i in found],
                )
        except IntegrityError:
            there = await self._there(kind, shipments)
            word = "handed in" if kind == "hand_in" else "settled"
            raise CashRefused(f"already_{word.replace(' ', '_')}", f"They have been {word}.", there) from None
        return replace(made, items=tuple(found))

    async def _there(self, kind: Kind, shipments: Sequence[str]) -> list[str]:
        wanted = select(cash_items.c.shipment).where(
            among(cash_items.c.shipment, shipments), cash_items.c.kind == kind, ~cash_items.c.undone
        )
        async with self._database.transaction(IntegrityError) as connection:
            return sorted((await connection.execute(wanted)).scalars())

    async def undo(self, entry: str, tenant: str | None, by: str, now_ms: int) -> Written | None:
        """Take an entry back; None: there is none such. Undoing again changes nothing.

        Raises:
            CashRefused: it is older than a minute, or some of it has been settled since.
        """
        async with self._database.transaction(IntegrityError) as connection:
            found = await _read(connection, [cash_entries.c.entry == entry, *_of(tenant)], lock=True)
            if not found:
                return None
            written = found[0]
            if written.undone_ms is not None:
                return written
            if not may_undo(written, now_ms):
                raise CashRefused("too_late", "An entry can be undone for a minute; write the opposite down.")
            named = [item.shipment for item in written.items]
            if written.kind == "hand_in":
                settled = select(cash_items.c.shipment).where(
                    among(cash_items.c.shipment, named),
                    cash_items.c.kind == "settlement",
                    ~cash_items.c.undone,
                )
                if gone := sorted((await connection.execute(settled)).scalars()):
                    raise CashRefused("already_settled", "They have been settled with the shop since.", gone)
            await connection.execute(
                update(cash_items).where(cash_items.c.entry == entry).values(undone=True)
            )
            await connection.execute(
                update(cash_entries)
                .where(cash_entries.c.entry == entry)
                .values(undone_ms=now_ms, undone_by=by)
            )
        return replace(written, undone_ms=now_ms)

    async def entry(self, entry: str, tenant: str | None) -> Written | None:
        async with self._database.transaction(IntegrityError) as connection:
            found = await _read(connection, [cash_entries.c.entry == entry, *_of(tenant)])
        return found[0] if found else None

    async def entries(
        self,
        tenant: str | None,
        party: str | None,
        kind: Kind | None,
        after: tuple[int, str] | None,
        limit: int,
    ) -> list[Written]:
        """The newest first, one more than asked for when there are more."""
        table = cash_entries
        asked = [
            *_of(tenant),
            *equal(table.c.party, party),
            *equal(table.c.kind, kind),
            *older(table.c.at_ms, table.c.entry, after),
        ]
        async with self._database.transaction(IntegrityError) as connection:
            return await _read(connection, asked, limit=limit + 1)

    async def of_shipment(self, shipment: str, tenant: str) -> list[Written]:
        """The entries that the shipment is in, undone ones too."""
        named = select(cash_items.c.entry).where(cash_items.c.shipment == shipment)
        async with self._database.transaction(IntegrityError) as connection:
            return await _read(connection, [cash_entries.c.entry.in_(named), *_of(tenant)])


def _of(tenant: str | None) -> list[ColumnElement[bool]]:
    return equal(cash_entries.c.tenant, tenant)


async def _read(
    connection: AsyncConnection, asked: list[ColumnElement[bool]], *, limit: int = 1000, lock: bool = False
) -> list[Written]:
    table = cash_entries
    wanted = select(table).where(*asked).order_by(table.c.at_ms.desc(), table.c.entry.desc()).limit(limit)
    heads = list(await connection.execute(wanted.with_for_update() if lock else wanted))
    items: dict[str, list[Item]] = defaultdict(list)
    named = select(cash_items).where(among(cash_items.c.entry, [h.entry for h in heads]))
    named = named.order_by(cash_items.c.shipment)
    for row in await connection.execute(named.with_for_update() if lock else named):
        items[row.entry].append(_item(row))
    return [
        Written(
            entry=h.entry,
            tenant=h.tenant,
            kind=h.kind,
            party=h.party,
            at_ms=h.at_ms,
            by=h.by,
            by_name=h.by_name,
            undone_ms=h.undone_ms,
            items=tuple(items[h.entry]),
        )
        for h in heads
    ]


def _item(row: Any) -> Item:
    return Item(**{name: getattr(row, name) for name in Item.__slots__})
