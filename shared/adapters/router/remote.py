"""Valhalla and OSRM over HTTP: servers of your own, for a country or the world.

OSRM: project-osrm.org/docs/v5.24.0/api. Its limits are the server's: `osrm-routed --max-viaroute-size`,
`--max-table-size`, `--max-trip-size` want to be as large as a courier's round."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import httpx

from shared.adapters.router.ordering import Ordering
from shared.adapters.router.valhalla import Valhalla, error_of
from shared.geo import Coord
from shared.geo.polyline import decode
from shared.ports.router import Leg, NoRouteError, RouterError, Tour, Travel

TIMEOUT_S = 20.0
_ACTIONS = {"route": "route", "matrix": "sources_to_targets", "optimized_route": "optimized_route"}
_FOUND = ("trip", "sources_to_targets")
_NO_WAY = frozenset({"NoRoute", "NoSegment", "NoTrips", "NoTable"})


def _client(url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url.rstrip("/"), timeout=TIMEOUT_S, trust_env=False, transport=transport
    )


async def _json(call: httpx.Request, client: httpx.AsyncClient) -> dict[str, Any]:
    """The answer's JSON, whatever its status; only the kind of error is told: an address holds places."""
    try:
        answer = await client.send(call)
        found: Any = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise RouterError(f"the router's server does not answer ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise RouterError(f"the address answers {answer.status_code} as no router does")
    return found


class RemoteValhalla(Valhalla):
    """`Router` at a `valhalla_service` of your own, such as http://valhalla:8002."""

    def __init__(self, url: str, *, costing: str = "auto") -> None:
        super().__init__(costing)
        self._client = _client(url)

    async def close(self) -> None:
        await self._client.aclose()

    async def _answer(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        call = self._client.build_request("POST", f"/{_ACTIONS[action]}", json=request)
        answer = await _json(call, self._client)
        if "error_code" in answer:
            raise error_of(int(answer["error_code"]), str(answer.get("error", "")))
        if answer.keys().isdisjoint(_FOUND):
            raise RouterError("the address answers as no Valhalla does: see DROMOS_ROUTER_URL")
        return answer


class OsrmRouter(Ordering):
    """`Router` at an `osrm-routed` of your own, such as http://osrm:5000, by its profile's name."""

    def __init__(
        self, url: str, *, profile: str = "driving", transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._client, self._profile = _client(url, transport), profile

    async def close(self) -> None:
        await self._client.aclose()

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        if len(points) < 2:
            raise ValueError("a route needs two points or more")
        answer = await self._ask("route", points, **_SHAPES)
        return [_leg(leg) for leg in answer["routes"][0]["legs"]]

    async def matrix(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        if not sources or not targets:
            raise ValueError("a matrix needs a source and a target or more")
        count = len(sources)
        answer = await self._ask(
            "table",
            [*sources, *targets],
            sources=";".join(map(str, range(count))),
            destinations=";".join(map(str, range(count, count + len(targets)))),
            annotations="duration,distance",
        )
        return [
            [
                Travel(float(metres), float(seconds)) if metres is not None and seconds is not None else None
                for metres, seconds in zip(row_m, row_s, strict=True)
            ]
            for row_m, row_s in zip(answer["distances"], answer["durations"], strict=True)
        ]

    async def optimized(self, points: Sequence[Coord]) -> Tour:
        if len(points) < 2:
            raise ValueError("a tour needs two points or more")
        if len(points) < 4:
            return Tour(list(range(len(points))), await self.route(points))
        ends = {"source": "first", "destination": "last", "roundtrip": "false"}
        answer = await self._ask("trip", points, **_SHAPES, **ends)
        order: list[int] = [0] * len(points)
        for index, place in enumerate(answer["waypoints"]):
            order[place["waypoint_index"]] = index
        return Tour(order, [_leg(leg) for leg in answer["trips"][0]["legs"]])

    async def _ask(self, service: str, points: Sequence[Coord], **options: str) -> dict[str, Any]:
        places = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in points)
        address = f"/{service}/v1/{self._profile}/{places}"
        answer = await _json(self._client.build_request("GET", address, params=options), self._client)
        code = str(answer.get("code", ""))
        if code != "Ok":
            kind = NoRouteError if code in _NO_WAY else RouterError
            raise kind(f"OSRM {code}: {answer.get('message', '')}")
        return answer


_SHAPES = {"overview": "false", "steps": "true", "geometries": "polyline6"}


def _leg(leg: dict[str, Any]) -> Leg:
    """Its shape is its steps' shapes, each of which begins where the one before ends."""
    shapes = [decode(step["geometry"]) for step in leg["steps"]]
    coords = list(chain(shapes[0][:1], *(shape[1:] for shape in shapes))) if shapes else []
    if len(coords) == 1:
        coords = coords * 2
    return Leg(coords, float(leg["distance"]), float(leg["duration"]))
