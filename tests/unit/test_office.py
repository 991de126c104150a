"""What holds for passwords, sessions, roles, the second factor and where a request comes from."""

from __future__ import annotations

import asyncio
import time

import pyotp
import pytest
from argon2 import PasswordHasher
from starlette.requests import Request

from services.portal.api import passwords, sessions
from services.portal.api.passwords import Passwords
from services.portal.api.problems import Problem
from services.portal.core import office, totp
from services.portal.core.access import Role, Staff
from services.portal.core.office import Account, Refused, Seat, Seats
from shared.domain.keyrings import sha256_hex
from tests.unit.portal_kit import CHEAP, NOW, running

HOME = "https://track.example.org"


def account(role: Role = Role.OWNER, *, disabled: bool = False) -> Account:
    return Account(
        account="p-1",
        tenant="athens",
        role=role,
        name="Eleni Georgiou",
        email="eleni@example.org",
        password="x",
        created_ms=NOW,
        disabled=disabled,
    )


def seat(session: str = "s", account: str = "p-1", *, created_ms: int = NOW, seen_ms: int = NOW) -> Seat:
    staff = Staff(account=account, tenant="athens", role=Role.STAFF, name="Eleni")
    return Seat(session, staff, "e@x", None, False, 0, created_ms, seen_ms)


