"""A portal over memory adapters: its parts, two shops, and the clock in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr

from services.portal.api.app import attach, create_app
from services.portal.api.context import Portal
from services.portal.api.passwords import Passwords
from services.portal.api.sessions import cookie_name
from services.portal.config import PortalSettings
from services.portal.core.access import Role, Staff
from services.portal.core.office import Seat, csrf_of
from services.portal.store.imports import Imports
from services.portal.store.lists import Lists
from services.portal.store.office import Office
from shared.adapters.memory.history import MemoryHistory
from shared.adapters.memory.log import MemoryLog, MemoryTable
from shared.adapters.memory.views import MemoryViews
from shared.adapters.objects import open_objects
from shared.adapters.postgres.database import Database
from shared.contracts import courier_routes, couriers, devices, links, merchants, shipment_commands
from shared.contracts.courier_routes import CourierPlan, Route, RouteShipment, Stop
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.partition import partition_of
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Outcome
from shared.domain.keyrings import sha256_hex
from shared.ports.log import Record

NOW = 1_795_168_800_000
ADMIN = "an-admin-token-for-tests"

BOOK = {
    "order_number": "GR-10442",
    "recipient": {"name": "Maria Papadopoulou", "phone": "+306900000000", "note": "Ring twice."},
    "address": {"line": "Aleksanterinkatu 15", "city": "Helsinki", "lon": 24.9441, "lat": 60.1689},
    "parcels": 2,
    "cash": {"amount": "24.90", "currency": "EUR"},
    "window": {"from": "2026-11-20T14:00:00+02:00", "to": "2026-11-20T16:00:00+02:00"},
}
STAFF = {
    "reader": (Role.READER, "athens"),
    "staff": (Role.STAFF, "athens"),
    "owner": (Role.OWNER, "athens"),
    "far": (Role.OWNER, "patras"),
}
"""Who is logged in at the desk, by role and carrier; `far` is another carrier's."""
SHOP = {"tenant": "athens", "name": "Πλειάδες", "zone": "Europe/Athens", "language": "el"}


@dataclass
class Kit:
    """The running portal and what stands around it."""

    portal: Portal
    client: httpx.AsyncClient
    log: MemoryLog
    views: MemoryViews
    history: MemoryHistory
    now: list[int]
    keys: dict[str, str] = field(default_factory=dict)

    def auth(self, who: str) -> dict[str, str]:
        """Headers of a shop by its id, of one of `STAFF` by his name, of `admin`, or of `nobody`."""
        if who == "nobody":
            return {}
        if who in STAFF:
            return self.seated(who)
        return {"Authorization": f"Bearer {ADMIN if who == 'admin' else self.keys[who]}"}

    def seated(self, who: str) -> dict[str, str]:
        """What the browser of one of `STAFF` sends that has logged in just now. His session is remembered as
        one that was found in the database, which so need not be there."""
        (role, tenant), token, now_ms = STAFF[who], f"session-of-{who}", self.now[0]
        seat = Seat(
            session=sha256_hex(token),
            staff=Staff(account=f"p-{who}", tenant=tenant, role=role, name=who.title()),
            email=f"{who}@example.org",
            language=None,
            totp=False,
            recovery_left=0,
            created_ms=now_ms,
            seen_ms=now_ms,
        )
        self.portal.seats.put(seat, now_ms)
        return {
            "Cookie": f"{cookie_name(self.portal)}={token}",
            "X-CSRF-Token": csrf_of(token),
            "Origin": self.portal.settings.public_url,
        }

    async def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self.auth(who), **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def shop(self, merchant: str, tenant: str = "athens") -> str:
        """Make a merchant, keep its key."""
        made = await self.ask("admin", "PUT", f"/v1/merchants/{merchant}", json={**SHOP, "tenant": tenant})
        assert made.status_code == 201, made.text
        self.keys[merchant] = made.json()["key"]
        await self.views.put_merchant(
            merchant, MerchantView(merchant=merchant, tenant=tenant, name="Πλειάδες", language="el")
        )
        return self.keys[merchant]

    async def registered(self, merchant: str, order: str, **changes: Any) -> StageView:
        """A shipment of the merchant's as the projector would show it."""
        values: dict[str, Any] = {
            "shipment": f"s-{order}",
            "tenant": "athens",
            "merchant": merchant,
            "seq": 1,
            "order_number": order,
            "parties": "k-1",
            "substatus": "InfoReceived_001",
            "status_ms": NOW - 60_000,
            "zone": "Europe/Athens",
            "history": (HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 60_000),),
        }
        stage = StageView(**(values | changes))
        await self.views.put_stage(stage)
        return stage

    async def planned(self, courier: str, *stops: tuple[str, str], route: str = "r-1", **more: Any) -> None:
        """A courier's plan with a stop for each (shipment, merchant)."""
        plan = CourierPlan(
            id="p-1",
            prev=None,
            version=3,
            tenant=more.pop("tenant", "athens"),
            courier=courier,
            command="c-1",
            recorded_ms=NOW,
            routes=(
                Route(
                    route=route,
                    stops=tuple(
                        Stop(
                            stop=f"stop-{shipment}",
                            lon=24.9 + number / 100,
                            lat=60.1,
                            leg=f"leg-to-{shipment}",
                            leg_s=60.0,
                            shipments=(RouteShipment(shipment=shipment, merchant=merchant, joined=1),),
                        )
                        for number, (shipment, merchant) in enumerate(stops)
                    ),
                    **more,
                ),
            ),
        )
        await self.log.append(courier_routes.TOPIC, courier, plan, id="p-1")

    def caught_up(self, shipment: str, courier: str) -> Any:
        at = {partition_of(shipment, 6): self.now[0]}
        his = {partition_of(courier, 6): self.now[0]}
        return asyncio.gather(
            self.views.put_worked_off("shipments", at),
            self.views.put_worked_off("stages", at),
            self.views.put_worked_off("couriers", his),
        )

    async def _show(self, found: Outcome) -> None:
        """Outcome first, view a little later, as decider and projector do."""
        await self.views.put_outcome(found)
        await asyncio.sleep(0.02)
        await self.registered("books", "x", shipment=found.subject, seq=found.seq, parties=found.command)

    def decide(
        self, outcome: Callable[[shipment_commands.Command], Outcome | None], *, show: bool = False
    ) -> None:
        """Answer each shipment command as the decider would; `show` its view as the projector would."""

        def _on(record: Record) -> None:
            assert record.value is not None
            found = outcome(shipment_commands.DECODER.decode(record.value))
            if found is not None:
                waiting.add(task := asyncio.get_running_loop().create_task(answer(found)))
                task.add_done_callback(waiting.discard)

        answer = self._show if show else self.views.put_outcome
        waiting: set[asyncio.Task[None]] = set()
        self.log.listen(shipment_commands.TOPIC, _on)

    async def settled(self) -> None:
        """What is done beside answers is done."""
        while tasks := set(self.portal._tasks):
            # Not `await task`: of one that has just ended that returns at once, before the portal could
            # forget it, and the loop would never get on.
            await asyncio.wait(tasks)

    def values(self, topic: Any) -> list[Any]:
        """What was appended to a topic, as plain JSON."""
        return [msgspec.json.decode(r.value) for r in self.log.records(topic) if r.value is not None]


