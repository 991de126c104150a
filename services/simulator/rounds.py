"""One round of one courier, from the shops' orders to the last hand-over, played through the APIs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.simulator.client import ApiError, Client
from services.simulator.core.faults import Faults, Network, in_order_of_sending
from services.simulator.core.gps import Receiver
from services.simulator.core.motion import Drive, drive
from services.simulator.core.proofs import proof_of
from services.simulator.core.rhythm import readings
from services.simulator.core.world import Address, Courier, StopPlan, plan_round
from services.simulator.phone import Clock, Phone
from shared import logs
from shared.geo import Coord
from shared.ports.router import NoRouteError, Router

log = logs.get(__name__)

CASH_TAKEN = "Delivered_004"

_TRIES = 8
SETS_OUT_WITH = 0.5
"""A courier who sets out has let his phone find itself: a radius of some 20 m at worst."""


@dataclass(frozen=True, slots=True)
class Scene:
    """How a round is found: stops done already, seconds to the next one, seconds before setting out. `late`:
    so many of the last stops were agreed on for earlier than he can be there."""

    stops: int
    done: int = 0
    next_in_s: float | None = None
    waits_s: float = 0.0
    late: int = 0


@dataclass(slots=True)
class Stop:
    """A stop of a round under way: its shipment, its link once it has one, and whether it is over."""

    plan: StopPlan
    shipment: str = ""
    link: str | None = None
    over: bool = False


@dataclass(slots=True)
class Round:
    """A round under way; `clock` is set when the courier sets out."""

    courier: Courier
    route: str
    stops: list[Stop]
    drive: Drive
    depot: Coord
    clock: Clock | None = None

    def stops_left(self, stop: Stop) -> int:
        """How many stops come before this one."""
        return sum(not other.over for other in self.stops[: self.stops.index(stop)])

    def eta_s(self, stop: Stop, now_s: float) -> float:
        """Seconds until the courier is at this stop's kerb; endless before he has set out."""
        if self.clock is None:
            return float("inf")
        return self.clock.epoch_s(self.drive.visits[self.stops.index(stop)].arrives_s) - now_s


