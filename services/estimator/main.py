"""`python -m services.estimator.main`: the only place that builds adapters."""

from __future__ import annotations

from services.estimator import tables
from services.estimator.config import Settings
from services.estimator.store import Measured
from services.estimator.worker import EstimatorOwner
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres import lists
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViews, RedisViewsWriter, read_generation
from shared.adapters.router import open_router
from shared.adapters.worker import run
from shared.ports.router import Router, RouterError

log = logs.get(__name__)


def _router(settings: Settings) -> Router | None:
    """The router that the settings name; without one unplanned ways are taken as the crow flies."""
    try:
        return open_router(settings.router_kind, settings.valhalla_tiles, settings.router_url)
    except RouterError as error:
        log.warning("router.off", error=str(error))
        return None


def main() -> None:
    settings = Settings()

    async def make() -> EstimatorOwner:
        router = _router(settings)
        log.info("estimator.starting", router=router is not None)
        redis = connect(settings.redis_url)
        generation = await read_generation(redis, settings.namespace)
        return EstimatorOwner(
            settings,
            KafkaLog(settings, "/dromos/estimator"),
            RedisViewsWriter(settings, generation, redis),
            RedisViews(settings),
            Measured(tables.database(settings.database_url), lists.database(settings.database_url)),
            router,
        )

    run(settings, make)


if __name__ == "__main__":
    main()
