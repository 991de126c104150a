"""What a request's handler needs of the process, built once by `main`."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request

from services.portal.api.limits import Limiter
from services.portal.api.passwords import Passwords
from services.portal.config import PortalSettings
from services.portal.core.booking import Holds
from services.portal.core.index import DeviceIndex, LinkIndex, Recently
from services.portal.core.keys import KeyRing, new_secret
from services.portal.core.office import Seats
from services.portal.core.proofs import Passes
from services.portal.imaging import Imaging
from services.portal.metrics import Metrics
from services.portal.store.imports import Imports
from services.portal.store.lists import Lists
from services.portal.store.office import Office
from services.portal.store.promises import Accounts
from shared.adapters.sms_callbacks import Callbacks
from shared.contracts import shipment_parties
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_parties import Party, party_key
from shared.contracts.topic import Topic
from shared.domain.contacts import ContactMarks
from shared.domain.keyrings import DeviceKeys, sha256_hex
from shared.domain.outbound import Allowed
from shared.domain.stopping import StopTokens
from shared.ports.geocoder import Geocoder
from shared.ports.history import History
from shared.ports.log import Log, Table
from shared.ports.objects import Objects
from shared.ports.router import Router
from shared.ports.views import Views
from shared.tickets import Tickets

OPENED_AGAIN_MS = 30 * 60_000
SETTLE_S = 2.0
UPLOADS_AT_ONCE = 24
"""Pictures that are coming in: each may be 10 MiB, and takes memory until it is kept."""

FINISH_S = 2.5
"""What is under way beside an answer is given so long at the end: an append is bounded by less."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _answers() -> bool:
    return True


