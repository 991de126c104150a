"""The Faust app: an agent a followed topic, and marks of how far each partition is worked off."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from typing import Any

from faust.types import TP
from redis.exceptions import RedisError

from services.projector.stages.board import Board
from services.projector.stages.config import Settings
from services.projector.stages.projection import Projection
from services.projector.stages.refill import Refill
from shared import logs
from shared.adapters.kafka.follower import Follower
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.redis.views import RedisViewsWriter, read_generation
from shared.adapters.watchdog import fatal
from shared.contracts import courier_routes, links, merchants, shipment_events, shipment_parties
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)


def group(generation: int) -> str:
    """The consumer group of a generation; a rebuild reads from the beginning in the next one's."""
    return "stages" if generation == 1 else f"stages-g{generation}"


class Stages(Follower):
    """Builds the app; `marks` say when nothing is left to be read (for a rebuild)."""

    role = "stages"

    def __init__(self, settings: Settings, kafka: KafkaLog, writer: RedisViewsWriter) -> None:
        super().__init__(settings, group(settings.generation), settings.stages_port)
        self.settings, self.kafka, self.writer = settings, kafka, writer
        self.board = Board(settings, kafka, self.watchdog, load=not settings.rebuilding)
        self.metrics.partitions.set_function(lambda: len(self._events_assigned()))
        self.projection = Projection(
            kafka, writer, self.board, self.watchdog, self.metrics, producing=not settings.rebuilding
        )
        self.refill = Refill(settings, self.board, self.projection, writer)
        self.follow_batches(shipment_events.TOPIC, self.projection.events)
        for topic, handle in (
            (shipment_parties.TOPIC, self.projection.party),
            (links.TOPIC, self.projection.link),
            (merchants.TOPIC, self.projection.merchant),
            (courier_routes.TOPIC, self.projection.plan),
        ):
            self.follow(topic, handle, self.projection.poison)

    def beside(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """The reader of states."""
        return (self.board.reader.run(),)

    def let_go(self, revoked: set[TP]) -> None:
        for tp in revoked:
            if tp.topic == self.settings.topic_prefix + shipment_events.TOPIC.name:
                self.board.drop(tp.partition)
        self.refill.forget()

    async def close(self) -> None:
        """Let go of what `main` started."""
        self.watchdog.stop()
        await self.board.reader.stop()
        await self.kafka.stop()
        await self.writer.close()

    def _events_assigned(self) -> list[TP]:
        return [tp for tp in self.ends if tp.topic.endswith(shipment_events.TOPIC.name)]

    async def report(self) -> None:
        """Marks and heartbeat; fills what Redis does not have; exits when another generation is shown."""
        if self.settings.rebuilding:
            return
        assigned = self.app.consumer.assignment()
        marks, caught_up = await self.marks()
        now_ms = time.time_ns() // 1_000_000
        self.watch(marks, now_ms)
        events = self.settings.topic_prefix + shipment_events.TOPIC.name
        # Now rather than with each partition's first event, one after the other, while somebody waits.
        loading = [self.board.begin(tp.partition) for tp in assigned if tp.topic == events]
        loaded = all(task.done() for task in loading)
        waits = "reading the states" if not loaded else "filling the views" if self.refill.busy else ""
        why = self.why_unready(now_ms, waits)
        try:
            filled = await self.refill.look(assigned)
            at = {tp.partition: ms for tp, ms in marks.items() if tp.topic == events}
            await self.writer.put_worked_off("stages", {p: ms for p, ms in at.items() if p in filled})
            ready = self.caught_up and loaded and not self.refill.busy
            await self.writer.put_heartbeat(self.heartbeat(now_ms, ready, why, caught_up))
            shown = await read_generation(self.writer.redis, self.settings.namespace)
            if shown != self.settings.generation:
                fatal("another generation is shown", generation=shown)
            self.readiness.say(why)
        except (ViewsUnavailable, RedisError, OSError) as error:
            log.warning("views.unavailable", error=str(error))
            self.readiness.say("the views can't be written")
