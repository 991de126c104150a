"""`python -m services.ingest.main`: Kafka, Redis and the HTTP server put together."""

from __future__ import annotations

import signal
import sys
from contextlib import AsyncExitStack

import uvicorn
import uvloop
from aiokafka.errors import KafkaError
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from services.ingest.api import Ingest, create_app
from services.ingest.config import IngestSettings
from services.ingest.intake import Intake
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.probe import KafkaProbe
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.redis.views import RedisViews
from shared.contracts import courier_positions, devices, merchants
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant

log = logs.get(__name__)

SOURCE = "/dromos/ingest"
KEEP_ALIVE_S = 65  # phones post every few seconds: let them keep their connection


def server_of(settings: IngestSettings, app: ASGIApp) -> uvicorn.Server:
    """The HTTP server; it writes no access log, since an address may hold a secret."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.ingest_host,
            port=settings.ingest_port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=settings.ingest_drain_s,
        )
    )


def for_the_page(app: Ingest, origin: str) -> ASGIApp:
    """Let the courier's page, which the portal serves under another origin, post here (Fetch §3.2)."""
    return CORSMiddleware(
        app,
        allow_origins=[origin],
        allow_methods=["POST"],
        allow_headers=["authorization", "content-type", "prefer", "traceparent"],
        expose_headers=["retry-after"],
        max_age=7200,
    )


async def serve(settings: IngestSettings) -> None:
    """Read up, listen, and after SIGTERM or SIGINT finish what is under way.

    Raises:
        KafkaError: the brokers cannot be reached at the start; the supervisor tries again.
    """
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(KafkaLog(settings, SOURCE))
        views = RedisViews(settings)
        stack.push_async_callback(views.close)
        probe = KafkaProbe(settings, courier_positions.TOPIC)
        device_table = KafkaTable(settings, devices.TOPIC, Device)
        merchant_table = KafkaTable(settings, merchants.TOPIC, Merchant)
        intake = Intake(settings, producer, device_table, merchant_table, views)
        for part in (probe, device_table, merchant_table):
            stack.push_async_callback(part.stop)
            await part.start()
        server = server_of(settings, for_the_page(create_app(intake, probe.answers), settings.page_origin))
        for number in (signal.SIGTERM, signal.SIGINT):
            # The server raises the signal again when it has drained; what is left to do here comes after.
            signal.signal(number, lambda *_: None)
        log.info("ingest.starting", host=settings.ingest_host, port=settings.ingest_port)
        await server.serve()
    log.info("ingest.stopped")


def main() -> int:
    settings = IngestSettings()
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    try:
        uvloop.run(serve(settings))
    except KafkaError as error:
        log.error("ingest.no_log", bootstrap=settings.kafka_bootstrap, error=type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
