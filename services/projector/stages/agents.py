"""The Faust app: an agent a followed topic, and marks of how far each partition is worked off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import faust
import msgspec
from faust.types import TP
from redis.exceptions import RedisError

from services.projector.stages import transport
from services.projector.stages.board import Board
from services.projector.stages.config import Settings
from services.projector.stages.projection import Projection
from services.projector.stages.refill import Refill
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.probes import Probes, Readiness
from shared.adapters.redis.views import RedisViewsWriter, read_generation
from shared.adapters.watchdog import UNHEARD_MS, ClockFence, Watchdog, fatal
from shared.contracts import courier_routes, links, merchants, shipment_events, shipment_parties
from shared.contracts.topic import Topic
from shared.contracts.views.work import Heartbeat
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)
BATCH = 500
WITHIN_S = 0.02


def group(generation: int) -> str:
    """The consumer group of a generation; a rebuild reads from the beginning in the next one's."""
    return "stages" if generation == 1 else f"stages-g{generation}"


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


class Stages:
    """Builds the app; `caught_up` says that nothing is left to be read (for a rebuild)."""

    def __init__(self, settings: Settings, kafka: KafkaLog, writer: RedisViewsWriter) -> None:
        self.settings, self.kafka, self.writer = settings, kafka, writer
        self.watchdog = Watchdog(patience_s=max(30.0, 3 * settings.session_timeout_s))
        self.fence = ClockFence(settings.session_timeout_s)
        self.board = Board(settings, kafka, self.watchdog, load=not settings.rebuilding)
        self.metrics = WorkerMetrics("stages")
        self.metrics.lag_records.set_function(self._lag)
        self.metrics.partitions.set_function(lambda: len(self._events_assigned()))
        self._readiness = Readiness()
        self.probes = Probes(settings.stages_port, self._readiness, self.metrics)
        self.projection = Projection(
            kafka, writer, self.board, self.watchdog, self.metrics, producing=not settings.rebuilding
        )
        self._done: dict[TP, int] = {}
        self._base: dict[TP, int] = {}
        self._ends: dict[TP, int] = {}
        self._heard_ms = 0
        self._caught_up = False
        """Whether all that was assigned has been worked off once: only then is this worker ready."""
        self.refill = Refill(settings, self.board, self.projection, writer)
        self.app = self._make()

    def _make(self) -> faust.App:
        settings = self.settings
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
            settings.topic_prefix + group(settings.generation),
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
        transport.use(app)
        self._batches(app, shipment_events.TOPIC, self.projection.events)
        for topic, handle in (
            (shipment_parties.TOPIC, self.projection.party),
            (links.TOPIC, self.projection.link),
            (merchants.TOPIC, self.projection.merchant),
            (courier_routes.TOPIC, self.projection.plan),
        ):
            self._one_by_one(app, topic, handle)
        app.on_partitions_revoked.connect(cast(Any, self._revoked))
        app.task(self._start)
        app.timer(0.4)(self._report)
        return app

    def _topic(self, app: faust.App, topic: Topic) -> Any:
        return app.topic(
            self.settings.topic_prefix + topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            allow_empty=True,
        )

    def _batches(
        self, app: faust.App, topic: Topic, handle: Callable[[list[Record]], Awaitable[None]]
    ) -> None:
        """An agent that handles up to `BATCH` events at a time: Faust acknowledges them all afterwards."""

        async def agent(stream: Any) -> None:
            async for events in stream.take_events(BATCH, within=WITHIN_S):
                self.fence.check()
                records = [to_record(event, self.settings.topic_prefix) for event in events]
                begun = time.perf_counter()
                try:
                    await handle(records)
                except asyncio.CancelledError:
                    raise
                except Exception as error:  # Faust would acknowledge what failed
                    log.exception("projection.failed")
                    fatal("failed", error=f"{type(error).__name__}: {error}")
                for event in events:
                    tp = TP(event.message.topic, event.message.partition)
                    self._done[tp] = event.message.offset + 1
                    self.metrics.worked_off(tp, int(event.message.timestamp * 1000))
                self.metrics.batch(len(records), time.perf_counter() - begun)
                self.watchdog.progress()

        agent.__name__ = topic.name
        app.agent(self._topic(app, topic), name=topic.name)(agent)

    def _one_by_one(self, app: faust.App, topic: Topic, handle: Callable[[Record], Awaitable[None]]) -> None:
        async def agent(stream: Any) -> None:
            async for event in stream.events():
                self.fence.check()
                record = to_record(event, self.settings.topic_prefix)
                try:
                    await handle(record)
                    self.metrics.handled.add(record.topic, "shown")
                except asyncio.CancelledError:
                    raise
                except msgspec.MsgspecError as error:
                    await self.projection.poison(record, error)
                except Exception as error:
                    log.exception("projection.failed")
                    fatal("failed", error=f"{type(error).__name__}: {error}")
                tp = TP(event.message.topic, event.message.partition)
                self._done[tp] = record.offset + 1
                self.metrics.worked_off(tp, record.timestamp_ms)
                self.watchdog.progress()

        agent.__name__ = topic.name
        app.agent(self._topic(app, topic), name=topic.name)(agent)

    async def _start(self, app: faust.App) -> None:  # noqa: ARG002 (Faust hands itself in)
        """Runs beside the agents: the reader of states, the watchdog's tick."""
        self.watchdog.start()
        try:
            await asyncio.gather(self.board.reader.run(), self.watchdog.tick(self.fence))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("worker.failed")
            fatal("failed", error=f"{type(error).__name__}: {error}")

    async def _revoked(self, _app: Any, revoked: set[TP], **_: Any) -> None:
        for tp in revoked:
            self._done.pop(tp, None)
            self._base.pop(tp, None)
            if tp.topic == self.settings.topic_prefix + shipment_events.TOPIC.name:
                self.board.drop(tp.partition)
        self._caught_up = False
        self.metrics.forget()
        self.refill.forget()

    async def close(self) -> None:
        """Let go of what `main` started."""
        self.watchdog.stop()
        await self.board.reader.stop()
        await self.kafka.stop()
        await self.writer.close()

    async def marks(self) -> tuple[dict[TP, int], bool]:
        """When (epoch ms) each assigned partition was worked off last; whether all are."""
        consumer = self.app.consumer
        inner: Any = consumer._thread._consumer  # type: ignore[attr-defined]  # aiokafka's own
        found: dict[TP, int] = {}
        assigned = consumer.assignment()
        # All in one question: each waits at the broker behind the fetch that is under way.
        if unknown := [tp for tp in assigned if tp not in self._base]:
            self._base.update(await consumer.earliest_offsets(*unknown))
        self._ends = {tp: end for tp in assigned if (end := inner.highwater(tp)) is not None}
        self._heard_ms = min((inner.last_poll_timestamp(tp) or 0 for tp in assigned), default=0)
        for tp in assigned:
            position = await consumer.position(tp)
            end, asked = inner.highwater(tp), inner.last_poll_timestamp(tp)
            if position is None or end is None or not asked:
                continue
            done = self._done[tp] if tp in self._done else self._begun(tp)
            if done >= position >= end:
                found[tp] = asked
        return found, bool(assigned) and len(found) == len(assigned)

    def _events_assigned(self) -> list[TP]:
        return [tp for tp in self._ends if tp.topic.endswith(shipment_events.TOPIC.name)]

    def _lag(self) -> int:
        """Records of the assigned partitions that are not worked off, as of the last report."""
        return sum(max(0, end - self._done.get(tp, self._begun(tp))) for tp, end in self._ends.items())

    def _why_unready(self, now_ms: int, loaded: bool) -> str:
        if not self._ends:
            return "no partitions"
        if not self._caught_up:
            return "catching up"
        if not loaded:
            return "reading the states"
        if self.refill.busy:
            return "filling the views"
        return "Kafka is silent" if now_ms - self._heard_ms > UNHEARD_MS else ""

    def _begun(self, tp: TP) -> int:
        """Where reading a partition began: what has been fetched since is not worked off yet."""
        committed: dict[TP, int | None] = self.app.consumer._committed_offset  # type: ignore[attr-defined]
        return max(self._base.get(tp, 0), committed.get(tp) or 0)

    def worked_off_to(self) -> dict[TP, int]:
        """The offset up to which each assigned partition has been worked off."""
        return self._base | self._done

    async def _report(self) -> None:
        """Marks and heartbeat; fills what Redis does not have; exits when another generation is shown."""
        if self.settings.rebuilding:
            return
        assigned = self.app.consumer.assignment()
        marks, caught_up = await self.marks()
        # A client that has lost its brokers for good knows of no lag: it hears of nothing any more.
        now_ms = time.time_ns() // 1_000_000
        self.watchdog.waiting(any(now_ms - marks.get(tp, 0) > UNHEARD_MS for tp in assigned))
        self._caught_up |= caught_up
        events = self.settings.topic_prefix + shipment_events.TOPIC.name
        # Now rather than with each partition's first event, one after the other, while somebody waits.
        loading = [self.board.begin(tp.partition) for tp in assigned if tp.topic == events]
        loaded = all(task.done() for task in loading)
        for tp, at_ms in marks.items():
            self.metrics.worked_off(tp, at_ms)
        why = self._why_unready(now_ms, loaded)
        try:
            filled = await self.refill.look(assigned)
            at = {tp.partition: ms for tp, ms in marks.items() if tp.topic == events}
            await self.writer.put_worked_off("stages", {p: ms for p, ms in at.items() if p in filled})
            await self.writer.put_heartbeat(
                Heartbeat(
                    part=self.settings.part,
                    ready=self._caught_up and loaded and not self.refill.busy,
                    at_ms=now_ms,
                    detail=why or ("" if caught_up else "catching up"),
                )
            )
            shown = await read_generation(self.writer.redis, self.settings.namespace)
            if shown != self.settings.generation:
                fatal("another generation is shown", generation=shown)
            self._readiness.say(why)
        except (ViewsUnavailable, RedisError, OSError) as error:
            log.warning("views.unavailable", error=str(error))
            self._readiness.say("the views can't be written")
