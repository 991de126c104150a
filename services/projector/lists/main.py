"""`python -m services.projector.lists.main`: the only place that builds adapters."""

from __future__ import annotations

from services.projector.lists.config import Settings
from services.projector.lists.worker import ListsOwner
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres import lists
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViewsWriter, read_generation
from shared.adapters.worker import run


def main() -> None:
    settings = Settings()

    async def make() -> ListsOwner:
        redis = connect(settings.redis_url)
        generation = await read_generation(redis, settings.namespace)
        writer = RedisViewsWriter(settings, generation, redis)
        database = lists.database(settings.database_url)
        return ListsOwner(settings, KafkaLog(settings, "/dromos/projector/lists"), writer, database)

    run(settings, make)


if __name__ == "__main__":
    main()
