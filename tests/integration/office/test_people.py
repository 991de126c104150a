"""Invitations, roles, forgotten passwords, and who is let in no more."""

from __future__ import annotations

import asyncio

from services.portal.api.sweep import sweep_office
from services.portal.core.office import INVITATION_MS
from tests.integration.office.kit import NEW, accepting, here, invited, with_totp
from tests.integration.office_kit import Desk


async def test_the_administrator_invites_the_first_owner_who_invites_the_others(at: Desk) -> None:
    body = {"role": "owner", "name": "Maria", "tenant": "larissa"}
    assert (
        await at.kit.ask("admin", "POST", "/v1/people/invitations", json={"role": "owner"})
    ).status_code == 422
    made = (await at.kit.ask("admin", "POST", "/v1/people/invitations", json=body)).json()
    owner = at.browser()
    joined = await owner.ask("POST", "/v1/desk/invitation", accepting(made, language="el"))
    assert joined.status_code == 200, joined.text
    owner.csrf = joined.json()["csrf"]
    said = {name: joined.json()[name] for name in ("email", "role", "tenant", "language")}
    assert said == {"email": "nikos@example.org", "role": "owner", "tenant": "larissa", "language": "el"}
    assert await here(owner) == 200
    foreign = await owner.ask("POST", "/v1/people/invitations", {"role": "owner", "tenant": "athens"})
    assert foreign.status_code == 403
    await invited(owner, "reader", name="Petros")
    listed = (await owner.ask("GET", "/v1/people")).json()
    assert [(p["email"], p["role"], p["disabled"]) for p in listed["people"]] == [
        ("nikos@example.org", "owner", False)
    ]
    assert [(i["name"], i["role"], i["by"]) for i in listed["invitations"]] == [
        ("Petros", "reader", joined.json()["account"])
    ]


