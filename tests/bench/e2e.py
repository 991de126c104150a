"""From a phone's POST to the recipient's socket, and where the milliseconds go: `make bench-e2e`.

The whole system as `make demo` starts it, without the simulator, on this machine; its load too.
At 200 fixes/s each POST carries one fix; at 2,000/s ten, as after a gap in the network. Three points
are timed from the moment the POST is sent: the 2xx (Kafka has acknowledged), the publication in Redis (the
couriers worker has written the view), and the frame at the recipient's socket. Fixes that
the rules do not show (a driver who has not moved by more than his phone's noise) are not timed."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiohttp
import redis.asyncio
import websockets

from deploy.local.paths import state_dir
from shared.domain.page import LATE_MS
from tests.e2e.system import CENTRE, Round, System

COURIERS = 100
SECONDS = 20.0
WARM_UP_S = 4.0
METRES_PER_DEGREE = 55_500.0  # of longitude, at this latitude
type Sent = dict[tuple[str, int], float]


class Times:
    """When each fix, by courier and fix time (epoch ms), was sent and seen."""

    def __init__(self, driven_m: dict[str, float]) -> None:
        self.driven_m = driven_m
        self.sent: Sent = {}
        self.acknowledged: list[float] = []
        self.published: list[float] = []
        self.shown: list[float] = []
        self.marks: dict[str, list[int]] = {}
        self.refused = 0
        self.counting = False

    def seen(self, at: list[float], courier: str, at_ms: int) -> None:
        if self.counting and (begun := self.sent.get((courier, at_ms))) is not None:
            at.append((time.perf_counter() - begun) * 1000)


def rounds(system: System, count: int) -> list[Round]:
    """Couriers on the way, each with one parcel, shown from setting out."""
    made = []
    for n in range(count):
        made.append(system.round(1, shop="bench", mode="open"))
        if (n + 1) % 25 == 0:
            print(f"  {n + 1} of {count} couriers have set out", file=sys.stderr)
    return made


async def drive(
    http: aiohttp.ClientSession, round_: Round, n: int, times: Times, every_s: float, batch: int, end: float
) -> None:
    """One phone: a POST every `every_s` seconds with `batch` fixes, driving on along a line."""
    await asyncio.sleep(every_s * n / COURIERS)
    speed_mps = 8.0 if batch == 1 else 25.0  # so that each POST moves him by more than his phone's noise
    before = time.monotonic()
    url = f"{round_.phone.ingest}/v1/positions"
    headers = {"Authorization": f"Bearer {round_.phone.secret}", "Content-Type": "application/json"}
    while time.monotonic() < end:
        turn = time.monotonic()
        now_ms = time.time_ns() // 1_000_000
        step_ms = int(every_s * 1000 / batch)
        times.driven_m[round_.courier] = driven = times.driven_m.get(round_.courier, 0.0) + speed_mps * (
            turn - before
        )
        before = turn
        fixes = []
        for k in range(batch):
            at_ms = now_ms - (batch - 1 - k) * step_ms
            driven_m = driven - speed_mps * (batch - 1 - k) * step_ms / 1000
            lon = CENTRE[0] - 0.05 + driven_m / METRES_PER_DEGREE
            fixes.append(
                {"lon": lon, "lat": CENTRE[1], "at": at_ms, "speed_mps": speed_mps, "accuracy_m": 4.0}
            )
        sent = time.perf_counter()
        times.sent.update(((round_.courier, int(fix["at"])), sent) for fix in fixes)
        async with http.post(url, json=fixes if batch > 1 else fixes[0], headers=headers) as answer:
            await answer.read()
            if answer.status >= 300:
                times.refused += 1
            elif times.counting:
                times.acknowledged.append((time.perf_counter() - sent) * 1000)
        await asyncio.sleep(max(0.0, every_s - (time.monotonic() - turn)))


async def watch(system: System, round_: Round, http: aiohttp.ClientSession, times: Times) -> None:
    """One recipient's socket."""
    secret = round_.links[0].partition("#")[2]
    async with http.post(f"{system.portal}/v1/link/ticket", json={"secret": secret}) as answer:
        ticket = await answer.json()
    async with websockets.connect(
        ticket["socket"], origin=websockets.Origin(system.portal), compression=None, proxy=None
    ) as socket:
        await socket.send(json.dumps({"type": "hello", "ticket": ticket["ticket"]}))
        async for message in socket:
            frame = json.loads(message)
            at_ms = frame.get("at_ms") or (frame.get("driver") or {}).get("at_ms")
            if at_ms:
                times.seen(times.shown, round_.courier, at_ms)