NOWHERE = Path("/nowhere")
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""For tests alone."""
_apps: dict[str, FastAPI] = {}


def _app(portal: Portal) -> FastAPI:
    """An application for these settings, one for many tests: making one takes longer than most tests."""
    key = portal.settings.model_dump_json()
    app = _apps.get(key)
    if app is None:
        app = _apps[key] = create_app(portal)
    attach(app, portal)
    return app


@asynccontextmanager
async def running(
    state_dir: Path = NOWHERE, *, databases: tuple[Database, Database] | None = None, **settings: Any
) -> AsyncIterator[Kit]:
    """A started portal with the shops `books` and `toys` of one carrier; with the `databases` of the
    portal and of the lists it has an office and lists."""
    now = [NOW]
    log, views = MemoryLog("/dromos/portal"), MemoryViews()
    history = MemoryHistory(log)
    values: dict[str, Any] = {
        "ticket_key": SecretStr("a-ticket-key-for-tests"),
        "admin_token": SecretStr(ADMIN),
        "webhook_key": SecretStr("a-webhook-key-for-tests"),
        "state_dir": state_dir,
        "link_rate": "100000/minute",
        "auth_rate": "100000/minute",
        "public_url": "https://track.example.org",
        "gateway_url": "wss://live.example.org/",
    }
    portal = Portal(
        office=Office(databases[0]) if databases is not None else None,
        lists=Lists(databases[1]) if databases is not None else None,
        imports=Imports(databases[0]) if databases is not None else None,
        passwords=Passwords(CHEAP),
        settings=PortalSettings(**(values | settings)),
        log=log,
        views=views,
        history=history,
        merchants=MemoryTable(log, merchants.TOPIC, Merchant),
        devices=MemoryTable(log, devices.TOPIC, Device),
        links=MemoryTable(log, links.TOPIC, Link),
        plans=MemoryTable(log, courier_routes.TOPIC, CourierPlan),
        couriers=MemoryTable(log, couriers.TOPIC, Courier),
        objects=open_objects("memory:///"),
        now_ms=lambda: now[0],
    )
    app = _app(portal)
    async with portal:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="https://track.example.org") as client:
            kit = Kit(portal, client, log, views, history, now)
            await kit.shop("books")
            await kit.shop("toys")
            yield kit
