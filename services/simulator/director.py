"""Plays the whole world: every courier round after round, and keeps the list of links worth looking at."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.simulator.client import ApiError, Client
from services.simulator.core.board import Candidate, choose
from services.simulator.core.texts import NOTICES, SHOPS
from services.simulator.core.world import Courier
from services.simulator.kept import Secrets, replace_file
from services.simulator.phone import Phone
from services.simulator.recipients import Recipients
from services.simulator.rounds import Round, Rounds, Scene, Stop
from shared import logs
from shared.geo import Coord
from shared.ports.router import NoRouteError

log = logs.get(__name__)

BOARD_EVERY_S = 1.0
PATIENCE_S = 5.0  # for couriers who are slow to set out; the first look should find them all
# How the first rounds are found, so that the first look is worth it: one courier about to arrive, one some
# stops away, one with most of his round before him, one who has not set out.
OPENING = (
    Scene(stops=8, done=2, next_in_s=75),
    Scene(stops=9, done=2, next_in_s=40),
    Scene(stops=13, done=1, next_in_s=30),
    Scene(stops=10, done=4, next_in_s=60),
    Scene(stops=12, done=0, waits_s=45, late=3),
    Scene(stops=9, done=1, next_in_s=20),
)


@dataclass(slots=True)
class Director:
    """One run of the demonstration; `say` is told of what happens, for a person or a program to read."""

    client: Client
    rounds: Rounds
    secrets: Secrets
    tenant: str
    seed: int
    links_file: Path
    say: Callable[[str, dict[str, Any]], None]
    under_way: dict[str, Round] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    async def set_up(self, couriers: list[Courier]) -> None:
        """Shops with their keys, phones with their secrets; routes that an earlier run left are closed."""
        for shop in SHOPS:
            body = {
                "tenant": self.tenant,
                "name": shop.name,
                "contact": {"phone": shop.phone, "email": shop.email, "hours": shop.hours},
                "zone": self.rounds.zone,
                "language": shop.language,
                "policy": shop.policy,
                "notices": NOTICES,
                "colour": shop.colour,
            }
            key = await self.client.put_merchant(shop.id, body)
            if key is None and shop.id not in self.secrets.keys:
                key = await self.client.new_key(shop.id)
            if key is not None:
                self.secrets.keys[shop.id] = key
        for courier in couriers:
            if courier.device not in self.secrets.phones:
                secret = await self.client.enrol(courier.device, courier.id, self.tenant)
                await self.client.put_courier(courier.id, self.tenant, courier.first_name, courier.vehicle)
                self.secrets.phones[courier.device] = secret
        for courier_id, route in list(self.secrets.routes.items()):
            await self.client.close_route(courier_id, route)
            del self.secrets.routes[courier_id]
        self.secrets.save()
        self.rounds.keys = self.secrets.keys

    async def play(self, couriers: list[Courier], rounds: int | None = None) -> None:
        """All couriers, for so many rounds each or for ever."""
        async with asyncio.TaskGroup() as tasks:
            at_once = sum(OPENING[i % len(OPENING)].waits_s == 0 for i in range(len(couriers)))
            recipients = Recipients(self.client, self.rounds.keys, self.rounds.speed)
            self.rounds.handed_over = recipients.handed_over
            answering = tasks.create_task(recipients.run())
            board = tasks.create_task(self._board(min(at_once, len(OPENING))))
            players = [tasks.create_task(self._courier(i, c, rounds)) for i, c in enumerate(couriers)]
            await asyncio.gather(*players)
            board.cancel()
            answering.cancel()

    async def _courier(self, index: int, courier: Courier, rounds: int | None) -> None:
        rng = random.Random(f"{self.seed}/{courier.id}")
        phone = Phone(courier.device, self.secrets.phones[courier.device], courier.protocol, self.client)
        start: Coord | None = None
        number = 0
        while rounds is None or number < rounds:
            scene = OPENING[index % len(OPENING)] if number == 0 else Scene(rng.randint(8, 13), waits_s=20)
            number += 1
            made = await self._persist(self._round, courier, number, scene, rng, start, phone)
            start = made.stops[-1].plan.address.place if made else None
            if made is None:
                await asyncio.sleep(5)

    async def _persist(self, play: Callable[..., Awaitable[Round]], *args: Any) -> Round | None:
        """A round, or None when it broke off: one courier's trouble must not end the others' day."""
        courier: Courier = args[0]
        try:
            return await play(*args)
        except* (ApiError, NoRouteError) as group:
            reason = str(group.exceptions[0])
            log.warning("simulator.round_failed", courier=courier.id, error=reason)
            self.say("round_failed", {"courier": courier.first_name, "reason": reason})
        finally:
            self.under_way.pop(courier.id, None)
        return None

    async def _round(
        self,
        courier: Courier,
        number: int,
        scene: Scene,
        rng: random.Random,
        start: Coord | None,
        phone: Phone,
    ) -> Round:
        made = await self.rounds.prepare(courier, number, scene, rng, start)
        self.under_way[courier.id] = made
        self.secrets.routes[courier.id] = made.route
        self.secrets.save()
        said = {"courier": courier.first_name, "route": made.route, "stops": len(made.stops)}
        self.say("round", {**said, "protocol": courier.protocol})
        await self.rounds.play(made, scene, phone, rng)
        answers = {str(status): count for status, count in sorted(phone.answers.items())}
        self.say("round_over", {**said, "answers": answers})
        with contextlib.suppress(ApiError):  # the next setting out puts him on duty again anyway
            await self.client.off_duty(courier.id)
        await self.client.close_route(courier.id, made.route)
        return made

    async def _board(self, first_out: int) -> None:
        """Keep the links current, from when so many couriers are on their way, or patience ends."""
        waited_s = 0.0
        while (out := sum(r.clock is not None for r in self.under_way.values())) < first_out:
            await asyncio.sleep(BOARD_EVERY_S / 4)
            waited_s += BOARD_EVERY_S / 4 if out else 0.0
            if waited_s > PATIENCE_S:
                break
        while True:
            try:
                await self.refresh_links()
            except ApiError as error:
                log.warning("simulator.link_failed", error=str(error))
            await asyncio.sleep(BOARD_EVERY_S)

    async def refresh_links(self) -> None:
        """Choose what is worth looking at and write it to the file of links, when something has changed."""
        now_s = time.time()
        open_stops = [(r, s) for r in self.under_way.values() if r.clock for s in r.stops if not s.over]
        candidates = {s.shipment: (r, s) for r, s in open_stops}
        chosen = choose([_candidate(r, s, now_s) for r, s in open_stops], self.shown)
        lines = []
        for kind, found in chosen.items():
            made, stop = candidates[found.shipment]
            if stop.link is None:
                key = self.secrets.keys[stop.plan.order.shop.id]
                stop.link = await self.client.new_link(key, stop.shipment)
            lines.append(_line(kind, made, stop))
        before = dict(self.shown)
        self.shown = {kind: found.shipment for kind, found in chosen.items()}
        for line in lines:
            if before.get(line["kind"]) != self.shown[line["kind"]]:
                # What is said may end in a log, and a link is a secret.
                self.say("link", {key: value for key, value in line.items() if key != "url"})
        content = {"links": lines, "updated_at": datetime.now(UTC).isoformat(timespec="seconds")}
        replace_file(self.links_file, json.dumps(content, ensure_ascii=False, indent=1) + "\n", mode=0o600)


def _candidate(made: Round, stop: Stop, now_s: float) -> Candidate:
    shop = stop.plan.order.shop
    return Candidate(
        shipment=stop.shipment,
        courier=made.courier.id,
        language=shop.language,
        policy=str(shop.policy["mode"]),
        stops_left=made.stops_left(stop),
        eta_s=made.eta_s(stop, now_s),
    )


def _line(kind: str, made: Round, stop: Stop) -> dict[str, Any]:
    left = made.stops_left(stop)
    return {
        "kind": kind,
        "url": stop.link,
        "shop": stop.plan.order.shop.name,
        "order": stop.plan.order.number,
        "language": stop.plan.order.shop.language,
        "courier": made.courier.first_name,
        "stops_left": left,
        "state": "next" if left == 0 else "out for delivery",
    }
