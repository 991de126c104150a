"""From what is worth telling to what is queued: decided by what holds when it is due, in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

from services.notifier.core.identity import notice_id
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
        for message in found.messages:
            there = await _queue(tx, message, now_ms)
            for told in message:
                reason = TOLD_ALREADY if told in there else told.how.reason or "told"
                self._decisions.add(told.want.kind, reason)
                await tx.decided(told.want, reason)
            said += [of_want(told.want, "dropped", TOLD_ALREADY, now_ms) for told in there]
        await tx.tell(said)


async def _queue(tx: Transaction, message: Sequence[Told], now_ms: int) -> list[Told]:
    """Enter what one message tells of; returns what is in the ledger already: a person who had another
    address for a while."""
    found = [_notice(told) for told in message]
    there = await tx.known_notices([n.notice for n in found])
    new = [n for n in found if n.notice not in there]
    await tx.queue([replace(n, lead=new[0].notice) for n in new], now_ms)
    return [told for told, n in zip(message, found, strict=True) if n.notice in there]


def _notice(told: Told) -> Notice:
    want, channel = told.want, told.how.channel
    id = notice_id(want, told.contact, channel)
    return Notice(
        notice=id,
        lead=id,
        shipment=want.shipment,
        kind=want.kind,
        revision=want.revision,
        recipient=told.contact,
        channel=channel,
        tenant=want.tenant,
        merchant=want.merchant,
        state="queued",
        reason=told.how.reason,
    )


def _undecidable(want: Want, error: Exception) -> None:
    log.error("want.undecidable", shipment=want.shipment, kind=want.kind, error=type(error).__name__)
