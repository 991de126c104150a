"""`Views` and `ViewsWriter` in memory, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from shared.contracts.links import Link
from shared.contracts.views.live import LiveBatch, LiveView
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Heartbeat, Outcome, Role
from shared.ports.views import ViewsUnavailable


class MemoryViews:
    """One object is both sides. `available = False` makes every call fail as an outage does."""

    def __init__(self) -> None:
        self.available = True
        self._stages: dict[str, StageView] = {}
        self._parties: dict[str, PartyView] = {}
        self._party_versions: dict[tuple[str, str], PartyView] = {}
        self._links: dict[str, Link] = {}
        self._merchants: dict[str, MerchantView] = {}
        self._lives: dict[str, LiveView] = {}
        self._worked_off: dict[tuple[Role, int], int] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._versions: dict[str, int] = {}
        self._heartbeats: dict[str, Heartbeat] = {}
        self._decided = asyncio.Condition()
        self._followers: list[asyncio.Queue[LiveBatch | None]] = []

    def _check(self) -> None:
        if not self.available:
            raise ViewsUnavailable("switched off")

    async def stages(self, shipments: Sequence[str]) -> list[StageView | None]:
        self._check()
        return [self._stages.get(s) for s in shipments]

    async def parties(self, shipments: Sequence[str]) -> list[PartyView | None]:
        self._check()
        return [self._parties.get(s) for s in shipments]

    async def links(self, links: Sequence[str]) -> list[Link | None]:
        self._check()
        return [self._links.get(x) for x in links]

    async def merchants(self, merchants: Sequence[str]) -> list[MerchantView | None]:
        self._check()
        return [self._merchants.get(m) for m in merchants]

    async def lives(self, couriers: Sequence[str]) -> list[LiveView | None]:
        self._check()
        return [self._lives.get(c) for c in couriers]

    async def stage(self, shipment: str) -> StageView | None:
        return (await self.stages([shipment]))[0]

    async def party(self, shipment: str) -> PartyView | None:
        return (await self.parties([shipment]))[0]

    async def link(self, link: str) -> Link | None:
        return (await self.links([link]))[0]

    async def merchant(self, merchant: str) -> MerchantView | None:
        return (await self.merchants([merchant]))[0]

    async def live(self, courier: str) -> LiveView | None:
        return (await self.lives([courier]))[0]

    async def worked_off(self) -> Mapping[tuple[Role, int], int]:
        self._check()
        return dict(self._worked_off)

    async def outcome(self, command: str, *, timeout_s: float) -> Outcome | None:
        self._check()
        try:
            async with asyncio.timeout(timeout_s):
                async with self._decided:
                    await self._decided.wait_for(lambda: command in self._outcomes)
        except TimeoutError:
            return None
        return self._outcomes[command]

    async def follow(self) -> AsyncIterator[LiveBatch | None]:
        queue: asyncio.Queue[LiveBatch | None] = asyncio.Queue()
        self._followers.append(queue)
        queue.put_nowait(None)
        try:
            while True:
                yield await queue.get()
        finally:
            self._followers.remove(queue)

    async def put_stage(self, view: StageView) -> None:
        self._check()
        known = self._stages.get(view.shipment)
        if known is None or known.seq <= view.seq:
            self._stages[view.shipment] = view

    async def put_party_version(self, view: PartyView) -> None:
        self._check()
        self._party_versions[view.shipment, view.version] = view

    async def adopt_party(self, shipment: str, version: str) -> None:
        self._check()
        if (view := self._party_versions.get((shipment, version))) is not None:
            self._parties[shipment] = view

    async def forget_party(self, shipment: str, version: str) -> None:
        self._check()
        known = self._party_versions.pop((shipment, version), None)
        if known is not None and self._parties.get(shipment) == known:
            del self._parties[shipment]

    def _newer(self, key: str, version: int) -> bool:
        if self._versions.get(key, 0) > version:
            return False
        self._versions[key] = version
        return True

    async def put_link(self, link: str, value: Link | None, version: int = 0) -> None:
        self._check()
        if self._newer("link:" + link, version):
            self._links.pop(link, None)
            if value is not None:
                self._links[link] = value

    async def put_merchant(self, merchant: str, value: MerchantView | None, version: int = 0) -> None:
        self._check()
        if self._newer("merchant:" + merchant, version):
            self._merchants.pop(merchant, None)
            if value is not None:
                self._merchants[merchant] = value

    async def put_outcome(self, outcome: Outcome) -> None:
        self._check()
        async with self._decided:
            self._outcomes[outcome.command] = outcome
            self._decided.notify_all()

    async def put_worked_off(self, role: Role, at_ms: Mapping[int, int]) -> None:
        self._check()
        self._worked_off.update({(role, p): at for p, at in at_ms.items()})

    async def put_heartbeat(self, beat: Heartbeat) -> None:
        self._check()
        self._heartbeats[beat.part] = beat

    def publish(self, batch: LiveBatch, *, lose: bool = False) -> None:
        """What the owner of a partition does in one script: write the live views, then publish the batch.
        `lose`: the views are written but nobody hears of it."""
        for view in batch.views:
            self._lives[view.courier] = view
        for courier in batch.gone:
            self._lives.pop(courier, None)
        if not lose:
            for queue in self._followers:
                queue.put_nowait(batch)
