"""Login, logout, and what ends a session; what somebody could try against them."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher

from services.portal.api.passwords import Passwords
from services.portal.api.sweep import sweep_office
from services.portal.core import office
from services.portal.core.office import ABSOLUTE_MS, IDLE_MS, Account, Change
from tests.integration.office.kit import NEW, accepting, here, queries
from tests.integration.office_kit import PASSWORD, Browser, Databases, Desk, desk
from tests.unit.portal_kit import ADMIN, running


async def test_login_session_and_logout(at: Desk) -> None:
    browser = at.browser()
    assert (await browser.ask("GET", "/v1/desk/session")).status_code == 401
    answer = await browser.login(" Owner@Example.ORG ")
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"csrf": ""} == {
        "account": "p-owner",
        "name": "Owner",
        "email": "owner@example.org",
        "role": "owner",
        "tenant": "athens",
        "csrf": "",
        "totp": False,
        "recovery_left": 0,
        "zone": "Europe/Athens",
    }
    again = await browser.ask("GET", "/v1/desk/session")
    assert again.json() == answer.json()
    assert (await browser.ask("GET", "/v1/devices")).status_code == 200
    token = browser.session
    assert (await browser.ask("POST", "/v1/desk/logout")).status_code == 204
    assert browser.session is None
    browser.client.cookies.set("__Host-dromos", token or "", domain="track.example.org")
    assert (await browser.ask("GET", "/v1/desk/session")).status_code == 401


async def test_the_cookie_is_out_of_scripts_and_other_sites_reach(at: Desk) -> None:
    answer = await at.browser().login("owner@example.org")
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-dromos", "__Host-dromos-known"]
    for cookie in cookies:
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "path=/", "samesite=strict"} <= said
        assert not any(part.startswith("domain") for part in said)
    assert len(cookies[0].partition("=")[2].partition(";")[0]) == 43  # 256 bits


async def test_where_there_is_no_https_the_cookie_has_another_name(both: Databases) -> None:
    async with desk(both, public_url="http://127.0.0.1:8080") as at:
        answer = await at.browser().ask(
            "POST",
            "/v1/desk/login",
            {"email": "owner@example.org", "password": PASSWORD},
            Origin="http://127.0.0.1:8080",
        )
        (cookie, _) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("dromos=")
        assert "secure" not in cookie.lower()


async def test_whether_an_account_is_there_is_told_by_nothing(at: Desk) -> None:
    """Not by the answer, nor by the hashes made for it, nor by what is asked of the database before it."""
    await at.office.change("athens", "p-reader", lambda before, _: _disabled(before))
    bodies, costs = set(), set()
    for who, password in (
        ("nobody", PASSWORD),
        ("owner", "not the password"),
        ("reader", PASSWORD),
        ("reader", "not the password"),
    ):
        at.kit.portal.passwords.hashed = 0
        with queries(at) as said:
            answer = await at.browser().login(f"{who}@example.org", password)
            asked = len(said)
        await at.kit.settled()
        assert answer.status_code == 401
        assert answer.json()["code"] == "bad_login"
        assert answer.headers.get("set-cookie") is None
        bodies.add(answer.content)
        costs.add((at.kit.portal.passwords.hashed, asked))
    assert len(bodies) == 1
    assert costs == {(1, 1)}


def _disabled(before: Account) -> Change:
    return office.change(before, role=None, disabled=True, other_owners=1)


@pytest.mark.parametrize("email", ["a\x00b@example.org", "\ufffd", "ﷺ" * 254, "'; DROP TABLE accounts; --"])
async def test_whatever_is_written_there_is_nobodys_address(at: Desk, email: str) -> None:
    assert (await at.browser().login(email)).status_code == 401
    raw = await at.browser().client.post(
        "/v1/desk/login",
        content=b'{"email": "\\ud800@x", "password": "\\udfff"}',
        headers={"Content-Type": "application/json"},
    )
    assert raw.status_code in (401, 422)
    assert (await at.browser().login("owner@example.org")).status_code == 200


async def test_a_session_that_was_planted_is_not_taken_over(at: Desk) -> None:
    """Session fixation: the attacker knows the cookie that the victim's browser has before the login."""
    attacker = await at.logged_in("reader")
    planted = attacker.session
    assert planted is not None
    victim = at.browser()
    victim.client.cookies.set("__Host-dromos", planted, domain="track.example.org", path="/")
    assert (await victim.login("owner@example.org")).status_code == 200
    assert victim.session != planted
    assert await here(attacker) == 401, "and what was planted is over"
    for made_up in ("A" * 43, "", "x"):
        victim.client.cookies.clear()
        victim.client.cookies.set("__Host-dromos", made_up, domain="track.example.org", path="/")
        assert await here(victim) == 401
        await victim.login("owner@example.org")
        assert victim.session != made_up


