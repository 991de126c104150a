"""The part of the ledger that says what was decided to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, get_args

from sqlalchemy import and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.core.ledger import UNHEARD, Closing, Notice
from services.notifier.core.rounds import Key, key
from services.notifier.core.wants import Want
from services.notifier.tables import notices
from shared.contracts.notices import Channel, PersonalChannel

_NOTICE = [notices.c[f.name] for f in fields(Notice)]
_IN_VAIN = or_(
    notices.c.state.in_(("failed", "bounced")), and_(notices.c.state == "sent", notices.c.reason == UNHEARD)
)


class Noticed:
    """A transaction's notices."""

    _connection: AsyncConnection

    async def known_notices(self, names: Collection[str]) -> set[str]:
        """Those of them that are in the ledger."""
        if not names:
            return set()
        wanted = select(notices.c.notice).where(notices.c.notice.in_(list(names)))
        return {row.notice for row in (await self._connection.execute(wanted)).all()}

    async def queue(self, found: Sequence[Notice], now_ms: int) -> None:
        """Enter notices that are sent as soon as somebody has time; one that is there stays as it is."""
        stamped = {"state": "queued", "at_ms": now_ms, "due_ms": now_ms, "made_ms": now_ms}
        rows = [asdict(n) | stamped for n in found]
        if rows:
            await self._connection.execute(insert(notices).on_conflict_do_nothing(), rows)

    async def waiting(self, channel: Channel, now_ms: int, most: int) -> list[Notice]:
        """Notices of a channel that are to be sent, claims that nobody has closed in time, and messages of
        which nothing was heard."""
        wanted = (
            select(*_NOTICE)
            .where(
                notices.c.due_ms <= now_ms,
                notices.c.channel == channel,
                notices.c.lead == notices.c.notice,
            )
            .order_by(notices.c.due_ms)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        found: Any = await self._connection.execute(wanted)
        return [Notice(**row._mapping) for row in found]

    async def claim(self, notice: Notice, until_ms: int) -> Notice:
        """Claim a notice that is due, and those that its message tells of too."""
        claim = notice.claim + 1
        await self._connection.execute(
            update(notices)
            .where(notices.c.lead == notice.lead)
            .values(state="claimed", claim=claim, due_ms=until_ms)
        )
        return replace(notice, state="claimed", claim=claim)

    async def hand_over(self, notice: Notice, until_ms: int) -> bool:
        """Say that it is being handed over from now on; False: the claim is somebody else's by now."""
        begun = (
            update(notices)
            .where(
                notices.c.lead == notice.lead,
                notices.c.claim == notice.claim,
                notices.c.state == "claimed",
            )
            .values(state="sending", due_ms=until_ms)
            .returning(notices.c.notice)
        )
        return (await self._connection.execute(begun)).first() is not None

    async def members(self, lead: str) -> list[Notice]:
        """All that one message tells of, the leading one first."""
        wanted = (
            select(*_NOTICE)
            .where(notices.c.lead == lead)
            .order_by(notices.c.notice != lead, notices.c.notice)
        )
        found: Any = await self._connection.execute(wanted)
        return [Notice(**row._mapping) for row in found]

    async def close(self, notice: Notice, closing: Closing, now_ms: int) -> list[Notice]:
        """Close a claim; returns the notices that it was of, none if somebody has overtaken it."""
        closed = (
            update(notices)
            .where(
                notices.c.lead == notice.lead,
                notices.c.claim == notice.claim,
                notices.c.state.in_(("claimed", "sending")),
            )
            .values(
                state=closing.state,
                reason=closing.reason,
                code=closing.code,
                excerpt=closing.excerpt[:300],
                provider_id=closing.provider_id,
                due_ms=closing.due_ms,
                tries=notices.c.tries + (1 if closing.tried else 0),
                at_ms=now_ms,
            )
            .returning(*_NOTICE)
        )
        found: Any = await self._connection.execute(closed)
        return [Notice(**row._mapping) for row in found]

    async def find(self, notice: str) -> Notice | None:
        """A notice, for this transaction alone."""
        wanted = select(*_NOTICE).where(notices.c.notice == notice).with_for_update()
        row: Any = (await self._connection.execute(wanted)).first()
        return Notice(**row._mapping) if row is not None else None

    async def change(self, lead: str, **values: Any) -> None:
        await self._connection.execute(update(notices).where(notices.c.lead == lead).values(**values))

    async def left_out(self, members: Collection[str], reason: str) -> None:
        """Members of a digest that its message did not tell of after all."""
        await self._connection.execute(
            update(notices)
            .where(notices.c.notice.in_(list(members)))
            .values(state="discarded", reason=reason, due_ms=None)
        )

    async def failed_channels(self, due: Sequence[Want]) -> dict[Key, dict[PersonalChannel, bool]]:
        """By want: the channels on which it was tried in vain, and whether that is known, or only that nobody
        has said that it arrived."""
        if not due:
            return {}
        named = [notices.c[name] for name in ("shipment", "kind", "revision", "channel", "state")]
        wanted = select(*named).where(
            tuple_(notices.c.shipment, notices.c.kind, notices.c.revision).in_([key(w) for w in due]),
            _IN_VAIN,
        )
        rows: Any = (await self._connection.execute(wanted)).all()
        found: dict[Key, dict[PersonalChannel, bool]] = {}
        for row in rows:
            if row.channel in get_args(PersonalChannel):
                found.setdefault(key(row), {})[row.channel] = row.state != "sent"
        return found

    async def told_since(self, recipients: Collection[str], since_ms: int) -> dict[str, int]:
        """Messages by recipient since then; a digest is one."""
        if not recipients:
            return {}
        wanted = (
            select(notices.c.recipient, func.count())
            .where(
                notices.c.recipient.in_(list(recipients)),
                notices.c.made_ms >= since_ms,
                notices.c.lead == notices.c.notice,
                notices.c.state.not_in(("failed", "bounced", "discarded")),
            )
            .group_by(notices.c.recipient)
        )
        return {name: int(count) for name, count in (await self._connection.execute(wanted)).all()}