async def listen(system: System, times: Times) -> None:
    """What the couriers worker publishes."""
    client = redis.asyncio.Redis.from_url(system.redis_url)
    async with client.pubsub() as pubsub:
        await pubsub.psubscribe("*}:live")
        async for message in pubsub.listen():
            if message["type"] == "pmessage":
                for view in json.loads(message["data"])["views"]:
                    newest = max((line.get("at_ms", 0) for line in view["lines"]), default=0)
                    times.seen(times.published, view["courier"], newest)


async def look_at_marks(system: System, times: Times) -> None:
    """How old the marks are by which positions are withheld (`page.paused`)."""
    client = redis.asyncio.Redis.from_url(system.redis_url)
    keys = [key async for key in client.scan_iter(match="*:worked_off:*")]
    while True:
        if times.counting:
            now_ms = time.time_ns() // 1_000_000
            for key, at in zip(keys, await client.mget(keys), strict=True):
                times.marks.setdefault(key.decode().rpartition(":")[2], []).append(now_ms - int(at or 0))
        await asyncio.sleep(0.1)


def row(name: str, ms: Iterable[float]) -> str:
    """p50 and p99 of a point, in milliseconds."""
    values = sorted(ms)
    if len(values) < 2:
        return f"  {name:<34} nothing measured"
    cuts = statistics.quantiles(values, n=100)
    return f"  {name:<34} p50 {cuts[49]:7.1f}   p99 {cuts[98]:7.1f}   n {len(values)}"


async def measure(system: System, made: list[Round], rate: int, driven_m: dict[str, float]) -> dict[str, Any]:
    batch = 1 if rate <= 500 else 10
    every_s = COURIERS * batch / rate
    times = Times(driven_m)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        others = [asyncio.create_task(watch(system, r, http, times)) for r in made]
        others.append(asyncio.create_task(listen(system, times)))
        others.append(asyncio.create_task(look_at_marks(system, times)))
        await asyncio.sleep(2)
        end = time.monotonic() + WARM_UP_S + SECONDS
        driving = [
            asyncio.create_task(drive(http, r, n, times, every_s, batch, end)) for n, r in enumerate(made)
        ]
        await asyncio.sleep(WARM_UP_S)
        times.counting = True
        before = len(times.sent)
        await asyncio.gather(*driving)
        sent = len(times.sent) - before
        await asyncio.sleep(1)
        for task in others:
            task.cancel()
        results = await asyncio.gather(*others, return_exceptions=True)
        broken = [r for r in results if isinstance(r, Exception)]
    print(
        f"{rate} fixes/s asked, {sent / SECONDS:.0f}/s sent in POSTs of {batch}; ms from the POST to", end=""
    )
    print(f" ({times.refused} refused, {len(broken)} sockets broke)")
    print(row("2xx (Kafka acknowledged)", times.acknowledged))
    print(row("published in Redis (rules applied)", times.published))
    print(row("recipient's socket", times.shown))
    for role, ages in sorted(times.marks.items()):
        late = statistics.fmean(age > LATE_MS for age in ages)
        print(row(f"age of {role}'s marks", ages) + f"   withheld {late:.1%} of the time")
    return {
        "rate": rate,
        "batch": batch,
        "sent_per_s": sent / SECONDS,
        **{k: sorted(getattr(times, k)) for k in ("acknowledged", "published", "shown")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="*", help="fixes a second (200 and 2000)")
    rates = parser.parse_args().rates or [200, 2000]
    runs = state_dir() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=runs) as name:
        folder = Path(name)
        up = [sys.executable, "-m", "deploy.local.up", "--json", "--free-ports", "--no-simulator"]
        with (folder / "up.err").open("wb") as err:
            process = subprocess.Popen(
                [*up, "--data-dir", name],
                stdout=subprocess.PIPE,
                stderr=err,
                start_new_session=True,
                env=os.environ | {"DROMOS_LINK_RATE": "100000/minute", "DROMOS_AUTH_RATE": "100000/minute"},
            )
        assert process.stdout is not None
        try:
            if not (line := process.stdout.readline()):
                sys.exit(f"the system did not come up:\n{(folder / 'up.err').read_text()[-2000:]}")
            keys = json.loads((folder / "run" / "keys.json").read_text())
            with System.of(json.loads(line), keys["DROMOS_ADMIN_TOKEN"], folder, process.pid) as system:
                made = rounds(system, COURIERS)
                print(f"{COURIERS} couriers, a watcher each, {os.cpu_count()} cores for everything")
                driven_m: dict[str, float] = {}
                results = [asyncio.run(measure(system, made, rate, driven_m)) for rate in rates]
            out = Path(".artifacts/bench/e2e.json")
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(results))
            print(f"all times in {out}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.close()
            process.wait(60)


if __name__ == "__main__":
    main()
