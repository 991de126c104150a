"""What people at the desk do in several tests: being invited, turning a second factor on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
from sqlalchemy import event

from tests.integration.office_kit import ORIGIN, Browser, Desk

NEW = "five other words are better"


async def here(browser: Browser) -> int:
    return (await browser.ask("GET", "/v1/desk/session")).status_code


@contextmanager
def queries(at: Desk) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    said: list[str] = []

    def hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = at.office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def with_totp(at: Desk, who: str) -> tuple[Browser, pyotp.TOTP, list[str]]:
    browser = await at.logged_in(who)
    begun = (await browser.ask("POST", "/v1/desk/totp")).json()
    totp = pyotp.TOTP(begun["secret"])
    assert pyotp.parse_uri(begun["uri"]).secret == begun["secret"]
    wrong = await browser.ask("POST", "/v1/desk/totp/confirm", {"code": "000000"})
    assert wrong.status_code == 422
    assert (await at.browser().login(f"{who}@example.org")).status_code == 200, "nothing holds yet"
    confirmed = await browser.ask("POST", "/v1/desk/totp/confirm", {"code": totp.at(at.kit.now[0] // 1000)})
    assert confirmed.status_code == 200, confirmed.text
    shown: list[str] = confirmed.json()["recovery"]
    assert len(shown) == 10
    return browser, totp, shown


async def invited(browser: Browser, role: str = "staff", **more: Any) -> dict[str, Any]:
    answer = await browser.ask("POST", "/v1/people/invitations", {"role": role, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert found["url"].startswith(f"{ORIGIN}/desk/invitation#")
    return found


def accepting(made: dict[str, Any], **more: str) -> dict[str, str]:
    secret = made["url"].partition("#")[2]
    return {"secret": secret, "name": "Nikos", "email": "Nikos@Example.org", "password": NEW} | more
