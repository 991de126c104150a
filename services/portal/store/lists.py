"""What `projector lists` has written, as the desk and couriers' pages read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, String, all_, bindparam, func, or_, select, tuple_

from services.portal.core.recipients import Person
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.contracts.status import Tag

_PERSON = [lists.parties.c[name] for name in Person.__dataclass_fields__]


class Lists:
    """Reads only. Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def people(self, versions: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Person]:
        """Recipients and notes by (shipment, version); those not known yet are left out."""
        if not versions:
            return {}
        table = lists.parties
        wanted = select(*_PERSON).where(tuple_(table.c.shipment, table.c.version).in_(list(versions)))
        async with self.database.reading() as connection:
            found: Any = await connection.execute(wanted)
            return {(row.shipment, row.version): Person(**row._mapping) for row in found}

    async def orders_known(self, merchant: str, numbers: Sequence[str]) -> dict[str, str]:
        """Of these order numbers of a merchant's those that are registered, with a shipment of each."""
        if not numbers:
            return {}
        table = lists.shipments
        wanted = select(table.c.order_number, table.c.shipment).where(
            table.c.merchant == merchant, table.c.order_number.in_(list(numbers))
        )
        async with self.database.reading() as connection:
            found: Any = await connection.execute(wanted)
            return {row.order_number: row.shipment for row in found}

    async def booked(
        self, tenant: str, merchant: str, from_ms: int, to_ms: int, without: Collection[str] = ()
    ) -> dict[tuple[int, int], int]:
        """How many shipments of the merchant's have each window that begins in this time, but those
        `without`. What has ended otherwise than delivered is in nobody's way."""
        table = lists.shipments
        wanted = (
            select(table.c.window_from_ms, table.c.window_to_ms, func.count())
            .where(
                table.c.tenant == tenant,
                table.c.merchant == merchant,
                table.c.window_from_ms >= from_ms,
                table.c.window_from_ms < to_ms,
                or_(~table.c.ended, table.c.tag == str(Tag.DELIVERED)),
                table.c.shipment != all_(bindparam(None, list(without), ARRAY(String))),
            )
            .group_by(table.c.window_from_ms, table.c.window_to_ms)
        )
        async with self.database.reading() as connection:
            return {(row[0], row[1]): row[2] for row in await connection.execute(wanted)}
