"""The part of the ledger that says what is worth telling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.core.ledger import Notice
from services.notifier.core.rounds import Key
from services.notifier.core.wants import Want
from services.notifier.tables import wants
from shared.contracts.notices import NoticeKind
from shared.contracts.shipment_milestones import Milestone


class Wanted:
    """A transaction's wants."""

    _connection: AsyncConnection

    async def add(self, found: Iterable[Want]) -> None:
        """Enter wants; one that is there stays as it is."""
        rows = [
            {
                "shipment": w.shipment,
                "kind": w.kind,
                "revision": w.revision,
                "tenant": w.tenant,
                "merchant": w.merchant,
                "at_ms": w.at_ms,
                "due_ms": w.due_ms,
                "open": True,
                "reason": "",
                "milestone": msgspec.to_builtins(w.milestone) if w.milestone is not None else None,
            }
            for w in found
        ]
        if rows:
            await self._connection.execute(insert(wants).values(rows).on_conflict_do_nothing())

    async def due(self, now_ms: int, most: int) -> list[Want]:
        """Open wants that are due, for this transaction alone: another notifier passes them over."""
        wanted = (
            select(wants)
            .where(wants.c.open, wants.c.due_ms <= now_ms)
            .order_by(wants.c.due_ms)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        found: Any = await self._connection.execute(wanted)
        return [_want(row) for row in found]

    async def newer(self, due: Sequence[Want]) -> dict[tuple[str, int], set[NoticeKind]]:
        """By (shipment, revision): kinds of the shipment's wants of a higher revision."""
        if not due:
            return {}
        wanted = select(wants.c.shipment, wants.c.kind, wants.c.revision).where(
            wants.c.shipment.in_({w.shipment for w in due})
        )
        there: defaultdict[str, list[tuple[int, NoticeKind]]] = defaultdict(list)
        for row in (await self._connection.execute(wanted)).all():
            there[row.shipment].append((row.revision, row.kind))
        return {
            (w.shipment, w.revision): {kind for revision, kind in there[w.shipment] if revision > w.revision}
            for w in due
        }

    async def put_off(self, want: Want, due_ms: int, reason: str, waits_ms: int | None = None) -> None:
        await self._set(want, due_ms=due_ms, reason=reason, waits_ms=waits_ms)

    async def decided(self, want: Want, reason: str) -> None:
        await self._set(want, open=False, reason=reason, waits_ms=None)

    async def open_again(self, keys: Collection[Key], now_ms: int, reason: str) -> None:
        """Look at these wants again: the channel that was taken has failed."""
        named = tuple_(wants.c.shipment, wants.c.kind, wants.c.revision).in_(list(keys))
        await self._connection.execute(
            update(wants).where(named).values(open=True, due_ms=now_ms, reason=reason, waits_ms=None)
        )

    async def want_of(self, notice: Notice) -> Want | None:
        row: Any = (await self._connection.execute(select(wants).where(_named(notice)))).first()
        return _want(row) if row is not None else None

    async def _set(self, want: Want, **values: Any) -> None:
        await self._connection.execute(update(wants).where(_named(want)).values(**values))


def _named(about: Want | Notice) -> ColumnElement[bool]:
    """The row of a want, or of the want that a notice is of."""
    return and_(
        wants.c.shipment == about.shipment, wants.c.kind == about.kind, wants.c.revision == about.revision
    )


def _want(row: Any) -> Want:
    return Want(
        shipment=row.shipment,
        kind=row.kind,
        revision=row.revision,
        tenant=row.tenant,
        merchant=row.merchant,
        at_ms=row.at_ms,
        due_ms=row.due_ms,
        milestone=msgspec.convert(row.milestone, Milestone) if row.milestone is not None else None,
        waits_ms=row.waits_ms,
    )
