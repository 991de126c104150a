"""Microseconds a fix costs in the couriers' rules, without Kafka and Redis.

    python -m tests.bench.bench_couriers_core [--fixes 100000]

A courier's round is laid out with 20 or 100 stops; he drives past, stands, drives on. `on_fix` alone, and
`on_fix` with `publish` after each fix (the worst case: a batch a fix; a batch usually holds several)."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import msgspec

from services.projector.couriers.core import Courier, Rules
from shared.contracts.common import Policy
from shared.contracts.courier_positions import Position, position
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.geo import Plane, polyline

START_MS = 1_795_168_800_000
TOWN = Plane(24.94, 60.17)


def plan(stops: int) -> CourierPlan:
    """A route of stops 170 m apart, each with a leg of 17 points."""
    made = []
    for i in range(stops):
        x, y = 170.0 * (i % 20), 300.0 * (i // 20)
        leg = [TOWN.to_lonlat(x - 170 + 10 * k, y) for k in range(18)]
        lon, lat = TOWN.to_lonlat(x, y)
        made.append(
            Stop(
                stop=f"stop-{i}",
                lon=lon,
                lat=lat,
                shipments=(RouteShipment(shipment=f"s-{i}", merchant="shop", joined=1),),
                leg=polyline.encode(leg),
            )
        )
    return CourierPlan(
        id="p",
        prev=None,
        version=1,
        tenant="t",
        courier="c",
        command="c",
        recorded_ms=START_MS,
        routes=(Route(route="r", stops=tuple(made), set_out_ms=START_MS),),
        duty=(DutyInterval(from_ms=START_MS - 1),),
    )


def fixes(count: int, speed_mps: float) -> list[tuple[Position, bytes]]:
    """A drive (or a stay) with a fix every 5 s, to and fro along the first row."""
    out = []
    for k in range(count):
        s = (5.0 * k * speed_mps) % 6000.0
        x = s if s < 3000 else 6000 - s
        made = position(
            *TOWN.to_lonlat(x + k % 3, 4.0 + k % 2),
            START_MS + 5000 * k,
            speed_mps=speed_mps,
            accuracy_m=6.0,
        )
        out.append((made, msgspec.json.encode(made)))
    return out


def measure(policy: Policy, stops: int, speed_mps: float, count: int, published: bool) -> float:
    """Microseconds a fix."""
    courier = Courier("c", Rules({"shop": policy}, {}, b"0123456789abcdef"))
    courier.on_plan(plan(stops), START_MS)
    sent = fixes(count, speed_mps)
    courier.publish(START_MS)
    on_fix: Callable[[Position, bytes, int, int], object] = courier.on_fix
    began = time.process_time()
    for i, (value, raw) in enumerate(sent):
        now_ms = START_MS + 5000 * i
        on_fix(value, raw, i, now_ms)
        if published:
            courier.publish(now_ms)
    return (time.process_time() - began) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fixes", type=int, default=50_000)
    args = parser.parse_args()
    print(f"{'policy':8}{'stops':>6} {'':10}{'on_fix':>10}{'+ publish':>12}   us a fix")
    for mode in ("live", "strict", "open"):
        for stops in (20, 100):
            for name, speed in (("driving", 8.0), ("standing", 0.0)):
                policy = Policy(mode=mode)
                bare = measure(policy, stops, speed, args.fixes, False)
                whole = measure(policy, stops, speed, args.fixes, True)
                print(f"{mode:8}{stops:>6} {name:10}{bare:>10.1f}{whole:>12.1f}")


if __name__ == "__main__":
    main()