@dataclass
class Portal:
    """The process's parts. `plans` are couriers' plans by courier; `kafka_answers` asks the brokers. Without
    PostgreSQL there are neither `office` (accounts) nor `lists` (what the desk and couriers read);
    without `objects` no pictures are taken, without `sms` nothing is taken from an SMS gateway."""

    settings: PortalSettings
    log: Log
    views: Views
    history: History
    merchants: Table[Merchant]
    devices: Table[Device]
    links: Table[Link]
    plans: Table[CourierPlan]
    couriers: Table[Courier]
    office: Office | None = None
    lists: Lists | None = None
    objects: Objects | None = None
    router: Router | None = None
    imports: Imports | None = None
    geocoder: Geocoder | None = None
    imports_wake: asyncio.Event = field(default_factory=asyncio.Event)
    kafka_answers: Callable[[], Awaitable[bool]] = _answers
    now_ms: Callable[[], int] = _now_ms
    tickets: Tickets = field(init=False)
    passes: Passes = field(init=False)
    stops: StopTokens = field(init=False)
    marks: ContactMarks = field(init=False)
    sms: Callbacks | None = field(init=False)
    webhook_allow: Allowed = field(init=False)
    imaging: Imaging = field(default_factory=Imaging)
    metrics: Metrics = field(default_factory=Metrics)
    keys: KeyRing = field(default_factory=KeyRing)
    link_limit: Limiter = field(init=False)
    auth_limit: Limiter = field(init=False)
    login_limit: Limiter = field(init=False)
    account_limit: Limiter = field(init=False)
    passwords: Passwords = field(default_factory=Passwords)
    seats: Seats = field(default_factory=Seats)
    proof_limit: Limiter = field(init=False)
    uploads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS_AT_ONCE))
    slot_limit: Limiter = field(init=False)
    lost_limit: Limiter = field(init=False)
    resend_limit: Limiter = field(init=False)
    rating_limit: Limiter = field(init=False)
    reply_limit: Limiter = field(init=False)
    holds: Holds = field(default_factory=Holds)
    accounts: Accounts = field(default_factory=Accounts)
    links_of: LinkIndex = field(default_factory=LinkIndex)
    devices_of: DeviceIndex = field(default_factory=DeviceIndex)
    device_keys: DeviceKeys = field(default_factory=DeviceKeys)
    openings: Recently = field(default_factory=lambda: Recently(OPENED_AGAIN_MS))
    decoy: Link = field(init=False)
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tickets = Tickets(self.settings.ticket_key.get_secret_value())
        self.passes = Passes(self.settings.ticket_key.get_secret_value())
        self.stops = StopTokens(self.settings.ticket_key.get_secret_value())
        marked_by = (
            self.settings.contact_key.get_secret_value() or self.settings.ticket_key.get_secret_value()
        )
        self.marks = ContactMarks(marked_by)
        self.sms = Callbacks(self.settings.sms_tokens) if self.settings.sms_tokens else None
        self.webhook_allow = Allowed(self.settings.webhook_allow)
        self.link_limit = Limiter(self.settings.link_rate, self.now_ms)
        self.auth_limit = Limiter(self.settings.auth_rate, self.now_ms)
        self.login_limit = Limiter(self.settings.login_rate, self.now_ms)
        self.account_limit = Limiter(self.settings.account_rate, self.now_ms)
        self.slot_limit = Limiter(self.settings.slot_rate, self.now_ms)
        self.proof_limit = Limiter(self.settings.proof_rate, self.now_ms)
        self.lost_limit = Limiter(self.settings.lost_rate, self.now_ms)
        self.resend_limit = Limiter(self.settings.resend_rate, self.now_ms)
        self.rating_limit = Limiter(self.settings.rating_rate, self.now_ms)
        self.reply_limit = Limiter(self.settings.reply_rate, self.now_ms)
        # Stands in for an unknown link, so that the same is looked up for it as for a real one.
        self.decoy = Link(
            link=sha256_hex(new_secret()), tenant="none", merchant="none", shipment="none", expires_ms=0
        )

    async def start(self) -> None:
        """Read the tables to their ends and keep the indexes current.

        Changes that arrive between the reading and `on_change` would be missed: the callbacks come first."""
        self.merchants.on_change(self.keys.put)
        self.links.on_change(self.links_of.put)
        self.devices.on_change(self.devices_of.put)
        self.devices.on_change(self.device_keys.put)
        for table in self._tables:
            table.on_change(self._pulse)
        await asyncio.gather(*(table.start() for table in self._tables))

    async def __aenter__(self) -> Portal:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FINISH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(table.stop() for table in self._tables), return_exceptions=True)
        await self.imaging.close()

    @property
    def _tables(
        self,
    ) -> tuple[Table[Merchant] | Table[Device] | Table[Link] | Table[CourierPlan] | Table[Courier], ...]:
        return (self.merchants, self.devices, self.links, self.plans, self.couriers)

    @property
    def read_up(self) -> bool:
        return all(table.ready for table in self._tables)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside the answer; what goes wrong is the work's own matter. `stop` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def write[T: msgspec.Struct](
        self, topic: Topic, table: Table[T], key: str, value: T, *, id: str
    ) -> None:
        """Append a record of a compacted topic, and wait a little until this process has read it back, so
        that the caller finds what he has just written. Another process of ours may be some ms later.

        Raises:
            LogUnavailable: not acknowledged.
        """
        await self.log.append(topic, key, value, id=id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while table.get(key) != value:
                    await self._changed.wait()

    async def write_party(self, party: Party) -> None:
        """Append a recipient's data, or a note: before the command, which names its version.

        Raises:
            LogUnavailable: not acknowledged.
        """
        key = party_key(party.shipment, party.version)
        await self.log.append(shipment_parties.TOPIC, key, party, id=party.version)

    async def views_show(self, shipment: str, seq: int) -> None:
        """Wait until the shipment's stage view is of this event or a later one."""
        pause_s = 0.002
        while (stage := await self.views.stage(shipment)) is None or stage.seq < seq:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.05)

    async def plan_shows(self, courier: str, version: int) -> None:
        """Wait until the courier's plan, as read here, is of this version or a later one."""
        while (plan := self.plans.get(courier)) is None or plan.version < version:
            await self._changed.wait()

    def _pulse(self, _key: str, _value: object) -> None:
        """Wake who waits for a change; the next change has its own event."""
        self._changed.set()
        self._changed = asyncio.Event()


async def portal_of(request: Request) -> Portal:
    """A coroutine, though it waits for nothing: a plain function would be run in a thread."""
    portal: Portal = request.app.state.portal
    return portal


PortalDep = Annotated[Portal, Depends(portal_of)]
