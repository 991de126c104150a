"""What a delivery costs the gateway: a live batch to the sockets of all its watchers.

    python -m tests.bench.bench_fanout --couriers 50 --watchers 20 --rounds 200

Each round publishes one fix of each courier, to `watchers` pages of as many shipments. Measured on the same
sockets, in turns, so that a busy machine is as unfair to one as to the other:

* `gateway`: the batch as decoded from Redis, through the board's rules, to the transports;
* `ready frames`: frames built before, only written (what is left without the rules);
* `broadcast`: `websockets.broadcast` of the same JSON, for comparison;
* `send`: `await connection.send` to each, as a simple server does.

CPU is this process's; the reading side is another process."""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import msgspec
import uvloop
from websockets.asyncio.server import broadcast

from services.gateway.config import GatewaySettings
from services.gateway.fanout import Client, text_frame
from services.gateway.server import Gateway
from shared.adapters.memory.views import MemoryViews
from shared.contracts.views.live import Line, LiveBatch, LiveView, Watcher
from shared.contracts.views.work import Role
from shared.tickets import Tickets
from tests.unit import gateway_views as v

KEY = "a-key-for-this-measurement-only"
ORIGIN = "http://127.0.0.1:8080"
ROLES: tuple[Role, ...] = ("shipments", "stages", "couriers")


@dataclass
class Cost:
    """Sums over all turns of one way of sending."""

    deliveries: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def cpu_us(self) -> float:
        return self.cpu_s / self.deliveries * 1e6


def shipment(courier: int, watcher: int) -> str:
    return f"s-{courier}-{watcher}"


def view(courier: int, watchers: int, version: int) -> LiveView:
    at = tuple(Watcher(shipment=shipment(courier, n), joined=5, stops_left=2) for n in range(watchers))
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [24.9441 + version * 1e-6, 60.1712]},
        "properties": {"at_ms": v.NOW_MS + version, "speed_mps": 5.1, "bearing_deg": 90.0, "accuracy_m": 6.0},
    }
    line = Line(
        show="exact", audience=at, at_ms=v.NOW_MS + version, feature=msgspec.Raw(json.dumps(feature).encode())
    )
    return LiveView(courier=f"c-{courier}", version=(7, version), seen_ms=v.NOW_MS, lines=(line,))


