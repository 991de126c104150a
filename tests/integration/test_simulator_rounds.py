"""Whole rounds of the simulator against stand-ins for the two APIs that keep what they were told."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.simulator.client import ApiError, Client
from services.simulator.core.faults import NONE
from services.simulator.core.gps import Fix
from services.simulator.core.replay import Track
from services.simulator.core.world import couriers, usable
from services.simulator.director import OPENING, Director
from services.simulator.kept import Secrets, troupe
from services.simulator.player import Player
from services.simulator.rounds import Rounds
from shared.adapters.memory.router import MemoryRouter

ADMIN = "admin-token"
ROWS = [["Katu", str(10 * i + j), 24.938 + i * 1e-3, 60.167 + j * 5e-4] for i in range(8) for j in range(8)]


@dataclass
class World:
    """Answers like portal and ingest, as far as the simulator asks, and remembers everything."""

    merchants: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    shipments: dict[str, dict[str, Any]] = field(default_factory=dict)
    routes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    out: set[str] = field(default_factory=set)
    ended: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    positions: list[tuple[float, str]] = field(default_factory=list)
    proofs: set[str] = field(default_factory=set)
    rated: list[str] = field(default_factory=list)
    early: int = 0
    sick: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.sick:
            self.sick -= 1
            return httpx.Response(503, headers={"Retry-After": "1"})
        path = request.url.path
        body = json.loads(request.content) if request.content[:1] in (b"{", b"[") else None
        self.calls.append(f"{request.method} {path}")
        if "/osmand/" in path or path in ("/owntracks", "/v1/positions"):
            return self._position(request)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for pattern, answer in self._table().items():
            if match := re.fullmatch(pattern, f"{request.method} {path}"):
                status, content = answer(bearer, body, request, *match.groups())
                return httpx.Response(status, json=content)
        return httpx.Response(404, json={"detail": path})

    def _table(self) -> dict[str, Any]:
        return {
            r"PUT /v1/merchants/(.+)": self._merchant,
            r"POST /v1/merchants/(.+)/keys": lambda *a: (201, {"key": self._key(a[-1])}),
            r"POST /v1/devices": self._enrol,
            r"POST /v1/devices/(.+)/rotate": lambda *a: (200, {"secret": self._secret(a[-1])}),
            r"POST /v1/shipments": self._shipment,
            r"POST /v1/shipments/(.+)/events": self._event,
            r"POST /v1/shipments/(.+)/links": lambda *a: (201, {"url": f"http://x/t#{a[-1]}"}),
            r"POST /v1/courier/proofs": self._proof,
            r"POST /v1/link/ticket": lambda _b, body, _r: (200, {"ticket": f"of-{body['secret']}"}),
            r"POST /v1/link/rating": self._rating,
            r"PUT /v1/routes/(.+)/(.+)": self._route,
            r"POST /v1/routes/(.+)/(.+)/set-out": self._set_out,
            r"POST /v1/routes/(.+)/(.+)/close": self._close,
            r"PUT /v1/couriers/([^/]+)": lambda *_: (200, {}),
            r"POST /v1/couriers/(.+)/duty": lambda *_: (200, {}),
        }

    def _key(self, merchant: str) -> str:
        self.merchants[merchant] = f"mk-{merchant}-{len(self.calls)}"
        return self.merchants[merchant]

    def _secret(self, device: str) -> str:
        self.phones[device] = f"secret-{device}-{len(self.calls)}"
        return self.phones[device]

    def _merchant(self, bearer: str, body: Any, _r: Any, merchant: str) -> tuple[int, Any]:
        assert bearer == ADMIN
        assert body["zone"] == "Europe/Helsinki"
        if merchant in self.merchants:
            return 200, {}
        return 201, {"key": self._key(merchant)}

    def _enrol(self, bearer: str, body: Any, _r: Any) -> tuple[int, Any]:
        assert bearer == ADMIN
        if body["device_id"] in self.phones:
            return 409, {}
        return 201, {"secret": self._secret(body["device_id"])}

    def _shipment(self, bearer: str, body: Any, request: httpx.Request) -> tuple[int, Any]:
        assert bearer in self.merchants.values()
        name = f"s-{request.headers['Idempotency-Key']}"
        self.shipments[name] = body
        return 201, {"shipment": name}

    def _event(self, bearer: str, body: Any, _r: Any, shipment: str) -> tuple[int, Any]:
        assert bearer in (*self.merchants.values(), *self.phones.values())
        assert set(body.get("proofs", ())) <= self.proofs
        if not body["substatus"].startswith("InTransit"):
            assert shipment in self.out
            self.ended.setdefault(shipment, []).append(body | {"by": bearer})
        return 202, {"outcome": {"accepted": True}}

    def _proof(self, bearer: str, _b: Any, request: httpx.Request) -> tuple[int, Any]:
        assert bearer in self.phones.values()
        assert request.url.params["shipment"] in self.out
        proof = f"p-{request.headers['Idempotency-Key']}"
        self.proofs.add(proof)
        return 201, {"proof": proof}

    def _rating(self, bearer: str, body: Any, _r: Any) -> tuple[int, Any]:
        shipment = bearer.removeprefix("Ticket of-")
        assert shipment in self.ended, "nobody says how it was before it has come"
        assert body["question"]
        self.rated.append(shipment)
        return 200, {}

    def _route(self, bearer: str, body: Any, _r: Any, courier: str, route: str) -> tuple[int, Any]:
        assert bearer == ADMIN
        assert body["depot"]
        self.routes[courier, route] = [s for stop in body["stops"] for s in stop["shipments"]]
        return 200, {}

    def _set_out(self, bearer: str, _b: Any, _r: Any, courier: str, route: str) -> tuple[int, Any]:
        assert bearer == ADMIN
        self.out |= set(self.routes[courier, route])
        return 200, {}

    def _close(self, bearer: str, _b: Any, _r: Any, courier: str, route: str) -> tuple[int, Any]:
        assert bearer == ADMIN
        return (200, {}) if self.routes.pop((courier, route), None) else (404, {})

    def _position(self, request: httpx.Request) -> httpx.Response:
        text = str(request.url) + str(dict(request.headers)) + request.content.decode()
        device = next((d for d in self.phones if d in text), "?")
        self.positions.append((time.time(), device))
        self.early += not self.out
        return httpx.Response(200)


def director_of(world: World, folder: Path, speed: float, said: list[tuple[str, dict[str, Any]]]) -> Director:
    client = Client("http://i", "http://p", ADMIN, transport=httpx.MockTransport(world))
    secrets = Secrets.load(folder / "simulator.json")
    rounds = Rounds(
        client=client,
        router=MemoryRouter(),
        addresses=usable(ROWS),
        keys=secrets.keys,
        city="Helsinki",
        zone="Europe/Helsinki",
        run="260101120000",
        faults=NONE,
        speed=speed,
    )
    return Director(
        client, rounds, secrets, "demo", 7, folder / "links.json", lambda w, d: said.append((w, d))
    )


async def test_three_couriers_play_a_round_each(tmp_path: Path) -> None:
    world, said = World(), list[tuple[str, dict[str, Any]]]()
    director = director_of(world, tmp_path, 1500.0, said)
    crew = couriers("demo", 3, ["native", "traccar10", "owntracks"])
    async with director.client:
        await director.set_up(crew)
        await director.play(crew, rounds=1)
    assert len(world.shipments) == 8 + 9 + 13
    assert set(world.ended) == set(world.shipments)  # every parcel has an end
    assert all(len(ends) == 1 for ends in world.ended.values())
    by_shop = [s for s, (end,) in world.ended.items() if end["by"] in world.merchants.values()]
    assert len(by_shop) == 2 + 2 + 1  # those that were done when the curtain rose
    assert all(end["substatus"] == "Delivered_001" for s in by_shop for end in world.ended[s])
    assert world.early == 0
    assert not world.routes  # closed when they were done
    assert len({device for _, device in world.positions}) == 3
    assert Counter(what for what, _ in said)["round_over"] == 3
    for shipment, body in world.shipments.items():
        assert body["recipient"]["name"]
        assert body["address"]["city"] == "Helsinki"
        assert shipment.startswith("s-demo-")


async def test_the_links_are_worth_a_look_from_the_start(tmp_path: Path) -> None:
    world, said = World(), list[tuple[str, dict[str, Any]]]()
    director = director_of(world, tmp_path, 1.0, said)
    crew = couriers("demo", 6, ["native"])
    async with director.client:
        await director.set_up(crew)
        playing = asyncio.create_task(director.play(crew))
        links: list[dict[str, Any]] = []
        while len(links) < 3:
            await asyncio.sleep(0.1)
            if director.links_file.exists():
                links = json.loads(director.links_file.read_text())["links"]
        await asyncio.sleep(2.5)
        links = json.loads(director.links_file.read_text())["links"]
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    kinds = {link["kind"]: link for link in links}
    assert list(kinds) == ["far", "near", "arriving"]
    assert kinds["arriving"]["stops_left"] == 0
    assert 1 <= kinds["near"]["stops_left"] <= 5
    assert kinds["far"]["stops_left"] >= 6
    assert all(link["url"].startswith("http://x/t#") and link["shop"] and link["order"] for link in links)
    assert len({link["courier"] for link in links}) == 3
    assert (tmp_path / "simulator.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "links.json").stat().st_mode & 0o077 == 0


async def test_another_takes_the_place_of_a_delivered_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As much faster as the couriers are: a look a second sees three or four stops' worth of them.
    monkeypatch.setattr("services.simulator.director.BOARD_EVERY_S", 0.05)
    world, said = World(), list[tuple[str, dict[str, Any]]]()
    director = director_of(world, tmp_path, 1500.0, said)
    crew = couriers("demo", 3, ["native"])
    async with director.client:
        await director.set_up(crew)
        await director.play(crew, rounds=2)
    shown = [details["order"] for what, details in said if what == "link" and details["kind"] == "arriving"]
    assert len(set(shown)) >= 3


async def test_a_second_start_uses_what_it_knows_and_closes_what_was_left(tmp_path: Path) -> None:
    world = World()
    crew = couriers("demo", 2, ["native"])
    first = director_of(world, tmp_path, 1.0, [])
    async with first.client:
        await first.set_up(crew)
        playing = asyncio.create_task(first.play(crew))
        async with asyncio.timeout(60):
            while len(first.under_way) < 2:  # noqa: ASYNC110 - nothing is there to tell
                await asyncio.sleep(0.05)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    assert len(world.routes) == 2
    world.calls.clear()
    second = director_of(world, tmp_path, 1.0, [])
    async with second.client:
        await second.set_up(crew)
    assert not world.routes
    assert "POST /v1/devices" not in world.calls
    assert not any(call.endswith("/keys") for call in world.calls)
    assert second.secrets.keys == world.merchants


async def test_lost_secrets_are_made_anew(tmp_path: Path) -> None:
    world = World()
    crew = couriers("demo", 1, ["native"])
    first = director_of(world, tmp_path, 1.0, [])
    async with first.client:
        await first.set_up(crew)
    (tmp_path / "simulator.json").write_text("{broken")
    second = director_of(world, tmp_path, 1.0, [])
    async with second.client:
        await second.set_up(crew)
    assert second.secrets.keys == world.merchants
    assert second.secrets.phones == world.phones


async def test_a_phone_keeps_what_was_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.simulator.phone._FIRST_WAIT_S", 0.05)
    world, said = World(), list[tuple[str, dict[str, Any]]]()
    director = director_of(world, tmp_path, 50.0, said)
    fixes = [Fix(2.0 * i, 24.94 + i * 1e-4, 60.17) for i in range(20)]
    async with director.client:
        await director.set_up(couriers("demo", 1, ["native"]))
        world.sick = 3  # the first requests of the play itself are refused and tried again
        await Player(director, "demo", "trace.csv").play(Track("t", fixes), "osmand-post", 50.0)
    assert len(world.positions) == 20
    (ended,) = world.ended.values()
    assert ended[0]["substatus"] == "Delivered_001"
    assert [what for what, _ in said] == ["replay", "replay_over"]
    assert said[-1][1]["delivered"] is True


async def test_a_refusal_is_told_and_being_away_ends_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.simulator.client.PATIENCE_S", 0.5)

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/keys"):
            raise httpx.ConnectError("nobody there")
        return httpx.Response(422, json={"detail": "mend it"})

    async with Client("http://i", "http://p", ADMIN, transport=httpx.MockTransport(refuse)) as client:
        with pytest.raises(ApiError, match="422"):
            await client.put_merchant("m", {})
        with pytest.raises(ApiError, match="no answer"):
            await client.new_key("m")


def test_the_same_seed_makes_the_same_orders(tmp_path: Path) -> None:
    async def orders() -> list[Any]:
        world = World()
        director = director_of(world, tmp_path, 1.0, [])
        crew = couriers("demo", 1, ["native"])
        async with director.client:
            await director.set_up(crew)
            rng = random.Random("7/x")
            await director.rounds.prepare(crew[0], 1, OPENING[0], rng)
        return sorted(json.dumps(s, sort_keys=True) for s in world.shipments.values())

    assert asyncio.run(orders()) == asyncio.run(orders())


def test_each_simulator_that_runs_has_a_name_of_its_own(tmp_path: Path) -> None:
    with troupe(tmp_path) as first, troupe(tmp_path) as second:
        assert (first, second) == ("demo", "demo2")
    with troupe(tmp_path) as again:
        assert again == "demo"


async def test_a_replay_leaves_the_demonstration_alone(tmp_path: Path) -> None:
    world = World()
    demo = director_of(world, tmp_path, 1.0, [])
    fixes = [Fix(1.0 * i, 24.94 + i * 1e-4, 60.17) for i in range(5)]
    async with demo.client:
        crew = couriers("demo", 1, ["native"])
        await demo.set_up(crew)
        playing = asyncio.create_task(demo.play(crew))
        async with asyncio.timeout(60):
            while not demo.under_way:  # noqa: ASYNC110 - nothing is there to tell
                await asyncio.sleep(0.05)
        before = set(world.routes)
        other = director_of(world, tmp_path / "other", 50.0, [])
        async with other.client:
            await Player(other, "demo2", "trace.csv").play(Track("t", fixes), "native", 50.0)
        assert set(world.routes) == before
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
