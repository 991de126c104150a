"""What holds when a notice is due: stages from Redis, people from the lists, shops from their topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from services.notifier.core.composing import Person
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.adapters.redis.views import RedisViews
from shared.contracts.merchants import Merchant
from shared.contracts.views.stage import StageView

Version = tuple[str, str]
"""A shipment, and a version of its recipient, or of what was said with a report."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote, and in which mail."""

    text: str | None
    message_id: str | None


class Sources:
    """Reads only. `ViewsUnavailable`, `DatabaseUnavailable` and `LogUnavailable` come through."""

    def __init__(self, views: RedisViews, database: Database, merchants: KafkaTable[Merchant]) -> None:
        self._views, self._database, self._merchants = views, database, merchants

    async def start(self) -> None:
        await self._merchants.start()

    async def stop(self) -> None:
        await self._merchants.stop()
        await self._views.close()
        await self._database.close()

    async def catch_up(self) -> None:
        """Shops as they were set up before this was called: milestones and shops come by topics of their own,
        and a shop's first parcel may come before the shop."""
        await self._merchants.catch_up()

    def merchant(self, id: str, tenant: str) -> Merchant:
        """The shop; one that nobody has told of has its id for a name."""
        return self._merchants.get(id) or Merchant(merchant=id, tenant=tenant, name=id)

    async def stages(self, shipments: Sequence[str]) -> dict[str, StageView]:
        found: dict[str, StageView] = {}
        names = list(dict.fromkeys(shipments))
        for i in range(0, len(names), 1000):
            for view in await self._views.stages(names[i : i + 1000]):
                if view is not None:
                    found[view.shipment] = view
        return found

    async def known_people(self, shipments: Sequence[str]) -> set[str]:
        """Shipments whose recipient his own page knows: where the lists don't, they lag."""
        names = list(dict.fromkeys(shipments))
        views = await self._views.parties(names) if names else []
        return {name for name, view in zip(names, views, strict=True) if view is not None}

    async def link_is_good(self, hash_: str, now_ms: int) -> bool | None:
        """Whether a link may be used; None: it is not known (yet)."""
        link = await self._views.link(hash_)
        return link.good(now_ms) if link is not None else None

    async def people(self, versions: Sequence[Version]) -> dict[Version, Person]:
        """Recipients; those who are not known (yet, or any more) are left out."""
        table = lists.parties
        rows = await self._rows([table.c.name, table.c.phone, table.c.email, table.c.language], versions)
        return {
            key: Person(name=row.name, phone=row.phone, email=row.email, language=row.language)
            for key, row in rows.items()
        }

    async def taken_by(self, versions: Sequence[Version]) -> dict[Version, str]:
        """Who took a parcel, where the report says so."""
        rows = await self._rows([lists.parties.c.taken_by], versions)
        return {key: row.taken_by for key, row in rows.items() if row.taken_by}

    async def words(self, versions: Sequence[Version]) -> dict[Version, Words]:
        """What recipients and shops wrote to each other; what is not known (yet, or any more) is left out."""
        rows = await self._rows([lists.parties.c.note, lists.parties.c.message_id], versions)
        return {key: Words(text=row.note, message_id=row.message_id) for key, row in rows.items()}

    async def _rows(self, columns: Sequence[Any], versions: Sequence[Version]) -> dict[Version, Any]:
        if not versions:
            return {}
        table = lists.parties
        wanted = select(table.c.shipment, table.c.version, *columns).where(
            tuple_(table.c.shipment, table.c.version).in_(list(dict.fromkeys(versions)))
        )
        async with self._database.reading() as connection:
            found: Any = (await connection.execute(wanted)).all()
        return {(row.shipment, row.version): row for row in found}
