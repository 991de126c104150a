"""Owner of partitions: what `shipments` and `projector couriers` have in common.

A member of a consumer group gets partitions; for each it first takes over (`take_over`: claim, read up),
then gets its batches (`work`), and commits after each. A worker that finds anything wrong with itself exits
and is started again; nothing is repaired in place."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError
from aiokafka.structs import ConsumerRecord
from mode import Service
from redis.exceptions import RedisError

from shared import logs
from shared.adapters.kafka.connection import client_options
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.marks import Marks
from shared.adapters.kafka.reader import FETCH_WAIT_MS, Reader
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.probes import Probes, Readiness
from shared.adapters.redis.views import RedisViewsWriter, read_generation
from shared.adapters.watchdog import UNHEARD_MS, ClockFence, Watchdog, fatal
from shared.config import CommonSettings
from shared.contracts.topic import Topic
from shared.contracts.views.work import Heartbeat, Role
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)
REVOKE_WAIT_S = 8.0


class Owner(Service):
    """Base of the workers. Subclasses say which topics they own and follow, and how to work."""

    role: Role
    owned: Sequence[Topic]
    max_batch = 500

    def __init__(
        self, settings: CommonSettings, group: str, port: int, kafka: KafkaLog, writer: RedisViewsWriter
    ) -> None:
        super().__init__()
        self.settings, self.kafka, self.writer = settings, kafka, writer
        self.metrics = WorkerMetrics(self.role)
        self.metrics.lag_records.set_function(self._lag)
        self.metrics.partitions.set_function(lambda: len(self.mine))
        self._readiness = Readiness()
        self._since_ms = time.time_ns() // 1_000_000
        self._probes = Probes(port, self._readiness, self.metrics)
        self._group = group
        self.reader = Reader(settings, self.followed)
        self.watchdog = Watchdog(patience_s=max(30.0, 3 * settings.session_timeout_s))
        self.fence = ClockFence(settings.session_timeout_s)
        self.mine: set[int] = set()
        """Partitions taken over: worked on and reported as worked off."""
        self._given: set[int] = set()
        self._given_changed = asyncio.Event()
        self._batch = asyncio.Lock()
        self._done: dict[TopicPartition, int] = {}
        self._marks: Marks[TopicPartition] = Marks()
        self._consumer = AIOKafkaConsumer(
            **client_options(settings),
            group_id=settings.topic_prefix + group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=int(settings.session_timeout_s * 1000),
            heartbeat_interval_ms=int(settings.session_timeout_s * 200),
            rebalance_timeout_ms=int(settings.session_timeout_s * 1500),
            max_poll_interval_ms=600_000,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=4 << 20,
        )

    # What a worker is made of

    def followed(self, topic: str, partition: int, records: list[Record]) -> None:
        """Records of a followed topic, in order; must not wait."""
        raise NotImplementedError

    async def take_over(self, partition: int) -> None:
        """Make everything ready for the partition's first batch."""
        raise NotImplementedError

    async def work(self, partition: int, records: dict[str, list[ConsumerRecord]]) -> None:
        """Work off a batch by topic (without prefix); when this returns it is committed."""
        raise NotImplementedError

    def let_go(self, partition: int) -> None:
        """Forget the partition: somebody else has it now."""
        raise NotImplementedError

    def followed_topics(self) -> Sequence[Topic]:
        """The followed topics that must be read to their end for the partition to count as worked off."""
        return ()

    # How it runs

    async def on_start(self) -> None:
        self.watchdog.start()
        await self._probes.start()
        await self.kafka.start()
        await self.reader.start()
        await self._consumer.start()
        prefix = self.settings.topic_prefix
        self._consumer.subscribe([prefix + t.name for t in self.owned], listener=_Listener(self))

    async def on_stop(self) -> None:
        self.watchdog.stop()
        async with self._batch:
            await self._consumer.stop()  # leaves the group at once: the others need not wait
        await self.reader.stop()
        await self.kafka.stop()
        await self.writer.close()
        await self._probes.stop()

    @Service.task
    async def _tick(self) -> None:
        await self._or_exit(lambda: self.watchdog.tick(self.fence))

    @Service.task
    async def _read(self) -> None:
        await self._or_exit(self.reader.run)

    @Service.task
    async def _adopt(self) -> None:
        await self._or_exit(self._adopt_given)

    @Service.task
    async def _batches(self) -> None:
        await self._or_exit(self._work_batches)

    @Service.task
    async def _report(self) -> None:
        await self._or_exit(self._report_progress)

    async def _or_exit(self, run: Callable[[], Any]) -> None:
        """A task that fails ends the process; one that is ended by a stop does not."""
        try:
            await run()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not self.should_stop:
                log.exception("worker.failed")
                fatal("failed", error=f"{type(error).__name__}: {error}")

    async def _adopt_given(self) -> None:
        while not self.should_stop:
            await self._given_changed.wait()
            self._given_changed.clear()
            await asyncio.gather(*(self._adopt_one(p) for p in sorted(self._given - self.mine)))

    async def _adopt_one(self, partition: int) -> None:
        """Take one partition over; a rebalance meanwhile takes it away again."""
        begun = time.monotonic()
        self.watchdog.progress()
        try:
            await self.take_over(partition)
        except asyncio.CancelledError:
            if partition in self._given:
                raise
            return
        if partition not in self._given:
            self.let_go(partition)
            return
        self.mine.add(partition)
        self._consumer.resume(*self._tps(partition))
        self.watchdog.progress()
        log.info("partition.taken", partition=partition, s=round(time.monotonic() - begun, 3))

    def _tps(self, partition: int) -> list[TopicPartition]:
        assigned = self._consumer.assignment()
        return [tp for tp in assigned if tp.partition == partition]

    async def _work_batches(self) -> None:
        prefix = self.settings.topic_prefix
        while not self.should_stop:
            fetched: Mapping[TopicPartition, list[ConsumerRecord]] = await self._consumer.getmany(
                timeout_ms=200, max_records=self.max_batch
            )
            if not fetched:
                continue
            self.fence.check()
            async with self._batch:
                by_partition: dict[int, dict[str, list[ConsumerRecord]]] = defaultdict(dict)
                for tp, records in fetched.items():
                    if tp.partition in self.mine:
                        by_partition[tp.partition][tp.topic.removeprefix(prefix)] = records
                for partition, records_by_topic in by_partition.items():
                    begun = time.perf_counter()
                    await self.work(partition, records_by_topic)
                    self.watchdog.progress()
                    batches = records_by_topic.values()
                    self.metrics.batch(sum(map(len, batches)), time.perf_counter() - begun)
                    self.metrics.worked_off(partition, min(b[-1].timestamp for b in batches))
                ends = {tp: rs[-1].offset + 1 for tp, rs in fetched.items() if tp.partition in by_partition}
                await self._commit(ends)

    async def _commit(self, ends: dict[TopicPartition, int]) -> None:
        """Commits; a partition that has gone to somebody else meanwhile is read again there."""
        try:
            if ends:
                await self._consumer.commit(ends)
                self._done.update(ends)
        except (CommitFailedError, RebalanceInProgressError, IllegalStateError) as error:
            log.warning("commit.refused", error=type(error).__name__)

    def _worked_off_ms(self, partition: int) -> int | None:
        """Up to when (epoch ms) the partition's logs are worked off, as far as is known now."""
        times: list[int | None] = [self.reader.read_ms(t, partition) for t in self.followed_topics()]
        for tp in self._tps(partition):
            asked_ms, end = self._consumer.last_poll_timestamp(tp), self._consumer.highwater(tp)
            times.append(self._marks.look(tp, end, asked_ms, self._done[tp]))
        known = [t for t in times if t is not None]
        return min(known) if times and len(known) == len(times) else None

    def _lag(self) -> int:
        """Records of our partitions that are not worked off."""
        ends = {tp: self._consumer.highwater(tp) for tp in self._consumer.assignment()}
        return sum(max(0, end - self._done.get(tp, end)) for tp, end in ends.items() if end is not None)

    def begin_at(self, tp: TopicPartition, offset: int) -> None:
        """Read a partition that is being taken over from here on."""
        self._consumer.seek(tp, offset)
        self._done[tp] = offset

    def _why_unready(self, now_ms: int) -> str:
        if not self._given:
            return "no partitions"
        if self._given != self.mine:
            return f"reading up partitions {sorted(self._given - self.mine)}"
        heard_ms = min(
            (self._consumer.last_poll_timestamp(tp) or 0 for tp in self._consumer.assignment()), default=0
        )
        return "Kafka is silent" if now_ms - heard_ms > UNHEARD_MS else ""

    async def _report_progress(self) -> None:
        while not self.should_stop:
            now_ms = time.time_ns() // 1_000_000
            ready = bool(self._given) and self._given == self.mine
            at = {p: t for p in self.mine if (t := self._worked_off_ms(p)) is not None}
            # A client that has lost its brokers for good knows of no lag: it hears of nothing any more.
            self.watchdog.waiting(any(now_ms - at.get(p, 0) > UNHEARD_MS for p in self._given))
            for partition, at_ms in at.items():
                self.metrics.worked_off(partition, at_ms)
            why = self._why_unready(now_ms)
            detail = f"partitions {sorted(self.mine)}" + (f", {why}" if ready and why else "")
            try:
                await self.writer.put_worked_off(self.role, at)
                part = self.settings.part or self.role
                await self.writer.put_heartbeat(
                    Heartbeat(part=part, ready=ready, at_ms=now_ms, detail=detail, since_ms=self._since_ms)
                )
                shown = await read_generation(self.writer.redis, self.settings.namespace)
                if shown != self.writer.keys.generation:
                    fatal("another generation is shown", generation=shown)
                self._readiness.say(why)
            except (ViewsUnavailable, RedisError, OSError) as error:
                log.warning("views.unavailable", error=str(error))
                self._readiness.say("the views can't be written")
            await asyncio.sleep(0.4)

    # Called by the group

    async def given(self, partitions: set[int], tps: list[TopicPartition]) -> None:
        self._consumer.pause(*tps)
        begun = await self._consumer.beginning_offsets(tps)
        self._done = {tp: max(begun[tp], await self._consumer.committed(tp) or 0) for tp in tps}
        self._marks = Marks()
        self._given = partitions
        for partition in partitions:
            self.metrics.worked_off(partition, time.time_ns() // 1_000_000)
        self._given_changed.set()

    async def taken(self) -> None:
        """All partitions are taken back before a rebalance; the batch in hand is finished first."""
        self._given = set()
        self.metrics.forget()
        try:
            await asyncio.wait_for(self._batch.acquire(), REVOKE_WAIT_S)
        except TimeoutError:
            fatal("batch does not end before a rebalance")
        try:
            for partition in list(self.mine):
                self.mine.discard(partition)
                self.let_go(partition)
        finally:
            self._batch.release()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:  # noqa: ARG002 (its interface)
        await self._owner.taken()

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        await self._owner.given({tp.partition for tp in assigned}, list(assigned))
