"""The Router port under the same tests, on addresses of the demo's area: straight lines, Valhalla in this
process, its own server over HTTP, and OSRM's API, answered by Valhalla's OSRM output."""

import asyncio
import json
import random
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import valhalla

from deploy.local.ports import free_port, is_listening
from shared.adapters.memory.router import MemoryRouter
from shared.adapters.router import open_router
from shared.adapters.router.inprocess import ValhallaRouter
from shared.adapters.router.remote import OsrmRouter, RemoteValhalla
from shared.geo import Coord, Line, distance_m
from shared.ports.router import NoRouteError, Router, RouterError
from tests.integration.demo_map import demo_map

SNAP_M = 120.0  # a door lies so far from the street it is reached by, at most


@pytest.fixture(scope="module")
def area() -> Path:
    return demo_map()


@pytest.fixture(scope="module")
def server(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Valhalla's own server over the same tiles; its address."""
    folder, port = tmp_path_factory.mktemp("valhalla"), free_port()
    config = valhalla.get_config(tile_dir=str((area / "valhalla").resolve()), tile_extract="")
    config["service_limits"]["auto"] |= {"max_locations": 1000, "max_matrix_location_pairs": 1_000_000}
    config["httpd"]["service"] |= {"listen": f"tcp://127.0.0.1:{port}"}
    for name in ("loopback", "interrupt"):
        config["httpd"]["service"][name] = f"ipc://{folder}/{name}"
    for part in ("loki", "thor", "odin"):
        config[part]["service"]["proxy"] = f"ipc://{folder}/{part}"
    (folder / "valhalla.json").write_text(json.dumps(config))
    binary = Path(valhalla.__file__).parent / "bin" / "valhalla_service"
    command = [str(binary), str(folder / "valhalla.json"), "1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 60
            while not is_listening(port):
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, "the server does not come up"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()  # it drains for half a minute otherwise
            process.wait(20)


class Osrm(httpx.AsyncBaseTransport):
    """OSRM's API in front of a Valhalla that writes OSRM's answers."""

    def __init__(self, url: str) -> None:
        self._valhalla = httpx.AsyncClient(base_url=url, timeout=60)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        service, version, profile, places = request.url.path.strip("/").split("/")
        assert (version, profile) == ("v1", "driving")
        more = {"minimum_reachability": 100, "search_cutoff": 1000}
        pairs = [map(float, place.split(",")) for place in places.split(";")]
        at = [dict(zip(("lon", "lat"), pair, strict=True)) | more for pair in pairs]
        asked: dict[str, Any] = {"costing": "auto", "format": "osrm", "shape_format": "polyline6"}
        options = request.url.params
        if service == "table":
            pick = {n: [at[int(i)] for i in options[n].split(";")] for n in ("sources", "destinations")}
            asked |= {"sources": pick["sources"], "targets": pick["destinations"]}
            answer = await self._valhalla.post("/sources_to_targets", json=asked)
        else:
            assert (options["steps"], options["geometries"]) == ("true", "polyline6")
            action = {"route": "route", "trip": "optimized_route"}[service]
            answer = await self._valhalla.post(f"/{action}", json=asked | {"locations": at})
        found = answer.json()
        if "error_code" in found or answer.status_code >= 400:
            found = {"code": "NoRoute"}
        elif service == "trip" and "trips" not in found:
            found["trips"] = found.pop("routes")  # what OSRM calls them
        return httpx.Response(200, json=found)

    async def aclose(self) -> None:
        await self._valhalla.aclose()


@pytest_asyncio.fixture(params=["memory", "valhalla", "server", "osrm"])
async def router(request: pytest.FixtureRequest, area: Path) -> AsyncIterator[Router]:
    made: Router
    if request.param == "server":
        made = RemoteValhalla(request.getfixturevalue("server"))
    elif request.param == "osrm":
        made = OsrmRouter("http://osrm.test", transport=Osrm(request.getfixturevalue("server")))
    elif request.param == "memory":
        made = MemoryRouter(bbox=tuple(json.loads((area / "area.json").read_text())["bbox"]))
    else:
        made = ValhallaRouter(area / "valhalla")
    yield made
    await made.close()


@pytest.fixture
def doors(area: Path) -> list[Coord]:
    rows = json.loads((area / "addresses.json").read_text())["rows"]
    return [(lon, lat) for _, _, lon, lat in random.Random(7).sample(rows, 60)]


async def test_a_whole_round_is_one_route(router: Router, doors: list[Coord]) -> None:
    assert len(await router.route(doors)) == len(doors) - 1 > 50


async def test_a_route_has_a_leg_between_each_two_points(router: Router, doors: list[Coord]) -> None:
    legs = await router.route(doors[:5])
    assert len(legs) == 4
    for leg, (start, end) in zip(legs, pairwise(doors[:5]), strict=True):
        assert distance_m(*leg.coords[0], *start) < SNAP_M
        assert distance_m(*leg.coords[-1], *end) < SNAP_M
        assert leg.distance_m == pytest.approx(Line(leg.coords).length_m, rel=0.05, abs=20)
        assert leg.distance_m > distance_m(*start, *end) - 2 * SNAP_M
        assert 1.0 < leg.distance_m / leg.duration_s < 25.0
    for one, following in pairwise(legs):
        assert distance_m(*one.coords[-1], *following.coords[0]) < 1.0


async def test_nearly_every_pair_of_doors_has_a_route(router: Router, doors: list[Coord]) -> None:
    failed = 0
    for pair in pairwise(doors):
        try:
            await router.route(pair)
        except NoRouteError:
            failed += 1
    assert failed <= 2


async def test_many_routes_at_once(router: Router, doors: list[Coord]) -> None:
    pairs = list(pairwise(doors))[:20]
    together = await asyncio.gather(*(router.route(pair) for pair in pairs))
    alone = [await router.route(pair) for pair in pairs]
    assert together == alone


async def test_the_same_place_twice_is_a_leg_of_no_length(router: Router, doors: list[Coord]) -> None:
    legs = await router.route([doors[0], doors[0], doors[1]])
    assert len(legs) == 2
    assert legs[0].distance_m == 0
    assert legs[0].duration_s == 0
    assert len(legs[0].coords) >= 2


async def test_matrix_agrees_with_routes(router: Router, doors: list[Coord]) -> None:
    matrix = await router.matrix(doors[:2], doors[2:6])
    assert [len(row) for row in matrix] == [4, 4]
    for source, row in zip(doors[:2], matrix, strict=True):
        for target, cell in zip(doors[2:6], row, strict=True):
            (leg,) = await router.route([source, target])
            assert cell is not None
            assert cell.duration_s == pytest.approx(leg.duration_s, rel=0.25, abs=15)
            assert cell.distance_m == pytest.approx(leg.distance_m, rel=0.25, abs=30)


async def test_the_best_order_keeps_the_ends_and_is_no_longer(router: Router, doors: list[Coord]) -> None:
    points = doors[:9]
    tour = await router.optimized(points)
    assert sorted(tour.order) == list(range(9))
    assert (tour.order[0], tour.order[-1]) == (0, 8)
    as_given = sum(leg.duration_s for leg in await router.route(points))
    best = sum(leg.duration_s for leg in tour.legs)
    assert best < as_given
    for leg, (a, b) in zip(tour.legs, pairwise(tour.order), strict=True):
        assert distance_m(*leg.coords[0], *points[a]) < SNAP_M
        assert distance_m(*leg.coords[-1], *points[b]) < SNAP_M


@pytest.mark.parametrize("count", [2, 3])
async def test_short_tours_stay_as_they_are(router: Router, doors: list[Coord], count: int) -> None:
    tour = await router.optimized(doors[:count])
    assert tour.order == list(range(count))
    assert len(tour.legs) == count - 1


async def test_a_place_without_streets_has_no_route(router: Router, doors: list[Coord]) -> None:
    for elsewhere in [(0.0, 0.0), (25.5, 60.4)]:
        with pytest.raises(NoRouteError):
            await router.route([doors[0], elsewhere])


async def test_too_few_points_are_refused(router: Router, doors: list[Coord]) -> None:
    with pytest.raises(ValueError, match="two points"):
        await router.route(doors[:1])
    with pytest.raises(ValueError, match="two points"):
        await router.optimized(doors[:1])
    with pytest.raises(ValueError, match="target"):
        await router.matrix(doors[:1], [])


async def test_nothing_is_left_in_the_temporary_folder(
    area: Path, doors: list[Coord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    router = ValhallaRouter(area / "valhalla")
    try:
        assert len(await router.route(doors[:2])) == 1
    finally:
        await router.close()
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 (a folder of the test)


def test_a_folder_without_tiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RouterError, match="no routing tiles"):
        ValhallaRouter(tmp_path)


async def test_a_server_that_is_away_is_an_error_that_names_no_place(doors: list[Coord]) -> None:
    router = RemoteValhalla(f"http://127.0.0.1:{free_port()}")
    try:
        with pytest.raises(RouterError) as told:
            await router.route(doors[:2])
    finally:
        await router.close()
    assert str(doors[0][0]) not in str(told.value)


async def test_the_settings_name_the_router() -> None:
    assert open_router("local", None, "") is None
    osrm = open_router("osrm", None, "http://osrm:5000")
    assert isinstance(osrm, OsrmRouter)
    await osrm.close()
    with pytest.raises(RouterError, match="DROMOS_ROUTER_URL"):
        open_router("valhalla", None, "")
