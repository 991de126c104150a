"""Follower of streams: what `projector stages` and `notifier` have in common. A Faust app with an agent a
followed topic, marks of how far each partition is worked off, a watchdog and a fence.

Faust acknowledges an event whose agent raised: what can't be handled is put aside by the handler itself, and
whatever else goes wrong ends the process, so that nothing is acknowledged that was not done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, NamedTuple, cast

import faust
import msgspec
from faust.types import TP

from shared import logs
from shared.adapters.kafka import faust_transport
from shared.adapters.kafka.marks import Marks
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.probes import Probes, Readiness
from shared.adapters.watchdog import UNHEARD_MS, ClockFence, Watchdog, fatal
from shared.config import CommonSettings
from shared.contracts.topic import Topic
from shared.contracts.views.work import Heartbeat, Role
from shared.ports.log import Record

log = logs.get(__name__)
BATCH = 500
LINGER_S = 0.002
FLOOD_S = 0.02
"""What comes behind the first record of a batch is waited for: so long, again and again while more comes, and
at most so long."""
REPORT_S = 0.4
CAUGHT_UP_MS = 2_000
"""Worked off up to so long before its broker was heard last, a partition is being worked off as it grows."""


def to_record(event: Any, prefix: str) -> Record:
    """Faust's event as a record of ours."""
    message = event.message
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Record(
        topic=message.topic.removeprefix(prefix),
        partition=message.partition,
        offset=message.offset,
        key=None if message.key is None else bytes(message.key).decode(errors="replace"),
        value=message.value,
        timestamp_ms=int(message.timestamp * 1000),
        headers={name: bytes(value).decode(errors="replace") for name, value in headers},
    )


