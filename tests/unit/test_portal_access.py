"""Who may do what to whose: that the matrix is whole, and the keys that make the roles."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi.routing import APIRoute

from shared.contracts import courier_commands, devices, merchants
from tests.unit.portal_kit import ADMIN, Kit, running
from tests.unit.portal_matrix import missing

EVENT = {"event_id": "e-1", "substatus": "InTransit_002"}
DEVICE = {"device_id": "van-9", "courier_id": "nikos", "tenant": "athens"}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        yield found


async def prepared(kit: Kit) -> dict[str, str]:
    """The objects of the matrix; what stands in its paths in braces."""
    await kit.registered("books", "a")
    enrolled = await kit.ask(
        "admin", "POST", "/v1/devices", json={"device_id": "van-1", "courier_id": "eleni", "tenant": "athens"}
    )
    assert enrolled.status_code == 201
    await kit.planned("eleni", ("s-a", "books"), route="r-a")
    made = await kit.ask("books", "POST", "/v1/shipments/s-a/links")
    sent = await kit.ask("books", "POST", "/v1/shipments/s-a/events", json={**EVENT, "event_id": "e-0"})
    (shop,) = [m for _, m in kit.portal.merchants.items() if m.merchant == "books"]
    return {"link": made.json()["link_id"], "command": sent.json()["command"], "key": shop.keys[0].key}


async def test_the_matrix_of_who_may_do_what_is_whole(kit: Kit) -> None:
    """It is gone through in tests/integration/test_portal_matrix.py."""
    found = missing(kit.client._transport.app.openapi())  # type: ignore[attr-defined]
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("path", ["/v1/shipments/{}", "/v1/routes/eleni/{}", "/v1/commands/{}"])
async def test_anothers_looks_exactly_like_nothing(kit: Kit, path: str) -> None:
    there = await prepared(kit)
    name = {"s": "s-a", "e": "r-a", "c": there["command"]}
    mine = path.format(name["s" if "shipments" in path else "e" if "routes" in path else "c"])
    foreign = await kit.ask("toys", "GET", mine)
    missing = await kit.ask("toys", "GET", path.format("not-there"))
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404


async def test_a_shop_of_another_carrier_cannot_reach_a_courier(kit: Kit) -> None:
    await prepared(kit)
    await kit.shop("far", tenant="patras")
    await kit.registered("far", "f", tenant="patras")
    plan = {"stops": [{"lon": 1, "lat": 2, "shipments": ["s-f"]}]}
    assert (await kit.ask("far", "PUT", "/v1/routes/eleni/r-x", json=plan)).status_code == 404
    assert (await kit.ask("far", "POST", "/v1/couriers/eleni/duty", json={"on": False})).status_code == 404
    mixed = {"stops": [{"lon": 1, "lat": 2, "shipments": ["s-f", "s-a"]}]}
    assert (await kit.ask("admin", "PUT", "/v1/routes/eleni/r-x", json=mixed)).status_code == 422
    assert kit.log.records(courier_commands.TOPIC) == []


async def test_a_merchant_of_the_same_name_at_another_carrier_is_another(kit: Kit) -> None:
    await kit.registered("books", "z", tenant="patras")
    assert (await kit.ask("books", "GET", "/v1/shipments/s-z")).status_code == 404


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer ",
        "Bearer mk_",
        "Bearer mk_0000000000_AAAAAAAAAAAAAAAAAAAAAA",
        "Basic YTpi",
        ADMIN,
        f"Bearer {ADMIN}x",
        "Bearer \xe9\xe9",
    ],
)
async def test_wrong_keys_are_all_the_same_401(kit: Kit, authorization: str) -> None:
    reference = await kit.client.get("/v1/shipments/s-a")
    answer = await kit.client.get(
        "/v1/shipments/s-a", headers=[(b"authorization", authorization.encode("latin-1"))]
    )
    assert (answer.status_code, answer.content) == (401, reference.content)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dromos"'


async def test_a_key_with_another_keys_id_is_refused(kit: Kit) -> None:
    mine, theirs = kit.keys["books"].split("_", 2), kit.keys["toys"].split("_", 2)
    kit.keys["forged"] = f"mk_{theirs[1]}_{mine[2]}"
    assert (await kit.ask("forged", "GET", "/v1/shipments/s-a")).status_code == 401


async def test_keys_rotate_and_a_revoked_one_dies_at_once(kit: Kit) -> None:
    await kit.registered("books", "a")
    made = (await kit.ask("admin", "POST", "/v1/merchants/books/keys")).json()
    kit.keys["fresh"] = made["key"]
    for who in ("books", "fresh"):
        assert (await kit.ask(who, "GET", "/v1/shipments/s-a")).status_code == 200
    old = kit.keys["books"].split("_")[1]
    assert (await kit.ask("admin", "DELETE", f"/v1/merchants/books/keys/{old}")).status_code == 204
    assert (await kit.ask("books", "GET", "/v1/shipments/s-a")).status_code == 401
    assert (await kit.ask("fresh", "GET", "/v1/shipments/s-a")).status_code == 200
    assert (await kit.ask("admin", "DELETE", "/v1/merchants/books/keys/none")).status_code == 404


async def test_no_secret_is_kept_or_shown_again(kit: Kit) -> None:
    enrolled = (await kit.ask("admin", "POST", "/v1/devices", json=DEVICE)).json()
    rotated = (await kit.ask("admin", "POST", "/v1/devices/van-9/rotate")).json()
    secrets = [enrolled["secret"], rotated["secret"], kit.keys["books"].split("_", 2)[2]]
    assert all(len(secret) >= 22 for secret in secrets)
    kept = b"".join(r.value or b"" for m in (merchants, devices) for r in kit.log.records(m.TOPIC))
    shown = (await kit.ask("admin", "GET", "/v1/merchants/books")).text
    shown += (await kit.ask("admin", "GET", "/v1/devices")).text
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret not in shown


async def test_without_an_admin_token_nobody_is_the_administrator() -> None:
    from pydantic import SecretStr

    with pytest.raises(AssertionError):  # the kit itself can't make its shops
        async with running(admin_token=SecretStr("")):
            pass


async def test_too_many_wrong_keys_from_one_address_are_told_to_wait() -> None:
    async with running(auth_rate="3/minute") as kit:
        for _ in range(3):
            assert (await kit.client.get("/v1/devices")).status_code == 401
        answer = await kit.client.get("/v1/devices")
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        for who in ("admin", "books"):
            assert (await kit.ask(who, "GET", "/v1/merchants/books")).status_code in (200, 403), "a good key"


def test_every_route_is_written_with_its_own_function() -> None:
    from services.portal.api import admin, commands, link_page, links, routes, shipments

    for module in (admin, commands, link_page, links, routes, shipments):
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            assert route.endpoint.__doc__, f"{route.path} says nothing of itself in the OpenAPI"