@dataclass(slots=True)
class Rounds:
    """Makes and plays rounds; the shops' keys by shop, and what every round shares."""

    client: Client
    router: Router
    addresses: Sequence[Address]
    keys: Mapping[str, str]
    city: str
    zone: str
    run: str
    faults: Faults
    speed: float = 1.0
    handed_over: Callable[[Stop], None] | None = None
    """Told of each stop whose end was reported now."""
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(6))

    async def prepare(
        self, courier: Courier, number: int, scene: Scene, rng: random.Random, start: Coord | None = None
    ) -> Round:
        """Plan a round, register its shipments and put it on the courier's plan; he has not set out yet.

        Raises NoRouteError when no addresses could be found that streets connect, ApiError.
        """
        plans, legs, depot = await self._connected(courier, number, scene, rng, start)
        route = f"{courier.id}-{self.run}-{number}"
        doors = [plan.address.place for plan in plans]
        made = Round(courier, route, [Stop(plan) for plan in plans], drive(legs, doors, rng), depot)
        async with self.at_once:
            now_s, first_late = time.time(), len(made.stops) - scene.late
            await asyncio.gather(
                *(
                    self._register(stop, f"{route}-{i}", slot(now_s, late=i >= first_late))
                    for i, stop in enumerate(made.stops)
                )
            )
            body = {
                "depot": {"lon": depot[0], "lat": depot[1]},
                "driver": {"first_name": courier.first_name, "vehicle": courier.vehicle},
                "stops": [
                    {
                        "lon": s.plan.address.place[0],
                        "lat": s.plan.address.place[1],
                        "shipments": [s.shipment],
                    }
                    for s in made.stops
                ],
            }
            await self.client.plan_route(courier.id, route, body)
        return made

    async def play(self, made: Round, scene: Scene, phone: Phone, rng: random.Random) -> None:
        """Set out and drive the round to its end, or from the scene's middle of it on."""
        await asyncio.sleep(scene.waits_s / self.speed)
        await self.client.set_out(made.courier.id, made.route)
        from_s = _begins(made.drive, scene)
        for stop in made.stops[: scene.done]:
            stop.over = True
        made.clock = Clock(time.time() - from_s / self.speed, self.speed)
        log.info("simulator.set_out", courier=made.courier.id, route=made.route, stops=len(made.stops))
        for i in range(scene.done):
            await self._report(made, i, phone.secret, past=True)
        network = Network(self.faults, rng)
        fixes = readings(made.drive, Receiver(rng, SETS_OUT_WITH), rng, 0.0, from_s)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(phone.play(in_order_of_sending(network, fixes), made.clock))
            tasks.create_task(self._hand_over(made, scene.done, phone.secret))

    async def _hand_over(self, made: Round, first: int, secret: str) -> None:
        assert made.clock is not None
        for i in range(first, len(made.stops)):
            due_s = made.clock.epoch_s(made.drive.visits[i].hands_over_s)
            await asyncio.sleep(max(0.0, due_s - time.time()))
            await self._report(made, i, secret)

    async def _report(self, made: Round, i: int, secret: str, *, past: bool = False) -> None:
        """Report how a stop ended: by the courier's phone, or, before he set out, afterwards by the shop."""
        assert made.clock is not None
        stop = made.stops[i]
        at_s = made.clock.epoch_s(made.drive.visits[i].hands_over_s)
        said: dict[str, Any] = {
            "event_id": f"{made.route}-{i}-end",
            "substatus": stop.plan.substatus,
            "at": _iso(at_s),
            "attempt": 1,
        }
        said |= {"note": stop.plan.remark} if stop.plan.remark else {}
        said |= {"taken_by": stop.plan.taken_by} if stop.plan.taken_by else {}
        paid = stop.plan.order.cash if stop.plan.substatus == CASH_TAKEN else None
        said |= {"cash": {"amount": paid, "currency": "EUR"}} if paid and not past else {}
        said |= {} if past else await self._proofs(made, i, secret)
        try:
            if past:
                said["substatus"] = "Delivered_001"
                await self.client.report_as_shop(self.keys[stop.plan.order.shop.id], stop.shipment, said)
            else:
                await self.client.report(secret, stop.shipment, said)
        except ApiError as error:
            log.warning("simulator.report_failed", shipment=stop.shipment, error=str(error))
        else:
            if self.handed_over is not None and not past:
                self.handed_over(stop)
        stop.over = True

    async def _proofs(self, made: Round, i: int, secret: str) -> dict[str, Any]:
        """What he hands in before he reports; a picture that is refused keeps no report back."""
        stop = made.stops[i]
        rng = random.Random(f"{made.route}-{i}")
        drawn = await asyncio.to_thread(proof_of, stop.plan.substatus, stop.plan.order.parcels, rng)
        if drawn is None:
            return {}
        try:
            proof = await self.client.hand_in(secret, stop.shipment, drawn, f"{made.route}-{i}")
        except ApiError as error:
            log.warning("simulator.picture_refused", shipment=stop.shipment, error=str(error))
            return {}
        return {"proofs": [proof]}

    async def _connected(
        self, courier: Courier, number: int, scene: Scene, rng: random.Random, start: Coord | None
    ) -> tuple[list[StopPlan], list[list[Coord]], Coord]:
        """Stops in their best order, the legs to them, and where the round begins."""
        for attempt in range(_TRIES):
            depot = start if start and attempt < _TRIES // 2 else rng.choice(self.addresses).place
            tag = f"{self.run[-4:]}{_short(courier.id)}{number}"
            plans = plan_round(self.addresses, scene.stops, tag, rng)
            # The way back to the depot is part of finding the best order, not of the round.
            try:
                tour = await self.router.optimized([depot, *(p.address.place for p in plans), depot])
                ordered = [plans[i - 1] for i in tour.order[1:-1]]
                # Asked as the portal asks for the planned route, so that the courier drives what was planned.
                legs = await self.router.route([depot, *(p.address.place for p in ordered)])
            except NoRouteError:
                continue
            return ordered, [leg.coords for leg in legs], depot
        raise NoRouteError(f"no {scene.stops} addresses that streets connect, in {_TRIES} tries")

    async def _register(self, stop: Stop, name: str, booked: tuple[float, float]) -> None:
        order, address = stop.plan.order, stop.plan.address
        recipient: dict[str, Any] = {"name": order.recipient}
        recipient |= {"floor": order.floor} if order.floor else {}
        recipient |= {"note": order.note} if order.note else {}
        recipient |= {"email": order.email} if order.email else {}
        recipient |= {"phone": order.phone} if order.phone else {}
        body: dict[str, Any] = {
            "order_number": order.number,
            "recipient": recipient,
            "address": {
                "line": address.line,
                "city": self.city,
                "lon": address.place[0],
                "lat": address.place[1],
            },
            "parcels": order.parcels,
            "handover": order.handover,
            "language": order.shop.language,
            "zone": self.zone,
            "window": {"from": _iso(booked[0]), "to": _iso(booked[1])},
        }
        body |= {"cash": {"amount": order.cash, "currency": "EUR"}} if order.cash else {}
        key = self.keys[order.shop.id]
        stop.shipment = await self.client.create_shipment(key, name, body)
        scan = {"event_id": f"{name}-hub", "substatus": "InTransit_003", "place": f"{self.city}, terminal"}
        await self.client.report_as_shop(key, stop.shipment, scan)


def slot(now_s: float, *, late: bool) -> tuple[float, float]:
    """What shop and recipient have agreed on: four hours that hold, or two that are nearly over."""
    hour_s = now_s // 3600 * 3600
    if not late:
        return hour_s, hour_s + 4 * 3600
    ends_s = now_s // 300 * 300 + 300
    return ends_s - 2 * 3600, ends_s


def _begins(made: Drive, scene: Scene) -> float:
    """The second of the drive at which the scene finds it."""
    if scene.done == 0 and scene.next_in_s is None:
        return 0.0
    earliest = made.visits[scene.done - 1].leaves_s + 1 if scene.done else 0.0
    if scene.next_in_s is None:
        return earliest
    return max(earliest, made.visits[scene.done].arrives_s - scene.next_in_s)


def _short(courier: str) -> str:
    """Letters that tell the couriers apart in an order number: demo-aino is AI, demo-aino-2 is AI2."""
    _, name, *further = courier.split("-")
    return name[:2].upper() + "".join(further)


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
