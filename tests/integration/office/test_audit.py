"""The audit log, and what is kept, told and counted."""

from __future__ import annotations

import json

import pytest

from deploy.local.ports import free_port
from services.portal.store import tables
from shared.adapters.postgres import lists
from shared.domain.keyrings import sha256_hex
from tests.integration.office.kit import NEW, accepting, invited, with_totp
from tests.integration.office_kit import PASSWORD, Desk
from tests.unit.portal_kit import running


async def test_the_audit_log_says_who_did_what(at: Desk) -> None:
    owner = await at.logged_in("owner")
    await owner.ask("PATCH", "/v1/people/p-staff", {"role": "reader"})
    await owner.ask("PATCH", "/v1/people/p-nobody", {"role": "reader"})
    await owner.ask("PUT", "/v1/couriers/eleni", {"name": "Eleni Georgiou", "phone": "+306900000001"})
    for _ in range(3):
        await at.browser().login("staff@example.org", "not it")
    await at.kit.settled()
    await owner.ask("POST", "/v1/desk/logout")
    await at.logged_in("owner")
    reader = await at.logged_in("owner")
    page = (await reader.ask("GET", "/v1/audit?limit=200")).json()
    said = [
        (e["actor"], e["actor_name"], e["action"], e.get("subject"), e.get("detail"), e["count"])
        for e in page["entries"]
    ]
    assert said == [
        ("p-owner", "Owner", "desk.login", None, None, 1),
        ("p-owner", "Owner", "desk.login", None, None, 1),
        ("p-owner", "Owner", "desk.logout", None, None, 1),
        ("p-staff", "Staff", "desk.login_failed", None, None, 3),
        ("p-owner", "Owner", "couriers.put_courier", "eleni", None, 1),
        ("p-owner", "Owner", "people.change_person", "p-staff", "role staff -> reader", 1),
        ("p-owner", "Owner", "desk.login", None, None, 1),
    ]
    assert "next" not in page

    pages, before = [], ""
    while True:
        one = (await reader.ask("GET", f"/v1/audit?limit=2{before}")).json()
        pages += one["entries"]
        if "next" not in one:
            break
        before = f"&before={one['next']}"
    assert pages == page["entries"]
    far = (await (await at.logged_in("far")).ask("GET", "/v1/audit")).json()
    assert {entry["actor"] for entry in far["entries"]} == {"p-far"}


async def test_no_secret_is_kept_and_nothing_personal_in_the_audit_log(
    at: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = await at.logged_in("owner")
    _, totp, shown = await with_totp(at, "staff")
    made = await invited(owner, name="Nikos Canarios")
    joined = at.browser()
    answer = await joined.ask(
        "POST", "/v1/desk/invitation", accepting(made, name="Nikos Canarios", email="canary@example.org")
    )
    await owner.ask("PUT", "/v1/couriers/eleni", {"name": "Eleni Canary", "phone": "+306900000001"})
    await at.browser().login("canary@example.org", "a canary sang")
    await at.kit.settled()
    secrets = [
        PASSWORD,
        NEW,
        "a canary sang",
        made["url"].partition("#")[2],
        owner.csrf,
        answer.json()["csrf"],
    ]
    secrets += [browser.session or "?" for browser in (owner, joined)] + shown
    secrets += [code.replace("-", "") for code in shown]
    everything = {
        table: json.dumps(await at.rows(f"SELECT * FROM {table}"), default=str, ensure_ascii=False)
        for table in ("accounts", "sessions", "invitations", "audit")
    }
    logged = "".join(capsys.readouterr())
    for secret in secrets:
        assert secret not in "".join(everything.values())
        assert secret not in logged
    assert sha256_hex(owner.session or "") in everything["sessions"]
    for personal in ("anar", "example.org", "+3069", "Owner"):
        assert personal not in everything["audit"]
        assert personal not in logged
    assert totp.secret not in logged


async def test_without_postgresql_shops_are_served_and_the_desk_says_it_is_away() -> None:
    nowhere = f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none"
    both = (tables.database(nowhere), lists.database(nowhere))
    async with running(databases=both) as kit:
        await kit.registered("books", "a")
        assert (await kit.ask("books", "GET", "/v1/shipments/s-a")).status_code == 200
        assert (await kit.ask("admin", "GET", "/v1/devices")).status_code == 200
        cookie = {"Cookie": "__Host-dromos=" + "A" * 43}
        for method, path, more in (
            ("GET", "/v1/desk/session", {"headers": cookie}),
            ("GET", "/v1/devices", {"headers": cookie}),
            ("POST", "/v1/desk/login", {"json": {"email": "a@b", "password": "x"}}),
        ):
            answer = await kit.client.request(method, path, **more)  # type: ignore[arg-type]
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
        # Somebody whose session is remembered goes on for its seconds; what he changes is done, and told.
        device = {"device_id": "van-9", "courier_id": "nikos", "tenant": "athens"}
        assert (await kit.ask("owner", "POST", "/v1/devices", json=device)).status_code == 201
        assert "dromos_portal_audit_lost_total 1.0" in (await kit.client.get("/metrics")).text
    for database in both:
        await database.close()


async def test_refusals_are_counted_by_reason(at: Desk) -> None:
    browser = await at.logged_in("reader")
    await at.browser().login("owner@example.org", "x")
    await browser.ask("POST", "/v1/desk/logout", X_CSRF_Token="x")
    await browser.ask("POST", "/v1/desk/logout", Origin="https://evil.example")
    await browser.ask("GET", "/v1/people")
    await at.browser().ask("POST", "/v1/desk/invitation", accepting({"url": "#" + "A" * 22}))
    said = (await at.kit.client.get("/metrics")).text
    for why in ("login", "csrf", "origin", "role", "invitation"):
        assert f'dromos_portal_refused_total{{why="{why}"}} 1.0' in said, why
