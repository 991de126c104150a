"""Simulated couriers who drive what an import has planned: their phones enrol by code, set out, post and
report through the same doors as real ones."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from services.simulator.client import Client
from services.simulator.core.faults import NONE
from services.simulator.core.motion import drive
from services.simulator.core.texts import SHOPS
from services.simulator.core.world import Address, Courier, Order, StopPlan
from services.simulator.phone import Phone
from services.simulator.rounds import Round, Rounds, Scene, Stop
from shared.adapters.memory.router import MemoryRouter
from shared.geo import Coord
from shared.geo.polyline import decode
from tests.e2e.system import System


class PhonesClient(Client):
    """Sets out with the phone's own secret instead of the administrator's token."""

    secrets: dict[str, str]

    async def set_out(self, courier: str, route: str) -> None:
        url = f"{self._portal}/v1/courier/routes/{route}/set-out"
        await self._call("POST", url, self.secrets[courier], {}, {"Prefer": "wait=2"})


def enrolled(system: System, courier: str) -> tuple[str, str]:
    """A new phone of the courier's: its id and its secret, for the code that he scans."""
    invited = system.call("POST", f"/v1/couriers/{courier}/phones", system.admin)
    code = invited["url"].partition("#")[2]
    phone = system.http.post(f"{system.portal}/v1/courier/enrolment", json={"code": code})
    assert phone.status_code == 201, phone.text
    return invited["device_id"], phone.json()["secret"]


def round_of(route: dict[str, Any], shipments: dict[int, str], device: str, rng: random.Random) -> Round:
    """The planned route as a drive: along its own legs, a hand-over for each row of a stop."""
    legs: list[list[Coord]] = []
    stops: list[Stop] = []
    for stop in route["stops"]:
        door = (stop["lon"], stop["lat"])
        for number, row in enumerate(stop["rows"]):
            leg = decode(stop["leg"]) if stop.get("leg") and number == 0 else [door, door]
            legs.append(leg)
            order = Order(SHOPS[0], f"row-{row}", "Somebody", 1, None, "1", None)
            plan = StopPlan(Address(f"row {row}", door), order, "Delivered_001", None, None)
            stops.append(Stop(plan, shipment=shipments[row]))
    courier = Courier(route["courier_id"], device, route["courier_id"], "van", "native")
    made = drive(legs, [stop.plan.address.place for stop in stops], rng)
    return Round(courier, route["route"], stops, made, stops[0].plan.address.place)


async def deliver(system: System, document: dict[str, Any], speed: float) -> dict[str, int]:
    """All routes of an import at once, so many times as fast as real; how many positions each courier's
    phone had taken from it."""
    shipments = {row["row"]: row["shipment"] for row in document["rows"] if row.get("shipment")}
    async with PhonesClient(system.ingest, system.portal, system.admin) as client:
        client.secrets = {}
        rounds = Rounds(
            client=client,
            router=MemoryRouter(),
            addresses=[],
            keys={},
            city="Helsinki",
            zone="Europe/Helsinki",
            run="import",
            faults=NONE,
            speed=speed,
        )
        phones: dict[str, Phone] = {}
        async with asyncio.TaskGroup() as tasks:
            for number, route in enumerate(document["routes"]):
                courier, rng = route["courier_id"], random.Random(number)
                device, secret = await asyncio.to_thread(enrolled, system, courier)
                client.secrets[courier] = secret
                phones[courier] = Phone(device, secret, "native", client)
                made = round_of(route, shipments, device, rng)
                tasks.create_task(rounds.play(made, Scene(stops=len(made.stops)), phones[courier], rng))
    return {courier: sum(n for s, n in p.answers.items() if s == 200) for courier, p in phones.items()}
