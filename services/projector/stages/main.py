"""`python -m services.projector.stages.main`: the only place that builds adapters."""

from __future__ import annotations

import asyncio

import faust

from services.projector.stages.agents import Stages
from services.projector.stages.config import Settings
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViewsWriter, read_generation


async def build(settings: Settings) -> Stages:
    """The app with its adapters, in the loop that will run it."""
    redis = connect(settings.redis_url)
    if settings.generation == 0:
        generation = await read_generation(redis, settings.namespace)
        settings = settings.model_copy(update={"generation": generation})
    kafka = KafkaLog(settings, "/dromos/projector/stages")
    await kafka.start()
    stages = Stages(settings, kafka, RedisViewsWriter(settings, settings.generation, redis))
    await stages.board.reader.start()
    return stages


def main() -> None:
    settings = Settings()
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    stages = loop.run_until_complete(build(settings))
    loop.run_until_complete(stages.probes.start())
    worker = faust.Worker(stages.app, loop=loop, override_logging=False, quiet=True)
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
