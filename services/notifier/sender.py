"""From the queue to the other side: claimed, written, said to be on its way, handed over, closed.

What is interrupted before it is on its way surely did not go and is taken up again; after that its channel's
policy says what becomes of it (`core.ledger`)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

from services.notifier.core.ledger import UNHEARD, Closing, Notice, abandoned, later, stumbled
from services.notifier.core.outcomes import of_notice
from services.notifier.core.rounds import key
from services.notifier.store import Ledger, Transaction
from shared import logs
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.watchdog import ClockFence
from shared.contracts.notice_outcomes import Outcome
from shared.contracts.notices import Channel, State
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

AT_ONCE = 8
"""So many of a channel: a mail server that hangs keeps no SMS and no webhook from going."""
IDLE_S = 1.0
AWAY_S = 2.0
DRAIN_S = 8.0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member of a digest that is not worth telling any more, and why."""

    member: Notice
    reason: str
    folded: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A message, handed over by `go`, which says how that ended. `left_out`: what it does not tell."""

    go: Callable[[], Awaitable[Closing]]
    unsure: Callable[[], Closing]
    """How it ends when nothing was heard of `go` in time."""
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True, slots=True)
class NotWritten:
    """It is not handed over now, or not at all. `reopen`: decide once more what becomes of what it tells."""

    closing: Closing
    left_out: Sequence[LeftOut] = ()
    reopen: bool = False


class Carrier(Protocol):
    """Writes messages of a channel. What it raises has kept it from writing; nothing has gone."""

    async def write(self, notice: Notice) -> Written | NotWritten: ...


class Sender:
    """Of several notifiers each takes what nobody has claimed."""

    def __init__(
        self,
        ledger: Ledger,
        post: Carrier,
        webhooks: Carrier,
        fence: ClockFence,
        metrics: WorkerMetrics,
        lease_s: int,
    ) -> None:
        """`lease_s`: a claim that is not closed after so long is nobody's. It begins anew with the handing
        over, which is given up, as the writing is, after less than half of it."""
        self._lease_ms, self._write_s, self._hand_over_s = lease_s * 1000, lease_s / 5, lease_s * 3 / 8
        self._ledger, self._post, self._webhooks, self._fence = ledger, post, webhooks, fence
        self._wake = asyncio.Event()
        self._going: dict[Channel, set[asyncio.Task[None]]] = {c: set() for c in get_args(Channel)}
        self._closings = metrics.tally(
            "closings", "Tries of notices, by channel and result.", "channel", "state"
        )
        self.failed: Callable[[], None] = lambda: None
        """Called when a want is open again."""

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Send what is queued, for ever; told to end, let go what is on its way."""
        try:
            while True:
                self._wake.clear()
                try:
                    found = await self.claim_all(_now_ms())
                except DatabaseUnavailable as error:
                    log.warning("notifier.waits", error=str(error))
                    await asyncio.sleep(AWAY_S)
                    continue
                for notice in found:
                    self._begin(notice)
                # A task that ends wakes, so that its place is taken at once.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE_S)
        finally:
            if going := set().union(*self._going.values()):
                await asyncio.wait(going, timeout=DRAIN_S)

    def _begin(self, notice: Notice) -> None:
        task = asyncio.create_task(self.send(notice), name=f"send-{notice.channel}")
        going = self._going[notice.channel]
        going.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            going.discard(task)
            self._wake.set()
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("notice.lost_hold", notice=notice.notice, error=type(error).__name__)

        task.add_done_callback(ended)

    # Claiming

    async def claim_all(self, now_ms: int) -> list[Notice]:
        """As many of each channel as can be begun at once: one that waits would lose its lease."""
        found: list[Notice] = []
        async with self._ledger.transaction() as tx:
            for channel, going in self._going.items():
                if (free := AT_ONCE - len(going)) > 0:
                    for notice in await tx.waiting(channel, now_ms, free):
                        if (claimed := await self._claim(tx, notice, now_ms)) is not None:
                            found.append(claimed)
        return found

    async def _claim(self, tx: Transaction, notice: Notice, now_ms: int) -> Notice | None:
        if notice.state == "sent":
            await tx.change(notice.lead, reason=UNHEARD, due_ms=None)
            await tx.open_again([key(n) for n in await tx.members(notice.lead)], now_ms, "fallback")
            self.failed()
            return None
        if notice.state in ("claimed", "sending"):
            closing = abandoned(notice, now_ms)
            log.warning("notice.abandoned", notice=notice.notice, becomes=closing.state)
            await self._closed(tx, notice, closing, (), now_ms)
            if closing.state != "retry":
                return None
        return await tx.claim(notice, now_ms + self._lease_ms)

    # Sending

    async def send(self, notice: Notice) -> None:
        """Send what was claimed and close it."""
        written = await self._written(notice)
        if isinstance(written, NotWritten):
            await self._close(notice, written.closing, written.left_out, reopen=written.reopen)
            return
        # Who was frozen must not send what somebody else has taken up meanwhile, nor who lost his claim.
        self._fence.check()
        try:
            async with self._ledger.transaction() as tx:
                if not await tx.hand_over(notice, _now_ms() + self._lease_ms):
                    log.warning("notice.overtaken", notice=notice.notice)
                    return
        except DatabaseUnavailable:
            await self._close(notice, later(_now_ms()))
            return
        self._fence.check()
        try:
            async with asyncio.timeout(self._hand_over_s):
                closing = await written.go()
        except TimeoutError:
            closing = written.unsure()
        except Exception as error:  # what was handed over must be closed, whatever became of it
            log.error("notice.error", notice=notice.notice, error=type(error).__name__)
            closing = written.unsure()
        await self._close(notice, closing, written.left_out)

    async def _written(self, notice: Notice) -> Written | NotWritten:
        carrier = self._webhooks if notice.channel == "webhook" else self._post
        try:
            async with asyncio.timeout(self._write_s):
                return await carrier.write(notice)
        except (DatabaseUnavailable, ViewsUnavailable, LogUnavailable, TimeoutError) as error:
            log.warning("notice.waits", notice=notice.notice, error=type(error).__name__)
            return NotWritten(later(_now_ms()))
        except Exception as error:  # one that can't be written must not keep the others from it
            log.error("notice.unwritable", notice=notice.notice, error=type(error).__name__)
            return NotWritten(stumbled(notice, _now_ms()))

    async def _close(
        self, notice: Notice, closing: Closing, left_out: Sequence[LeftOut] = (), *, reopen: bool = False
    ) -> None:
        """Close it, however long that takes: what was sent must not be sent again."""
        self._closings.add(notice.channel, closing.state)
        while True:
            try:
                now_ms = _now_ms()
                async with self._ledger.transaction() as tx:
                    await self._closed(tx, notice, closing, left_out, now_ms, reopen=reopen)
                return
            except DatabaseUnavailable as error:
                log.warning("notifier.waits", error=str(error))
                await asyncio.sleep(AWAY_S)

    async def _closed(
        self,
        tx: Transaction,
        notice: Notice,
        closing: Closing,
        left_out: Sequence[LeftOut],
        now_ms: int,
        *,
        reopen: bool = False,
    ) -> None:
        closed = await tx.close(notice, closing, now_ms)
        if not closed:
            return
        out = {each.member.notice: each for each in left_out} if closing.state != "retry" else {}
        await tx.left_out(list(out), "left_out")
        told = [n for n in closed if n.notice not in out]
        if closing.told is not None:
            await tx.tell([of_notice(n, closing, now_ms) for n in told])
        await tx.tell([_of_left_out(each, now_ms) for each in out.values()])
        if reopen or (closing.state == "failed" and notice.channel != "webhook"):
            await tx.open_again([key(n) for n in told], now_ms, "fallback")
            self.failed()
        if closing.reason == "gone" and notice.channel == "webhook":
            await tx.say_gone(notice.recipient, now_ms)


def _of_left_out(each: LeftOut, now_ms: int) -> Outcome:
    n = each.member
    state: State = "folded" if each.folded else "dropped"
    return of_notice(n, Closing("discarded", each.reason, told=state), now_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
