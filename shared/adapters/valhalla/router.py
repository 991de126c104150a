"""Routes by Valhalla in this process, over tiles built from an OpenStreetMap extract.

Valhalla releases the GIL while it works, so two threads with an Actor each keep two cores busy and the event
loop free. Request and answer: valhalla.github.io/valhalla/api/turn-by-turn/api-reference.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import valhalla

from shared.geo import Coord
from shared.geo.polyline import decode
from shared.ports.router import Leg, NoRouteError, RouterError, Tour, Travel

THREADS = 2
# Without it a courtyard or a car park that leads nowhere is chosen as the nearest street, and one pair in
# eight has no route.
MINIMUM_REACHABILITY = 100
MAX_PLACES = 1000
SEARCH_CUTOFF_M = 1000
# Codes of Valhalla's errors that mean "no way there": distance limit, unreachable, no street near, no path.
_NO_ROUTE = {154, 170, 171, 441, 442}


class ValhallaRouter:
    """A Router over the tiles in the folder `tiles`; costing as in Valhalla: "auto", "bicycle"..."""

    def __init__(self, tiles: Path, *, costing: str = "auto") -> None:
        if not any(tiles.rglob("*.gph")):
            raise RouterError(f"no routing tiles in {tiles}")
        self._config: dict[str, Any] = valhalla.get_config(tile_dir=str(tiles.resolve()), tile_extract="")
        # A courier's round has more stops than the 20 places that Valhalla takes unless told.
        self._config["service_limits"][costing]["max_locations"] = MAX_PLACES
        self._costing = costing
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="valhalla")

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        if len(points) < 2:
            raise ValueError("a route needs two points or more")
        answer = await self._ask("route", {"locations": _locations(points), "directions_type": "none"})
        return _legs(answer)

    async def matrix(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        if not sources or not targets:
            raise ValueError("a matrix needs a source and a target or more")
        asked = {"sources": _locations(sources), "targets": _locations(targets)}
        answer = await self._ask("matrix", asked)
        return [[_travel(cell) for cell in row] for row in answer["sources_to_targets"]]

    async def optimized(self, points: Sequence[Coord]) -> Tour:
        if len(points) < 2:
            raise ValueError("a tour needs two points or more")
        if len(points) < 4:  # there is nothing to choose, and Valhalla refuses
            return Tour(list(range(len(points))), await self.route(points))
        answer = await self._ask(
            "optimized_route", {"locations": _locations(points), "directions_type": "none"}
        )
        return Tour([place["original_index"] for place in answer["trip"]["locations"]], _legs(answer))

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    async def _ask(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        request = {**request, "costing": self._costing, "units": "kilometers"}
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, action, request)

    def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        actor = getattr(self._local, "actor", None)
        try:
            if actor is None:
                actor = self._local.actor = valhalla.Actor(self._config)
            call: Callable[[dict[str, Any]], dict[str, Any]] = getattr(actor, action)
            return call(request)
        except valhalla.ValhallaError as error:
            kind = NoRouteError if error.code in _NO_ROUTE else RouterError
            raise kind(f"Valhalla {error.code}: {error.message}") from error


def _locations(points: Sequence[Coord]) -> list[dict[str, Any]]:
    more = {"minimum_reachability": MINIMUM_REACHABILITY, "search_cutoff": SEARCH_CUTOFF_M}
    return [{"lon": lon, "lat": lat, **more} for lon, lat in points]


def _legs(answer: dict[str, Any]) -> list[Leg]:
    return [
        Leg(decode(leg["shape"]), leg["summary"]["length"] * 1000.0, float(leg["summary"]["time"]))
        for leg in answer["trip"]["legs"]
    ]


def _travel(cell: dict[str, Any]) -> Travel | None:
    if cell.get("distance") is None or cell.get("time") is None:
        return None
    return Travel(cell["distance"] * 1000.0, float(cell["time"]))
