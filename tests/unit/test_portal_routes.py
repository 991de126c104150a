"""Routes: planning with places and legs, redaction, set out; the track as GeoJSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import geojson
import httpx
import msgspec
import pytest

from services.portal.api.legs import legs_to
from services.portal.core import track
from shared.contracts import courier_commands, courier_positions, courier_routes
from shared.contracts.courier_positions import Position, position, sign_of_life
from shared.contracts.views.party import PartyView
from shared.geo import Coord
from shared.geo.polyline import decode
from shared.ports.router import Leg, NoRouteError, RouterError
from tests.unit.portal_kit import NOW, Kit, running

VAN = {"device_id": "van-1", "courier_id": "eleni", "tenant": "athens"}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        assert (await found.ask("admin", "POST", "/v1/devices", json=VAN)).status_code == 201
        yield found


class Streets:
    """A router whose ways are straight; no way leads to what lies beyond the 61st parallel."""

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        if any(lat > 61 for _, lat in points):
            raise NoRouteError("no street near")
        if any(lat < 0 for _, lat in points):
            raise RouterError("tiles unreadable")
        pairs = pairwise(points)
        return [Leg(coords=[a, b], distance_m=100.0, duration_s=12.34) for a, b in pairs]


def planned(kit: Kit) -> Any:
    return kit.values(courier_commands.TOPIC)[-1]


async def test_stops_in_their_order_with_their_merchants(kit: Kit) -> None:
    await kit.registered("books", "a")
    await kit.registered("books", "b")
    body = {
        "stops": [
            {"stop": "first", "lon": 24.94, "lat": 60.17, "shipments": ["s-b"]},
            {"lon": 24.95, "lat": 60.18, "shipments": ["s-a"]},
        ],
        "driver": {"first_name": "Eleni", "vehicle": "white van"},
    }
    answer = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)
    assert answer.status_code == 202
    command = planned(kit)
    assert command["type"] == "plan_route"
    assert (command["tenant"], command["courier"], command["route"]) == ("athens", "eleni", "r-1")
    assert [s["stop"] for s in command["stops"]] == ["first", "s-a"]
    assert command["stops"][0]["shipments"] == [{"shipment": "s-b", "merchant": "books"}]
    assert command["driver"]["first_name"] == "Eleni"
    assert "leg" not in command["stops"][1]


async def test_a_plan_says_of_each_shipment_where_it_is_handed_over(kit: Kit) -> None:
    await kit.registered("books", "a", handover="locker")
    await kit.registered("books", "b")
    body = {"stops": [{"lon": 24.94, "lat": 60.17, "shipments": ["s-a", "s-b"]}]}
    assert (await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)).status_code == 202
    assert planned(kit)["stops"][0]["shipments"] == [
        {"shipment": "s-a", "merchant": "books", "handover": "locker"},
        {"shipment": "s-b", "merchant": "books"},
    ]


async def test_a_stop_without_a_place_is_its_shipments_address(kit: Kit) -> None:
    stage = await kit.registered("books", "a")
    body = {"stops": [{"shipments": [stage.shipment]}]}
    answer = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)
    assert answer.status_code == 422
    assert "stop 1 needs lon and lat" in answer.json()["detail"]
    await kit.views.put_party_version(
        PartyView(shipment="s-a", version="k-1", name="M", address="A", lon=24.9, lat=60.1)
    )
    await kit.views.adopt_party("s-a", "k-1")
    assert (await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)).status_code == 202
    stop = planned(kit)["stops"][0]
    assert (stop["lon"], stop["lat"]) == (24.9, 60.1)


async def test_unknown_and_foreign_shipments_are_named_alike(kit: Kit) -> None:
    await kit.registered("toys", "x")
    for shipment in ("s-x", "s-none"):
        body = {"stops": [{"lon": 1, "lat": 2, "shipments": [shipment]}]}
        answer = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"].endswith(f"{shipment}.")
    assert kit.log.records(courier_commands.TOPIC) == []


@pytest.mark.parametrize(
    "stops",
    [
        [],
        [{"lon": 1, "lat": 2, "shipments": []}],
        [{"lon": 1, "shipments": ["s-a"]}],
        [{"lon": 1, "lat": 2, "shipments": ["s-a"]}, {"lon": 1, "lat": 2, "shipments": ["s-a"]}],
        [{"stop": "x", "lon": 1, "lat": 2, "shipments": [s]} for s in ("s-a", "s-b")],
        [{"lon": 181, "lat": 2, "shipments": ["s-a"]}],
    ],
)
async def test_plans_that_cannot_be(kit: Kit, stops: list[Any]) -> None:
    await kit.registered("books", "a")
    await kit.registered("books", "b")
    answer = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json={"stops": stops})
    assert answer.status_code == 422, answer.text


async def test_a_merchant_does_not_plan_over_anothers_stops(kit: Kit) -> None:
    await kit.registered("books", "a")
    await kit.planned("eleni", ("s-a", "books"), ("s-x", "toys"))
    body = {"stops": [{"lon": 1, "lat": 2, "shipments": ["s-a"]}]}
    for method, path in (
        ("PUT", "/v1/routes/eleni/r-1"),
        ("PUT", "/v1/routes/eleni/r-2"),
        ("POST", "/v1/routes/eleni/r-1/set-out"),
        ("POST", "/v1/routes/eleni/r-1/close"),
    ):
        answer = await kit.ask("books", method, path, json=body if method == "PUT" else None)
        assert answer.status_code == 409
        assert answer.json()["reason"] == "shared_route"
    assert kit.log.records(courier_commands.TOPIC) == []


async def test_of_others_stops_only_their_place_in_the_order_is_read(kit: Kit) -> None:
    await kit.planned("eleni", ("s-x", "toys"), ("s-a", "books"), ("s-b", "books"), set_out_ms=NOW)
    answer = await kit.ask("books", "GET", "/v1/routes/eleni/r-1")
    route = answer.json()
    assert route["set_out_at"] == "2026-11-20T10:00:00Z"
    assert route["stops"][0] == {"position": 1, "yours": False, "shipments": []}
    assert "s-x" not in answer.text
    assert "24.9," not in answer.text
    # The leg to the second stop begins at a stranger's door; the third begins at one's own.
    assert "leg" not in route["stops"][1]
    assert route["stops"][2]["leg"] == "leg-to-s-b"
    whole = (await kit.ask("admin", "GET", "/v1/routes/eleni/r-1")).json()
    assert [s["shipments"] for s in whole["stops"]] == [["s-x"], ["s-a"], ["s-b"]]
    assert [s.get("leg") for s in whole["stops"]] == ["leg-to-s-x", "leg-to-s-a", "leg-to-s-b"]


async def test_the_same_idempotency_key_is_the_same_command(kit: Kit) -> None:
    await kit.planned("eleni", ("s-a", "books"))
    path = "/v1/routes/eleni/r-1/set-out"
    answers = [
        await kit.ask("books", "POST", path, headers=headers)
        for headers in ({"Idempotency-Key": "x"}, {"Idempotency-Key": "x"}, {})
    ]
    one, two, three = (a.json()["command"] for a in answers)
    assert one == two != three


@pytest.mark.parametrize(
    ("method", "path", "bodies"),
    [
        (
            "PUT",
            "/v1/routes/eleni/r-1",
            [{"stops": [{"lon": lon, "lat": 60.1, "shipments": ["s-a"]}]} for lon in (24.9, 25.0)],
        ),
        ("POST", "/v1/couriers/eleni/duty", [{"on": True}, {"on": False}]),
    ],
)
async def test_another_body_under_a_used_key_is_refused(
    kit: Kit, method: str, path: str, bodies: list[Any]
) -> None:
    """Else the first body, sent a third time, would be told "accepted" while the second stands."""

    async def ask(body: Any, key: str) -> httpx.Response:
        return await kit.ask("books", method, path, json=body, headers={"Idempotency-Key": key})

    async def decided(*commands: str) -> None:
        plan = kit.portal.plans.get("eleni")
        assert plan is not None
        plan = msgspec.structs.replace(
            plan, id=f"p-{plan.version}", version=plan.version + 1, decided=commands
        )
        await kit.log.append(courier_routes.TOPIC, "eleni", plan, id=plan.id)

    await kit.registered("books", "a")
    await kit.planned("eleni", ("s-a", "books"))
    first, second = bodies
    one = (await ask(first, "x")).json()["command"]
    two = (await ask(second, "y")).json()["command"]
    await decided(one, two)
    for body, key in ((second, "x"), (first, "y")):
        refused = await ask(body, key)
        assert (refused.status_code, refused.json()["reason"]) == (422, "key_used")
    assert [(await ask(first, "x")).json()["command"], (await ask(second, "y")).json()["command"]] == [
        one,
        two,
    ]
    assert (await ask(first, "z")).status_code == 202


async def test_legs_are_filled_where_a_router_is(kit: Kit) -> None:
    kit.portal.router = Streets()  # type: ignore[assignment]
    await kit.registered("books", "a")
    await kit.registered("books", "b")
    body = {
        "depot": {"lon": 24.9, "lat": 60.0},
        "stops": [
            {"lon": 24.94, "lat": 60.17, "shipments": ["s-a"]},
            {"lon": 24.95, "lat": 60.18, "shipments": ["s-b"]},
        ],
    }
    assert (await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)).status_code == 202
    first, second = planned(kit)["stops"]
    assert decode(first["leg"]) == [(24.9, 60.0), (24.94, 60.17)]
    assert decode(second["leg"]) == [(24.94, 60.17), (24.95, 60.18)]
    assert second["leg_s"] == 12.3


async def test_a_stop_without_a_street_costs_only_its_own_legs() -> None:
    a, b, far, c = (24.0, 60.0), (24.1, 60.1), (24.2, 65.0), (24.3, 60.3)
    router: Any = Streets()
    assert [bool(x) for x in await legs_to(router, None, [a, b, c])] == [False, True, True]
    assert [bool(x) for x in await legs_to(router, a, [b, far, c, b])] == [True, False, False, True]
    assert await legs_to(router, a, [(1.0, -1.0)]) == [None]
    assert await legs_to(None, a, [b, c]) == [None, None]
    assert await legs_to(router, None, [a]) == [None]


async def post(kit: Kit, *fixes: Position, courier: str = "eleni") -> None:
    for number, fix in enumerate(fixes):
        await kit.log.append(courier_positions.TOPIC, courier, fix, id=f"f-{number}")


async def test_the_track_is_a_line_and_its_points_in_the_order_they_were_made(kit: Kit) -> None:
    day = track.midnight_ms(NOW, "Europe/Athens")
    await post(
        kit,
        position(24.943, 60.17, NOW - 1_000, speed_mps=5.0),
        position(24.941, 60.17, NOW - 3_000),
        sign_of_life(NOW - 2_500),
        position(24.942, 60.17, NOW - 2_000),
        position(24.942, 60.17, NOW - 2_000),
        position(10.0, 10.0, day - 1),
    )
    await post(kit, position(1.0, 1.0, NOW), courier="nikos")
    await kit.log.append(courier_positions.TOPIC, "eleni", None, id="x", encoded=b"not json")
    kit.history = kit.portal.history  # type: ignore[assignment]
    answer = await kit.ask("admin", "GET", "/v1/couriers/eleni/track?zone=Europe/Athens")
    assert answer.headers["content-type"] == "application/geo+json"
    found = geojson.loads(answer.text)
    assert found.is_valid
    line, *points = found["features"]
    assert line["geometry"]["coordinates"] == [[24.941, 60.17], [24.942, 60.17], [24.943, 60.17]]
    assert (line["properties"]["from_ms"], line["properties"]["to_ms"]) == (NOW - 3_000, NOW - 1_000)
    assert [p["properties"]["at_ms"] for p in points] == [NOW - 3_000, NOW - 2_000, NOW - 1_000]
    assert points[2]["properties"]["speed_mps"] == 5.0


@pytest.mark.parametrize("fixes", [0, 1])
async def test_a_track_too_short_for_a_line_has_none(kit: Kit, fixes: int) -> None:
    await post(kit, *[position(24.9, 60.1, NOW)] * fixes)
    found = geojson.loads((await kit.ask("admin", "GET", "/v1/couriers/eleni/track")).text)
    assert found.is_valid
    assert [f["geometry"]["type"] for f in found["features"]] == ["Point"] * fixes


async def test_a_track_that_cannot_be_read_in_time_says_so(kit: Kit) -> None:
    kit.history.available = False
    answer = await kit.ask("admin", "GET", "/v1/couriers/eleni/track")
    assert answer.status_code == 503
    kit.history.available = True
    assert (await kit.ask("admin", "GET", "/v1/couriers/nobody/track")).status_code == 404
    assert (await kit.ask("admin", "GET", "/v1/couriers/eleni/track?zone=Mars/North")).status_code == 422


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("UTC", 1_795_132_800_000),
        ("Europe/Athens", 1_795_125_600_000),
        ("Pacific/Auckland", 1_795_086_000_000),
    ],
)
def test_the_day_begins_at_the_zones_midnight(zone: str, midnight: int) -> None:
    assert track.midnight_ms(NOW, zone) == midnight


async def test_what_has_ended_comes_onto_no_route_but_may_stay_where_it_stands(kit: Kit) -> None:
    await kit.registered("books", "a", substatus="Delivered_001", ended=True)
    await kit.registered("books", "b")
    body = {"stops": [{"lon": 24.94, "lat": 60.17, "shipments": ["s-a", "s-b"]}]}
    refused = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)
    assert refused.status_code == 422
    assert "have ended, leave them out: s-a." in refused.json()["detail"]
    await kit.planned("eleni", ("s-a", "books"))
    assert (await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)).status_code == 202


async def test_nobody_lives_where_failed_geocoders_point(kit: Kit) -> None:
    await kit.registered("books", "a")
    body = {"stops": [{"lon": 0.0, "lat": 0.0, "shipments": ["s-a"]}]}
    answer = await kit.ask("books", "PUT", "/v1/routes/eleni/r-1", json=body)
    assert answer.status_code == 422
    assert "0, 0 is no place" in answer.text