async def test_an_authorization_is_never_helped_by_the_cookie(at: Desk) -> None:
    browser = await at.logged_in("owner")
    for authorization in ("Bearer wrong", "Basic YTpi", "Ticket x", "Bearer", ""):
        for path in ("/v1/devices", "/v1/desk/session", "/v1/people"):
            answer = await browser.ask("GET", path, Authorization=authorization)
            assert answer.status_code == 401, (authorization, path)
    assert (await browser.ask("GET", "/v1/people", Authorization=f"Bearer {ADMIN}")).status_code == 422
    assert (await browser.ask("GET", "/v1/people")).status_code == 200


async def test_sessions_end_by_idleness_and_by_age(at: Desk) -> None:
    idle, used = await at.logged_in("owner"), await at.logged_in("staff")
    began = at.kit.now[0]
    while at.kit.now[0] < began + ABSOLUTE_MS - IDLE_MS // 2:
        at.kit.now[0] += IDLE_MS // 2
        assert await here(used) == 200
        await at.kit.settled()
    assert await here(idle) == 401
    at.kit.now[0] = began + ABSOLUTE_MS
    assert await here(used) == 401
    assert await sweep_office(at.kit.portal) == 2
    assert await at.rows("SELECT * FROM sessions") == []


async def test_a_page_that_asks_all_the_time_costs_a_query_now_and_then(at: Desk) -> None:
    browser = await at.logged_in("owner")
    at.kit.now[0] += 10_000
    with queries(at) as said:
        for _ in range(20):
            assert (await browser.ask("GET", "/v1/devices")).status_code == 200
    assert len(said) == 1


async def test_what_ends_sessions_holds_in_another_process_within_seconds(both: Databases, at: Desk) -> None:
    """A second portal over the same database, which has the sessions in its memory."""
    browsers = {who: await at.logged_in(who) for who in ("owner", "staff", "reader")}
    async with running(databases=(both.portal, both.lists)) as other:

        def asked(browser: Browser) -> Any:
            return other.client.get(
                "/v1/desk/session", headers={"Cookie": f"__Host-dromos={browser.session}"}
            )

        for browser in browsers.values():
            assert (await asked(browser)).status_code == 200
        token = browsers["staff"].session
        assert (await browsers["staff"].ask("POST", "/v1/desk/logout")).status_code == 204
        browsers["staff"].client.cookies.set("__Host-dromos", token or "")
        changed = await browsers["owner"].ask("PATCH", "/v1/people/p-reader", {"disabled": True})
        assert changed.json()["disabled"] is True
        assert await here(browsers["reader"]) == 401, "here at once"
        other.now[0] += 3_000
        for who, status in (("owner", 200), ("staff", 401), ("reader", 401)):
            assert (await asked(browsers[who])).status_code == status


async def test_a_changed_role_holds_at_once(at: Desk) -> None:
    owner, staff = await at.logged_in("owner"), await at.logged_in("staff")
    device = {"device_id": "van-9", "courier_id": "nikos", "tenant": "athens"}
    assert (await staff.ask("POST", "/v1/devices", device)).status_code == 201
    assert (await owner.ask("PATCH", "/v1/people/p-staff", {"role": "reader"})).status_code == 200
    refused = await staff.ask("POST", "/v1/devices", device)
    assert (refused.status_code, refused.json()["reason"]) == (403, "role")


async def test_a_new_password_ends_all_other_sessions(at: Desk) -> None:
    mine, elsewhere = await at.logged_in("staff"), await at.logged_in("staff")
    other = await at.logged_in("owner")
    wrong = await mine.ask("POST", "/v1/desk/password", {"old": "not it", "new": NEW})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body.old")
    weak = await mine.ask("POST", "/v1/desk/password", {"old": PASSWORD, "new": "staff12345"})
    assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "body.new")
    assert await here(elsewhere) == 200
    assert (await mine.ask("POST", "/v1/desk/password", {"old": PASSWORD, "new": NEW})).status_code == 204
    assert (await here(mine), await here(elsewhere), await here(other)) == (200, 401, 200)
    assert (await at.browser().login("staff@example.org")).status_code == 401
    assert (await at.browser().login("staff@example.org", NEW)).status_code == 200


async def test_a_new_password_ends_links_for_another_one(at: Desk) -> None:
    owner, staff = await at.logged_in("owner"), await at.logged_in("staff")
    made = (await owner.ask("POST", "/v1/people/p-staff/password")).json()
    changed = await staff.ask("POST", "/v1/desk/password", {"old": PASSWORD, "new": NEW})
    assert changed.status_code == 204
    body = accepting(made, email="staff@example.org", password="whoever has found the link")
    assert (await at.browser().ask("POST", "/v1/desk/invitation", body)).status_code == 404
    assert (await at.browser().login("staff@example.org", NEW)).status_code == 200


async def test_older_hashes_are_made_anew_at_login(at: Desk) -> None:
    at.kit.portal.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    for hashes in (2, 1):
        at.kit.portal.passwords.hashed = 0
        await at.logged_in("owner")
        assert at.kit.portal.passwords.hashed == hashes
    (row,) = await at.rows("SELECT password FROM accounts WHERE account = 'p-owner'")
    assert "t=2" in row["password"]
