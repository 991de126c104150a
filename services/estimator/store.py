"""What was measured, in PostgreSQL: visits, which estimators write and learn from, and closed promises, which
`projector lists` writes."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.estimator.core.learned import Visit
from services.estimator.tables import visits
from shared.adapters.postgres import promises
from shared.adapters.postgres.database import Database
from shared.domain.promise_ledger import Promise

_VISIT = [visits.c[name] for name in Visit.__dataclass_fields__]
Closed = tuple[str, int]
"""A shipment and one of its attempts."""


class Measured:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, own: Database, ledger: Database) -> None:
        self._own, self._ledger = own, ledger

    async def upgrade(self) -> None:
        await self._own.upgrade()

    async def close(self) -> None:
        await self._own.close()
        await self._ledger.close()

    async def put(self, found: Sequence[Visit]) -> None:
        """Keep visits; one that is there already is not kept twice."""
        rows = [{name: getattr(visit, name) for name in Visit.__dataclass_fields__} for visit in found]
        async with self._own.transaction() as connection:
            await connection.execute(insert(visits).on_conflict_do_nothing(), rows)

    async def newest(self, most: int) -> int:
        """The id after which the newest `most` visits come."""
        wanted = select(visits.c.id).order_by(visits.c.id.desc()).offset(most).limit(1)
        async with self._own.reading() as connection:
            return int((await connection.execute(wanted)).scalar() or 0)

    async def after(self, id: int, most: int) -> list[tuple[int, Visit]]:
        """Visits of all estimators with their ids, in the order in which they were kept.

        One whose transaction ends after that of a higher id is left out: one visit in very many."""
        wanted = select(visits.c.id, *_VISIT).where(visits.c.id > id).order_by(visits.c.id).limit(most)
        async with self._own.reading() as connection:
            found: Any = await connection.execute(wanted)
            return [(row[0], Visit(*row[1:])) for row in found]

    async def forget(self, before_ms: int) -> None:
        async with self._own.transaction() as connection:
            await connection.execute(delete(visits).where(visits.c.done_ms < before_ms))

    async def closed(
        self, since_ms: int, most: int, taken: Container[Closed]
    ) -> list[tuple[Closed, int, list[Promise]]]:
        """Attempts that ended since then but those `taken`, the oldest first: which one, when, and its
        windows as shown. That he was at the door is what counts here, though nobody opened: it is his coming
        that is estimated."""
        wanted = promises.Wanted(from_ms=since_ms, most=most)
        return [
            (
                (attempt.shipment, attempt.attempt),
                attempt.ended_ms,
                [msgspec.structs.replace(row, actual_ms=attempt.came_ms) for row in attempt.rows],
            )
            async for bite in promises.closed(self._ledger, wanted)
            for attempt in bite
            if (attempt.shipment, attempt.attempt) not in taken
        ]