async def test_an_invitation_is_good_once_for_a_week_and_until_it_is_withdrawn(at: Desk) -> None:
    owner = await at.logged_in("owner")
    made = await invited(owner)
    answers = await asyncio.gather(
        *(
            at.browser().ask("POST", "/v1/desk/invitation", accepting(made, email=f"n{n}@example.org"))
            for n in range(3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    withdrawn, late = await invited(owner), await invited(owner)
    gone = await owner.ask("DELETE", f"/v1/people/invitations/{withdrawn['invitation']}")
    assert gone.status_code == 204
    at.kit.now[0] += INVITATION_MS
    bodies = set()
    for used in (made, withdrawn, late, {"url": "#" + "A" * 22}):
        answer = await at.browser().ask("POST", "/v1/desk/invitation", accepting(used, email="x@example.org"))
        assert answer.status_code == 404
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert await sweep_office(at.kit.portal) >= 1
    assert await at.rows("SELECT * FROM invitations") == []


async def test_what_is_refused_does_not_use_the_invitation_up(at: Desk) -> None:
    made = await invited(await at.logged_in("owner"))
    for more, status in (
        ({"password": "short"}, 422),
        ({"email": "far@example.org"}, 409),
        ({"email": "no address"}, 422),
        ({"email": "n\x00@example.org"}, 422),
        ({"email": "ß" * 60 + "@" + "ß" * 120}, 422),
        ({}, 200),
    ):
        answer = await at.browser().ask("POST", "/v1/desk/invitation", accepting(made, **more))
        assert answer.status_code == status, answer.text


async def test_another_sites_page_can_neither_log_in_nor_accept(at: Desk) -> None:
    made = await invited(await at.logged_in("owner"))
    foreign = at.browser()
    foreign.origin = "https://evil.example"
    assert (await foreign.login("owner@example.org")).json()["reason"] == "origin"
    assert (await foreign.ask("POST", "/v1/desk/invitation", accepting(made))).status_code == 403
    assert foreign.session is None
    foreign.origin = None  # what is no browser says nothing
    assert (await foreign.login("owner@example.org")).status_code == 200


async def test_two_owners_who_demote_each_other_leave_one(at: Desk) -> None:
    owner = await at.logged_in("owner")
    assert (await owner.ask("PATCH", "/v1/people/p-staff", {"role": "owner"})).status_code == 200
    second = await at.logged_in("staff")
    answers = await asyncio.gather(
        owner.ask("PATCH", "/v1/people/p-staff", {"disabled": True}),
        second.ask("PATCH", "/v1/people/p-owner", {"role": "reader"}),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403], [200, 409])
    left = await at.rows(
        "SELECT account FROM accounts WHERE tenant = 'athens' AND role = 'owner' AND NOT disabled"
    )
    assert len(left) == 1
    alone = f"/v1/people/{left[0]['account']}"
    for body in ({"role": "staff"}, {"disabled": True}):
        refused = await at.kit.ask("admin", "PATCH", alone, json=body)
        assert (refused.status_code, refused.json()["reason"]) == (409, "conflict")


async def test_who_forgot_his_password_chooses_another_by_an_owners_link(at: Desk) -> None:
    staff, _, _ = await with_totp(at, "staff")
    owner = await at.logged_in("owner")
    first = (await owner.ask("POST", "/v1/people/p-staff/password")).json()
    made = (await owner.ask("POST", "/v1/people/p-staff/password")).json()
    listed = (await owner.ask("GET", "/v1/people")).json()["invitations"]
    assert [(i["account"], i["email"]) for i in listed] == [("p-staff", "staff@example.org")], "one at a time"
    assert await here(staff) == 200, "until it is used nothing changes"
    for used, email, status in (
        (first, "staff@example.org", 404),
        (made, "other@example.org", 422),
        (made, " Staff@example.org", 200),
        (made, "staff@example.org", 404),
    ):
        body = accepting(used, email=email.strip())
        answer = await at.browser().ask("POST", "/v1/desk/invitation", body)
        assert answer.status_code == status, answer.text
    assert await here(staff) == 401
    answer = await at.browser().login("staff@example.org", NEW)
    assert (answer.status_code, answer.json()["totp"], answer.json()["name"]) == (200, False, "Staff")
    foreign = await (await at.logged_in("far")).ask("POST", "/v1/people/p-staff/password")
    assert foreign.status_code == 404


async def test_who_is_disabled_comes_in_by_no_way(at: Desk) -> None:
    owner, staff = await at.logged_in("owner"), await at.logged_in("staff")
    made = (await owner.ask("POST", "/v1/people/p-staff/password")).json()
    assert (await owner.ask("PATCH", "/v1/people/p-staff", {"disabled": True})).status_code == 200
    assert await here(staff) == 401
    assert (await staff.login("staff@example.org")).status_code == 401
    renewed = await at.browser().ask(
        "POST", "/v1/desk/invitation", accepting(made, email="staff@example.org")
    )
    assert renewed.status_code == 404
    assert (await owner.ask("POST", "/v1/people/p-staff/password")).status_code == 409
    assert (await owner.ask("PATCH", "/v1/people/p-staff", {"disabled": False})).status_code == 200
    assert (await staff.login("staff@example.org")).status_code == 200
    assert await here(staff) == 200


async def test_who_is_no_owner_any_more_keeps_no_invitation_to_come_back_by(at: Desk) -> None:
    owner = await at.logged_in("owner")
    for change in ({"role": "staff"}, {"disabled": True}):
        assert (await owner.ask("PATCH", "/v1/people/p-staff", {"role": "owner"})).status_code == 200
        leaving = await at.logged_in("staff")
        kept = await invited(leaving, "owner")
        over = (await leaving.ask("POST", "/v1/people/p-reader/password")).json()
        mine = await invited(owner, "reader")
        assert (await owner.ask("PATCH", "/v1/people/p-staff", change)).status_code == 200
        for made, email in ((kept, "back@example.org"), (over, "reader@example.org")):
            body = accepting(made, email=email)
            assert (await at.browser().ask("POST", "/v1/desk/invitation", body)).status_code == 404
        assert (await at.logged_in("reader")).session is not None
        left = await at.rows("SELECT invitation FROM invitations")
        assert left == [{"invitation": mine["invitation"]}]
        withdrawn = await owner.ask("DELETE", f"/v1/people/invitations/{mine['invitation']}")
        assert withdrawn.status_code == 204