@pytest.mark.parametrize(
    "password",
    ["four words make one", "τέσσερις λέξεις", "correct-horse", "Eleni rides a bicycle", "x8#kQ!vw2m"],
)
def test_good_passwords(password: str) -> None:
    office.check_password(password, "eleni@example.org", "Eleni Georgiou")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too short"),
        ("ninesigns", "too short"),
        ("a" * 201, "too long"),
        ("aaaaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("eleni12345", "made of"),
        ("Georgiou2026", "made of"),
        ("password123", "made of"),
        ("ＰＡＳＳＷＯＲＤ１２３", "made of"),
    ],
)
def test_bad_passwords_are_told_why(password: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        office.check_password(password, "eleni@example.org", "Eleni Georgiou")


def test_the_same_signs_are_the_same_password_and_address() -> None:
    assert office.plain_password("café au lait") == office.plain_password("cafe\u0301 au lait")
    assert office.plain_password("\ud800") == b"\xed\xa0\x80"  # nothing that is sent breaks it
    assert office.plain_email(" Eleni@EXAMPLE.org ") == office.plain_email("eleni@example.org")


@pytest.mark.parametrize(
    ("role", "disabled", "role_to", "disabled_to", "others", "good"),
    [
        (Role.OWNER, False, Role.STAFF, None, 0, False),
        (Role.OWNER, False, None, True, 0, False),
        (Role.OWNER, False, Role.OWNER, False, 0, True),
        (Role.OWNER, False, Role.READER, None, 1, True),
        (Role.OWNER, True, Role.READER, None, 0, True),
        (Role.STAFF, False, None, True, 0, True),
        (Role.STAFF, False, Role.OWNER, None, 0, True),
    ],
)
def test_the_last_owner_stays_one(
    role: Role, disabled: bool, role_to: Role | None, disabled_to: bool | None, others: int, good: bool
) -> None:
    before = account(role, disabled=disabled)
    if not good:
        with pytest.raises(Refused, match="last owner"):
            office.change(before, role=role_to, disabled=disabled_to, other_owners=others)
        return
    found = office.change(before, role=role_to, disabled=disabled_to, other_owners=others)
    assert found.role is (role_to or role)
    assert found.disabled is (disabled if disabled_to is None else disabled_to)
    assert found.ends is (found.disabled and not disabled)


@pytest.mark.parametrize(
    ("origin", "site", "good"),
    [
        (None, None, True),
        (HOME, None, True),
        (HOME, "same-origin", True),
        ("https://track.example.org:443", None, True),
        ("https://TRACK.example.org", None, True),
        (HOME, "cross-site", False),
        (HOME, "same-site", False),
        (None, "cross-site", False),
        ("null", None, False),
        ("", None, False),
        ("http://track.example.org", None, False),
        ("https://track.example.org:8443", None, False),
        ("https://track.example.org.evil.example", None, False),
        ("https://evil.example/https://track.example.org", None, False),
        ("https://track.example.org@evil.example", None, False),
        ("https://[", None, False),
    ],
)
def test_what_comes_from_our_own_pages(origin: str | None, site: str | None, good: bool) -> None:
    assert office.from_here(HOME, origin, site) is good


def test_a_csrf_token_is_of_its_session_alone() -> None:
    token = office.new_token()
    assert office.same_csrf(office.csrf_of(token), token)
    assert not office.same_csrf(office.csrf_of(token), office.new_token())
    assert not office.same_csrf("", token)
    assert token not in office.csrf_of(token)
    assert len(office.csrf_of(token)) == len(token) == 43


@pytest.mark.parametrize(
    ("created_ms", "seen_ms", "lives"),
    [
        (0, 0, True),
        (0, office.IDLE_MS - 1, True),
        (0, office.IDLE_MS, False),
        (office.ABSOLUTE_MS - 1, 0, True),
        (office.ABSOLUTE_MS, 0, False),
    ],
)
def test_how_long_a_session_lives(created_ms: int, seen_ms: int, lives: bool) -> None:
    assert seat(created_ms=NOW - created_ms, seen_ms=NOW - seen_ms).lives(NOW) is lives


def test_seats_are_remembered_for_a_few_seconds() -> None:
    seats = Seats(keep_ms=3_000, size=2)
    seats.put(seat("a"), NOW)
    assert seats.get("a", NOW + 2_999) == seat("a")
    assert seats.get("a", NOW + 3_000) is None
    assert seats.get("a", NOW - 1) is None, "a clock that was set back keeps nobody"
    assert seats.get("b", NOW) is None
    seats.put(seat("b"), NOW)
    seats.put(seat("c", account="p-2"), NOW)
    assert seats.get("a", NOW) is None, "no more than fit"
    seats.forget_all_of("p-1")
    assert (seats.get("b", NOW), seats.get("c", NOW)) == (None, seat("c", account="p-2"))
    seats.forget("c")
    assert seats.get("c", NOW) is None


def test_a_known_browser_is_known_to_its_account_until_then() -> None:
    kept = office.known_browser("key", "p-1", NOW + 1000)
    assert office.is_known_browser("key", "p-1", kept, NOW)
    for key, who, given, now_ms in (
        ("other", "p-1", kept, NOW),
        ("key", "p-2", kept, NOW),
        ("key", "p-1", kept, NOW + 1000),
        ("key", "p-1", kept.replace(str(NOW + 1000), str(NOW + 2000)), NOW),
        ("key", "p-1", "", NOW),
        ("key", "p-1", "9" * 400 + ".x", NOW),
        ("key", "p-1", "²." + kept.partition(".")[2], NOW),
    ):
        assert not office.is_known_browser(key, who, given, now_ms)


async def test_a_comma_too_many_among_the_keys_is_no_key_that_knows_browsers() -> None:
    async with running(ticket_key="the-new-ticket-key, a-ticket-key-for-tests,") as kit:
        for key, known in (
            ("the-new-ticket-key", True),
            ("a-ticket-key-for-tests", True),
            ("", False),
            (" a-ticket-key-for-tests", False),
        ):
            kept = office.known_browser(key, "p-1", NOW + 1000)
            cookie = f"__Host-dromos-known={kept}".encode()
            request = Request({"type": "http", "headers": [(b"cookie", cookie)]})
            assert sessions.is_known(kit.portal, request, "p-1") is known


def test_a_code_is_good_once_and_for_a_step_before_and_after() -> None:
    secret, step = totp.new_totp(), NOW // 30_000
    code = pyotp.TOTP(secret).at(step * 30)
    for late, good in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert totp.step_of(secret, code, NOW + late * 30_000, 0) == (step if good else None)
    assert totp.step_of(secret, code, NOW, step) is None, "used"
    assert totp.step_of(secret, code, NOW, step + 1) is None, "one after it was used"
    assert totp.step_of(secret, code, NOW, step - 1) == step
    for wrong in ("", "12345", "1234567", "abcdef", "²²²²²²", code + " "):
        assert totp.step_of(secret, wrong, NOW, 0) is None


def test_the_codes_are_those_of_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # appendix B, SHA-1, the last six digits
    for at_s, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert totp.step_of(secret, code, at_s * 1000, 0) == at_s // 30


def test_recovery_codes() -> None:
    shown, kept = totp.new_recovery()
    assert len(set(shown)) == len(set(kept)) == 10
    for code, digest in zip(shown, kept, strict=True):
        plain = totp.plain_code(f" {code.lower()} ")
        assert totp.is_recovery(plain)
        assert sha256_hex(plain) == digest
    assert not totp.is_recovery("123456")


async def test_nobodys_password_costs_what_somebodys_does() -> None:
    both = Passwords(CHEAP)
    hashed = await both.hash("four words make one")
    assert await both.good("four words make one", hashed)
    assert not await both.good("four words make two", hashed)
    assert both.hashed == 3
    assert not await both.good("four words make one", None)
    assert both.hashed == 4
    assert not await both.good("four words make one", "no hash")
    said = both._nobody.split("$")
    assert said[:4] == hashed.split("$")[:4], "the same parameters"
    assert [len(part) for part in said[4:]] == [len(part) for part in hashed.split("$")[4:]]


async def test_a_hash_of_older_parameters_is_known() -> None:
    older, now = Passwords(CHEAP), Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    hashed = await older.hash("four words make one")
    assert (older.old(hashed), now.old(hashed)) == (False, True)
    assert await now.good("four words make one", hashed)


def test_the_standard_is_argon2id_with_19_mib_and_three_passes() -> None:
    assert passwords.standard().hash("x").startswith("$argon2id$v=19$m=19456,t=3,p=1$")


async def test_two_hashes_at_once_and_no_more_waiting_than_can_be_served() -> None:
    busy, most = 0, 0

    def work() -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        time.sleep(0.002)
        busy -= 1

    both = Passwords(CHEAP)
    waiting = [asyncio.create_task(both._in_turn(work)) for _ in range(passwords.MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refused:
        await both.good("x", None)
    assert refused.value.status == 503
    await asyncio.gather(*waiting)
    assert most == passwords.AT_ONCE
    assert not await both.good("x", None), "and then again"
