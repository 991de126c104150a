"""From what is worth telling to what is queued: decided by what holds when it is due, in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

from services.notifier.core.identity import noticed
from services.notifier.core.ledger import UNHEARD, Notice
from services.notifier.core.outcomes import of_want
from services.notifier.core.rounds import Round, Told, settle
from services.notifier.core.wants import Want
from services.notifier.knowing import Knowing
from services.notifier.sender import Sender
from services.notifier.store import Ledger, Transaction
from shared import logs
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.watchdog import ClockFence
from shared.contracts.notice_outcomes import Outcome
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

MOST = 200
IDLE_S = 1.0
AWAY_S = 2.0
STALLED_S = 60.0
TOLD_ALREADY = "told_already"


class Dispatcher:
    """Looks at what is due, once a second or when it is woken. Of several notifiers one decides at a time."""

    def __init__(
        self, ledger: Ledger, knowing: Knowing, sender: Sender, fence: ClockFence, metrics: WorkerMetrics
    ) -> None:
        self._ledger, self._knowing, self._sender, self._fence = ledger, knowing, sender, fence
        self._wake = asyncio.Event()
        self._looked = time.monotonic()
        self._decisions = metrics.tally(
            "decisions", "What became of what is worth telling.", "kind", "reason"
        )
        sender.failed = self.wake

    def wake(self) -> None:
        self._wake.set()
        self._sender.wake()

    def stalled(self) -> bool:
        """Whether nothing could be decided for a while."""
        return time.monotonic() - self._looked > STALLED_S

    async def run(self) -> None:
        """Decide, and send what was decided, for ever."""
        await asyncio.gather(self._decide_all(), self._sender.run())

    async def _decide_all(self) -> None:
        while True:
            self._wake.clear()
            try:
                looked_at = await self.decide_due(time.time_ns() // 1_000_000)
            except (DatabaseUnavailable, ViewsUnavailable) as error:
                log.warning("notifier.waits", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(AWAY_S)
                continue
            self._looked = time.monotonic()
            if looked_at:
                self._sender.wake()
            if looked_at < MOST:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE_S)

    async def decide_due(self, now_ms: int) -> int:
        """Decide what is due; how many that were."""
        async with self._ledger.transaction() as tx:
            if not await tx.alone():
                return 0
            due = await tx.due(now_ms, MOST)
            if not due:
                return 0
            found = settle(due, await self._knowing.of(tx, due, now_ms), now_ms, _undecidable)
            await self._enter(tx, found, now_ms)
            # A worker that was frozen meanwhile decides by what held then.
            self._fence.check()
        return len(due)

    async def _enter(self, tx: Transaction, found: Round, now_ms: int) -> None:
        said: list[Outcome] = []
        for off in found.put_off:
            self._decisions.add(off.want.kind, off.until.reason)
            await tx.put_off(off.want, off.until.due_ms, off.until.reason, off.waits_ms)
            if not off.said:
                said.append(of_want(off.want, "deferred", off.until.reason, now_ms, off.until.due_ms))
        for closed in found.closed:
            self._decisions.add(closed.want.kind, closed.why.reason)
            await tx.decided(closed.want, UNHEARD if closed.said else closed.why.reason)
            if not closed.said:
                state = "folded" if closed.why.folded else "dropped"
                said.append(of_want(closed.want, state, closed.why.reason, now_ms))  # type: ignore[arg-type]
        for told, known in await _queue(tx, found.messages, now_ms):
            reason = TOLD_ALREADY if known else told.how.reason or "told"
            self._decisions.add(told.want.kind, reason)
            await tx.decided(told.want, reason)
            if known:
                said.append(of_want(told.want, "dropped", TOLD_ALREADY, now_ms))
        await tx.tell(said)


async def _queue(tx: Transaction, messages: Sequence[Sequence[Told]], now_ms: int) -> list[tuple[Told, bool]]:
    """Enter what the messages tell of; returns all of it in order, each with whether it was in the ledger
    already: a person who had another address for a while."""
    found = [[(told, _notice(told)) for told in message] for message in messages]
    there = await tx.known_notices([notice.notice for message in found for _, notice in message])
    queued: list[Notice] = []
    for message in found:
        new = [notice for _, notice in message if notice.notice not in there]
        queued += [replace(notice, lead=new[0].notice) for notice in new]
    await tx.queue(queued, now_ms)
    return [(told, notice.notice in there) for message in found for told, notice in message]


def _notice(told: Told) -> Notice:
    return noticed(told.want, told.contact, told.how.channel, reason=told.how.reason)


def _undecidable(want: Want, error: Exception) -> None:
    log.error("want.undecidable", shipment=want.shipment, kind=want.kind, error=type(error).__name__)