def read_everything(port: int, hellos: list[str]) -> None:
    """The other side: opens a socket for each hello and throws away what comes."""

    class Sink(asyncio.Protocol):
        def __init__(self, hello: bytes) -> None:
            self._hello, self._open = hello, False

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport = cast(asyncio.Transport, transport)
            self._transport.write(
                f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Origin: {ORIGIN}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Version: 13\r\n\r\n".encode()
            )

        def data_received(self, _data: bytes) -> None:
            if not self._open:
                self._open = True
                head = bytes((0x81, 0x80 | 126)) + len(self._hello).to_bytes(2, "big") + bytes(4)
                self._transport.write(head + self._hello)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for text in hellos:
            await loop.create_connection(lambda t=text: Sink(t.encode()), "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.sleep(3600)

    uvloop.run(run())


async def drained(clients: list[Client]) -> None:
    """Until the kernel has taken everything, as between two fixes."""
    while any(client.paused for client in clients):  # noqa: ASYNC110  transports have no event
        await asyncio.sleep(0)
    await asyncio.sleep(0)


async def turn(cost: Cost, rounds: int, clients: list[Client], one: Callable[[int], Awaitable[int]]) -> None:
    for number in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        cost.deliveries += await one(number)
        cost.cpu_s += time.process_time() - cpu
        cost.wall_s += time.perf_counter() - wall
        await drained(clients)


async def measure(couriers: int, watchers: int, rounds: int) -> dict[str, Cost]:
    views = MemoryViews()
    settings = GatewaySettings(
        gateway_port=0,
        public_url=ORIGIN,
        ticket_key=KEY,
        gateway_max_per_address=1_000_000,
        gateway_max_connections=1_000_000,
        gateway_ping_s=600,
    )
    gateway = Gateway(settings, views)
    await views.put_merchant("shop", v.merchant())
    tickets, hellos = Tickets(KEY), []
    now_ms = time.time_ns() // 1_000_000
    for role in ROLES:  # up with their logs for as long as this takes
        await views.put_worked_off(role, dict.fromkeys(range(settings.partitions), now_ms + 10**9))
    for courier in range(couriers):
        views.publish(v.batch(1, view(courier, watchers, 0)))
        for n in range(watchers):
            name = shipment(courier, n)
            link = v.link(name)
            await views.put_link(link.link, link)
            await views.put_stage(v.stage(name, courier=f"c-{courier}"))
            ticket, _ = tickets.sign(link.link, name, now_ms=now_ms, life_ms=600_000)
            hellos.append(f'{{"type":"hello","ticket":"{ticket}"}}')
    await gateway.start()
    reader = multiprocessing.get_context("spawn").Process(
        target=read_everything, args=(gateway.port, hellos), daemon=True
    )
    reader.start()
    try:
        while len(gateway.fanout.clients) < len(hellos):
            await asyncio.sleep(0.1)
            if not reader.is_alive():
                raise RuntimeError("the reading side has ended")
        return await take_turns(gateway, couriers, watchers, rounds)
    finally:
        reader.terminate()
        reader.join()
        await gateway.stop()


async def take_turns(gateway: Gateway, couriers: int, watchers: int, rounds: int) -> dict[str, Cost]:
    clients = list(gateway.fanout.clients.values())
    by_courier = [clients[n : n + watchers] for n in range(0, len(clients), watchers)]
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(LiveBatch)
    version = 0

    def batches(count: int) -> list[LiveBatch]:
        """As they come from Redis, decoded; decoding is the adapter's."""
        nonlocal version
        made = []
        for _ in range(count):
            version += 1
            drivers = tuple(view(courier, watchers, version) for courier in range(couriers))
            raw = encoder.encode(LiveBatch(partition=0, epoch=1, number=version, views=drivers))
            made.append(decoder.decode(raw))
        return made

    turns = 5
    each = max(1, rounds // turns)
    costs = {name: Cost() for name in ("gateway", "ready frames", "broadcast", "send")}
    payload = b'{"type":"position","version":[7,1],"at_ms":%d,"feature":%s}' % (
        v.NOW_MS,
        bytes(view(0, 1, 1).lines[0].feature),
    )
    frame = text_frame(payload)
    text = payload.decode()

    async def ready_frames(_number: int) -> int:
        for some in by_courier:
            for client in some:
                client.put(frame)
        return len(clients)

    async def by_broadcast(_number: int) -> int:
        for some in by_courier:
            broadcast(some, text)
        return len(clients)

    async def by_send(_number: int) -> int:
        for client in clients:
            await client.send(text)
        return len(clients)

    for warm in (True, *(False,) * turns):
        ready = batches(each)

        async def through_the_gateway(number: int, ready: list[LiveBatch] = ready) -> int:
            before = gateway.fanout.delivered
            gateway.board.put_batch(ready[number])
            gateway.feed.settle()
            return gateway.fanout.delivered - before

        ways: tuple[Callable[[int], Awaitable[int]], ...] = (
            through_the_gateway,
            ready_frames,
            by_broadcast,
            by_send,
        )
        for name, one in zip(costs, ways, strict=True):
            await turn(Cost() if warm else costs[name], each, clients, one)
    return costs


def report(costs: dict[str, Cost], couriers: int, watchers: int) -> None:
    base = costs["broadcast"].cpu_us
    print(f"{couriers} couriers x {watchers} watchers = {couriers * watchers} sockets")
    print(f"{'':14}{'deliveries':>12}{'CPU us each':>13}{'a CPU-second':>14}{'vs broadcast':>14}")
    for name, cost in costs.items():
        print(
            f"{name:14}{cost.deliveries:>12,}{cost.cpu_us:>13.2f}{1e6 / cost.cpu_us:>14,.0f}"
            f"{base / cost.cpu_us:>13.2f}x"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--couriers", type=int, default=50)
    parser.add_argument("--watchers", type=int, default=20, help="pages that watch each courier")
    parser.add_argument("--rounds", type=int, default=200, help="fixes of each courier")
    arguments = parser.parse_args()
    sockets = arguments.couriers * arguments.watchers
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < 2 * sockets + 100:
        print(f"{sockets} sockets need more open files than {most} (ulimit -n)", file=sys.stderr)
        return 1
    costs = uvloop.run(measure(arguments.couriers, arguments.watchers, arguments.rounds))
    report(costs, arguments.couriers, arguments.watchers)
    lost = arguments.couriers * arguments.watchers * (arguments.rounds // 5 or 1) * 5
    if costs["gateway"].deliveries < 0.99 * lost:
        print(f"only {costs['gateway'].deliveries} of {lost} were delivered", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
