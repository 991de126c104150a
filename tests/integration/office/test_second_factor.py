"""Codes of an authenticator and recovery codes: each is good once."""

from __future__ import annotations

import asyncio

from tests.integration.office.kit import with_totp
from tests.integration.office_kit import PASSWORD, Desk


async def test_the_second_factor_is_asked_for_and_no_code_is_good_twice(at: Desk) -> None:
    browser, totp, _ = await with_totp(at, "owner")
    assert (await browser.ask("GET", "/v1/desk/session")).json()["totp"] is True
    used = totp.at(at.kit.now[0] // 1000)
    stranger = at.browser()
    for code, said in ((None, "totp_needed"), (used, "totp_needed"), ("000000", "totp_needed")):
        answer = await stranger.login("owner@example.org", code=code)
        assert (answer.status_code, answer.json()["code"]) == (401, said)
    wrong = await stranger.login("owner@example.org", "not the password", totp.at(at.kit.now[0] // 1000 + 30))
    assert wrong.json()["code"] == "bad_login", "without the password nothing is told of the code"

    at.kit.now[0] += 60_000
    code = totp.at(at.kit.now[0] // 1000)
    answers = await asyncio.gather(*(at.browser().login("owner@example.org", code=code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401], "replayed at once"
    assert (await stranger.login("owner@example.org", code=code)).status_code == 401, "and later"
    earlier = totp.at(at.kit.now[0] // 1000 - 30)
    assert (await stranger.login("owner@example.org", code=earlier)).status_code == 401


async def test_a_recovery_code_is_good_once(at: Desk) -> None:
    _, _, shown = await with_totp(at, "owner")
    answers = await asyncio.gather(
        *(at.browser().login("owner@example.org", code=shown[0].lower()) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    again = await at.browser().login("owner@example.org", code=shown[1].replace("-", " "))
    assert again.json()["recovery_left"] == 8
    _, _, others = await with_totp(at, "staff")
    assert (await at.browser().login("owner@example.org", code=others[0])).status_code == 401


async def test_the_second_factor_goes_with_the_password_alone(at: Desk) -> None:
    browser, _, shown = await with_totp(at, "owner")
    assert (await browser.ask("POST", "/v1/desk/totp")).status_code == 409, "the secret is never shown again"
    for password, status in (("not it", 422), (PASSWORD, 204)):
        answer = await browser.ask("DELETE", "/v1/desk/totp", {"password": password})
        assert answer.status_code == status
    assert (await at.browser().login("owner@example.org")).status_code == 200
    (row,) = await at.rows("SELECT totp, totp_pending, recovery FROM accounts WHERE account = 'p-owner'")
    assert row == {"totp": None, "totp_pending": None, "recovery": []}
    assert (await at.browser().login("owner@example.org", code=shown[0])).status_code == 200, "not looked at"
