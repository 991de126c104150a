"""`python -m services.shipments.main`: the only place that builds adapters."""

from __future__ import annotations

from services.shipments.config import Settings
from services.shipments.worker import ShipmentsOwner
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViewsWriter, read_generation
from shared.adapters.worker import run


def main() -> None:
    settings = Settings()

    async def make() -> ShipmentsOwner:
        redis = connect(settings.redis_url)
        generation = await read_generation(redis, settings.namespace)
        writer = RedisViewsWriter(settings, generation, redis)
        return ShipmentsOwner(settings, KafkaLog(settings, "/dromos/shipments"), writer)

    run(settings, make)


if __name__ == "__main__":
    main()
