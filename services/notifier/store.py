"""The ledger in PostgreSQL. What belongs together is written in one transaction, outcomes with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.core.deciding import Wishes
from services.notifier.stored_notices import Noticed
from services.notifier.stored_wants import Wanted
from services.notifier.tables import endpoints, links, notices, outcomes, wants, wishes
from shared.adapters.postgres.database import Database
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.topic import DAY_MS

KEPT_MS = 90 * DAY_MS
"""Longer than the log keeps milestones: read again, none of them is new."""

_DECIDING = 0x6E6F7469636573
"""PostgreSQL's lock of who decides, by number."""


class Ledger:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def upgrade(self) -> None:
        await self.database.upgrade()

    async def close(self) -> None:
        await self.database.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as connection:
            yield Transaction(connection)

    async def sweep(self, now_ms: int) -> None:
        """Delete what is kept no longer."""
        async with self.database.transaction() as connection:
            await connection.execute(delete(wants).where(wants.c.at_ms < now_ms - KEPT_MS, ~wants.c.open))
            await connection.execute(delete(notices).where(notices.c.at_ms < now_ms - KEPT_MS))
            await connection.execute(delete(links).where(links.c.expires_ms < now_ms - KEPT_MS))


class Transaction(Wanted, Noticed):
    """What is done together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def alone(self) -> bool:
        """Whether nobody else decides until this transaction ends: two would each take a part of what one
        message can tell, and count up to the cap each for himself."""
        taken = await self._connection.execute(select(func.pg_try_advisory_xact_lock(_DECIDING)))
        return bool(taken.scalar_one())

    # Wishes

    async def wishes(self, contacts: Collection[str]) -> dict[str, Wishes]:
        if not contacts:
            return {}
        found: Any = await self._connection.execute(
            select(wishes).where(wishes.c.contact.in_(list(contacts)))
        )
        return {row.contact: Wishes(frozenset(row.stopped), row.channel, row.language) for row in found}

    async def wish(self, contact: str, wanted: Wishes, at_ms: int) -> None:
        """The newest wish of a contact holds."""
        row = {
            "contact": contact,
            "stopped": sorted(wanted.stopped),
            "channel": wanted.channel,
            "language": wanted.language,
            "at_ms": at_ms,
        }
        put = insert(wishes).values(row)
        await self._connection.execute(
            put.on_conflict_do_update(
                index_elements=[wishes.c.contact],
                set_={name: put.excluded[name] for name in row if name != "contact"},
                where=wishes.c.at_ms <= put.excluded.at_ms,
            )
        )

    # Webhooks

    async def gone(self, webhooks: Collection[str]) -> dict[str, int]:
        """When these endpoints said that they want no more, of those that did."""
        if not webhooks:
            return {}
        found: Any = await self._connection.execute(
            select(endpoints).where(endpoints.c.webhook.in_(list(webhooks)))
        )
        return {row.webhook: row.gone_ms for row in found}

    async def say_gone(self, webhook: str, now_ms: int) -> None:
        put = insert(endpoints).values(webhook=webhook, gone_ms=now_ms)
        await self._connection.execute(
            put.on_conflict_do_update(index_elements=[endpoints.c.webhook], set_={"gone_ms": now_ms})
        )

    # Links

    async def link(self, link: str) -> int | None:
        """Until when this link is good (epoch ms), if it was made; revoked or not."""
        wanted = select(links.c.expires_ms).where(links.c.link == link)
        found: int | None = (await self._connection.execute(wanted)).scalar_one_or_none()
        return found

    async def made(self, link: str, expires_ms: int) -> None:
        put = insert(links).values(link=link, expires_ms=expires_ms)
        await self._connection.execute(put.on_conflict_do_nothing())

    # Outcomes

    async def tell(self, found: Sequence[Outcome]) -> None:
        """Outcomes, to be written to the log after this transaction."""
        rows = [{"shipment": o.shipment, "value": msgspec.json.encode(o)} for o in found]
        if rows:
            await self._connection.execute(insert(outcomes), rows)

    async def untold(self, most: int) -> list[tuple[int, bytes]]:
        wanted = select(outcomes.c.id, outcomes.c.value).order_by(outcomes.c.id).limit(most)
        found: Any = await self._connection.execute(wanted.with_for_update(skip_locked=True))
        return [(row.id, bytes(row.value)) for row in found]

    async def told(self, ids: Sequence[int]) -> None:
        await self._connection.execute(delete(outcomes).where(outcomes.c.id.in_(ids)))
