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
from services.portal.store import tables
from services.portal.store.imports import Imports
from services.portal.store.lists import Lists
from services.portal.store.office import Office
from shared import logs
from shared.adapters.geocoder import choose
from shared.adapters.kafka.history import KafkaHistory
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.probe import KafkaProbe
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.objects import open_objects
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database, DatabaseUnavailable
from shared.adapters.redis.views import RedisViews
from shared.adapters.router import open_router
from shared.contracts import courier_routes, couriers, devices, links, merchants
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.domain.plan import holds
from shared.ports.geocoder import Geocoder, GeocoderUnavailable
from shared.ports.objects import Objects, ObjectsUnavailable
from shared.ports.router import Router, RouterError

DRAIN_S = 10
UPGRADE_AGAIN_S = 5
log = logs.get(__name__)


def _router(settings: PortalSettings) -> Router | None:
    """The router that the settings name; without one legs stay absent."""
    try:
        return open_router(settings.router_kind, settings.valhalla_tiles, settings.router_url)
    except RouterError as error:
        log.warning("router.off", error=str(error))
        return None


def _objects(settings: PortalSettings) -> Objects | None:
    """The store of pictures. Where there is none all else is served, and who sends a picture is told."""
    try:
        return open_objects(
            settings.objects_at,
            endpoint=settings.objects_endpoint,
            region=settings.objects_region,
            key_id=settings.objects_key_id,
            secret=settings.objects_secret.get_secret_value(),
        )
    except ObjectsUnavailable as error:
        log.error("objects.off", error=str(error))
        return None


def _geocoder(settings: PortalSettings) -> Geocoder | None:
    """Over the map's addresses, or a server's; without one imported rows need their own places."""
    try:
        return choose(
            settings.geocoder_kind,
            file=settings.geocoder_file or settings.map_dir / "geocoder.json",
            url=settings.geocoder_url,
            rate=settings.geocoder_rate,
        )
    except GeocoderUnavailable as error:
        log.warning("geocoder.off", error=str(error))
        return None


async def _upgrade(office: Database) -> bool:
    """Bring the accounts' tables up to date. Without PostgreSQL recipients and shops are served all the same,
    and the desk says that it is away."""
    try:
        await office.upgrade()
    except DatabaseUnavailable as error:
        log.error("office.unavailable", error=str(error))
        return False
    return True


async def _upgrade_later(office: Database) -> None:
    """Once PostgreSQL is there."""
    while True:
        await asyncio.sleep(UPGRADE_AGAIN_S)
        if await _upgrade(office):
            return


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
        office = tables.database(settings.database_url)
        stack.push_async_callback(office.close)
        if not await _upgrade(office):
            upgrading = asyncio.create_task(_upgrade_later(office), name="upgrade")
            stack.callback(upgrading.cancel)
        lists_database = lists.database(settings.database_url)
        stack.push_async_callback(lists_database.close)
        router = _router(settings)
        if router is not None:
            stack.push_async_callback(router.close)
        geocoder = _geocoder(settings)
        if geocoder is not None:
            stack.push_async_callback(geocoder.close)
        portal = Portal(
            settings=settings,
            log=kafka,
            views=views,
            history=KafkaHistory(settings),
            merchants=KafkaTable(settings, merchants.TOPIC, Merchant),
            devices=KafkaTable(settings, devices.TOPIC, Device),
            links=KafkaTable(settings, links.TOPIC, Link),
            plans=KafkaTable(settings, courier_routes.TOPIC, CourierPlan, holds),
            couriers=KafkaTable(settings, couriers.TOPIC, Courier),
            office=Office(office),
            lists=Lists(lists_database),
            objects=_objects(settings),
            router=router,
            imports=Imports(office),
            geocoder=geocoder,
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
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    import uvloop

    asyncio.run(serve(settings), loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
