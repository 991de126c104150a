"""Recipients who answer how it was, about a minute after the hand-over, by their links as people do."""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.simulator.client import ApiError, Client
from services.simulator.core.opinions import AFTER_S, Opinion, opinions
from services.simulator.rounds import Stop
from shared import logs

log = logs.get(__name__)

EVERY_S = 0.5


@dataclass(slots=True)
class Recipients:
    """Those who will answer, the next first. `keys` are the shops', which make the links."""

    client: Client
    keys: Mapping[str, str]
    speed: float = 1.0
    now_s: Callable[[], float] = time.monotonic
    waiting: list[tuple[float, str, Stop, tuple[Opinion, ...]]] = field(default_factory=list)

    def handed_over(self, stop: Stop) -> None:
        """A parcel has come: its recipient may answer in a while. The same shipment is always answered
        alike."""
        rng = random.Random(f"opinion/{stop.shipment}")
        said = opinions(stop.plan.substatus, stop.plan.order.shop.language, rng)
        if said:
            due_s = self.now_s() + rng.uniform(*AFTER_S) / self.speed
            heapq.heappush(self.waiting, (due_s, stop.shipment, stop, tuple(said)))

    async def run(self) -> None:
        """Answer for ever, each when it is due."""
        while True:
            await self.answer_due()
            await asyncio.sleep(EVERY_S)

    async def answer_due(self) -> int:
        """Those whose time has come; how many have answered. One's trouble is not the others'."""
        answered = 0
        while self.waiting and self.waiting[0][0] <= self.now_s():
            _, shipment, stop, said = heapq.heappop(self.waiting)
            try:
                if stop.link is None:
                    stop.link = await self.client.new_link(self.keys[stop.plan.order.shop.id], shipment)
                for opinion in said:
                    await self.client.rate(stop.link, opinion.body)
            except ApiError as error:
                log.warning("simulator.answer_failed", shipment=shipment, error=str(error))
            else:
                answered += 1
        return answered
