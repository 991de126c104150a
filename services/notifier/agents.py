"""The Faust app: milestones and commands into the ledger, and what runs beside: the dispatcher, and outcomes
to the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec

from services.notifier.asked import Asked
from services.notifier.config import Settings
from services.notifier.core.identity import noticed
from services.notifier.core.ledger import Notice
from services.notifier.core.wants import Want, want_of, wants
from services.notifier.dispatcher import Dispatcher
from services.notifier.facts import Sources
from services.notifier.incoming import Incoming
from services.notifier.post import Post
from services.notifier.shop_post import forwarded
from services.notifier.store import Ledger
from services.notifier.webhooks import WebhookPost
from shared import logs
from shared.adapters.kafka.dead_letters import DeadLetters
from shared.adapters.kafka.follower import Follower
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.redis.views import RedisViewsWriter
from shared.contracts import notice_commands, notice_outcomes, shipment_milestones
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.topic import HOUR_MS
from shared.contracts.views.stage import StageView
from shared.domain.webhooks import payload_of
from shared.domain.webhooks import wants as asked_for
from shared.ports.log import LogUnavailable, Record
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

APPEND_WAIT_S = 20.0
TELL_S = 1.0
TOLD_AT_ONCE = 500
CLOCKS_MS = 60_000
"""So far the clocks of those who report and of the portal may be apart."""


class Notifier(Follower):
    """What is read is in the ledger before it is acknowledged; what is sent is sent from the ledger."""

    role = "notifier"

    def __init__(
        self,
        settings: Settings,
        kafka: KafkaLog,
        writer: RedisViewsWriter,
        ledger: Ledger,
        sources: Sources,
        asked: Asked,
        dispatcher: Callable[[Notifier], Dispatcher],
        post: Post,
        webhooks: WebhookPost,
        incoming: Incoming,
    ) -> None:
        super().__init__(settings, "notifier", settings.notifier_port)
        self.settings, self.kafka, self.writer = settings, kafka, writer
        self._ledger, self._sources, self._asked = ledger, sources, asked
        self._post, self._webhooks = post, webhooks
        self._letters = DeadLetters(kafka, "notifier")
        self._dispatcher = dispatcher(self)
        self._swept = 0.0
        self._incoming = incoming
        incoming.count = self.metrics.tally("mails_in", "What became of mail that came.", "became").add
        self.metrics.partitions.set_function(lambda: len(self.ends))
        self.follow_batches(shipment_milestones.TOPIC, self._milestones)
        self.follow(notice_commands.TOPIC, self._command, self._poison)

    def beside(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return (self._dispatcher.run(), self._tell_outcomes(), self._incoming.run())

    async def close(self) -> None:
        """Let go of what `main` started."""
        self.watchdog.stop()
        await self._post.close()
        await self._webhooks.close()
        await self._sources.stop()
        await self._ledger.close()
        await self.kafka.stop()
        await self.writer.close()

    # Reading

    async def _milestones(self, records: list[Record]) -> None:
        found: list[Want] = []
        told: list[Milestone] = []
        await self._ledgered(self._sources.catch_up)
        for record in records:
            try:
                milestone = shipment_milestones.DECODER.decode(record.value or b"")
            except msgspec.MsgspecError as error:
                await self._poison(record, error)
                continue
            policy = self._sources.merchant(milestone.merchant, milestone.tenant).notices
            found += wants(milestone, policy)
            told.append(milestone)
            self.metrics.handled.add(milestone.kind, "read")

        async def enter() -> None:
            hooks = await self._hooks(told)
            async with self._ledger.transaction() as tx:
                await tx.add(found)
                await tx.queue(
                    [
                        *hooks,
                        *(forwarded(m) for m in told if m.kind == "replied"),
                        *(notice for m in told if (notice := self._by_messenger(m)) is not None),
                    ],
                    time.time_ns() // 1_000_000,
                )

        await self._ledgered(enter)
        self._dispatcher.wake()

    def _by_messenger(self, milestone: Milestone) -> Notice | None:
        return self._post.messenger.notice_of(milestone) if self._post.messenger is not None else None

    async def _hooks(self, told: Sequence[Milestone]) -> list[Notice]:
        """What shops want to be told of these, by each of their endpoints that was there by then: read again
        from its beginning, the log tells a new one nothing of what is long past."""
        asked = [
            (milestone, endpoint)
            for milestone in told
            for endpoint in self._sources.merchant(milestone.merchant, milestone.tenant).webhooks
            if not endpoint.disabled
            and endpoint.enabled_ms <= milestone.at_ms + CLOCKS_MS
            and asked_for(endpoint, f"shipment.{milestone.kind}")
        ]
        stages = await self._sources.stages([milestone.shipment for milestone, _ in asked])
        return [
            _hook(milestone, endpoint.id, stages.get(milestone.shipment)) for milestone, endpoint in asked
        ]

    async def _command(self, record: Record) -> None:
        command = notice_commands.DECODER.decode(record.value or b"")
        await self._ledgered(lambda: self._asked.do(command))
        self._dispatcher.wake()

    async def _poison(self, record: Record, error: Exception) -> None:
        self.metrics.handled.add(record.topic, "unreadable")
        self.metrics.dead_letters.add(record.topic, "unreadable")
        await self._letters.put(record, "unreadable", str(error))

    async def _ledgered(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, and while PostgreSQL, Redis or the log is away wait: the records wait in Kafka."""
        pause_s = 0.5
        while True:
            try:
                await work()
                return
            except (DatabaseUnavailable, ViewsUnavailable, LogUnavailable) as error:
                log.warning("notifier.waits", error=f"{type(error).__name__}: {error}")
                self.watchdog.progress()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)

    # Telling

    async def _tell_outcomes(self) -> None:
        """Outcomes from the ledger to the log; one that is written and not yet crossed out is written again,
        under the same id."""
        while True:
            try:
                told = await self._tell_some()
            except (DatabaseUnavailable, LogUnavailable, TimeoutError) as error:
                log.warning("notifier.outcomes", error=type(error).__name__)
                told = 0
            if told < TOLD_AT_ONCE:
                await asyncio.sleep(TELL_S if told == 0 else 0)

    async def _tell_some(self) -> int:
        async with self._ledger.transaction() as tx:
            rows = await tx.untold(TOLD_AT_ONCE)
            if not rows:
                return 0
            sent = []
            for _, value in rows:
                outcome = notice_outcomes.DECODER.decode(value)
                sent.append(
                    await self.kafka.begin(notice_outcomes.TOPIC, outcome.shipment, outcome, id=outcome.id)
                )
            async with asyncio.timeout(APPEND_WAIT_S):
                await asyncio.gather(*sent)
            await tx.told([id for id, _ in rows])
        return len(rows)

    # Reporting

    async def report(self) -> None:
        marks, caught_up = await self.marks()
        now_ms = time.time_ns() // 1_000_000
        self.watch(marks, now_ms)
        waits = "the ledger or the views are away" if self._dispatcher.stalled() else ""
        why = self.why_unready(now_ms, waits)
        if time.monotonic() - self._swept > HOUR_MS / 1000:
            self._swept = time.monotonic()
            try:
                await self._ledger.sweep(now_ms)
            except DatabaseUnavailable as error:
                log.warning("notifier.waits", error=str(error))
        milestones = self.settings.topic_prefix + shipment_milestones.TOPIC.name
        at = {tp.partition: at_ms for tp, at_ms in marks.items() if tp.topic == milestones}
        try:
            await self.writer.put_worked_off("notifier", at)
            await self.writer.put_heartbeat(self.heartbeat(now_ms, self.caught_up, why, caught_up))
            self.readiness.say(why)
        except ViewsUnavailable as error:
            log.warning("views.unavailable", error=str(error))
            self.readiness.say("the views can't be written")


def _hook(milestone: Milestone, endpoint: str, stage: StageView | None) -> Notice:
    payload = payload_of(milestone, order_number=stage.order_number if stage is not None else None)
    return noticed(
        want_of(milestone),
        endpoint,
        "webhook",
        named=f"{endpoint}:{milestone.kind}",
        payload=msgspec.json.encode(payload),
    )
