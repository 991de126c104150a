"""Valhalla's questions and answers, however it is asked.

Request and answer: valhalla.github.io/valhalla/api/turn-by-turn/api-reference."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from shared.adapters.router.ordering import Ordering
from shared.geo import Coord
from shared.geo.polyline import decode
from shared.ports.router import Leg, NoRouteError, RouterError, Tour, Travel

# Without it a courtyard or a car park that leads nowhere is chosen as the nearest street, and one pair in
# eight has no route.
MINIMUM_REACHABILITY = 100
MAX_PLACES = 1000
SEARCH_CUTOFF_M = 1000
AROUND_M = 150
"""A door in a pedestrian street is reached from any street so near; elsewhere from the nearest alone."""
REMEMBERED = 10_000
NO_ROUTE = frozenset({154, 170, 171, 441, 442})
"""Codes of Valhalla's errors that mean "no way there": distance limit, unreachable, no street near, no
path."""


def error_of(code: int, message: str) -> RouterError:
    """What an error of Valhalla's means."""
    return (NoRouteError if code in NO_ROUTE else RouterError)(f"Valhalla {code}: {message}")


class Valhalla(Ordering):
    """`Router` but for how it is asked; costing as in Valhalla: "auto", "bicycle"..."""

    def __init__(self, costing: str) -> None:
        self._costing = costing
        self._off_street: dict[Coord, None] = {}

    @abstractmethod
    async def _answer(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        """Ask `route`, `matrix` or `optimized_route`; raises as the port does."""

    async def _ask(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        return await self._answer(action, {**request, "costing": self._costing, "units": "kilometers"})

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        if len(points) < 2:
            raise ValueError("a route needs two points or more")
        at = self._locations(points)
        try:
            return _legs(await self._ask("route", {"locations": at, "directions_type": "none"}))
        except NoRouteError:
            # One of them stands where no car comes: with all streets around, which this one has.
            around = [{**location, "radius": AROUND_M} for location in at]
            return _legs(await self._ask("route", {"locations": around, "directions_type": "none"}))

    async def matrix(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        if not sources or not targets:
            raise ValueError("a matrix needs a source and a target or more")
        table = await self._table(sources, targets)
        lost = [i for i, row in enumerate(table) if _mostly_none(row)] if len(targets) > 1 else []
        if lost:
            again = await self._around([sources[i] for i in lost], [sources[i] for i in lost], targets)
            for i, row in zip(lost, again, strict=True):
                table[i] = row
        lost = [j for j in range(len(targets)) if _mostly_none([row[j] for row in table])]
        if lost:
            again = await self._around([targets[j] for j in lost], sources, [targets[j] for j in lost])
            for row, found in zip(table, again, strict=True):
                for j, cell in zip(lost, found, strict=True):
                    row[j] = cell
        return table

    async def _table(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        asked = {"sources": self._locations(sources), "targets": self._locations(targets)}
        answer = await self._ask("matrix", asked)
        return [[_travel(cell) for cell in row] for row in answer["sources_to_targets"]]

    async def _around(
        self, lost: Sequence[Coord], sources: Sequence[Coord], targets: Sequence[Coord]
    ) -> list[list[Travel | None]]:
        """The matrix once more, with all streets around the places that none leads to, from now on."""
        self._off_street.update(dict.fromkeys(lost))
        while len(self._off_street) > REMEMBERED:
            del self._off_street[next(iter(self._off_street))]
        return await self._table(sources, targets)

    def _locations(self, points: Sequence[Coord]) -> list[dict[str, Any]]:
        more = {"minimum_reachability": MINIMUM_REACHABILITY, "search_cutoff": SEARCH_CUTOFF_M}
        return [
            {
                "lon": lon,
                "lat": lat,
                **more,
                **({"radius": AROUND_M} if (lon, lat) in self._off_street else {}),
            }
            for lon, lat in points
        ]

    async def optimized(self, points: Sequence[Coord]) -> Tour:
        if len(points) < 2:
            raise ValueError("a tour needs two points or more")
        if len(points) < 4:  # there is nothing to choose, and Valhalla refuses
            return Tour(list(range(len(points))), await self.route(points))
        answer = await self._ask(
            "optimized_route", {"locations": self._locations(points), "directions_type": "none"}
        )
        return Tour([place["original_index"] for place in answer["trip"]["locations"]], _legs(answer))


def _mostly_none(cells: Sequence[Travel | None]) -> bool:
    """Neighbours in one pedestrian street may still have a way to each other."""
    return sum(cell is None for cell in cells) * 2 > len(cells)


def _legs(answer: dict[str, Any]) -> list[Leg]:
    return [
        Leg(decode(leg["shape"]), leg["summary"]["length"] * 1000.0, float(leg["summary"]["time"]))
        for leg in answer["trip"]["legs"]
    ]


def _travel(cell: dict[str, Any]) -> Travel | None:
    if cell.get("distance") is None or cell.get("time") is None:
        return None
    return Travel(cell["distance"] * 1000.0, float(cell["time"]))
