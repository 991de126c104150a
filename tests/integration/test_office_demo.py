"""The demonstration's way to the desk: its owner, and the click that is for this machine alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.infra import Infra
from services.portal import main
from services.simulator.client import Client
from services.simulator.office import EMAIL, furnish
from shared.adapters.postgres.database import DatabaseUnavailable
from tests.integration.office_kit import Desk, databases, desk
from tests.unit.portal_kit import ADMIN

HERE = "http://127.0.0.1:8080"


@pytest.fixture
async def at(infra: Infra, tmp_path: Path) -> AsyncIterator[Desk]:
    async with (
        databases(infra.postgres_url) as both,
        desk(both, demo=True, state_dir=tmp_path, public_url=HERE) as found,
    ):
        yield found


def transport(at: Desk, address: str = "127.0.0.1") -> httpx.ASGITransport:
    app = at.kit.client._transport.app  # type: ignore[attr-defined]
    return httpx.ASGITransport(app=app, client=(address, 1234))


async def furnished(at: Desk) -> dict[str, str]:
    file = at.kit.portal.settings.state_dir / "run" / "desk.json"
    async with Client("http://127.0.0.1:8081", HERE, ADMIN, transport=transport(at)) as client:
        await furnish(client, "demo", file)
        assert not client._http.cookies, "the couriers' and shops' client is logged in to nothing"
    assert file.stat().st_mode & 0o077 == 0
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


async def opens(at: Desk, kept: dict[str, str]) -> int:
    async with httpx.AsyncClient(transport=transport(at), base_url=HERE) as browser:
        return (await browser.post("/v1/desk/login", json=kept)).status_code


async def test_the_owner_is_made_once_kept_and_made_good_again(at: Desk) -> None:
    first = await furnished(at)
    assert (await opens(at, first), first["email"]) == (200, EMAIL)
    assert await furnished(at) == first, "a second start"
    (at.kit.portal.settings.state_dir / "run" / "desk.json").unlink()
    again = await furnished(at)
    assert again["password"] != first["password"]
    assert (await opens(at, first), await opens(at, again)) == (401, 200)
    people = await at.rows("SELECT role, tenant FROM accounts WHERE email = :email", email=EMAIL)
    assert people == [{"role": "owner", "tenant": "demo"}]


async def test_one_click_on_this_machine_and_nothing_from_elsewhere(at: Desk) -> None:
    kept = await furnished(at)

    async def click(address: str = "127.0.0.1", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport(at, address), base_url=HERE) as browser:
            return await browser.get("/demo/desk", headers=named)

    good = await click(Sec_Fetch_Site="none")
    assert (good.status_code, good.headers["location"]) == (303, "/desk")
    token = good.cookies["dromos"]
    async with httpx.AsyncClient(transport=transport(at), base_url=HERE) as browser:
        browser.cookies.set("dromos", token)
        said = (await browser.get("/v1/desk/session")).json()
        assert (said["email"], said["role"], said["tenant"]) == (EMAIL, "owner", "demo")
        again = await browser.get("/demo/desk")
        assert again.status_code == 303
        assert "set-cookie" not in again.headers, "who is logged in stays who he is"
    for refused in (
        await click(address="192.0.2.7"),
        await click(address="::ffff:192.0.2.7"),
        await click(X_Forwarded_For="192.0.2.7"),
        await click(Forwarded="for=192.0.2.7"),
        await click(Via="1.1 door"),
        await click(Host="rebound.example:8080"),
        await click(Host="127.0.0.1:8081"),
        await click(Sec_Fetch_Site="cross-site"),
        await click(Sec_Fetch_Site="same-site"),
    ):
        assert refused.status_code == 404
        assert "set-cookie" not in refused.headers
    async with httpx.AsyncClient(transport=transport(at), base_url=HERE) as browser:
        session = (await browser.post("/v1/desk/login", json=kept)).json()
        begun = await browser.post("/v1/desk/totp", headers={"X-CSRF-Token": session["csrf"]})
        assert begun.status_code == 200
    assert (await click()).status_code == 303, "a second factor that is only begun changes nothing"
    await at.office.set_totp(said["account"], "A" * 32, 0, ())
    assert (await click()).status_code == 503, "with a second factor nobody goes round it"


async def test_it_is_not_there_without_a_demonstration_or_under_a_public_name(
    infra: Infra, tmp_path: Path
) -> None:
    settings: list[dict[str, Any]] = [{"demo": False, "public_url": HERE}, {"demo": True}]
    async with databases(infra.postgres_url) as both:
        for each in settings:
            async with desk(both, state_dir=tmp_path, **each) as at:
                url = at.kit.portal.settings.public_url
                async with httpx.AsyncClient(transport=transport(at), base_url=url) as browser:
                    assert (await browser.get("/demo/desk")).status_code == 404


async def test_the_tables_are_made_once_postgresql_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late:
        asked = 0

        async def upgrade(self) -> None:
            self.asked += 1
            if self.asked < 3:
                raise DatabaseUnavailable("not yet")

    monkeypatch.setattr(main, "UPGRADE_AGAIN_S", 0)
    late = Late()
    await main._upgrade_later(late)  # type: ignore[arg-type]
    assert late.asked == 3
