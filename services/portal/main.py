"""`python -m services.portal.main`: build the adapters, serve, drain on SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import uvicorn

from services.portal.api.app import create_app
from services.portal.api.context import Portal
from services.portal.config import PortalSettings
from shared import logs
from shared.adapters.kafka.history import KafkaHistory
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.probe import KafkaProbe
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.redis.views import RedisViews
from shared.contracts import courier_routes, devices, links, merchants
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.domain.plan import holds
from shared.ports.router import Router, RouterError

DRAIN_S = 10
log = logs.get(__name__)


def _router(settings: PortalSettings) -> Router | None:
    """The router over the tiles, if the setting names some; without one legs stay absent."""
    if settings.valhalla_tiles is None or not settings.valhalla_tiles.exists():
        return None
    from shared.adapters.valhalla.router import ValhallaRouter  # a quarter of a gigabyte that few need

    try:
        return ValhallaRouter(settings.valhalla_tiles)
    except RouterError as error:
        log.warning("router.off", error=str(error))
        return None


class Server(uvicorn.Server):
    """Ends by returning: uvicorn's own handlers raise the signal again at the end, and the process would be
    gone before its producer and its readers are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def serve(settings: PortalSettings) -> None:
    async with AsyncExitStack() as stack:
        kafka = await stack.enter_async_context(KafkaLog(settings, source="/dromos/portal"))
        probe = KafkaProbe(settings, merchants.TOPIC)
        stack.push_async_callback(probe.stop)
        await probe.start()
        views = RedisViews(settings)
        stack.push_async_callback(views.close)
        router = _router(settings)
        if router is not None:
            stack.push_async_callback(router.close)
        portal = Portal(
            settings=settings,
            log=kafka,
            views=views,
            history=KafkaHistory(settings),
            merchants=KafkaTable(settings, merchants.TOPIC, Merchant),
            devices=KafkaTable(settings, devices.TOPIC, Device),
            links=KafkaTable(settings, links.TOPIC, Link),
            plans=KafkaTable(settings, courier_routes.TOPIC, CourierPlan, holds),
            router=router,
            kafka_answers=probe.answers,
        )
        server = Server(
            uvicorn.Config(
                create_app(portal),
                host=settings.portal_host,
                port=settings.portal_port,
                loop="none",  # the loop is made here, by uvloop below
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies or None,
                timeout_graceful_shutdown=DRAIN_S,
                lifespan="on",
            )
        )
        log.info("portal.starting", port=settings.portal_port, router=router is not None)
        await server.serve()
        if not server.started:
            raise SystemExit(3)


def main() -> None:
    settings = PortalSettings()  # type: ignore[call-arg]  # the environment has the ticket key
    logs.set_up(settings.part, settings.log_level)
    import uvloop

    asyncio.run(serve(settings), loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
