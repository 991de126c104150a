"""How many guesses at a password are let through, and that they lock nobody out."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from tests.integration.office.kit import NEW
from tests.integration.office_kit import PASSWORD, Databases, desk


async def test_guessing_is_slowed_by_address_and_good_logins_elsewhere_are_not(both: Databases) -> None:
    async with desk(both, login_rate="3/minute") as at:
        for number in range(3):
            assert (await at.browser().login(f"guess{number}@example.org", "x")).status_code == 401
        at.kit.portal.passwords.hashed = 0
        for who, password in (("guess9", "x"), ("owner", PASSWORD)):
            refused = await at.browser().login(f"{who}@example.org", password)
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == "60"
        assert at.kit.portal.passwords.hashed == 0, "what is refused costs nothing"
        assert (await at.browser("10.9.9.9").login("owner@example.org")).status_code == 200


async def test_guessing_from_everywhere_locks_out_neither_for_good_nor_who_was_here(both: Databases) -> None:
    async with desk(both, account_rate="3/5minute") as at:
        known = await at.logged_in("owner")
        assert (await known.ask("POST", "/v1/desk/logout")).status_code == 204
        for number in range(3):
            guessed = await at.browser(f"10.1.0.{number}").login("owner@example.org", "x")
            assert guessed.status_code == 401
        stranger = await at.browser("10.2.0.1").login("owner@example.org")
        assert stranger.status_code == 429, "even with the password"
        assert (await at.browser("10.2.0.1").login("staff@example.org")).status_code == 200
        assert (await known.login("owner@example.org")).status_code == 200, "his own browser"
        wait_ms = int(stranger.headers["Retry-After"]) * 1000
        at.kit.now[0] += wait_ms - 1
        assert (await at.browser("10.2.0.1").login("owner@example.org")).status_code == 429
        at.kit.now[0] += 1
        assert (await at.browser("10.2.0.1").login("owner@example.org")).status_code == 200

        forger = at.browser("10.2.0.2")
        kept = known.client.cookies.get("__Host-dromos-known") or ""
        forger.client.cookies.set("__Host-dromos-known", kept, domain="track.example.org", path="/")
        answers = [(await forger.login("owner@example.org", "x")).status_code for _ in range(4)]
        assert answers == [401, 401, 401, 429], "who has stolen that has so many guesses and no more"


async def test_many_guesses_at_once_are_no_way_around(both: Databases) -> None:
    async with desk(both, account_rate="5/hour") as at:
        answers = await asyncio.gather(
            *(at.browser(f"10.3.0.{n}").login("owner@example.org", "x") for n in range(30))
        )
        told = [answer.status_code for answer in answers]
        assert set(told) == {401, 429}
        assert told.count(401) <= 5 + 1, "what was at the hash already when the fifth failed"


async def test_guesses_at_the_password_from_within_are_counted_too(both: Databases) -> None:
    async with desk(both, account_rate="2/minute") as at:
        browser = await at.logged_in("owner")
        body = {"old": "x", "new": NEW}
        told = [(await browser.ask("POST", "/v1/desk/password", body)).status_code for _ in range(3)]
        assert told == [422, 422, 429]
        assert (await browser.ask("DELETE", "/v1/desk/totp", {"password": PASSWORD})).status_code == 429


async def test_a_browser_stays_known_while_the_key_is_rotated(both: Databases) -> None:
    async with desk(both, account_rate="1/minute", ticket_key=SecretStr("an-older-key-for-tests")) as at:
        kept = (await at.logged_in("owner")).client.cookies.get("__Host-dromos-known") or ""
    rotated = SecretStr("a-newer-key-for-tests, an-older-key-for-tests")
    async with desk(both, account_rate="1/minute", ticket_key=rotated) as at:
        browser = at.browser()
        assert (await browser.login("owner@example.org", "x")).status_code == 401
        assert (await browser.login("owner@example.org")).status_code == 429
        browser.client.cookies.set("__Host-dromos-known", kept, domain="track.example.org", path="/")
        assert (await browser.login("owner@example.org")).status_code == 200