class Follower:
    """Base of the workers. Subclasses make their agents with `follow_batches` and `follow` after `super()`,
    say in `beside` what runs beside them and in `report` what is said of them twice a second."""

    role: Role

    def __init__(self, settings: CommonSettings, group: str, port: int) -> None:
        self.stream_settings = settings
        self.watchdog = Watchdog(patience_s=max(30.0, 3 * settings.session_timeout_s))
        self.fence = ClockFence(settings.session_timeout_s)
        self.metrics = WorkerMetrics(self.role)
        self.metrics.lag_records.set_function(self._lag)
        self.readiness = Readiness()
        self.since_ms = time.time_ns() // 1_000_000
        self.probes = Probes(port, self.readiness, self.metrics)
        self.caught_up = False
        """Whether all that was assigned has been worked off once: only then is this worker ready."""
        self._done: dict[TP, int] = {}
        self._base: dict[TP, int] = {}
        self._marks: Marks[TP] = Marks()
        self.ends: dict[TP, int] = {}
        self._heard_ms = 0
        self.app = self._make(settings, group)

    # What a worker is made of

    def beside(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What runs beside the agents for as long as they do; one that raises ends the process."""
        return ()

    async def report(self) -> None:
        """Twice a second: say how far this worker is."""
        raise NotImplementedError

    def let_go(self, revoked: set[TP]) -> None:
        """Partitions have been taken away: others have them now."""

    # How it is made

    def _make(self, settings: CommonSettings, group: str) -> faust.App:
        folder = settings.state_dir / "run"
        folder.mkdir(parents=True, exist_ok=True)
        session_s = settings.session_timeout_s
        options: dict[str, Any] = {}
        if settings.kafka_username:
            options["broker_credentials"] = faust.SASLCredentials(
                username=settings.kafka_username,
                password=settings.kafka_password,
                mechanism=settings.kafka_sasl_mechanism or "PLAIN",
            )
        app = faust.App(
            settings.topic_prefix + group,
            broker=[f"kafka://{address}" for address in settings.kafka_bootstrap.split(",")],
            store="memory://",
            datadir=str(folder / "faust"),
            web_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            broker_session_timeout=session_s,
            broker_heartbeat_interval=session_s / 5,
            broker_rebalance_timeout=session_s * 1.5,
            broker_commit_interval=0.5,
            stream_wait_empty=False,
            **options,
        )
        faust_transport.use(app)
        app.on_partitions_revoked.connect(cast(Any, self._revoked))
        app.task(self._beside)
        app.timer(REPORT_S)(self.report)
        return app

    def _topic(self, topic: Topic) -> Any:
        return self.app.topic(
            self.stream_settings.topic_prefix + topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            allow_empty=True,
        )

    def follow_batches(self, topic: Topic, handle: Callable[[list[Record]], Awaitable[None]]) -> None:
        """An agent that handles up to `BATCH` records at a time: Faust acknowledges them all afterwards."""

        async def agent(stream: Any) -> None:
            async for events in _batches(stream):
                self.fence.check()
                records = [to_record(event, self.stream_settings.topic_prefix) for event in events]
                begun = time.perf_counter()
                await self._or_exit(handle(records))
                for event in events:
                    self._worked_off(event)
                self.metrics.batch(len(records), time.perf_counter() - begun)

        agent.__name__ = topic.name
        self.app.agent(self._topic(topic), name=topic.name)(agent)

    def follow(
        self,
        topic: Topic,
        handle: Callable[[Record], Awaitable[None]],
        poison: Callable[[Record, Exception], Awaitable[None]],
    ) -> None:
        """An agent that handles one record after the other; what can't be read goes to `poison`."""

        async def one(record: Record) -> None:
            try:
                await handle(record)
                self.metrics.handled.add(record.topic, "shown")
            except msgspec.MsgspecError as error:
                await poison(record, error)

        async def agent(stream: Any) -> None:
            async for event in stream.events():
                self.fence.check()
                await self._or_exit(one(to_record(event, self.stream_settings.topic_prefix)))
                self._worked_off(event)

        agent.__name__ = topic.name
        self.app.agent(self._topic(topic), name=topic.name)(agent)

    async def _or_exit(self, work: Awaitable[None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as error:  # Faust would acknowledge what failed
            log.exception("worker.failed")
            fatal("failed", error=f"{type(error).__name__}: {error}")

    def _worked_off(self, event: Any) -> None:
        tp = TP(event.message.topic, event.message.partition)
        self._done[tp] = event.message.offset + 1
        self.metrics.worked_off(tp, int(event.message.timestamp * 1000))
        self.watchdog.progress()

    async def _beside(self, app: faust.App) -> None:  # noqa: ARG002 (Faust hands itself in)
        self.watchdog.start()
        await self._or_exit(_together(self.watchdog.tick(self.fence), *self.beside()))

    async def _revoked(self, _app: Any, revoked: set[TP], **_: Any) -> None:
        for tp in revoked:
            self._done.pop(tp, None)
            self._base.pop(tp, None)
        self._marks.forget(revoked)
        self.caught_up = False
        self.metrics.forget()
        self.let_go(revoked)

    # How far it is

    async def marks(self) -> tuple[dict[TP, int], bool]:
        """Up to when (epoch ms) each assigned partition is worked off; whether all are as they grow."""
        consumer = self.app.consumer
        inner: Any = consumer._thread._consumer  # type: ignore[attr-defined]  # aiokafka's own
        found: dict[TP, int] = {}
        assigned = consumer.assignment()
        # All in one question: each waits at the broker behind the fetch that is under way.
        if unknown := [tp for tp in assigned if tp not in self._base]:
            begun = await consumer.earliest_offsets(*unknown)
            still = consumer.assignment()
            self._base.update({tp: offset for tp, offset in begun.items() if tp in still})
        heard = {tp: at for tp in assigned if (at := _heard(inner, tp)) is not None}
        self.ends = {tp: at.end for tp, at in heard.items() if at.end is not None}
        self._heard_ms = min((heard[tp].asked_ms or 0 if tp in heard else 0 for tp in assigned), default=0)
        for tp, at in heard.items():
            if at.position is None:
                continue
            done = self._done[tp] if tp in self._done else self._begun(tp)
            mark = self._marks.look(tp, at.end, at.asked_ms, min(done, at.position))
            if mark is not None:
                found[tp] = mark
        up = [tp for tp, mark in found.items() if (heard[tp].asked_ms or 0) - mark < CAUGHT_UP_MS]
        all_are = bool(assigned) and len(up) == len(assigned)
        self.caught_up |= all_are
        return found, all_are

    def watch(self, marks: dict[TP, int], now_ms: int) -> None:
        """A client that has lost its brokers for good knows of no lag: it hears of nothing any more."""
        assigned = self.app.consumer.assignment()
        self.watchdog.waiting(any(now_ms - marks.get(tp, 0) > UNHEARD_MS for tp in assigned))
        for tp, at_ms in marks.items():
            self.metrics.worked_off(tp, at_ms)

    def unheard(self, now_ms: int) -> bool:
        """Whether Kafka has been silent for too long."""
        return now_ms - self._heard_ms > UNHEARD_MS

    def why_unready(self, now_ms: int, waits: str = "") -> str:
        """Why this worker is not ready, in a few words; empty: it is. `waits`: what it waits for besides,
        which counts once it has read up."""
        if not self.ends:
            return "no partitions"
        if not self.caught_up:
            return "catching up"
        return waits or ("Kafka is silent" if self.unheard(now_ms) else "")

    def heartbeat(self, now_ms: int, ready: bool, why: str, all_are: bool) -> Heartbeat:
        """A sign of life. `why`: as `why_unready` says; `all_are`: as `marks` says."""
        return Heartbeat(
            part=self.stream_settings.part,
            ready=ready,
            at_ms=now_ms,
            detail=why or ("" if all_are else "catching up"),
            since_ms=self.since_ms,
        )

    def worked_off_to(self) -> dict[TP, int]:
        """The offset up to which each assigned partition has been worked off."""
        return self._base | self._done

    def _lag(self) -> int:
        """Records of the assigned partitions that are not worked off, as of the last report."""
        return sum(max(0, end - self._done.get(tp, self._begun(tp))) for tp, end in self.ends.items())

    def _begun(self, tp: TP) -> int:
        """Where reading a partition began: what has been fetched since is not worked off yet."""
        committed: dict[TP, int | None] = self.app.consumer._committed_offset  # type: ignore[attr-defined]
        return max(self._base.get(tp, 0), committed.get(tp) or 0)


class _Heard(NamedTuple):
    """What a consumer knows of a partition: the offset that it reads next, the partition's end and when
    (epoch ms) its broker was heard. None: not yet."""

    position: int | None
    end: int | None
    asked_ms: int | None


def _heard(consumer: Any, tp: TP) -> _Heard | None:
    """None: it is not assigned any more; the consumer's own thread gives partitions away while they are
    looked at. To ask that thread costs a switch there and back for each, and waits where none is known."""
    try:
        state = consumer._subscription.subscription.assignment.state_value(tp)
        position = state.position if state.has_valid_position else None
        asked_ms = state.timestamp  # before the end, which may grow meanwhile
        return _Heard(position, state.highwater, asked_ms)
    except (AssertionError, AttributeError, KeyError):
        return None


async def _batches(stream: Any) -> AsyncIterator[list[Any]]:
    """Events as soon as there are any, at most `BATCH` at a time, acknowledged when the next are asked for.

    Faust's own `take_events` looks every so often whether something has come: at 50 times a second that is
    more than half of what an idle worker costs, and 10 ms in the middle of each event's way."""
    stream.enable_acks = False
    events: list[Any] = []
    come, room = asyncio.Event(), asyncio.Event()

    async def take() -> None:
        try:
            async for event in stream.events():
                events.append(event)
                come.set()
                if len(events) >= BATCH:
                    room.clear()
                await room.wait()  # while a batch is worked off no other is begun
        finally:
            come.set()

    taking = asyncio.create_task(take())
    try:
        while True:
            room.set()
            await come.wait()
            await _settled(events)
            room.clear()
            if not events:
                break
            batch = events[:]
            yield batch
            for event in batch:
                await stream.ack(event)
            del events[: len(batch)]
            if not events and not taking.done():
                come.clear()
        await taking  # raises what ended it
    finally:
        taking.cancel()


async def _settled(events: list[Any]) -> None:
    """Wait for as long as more come, and not for ever."""
    end_s, before = time.monotonic() + FLOOD_S, -1
    while before < len(events) < BATCH and time.monotonic() < end_s:
        before = len(events)
        await asyncio.sleep(LINGER_S)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(*work)
