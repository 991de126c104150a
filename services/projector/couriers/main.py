"""`python -m services.projector.couriers.main`: the only place that builds adapters."""

from __future__ import annotations

from services.projector.couriers.config import Settings
from services.projector.couriers.worker import CouriersOwner
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.redis.connection import connect
from shared.adapters.redis.live import LiveWriter
from shared.adapters.redis.views import RedisViews, RedisViewsWriter, read_generation
from shared.adapters.worker import run
from shared.contracts import merchants


def main() -> None:
    settings = Settings()

    async def make() -> CouriersOwner:
        redis = connect(settings.redis_url)
        generation = await read_generation(redis, settings.namespace)
        return CouriersOwner(
            settings,
            KafkaLog(settings, "/dromos/projector/couriers"),
            RedisViewsWriter(settings, generation, redis),
            LiveWriter(settings, generation),
            RedisViews(settings),
            KafkaTable(settings, merchants.TOPIC, merchants.Merchant),
        )

    run(settings, make)


if __name__ == "__main__":
    main()
