"""The notifier's ledger in memory: what `services.notifier.store` says to PostgreSQL, row by row, with its
transactions: what raises in one leaves nothing behind."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from services.notifier.core.deciding import Wishes
from services.notifier.core.ledger import UNHEARD, Closing, Notice
from services.notifier.core.wants import Want
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.notices import Channel, NoticeKind

Key = tuple[str, str, int]


def key(about: Want | Notice) -> Key:
    return about.shipment, about.kind, about.revision


@dataclass
class Rows:
    """All that is kept. `open` says of each want whether it is not decided yet, `why` the last reason."""

    wants: dict[Key, Want] = field(default_factory=dict)
    open: dict[Key, bool] = field(default_factory=dict)
    why: dict[Key, str] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    wishes: dict[str, Wishes] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)


@dataclass
class MemoryLedger:
    rows: Rows = field(default_factory=Rows)
    deciding: bool = False
    """Somebody else decides."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTransaction]:
        before = copy.copy(self.rows)
        for name, value in vars(self.rows).items():
            setattr(before, name, copy.copy(value))
        try:
            yield MemoryTransaction(self.rows, self)
        except BaseException:
            vars(self.rows).update(vars(before))
            raise


class MemoryTransaction:
    def __init__(self, rows: Rows, ledger: MemoryLedger) -> None:
        self._rows, self._ledger = rows, ledger

    async def alone(self) -> bool:
        return not self._ledger.deciding

    async def add(self, found: Iterable[Want]) -> None:
        for want in found:
            self._rows.wants.setdefault(key(want), want)
            self._rows.open.setdefault(key(want), True)

    async def due(self, now_ms: int, most: int) -> list[Want]:
        found = [w for k, w in self._rows.wants.items() if self._rows.open[k] and w.due_ms <= now_ms]
        return sorted(found, key=lambda w: w.due_ms)[:most]

    async def newer(self, due: Sequence[Want]) -> dict[tuple[str, int], set[NoticeKind]]:
        return {
            (w.shipment, w.revision): {
                o.kind
                for o in self._rows.wants.values()
                if o.shipment == w.shipment and o.revision > w.revision
            }
            for w in due
        }

    async def put_off(self, want: Want, due_ms: int, reason: str, waits_ms: int | None = None) -> None:
        self._rows.wants[key(want)] = replace(want, due_ms=due_ms, waits_ms=waits_ms)
        self._rows.why[key(want)] = reason

    async def decided(self, want: Want, reason: str) -> None:
        self._rows.wants[key(want)] = replace(want, waits_ms=None)
        self._rows.open[key(want)], self._rows.why[key(want)] = False, reason

    async def open_again(self, keys: Collection[Key], now_ms: int, reason: str) -> None:
        for each in keys:
            self._rows.wants[each] = replace(self._rows.wants[each], due_ms=now_ms, waits_ms=None)
            self._rows.open[each], self._rows.why[each] = True, reason

    async def want_of(self, notice: Notice) -> Want | None:
        return self._rows.wants.get(key(notice))

    async def known_notices(self, names: Collection[str]) -> set[str]:
        return set(names) & self._rows.notices.keys()

    async def queue(self, found: Sequence[Notice], now_ms: int) -> None:
        for n in found:
            stamped = replace(n, state="queued", at_ms=now_ms, due_ms=now_ms, made_ms=now_ms)
            self._rows.notices.setdefault(n.notice, stamped)

    async def waiting(self, channel: Channel, now_ms: int, most: int) -> list[Notice]:
        found = [
            n
            for n in self._rows.notices.values()
            if n.due_ms is not None and n.due_ms <= now_ms and n.channel == channel and n.lead == n.notice
        ]
        return sorted(found, key=lambda n: n.due_ms or 0)[:most]

    async def claim(self, notice: Notice, until_ms: int) -> Notice:
        await self.change(notice.lead, state="claimed", claim=notice.claim + 1, due_ms=until_ms)
        return replace(notice, state="claimed", claim=notice.claim + 1)

    def _claimed(self, notice: Notice, *states: str) -> list[Notice]:
        return [
            n
            for n in self._rows.notices.values()
            if n.lead == notice.lead and n.claim == notice.claim and n.state in states
        ]

    async def hand_over(self, notice: Notice, until_ms: int) -> bool:
        found = self._claimed(notice, "claimed")
        for n in found:
            self._rows.notices[n.notice] = replace(n, state="sending", due_ms=until_ms)
        return bool(found)

    async def members(self, lead: str) -> list[Notice]:
        found = [n for n in self._rows.notices.values() if n.lead == lead]
        return sorted(found, key=lambda n: (n.notice != lead, n.notice))

    async def close(self, notice: Notice, closing: Closing, now_ms: int) -> list[Notice]:
        closed = []
        for n in self._claimed(notice, "claimed", "sending"):
            closed.append(
                replace(
                    n,
                    state=closing.state,
                    reason=closing.reason,
                    code=closing.code,
                    excerpt=closing.excerpt,
                    provider_id=closing.provider_id,
                    due_ms=closing.due_ms,
                    tries=n.tries + closing.tried,
                    at_ms=now_ms,
                )
            )
            self._rows.notices[n.notice] = closed[-1]
        return closed

    async def find(self, notice: str) -> Notice | None:
        return self._rows.notices.get(notice)

    async def change(self, lead: str, **values: Any) -> None:
        for n in await self.members(lead):
            self._rows.notices[n.notice] = replace(n, **values)

    async def left_out(self, members: Collection[str], reason: str) -> None:
        for name in members:
            n = self._rows.notices[name]
            self._rows.notices[name] = replace(n, state="discarded", reason=reason, due_ms=None)

    async def failed_channels(self, due: Sequence[Want]) -> dict[Key, dict[Any, bool]]:
        keys = {key(w) for w in due}
        found: dict[Key, dict[Any, bool]] = {}
        for n in self._rows.notices.values():
            unheard = n.state == "sent" and n.reason == UNHEARD
            if key(n) in keys and (unheard or n.state in ("failed", "bounced")) and n.channel != "webhook":
                found.setdefault(key(n), {})[n.channel] = not unheard
        return found

    async def told_since(self, recipients: Collection[str], since_ms: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for n in self._rows.notices.values():
            over = n.state in ("failed", "bounced", "discarded")
            if n.recipient in recipients and n.made_ms >= since_ms and n.lead == n.notice and not over:
                found[n.recipient] = found.get(n.recipient, 0) + 1
        return found

    async def wishes(self, contacts: Collection[str]) -> dict[str, Wishes]:
        return {c: self._rows.wishes[c] for c in contacts if c in self._rows.wishes}

    async def wish(self, contact: str, wanted: Wishes, at_ms: int) -> None:
        del at_ms
        self._rows.wishes[contact] = wanted

    async def link(self, link: str) -> int | None:
        return self._rows.links.get(link)

    async def made(self, link: str, expires_ms: int) -> None:
        self._rows.links.setdefault(link, expires_ms)

    async def say_gone(self, webhook: str, now_ms: int) -> None:
        self._rows.gone[webhook] = now_ms

    async def tell(self, found: Sequence[Outcome]) -> None:
        self._rows.outcomes.extend(found)
