"""Who works at the desk: what holds for passwords, sessions, invitations and roles. Pure."""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.portal.core.access import Role, Staff
from services.portal.core.keys import same_secret
from shared.contracts.topic import DAY_MS

HOUR_MS = 3_600_000
IDLE_MS = 12 * HOUR_MS
ABSOLUTE_MS = 7 * DAY_MS
TOUCH_MS = 5 * 60_000
"""How often a session that is used writes down that it is."""
INVITATION_MS = 7 * DAY_MS
MAX_INVITATIONS = 50
KNOWN_MS = 90 * DAY_MS
"""How long a browser that has logged in counts apart from strangers' attempts."""
AUDIT_MS = 730 * DAY_MS
MIN_PASSWORD, MAX_PASSWORD = 10, 200
MAX_EMAIL = 254
_FEW_SIGNS = 5


class Refused(Exception):
    """It can't be done so; the message says what is possible."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `totp` is the confirmed secret, `totp_step` the last step used."""

    account: str
    tenant: str
    role: Role
    name: str
    email: str = field(repr=False)
    password: str = field(repr=False)
    created_ms: int
    language: str | None = None
    totp: str | None = field(default=None, repr=False)
    totp_pending: str | None = field(default=None, repr=False)
    totp_step: int = 0
    recovery: tuple[str, ...] = field(default=(), repr=False)
    disabled: bool = False
    last_login_ms: int | None = None

    @property
    def staff(self) -> Staff:
        return Staff(account=self.account, tenant=self.tenant, role=self.role, name=self.name)


@dataclass(frozen=True, slots=True)
class Seat:
    """A session and whose it is. `session` is the SHA-256 of what the browser holds."""

    session: str
    staff: Staff
    email: str = field(repr=False)
    language: str | None
    totp: bool
    recovery_left: int
    created_ms: int
    seen_ms: int

    def lives(self, now_ms: int) -> bool:
        return now_ms - self.seen_ms < IDLE_MS and now_ms - self.created_ms < ABSOLUTE_MS


@dataclass(frozen=True, slots=True)
class Invitation:
    """Leave to make an account, or, with `account`, to give that one a new password. `sha256` is of the
    secret in the link; `by` is who invited, `admin` for the administrator."""

    invitation: str
    sha256: str = field(repr=False)
    tenant: str
    role: Role
    by: str
    created_ms: int
    expires_ms: int
    name: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit log: who did what to what. No personal data: `subject` and `detail` are ids and
    words of ours."""

    at_ms: int
    tenant: str
    actor: str
    action: str
    outcome: int
    subject: str | None = None
    detail: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """What an account becomes; `ends` its sessions."""

    role: Role
    disabled: bool
    ends: bool
    said: str


def new_token() -> str:
    """A session's 256 random bits, base64url without padding (43 characters)."""
    return secrets.token_urlsafe(32)


def new_account_id() -> str:
    return f"p-{secrets.token_hex(8)}"


def csrf_of(token: str) -> str:
    """What a page has to send with every change: it follows from the session's token, and tells nothing of
    it."""
    digest = hmac.digest(token.encode("utf-8", "surrogatepass"), b"dromos csrf", "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def same_csrf(given: str, token: str) -> bool:
    return same_secret(given, csrf_of(token))


def _origin(text: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port or {"http": 80, "https": 443}.get(parts.scheme)


def from_here(public_url: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a request that changes something comes from our own pages, as far as the browser says. `null`
    is nobody's origin."""
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    return origin is None or _origin(origin) == _origin(public_url)


def plain_email(text: str) -> str:
    """As it is compared: one account an address, however it is written. What no database can hold is
    nobody's."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return plain.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def check_email(plain: str) -> None:
    """Raises Refused: it is no address to log in with."""
    if len(plain) > MAX_EMAIL or not plain.isprintable() or "\ufffd" in plain:
        raise Refused("This is no e-mail address: write it as name@example.org")


def plain_password(text: str) -> bytes:
    """The same characters are the same password, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")


def check_password(password: str, email: str, name: str) -> None:
    """Raises Refused: it is too short, or too easily guessed."""
    if len(password) < MIN_PASSWORD:
        raise Refused(
            f"The password is too short: take {MIN_PASSWORD} characters or more, such as four words"
        )
    if len(password) > MAX_PASSWORD:
        raise Refused(f"The password is too long: take at most {MAX_PASSWORD} characters")
    said = plain_password(password).decode("utf-8", "surrogatepass").casefold()
    if len(set(said)) < _FEW_SIGNS:
        raise Refused("The password repeats itself: take more different characters")
    about = [email.partition("@")[0].casefold(), *name.casefold().split(), "dromos", "password"]
    if any(len(word) >= 4 and word in said and len(said) - len(word) < MIN_PASSWORD - 2 for word in about):
        raise Refused("The password is made of your name, your address or an obvious word: add others")


def change(before: Account, *, role: Role | None, disabled: bool | None, other_owners: int) -> Change:
    """What becomes of somebody's account. `other_owners` are those beside him who can log in.

    Raises:
        Refused: nobody could invite or change anybody any more.
    """
    new_role = role if role is not None else before.role
    new_disabled = disabled if disabled is not None else before.disabled
    is_owner = before.role is Role.OWNER and not before.disabled
    stays_owner = new_role is Role.OWNER and not new_disabled
    if is_owner and not stays_owner and other_owners == 0:
        raise Refused("the last owner can't be disabled or given another role: make another owner first")
    said = [
        *([f"role {before.role} -> {new_role}"] if new_role is not before.role else ()),
        *(["disabled" if new_disabled else "enabled"] if new_disabled != before.disabled else ()),
    ]
    ends = new_disabled and not before.disabled
    return Change(role=new_role, disabled=new_disabled, ends=ends, said=", ".join(said) or "nothing")


def invite(
    *,
    secret_sha256: str,
    tenant: str,
    role: Role,
    by: str,
    open_ones: int,
    now_ms: int,
    name: str | None = None,
    account: str | None = None,
) -> Invitation:
    """A new invitation, good once and for seven days.

    Raises:
        Refused: too many are open.
    """
    if open_ones >= MAX_INVITATIONS:
        raise Refused(f"{MAX_INVITATIONS} invitations are open: withdraw some that nobody needs")
    return Invitation(
        invitation=f"i-{secrets.token_hex(8)}",
        sha256=secret_sha256,
        tenant=tenant,
        role=role,
        by=by,
        created_ms=now_ms,
        expires_ms=now_ms + INVITATION_MS,
        name=name,
        account=account,
    )


class Seats:
    """Who holds which session, remembered for a few seconds: a page that asks every three seconds costs a
    query now and then, and one that another process has ended is refused within `keep_ms`."""

    def __init__(self, keep_ms: int = 3_000, size: int = 10_000) -> None:
        self._keep_ms, self._size = keep_ms, size
        self._found: OrderedDict[str, tuple[int, Seat]] = OrderedDict()

    def get(self, session: str, now_ms: int) -> Seat | None:
        at_ms, seat = self._found.get(session, (0, None))
        return seat if 0 <= now_ms - at_ms < self._keep_ms else None

    def put(self, seat: Seat, now_ms: int) -> None:
        self._found.pop(seat.session, None)
        self._found[seat.session] = (now_ms, seat)
        while len(self._found) > self._size:
            self._found.popitem(last=False)

    def forget(self, session: str) -> None:
        self._found.pop(session, None)

    def forget_all_of(self, account: str) -> None:
        for session in [s for s, (_, seat) in self._found.items() if seat.staff.account == account]:
            del self._found[session]


def known_browser(key: str, account: str, until_ms: int) -> str:
    """What a browser keeps that has logged in to this account (an HMAC): its attempts count apart from those
    of strangers, who so can't lock its owner out."""
    mac = hmac.digest(key.encode(), f"known browser {account} {until_ms}".encode(), "sha256").hex()[:32]
    return f"{until_ms}.{mac}"


def is_known_browser(key: str, account: str, given: str, now_ms: int) -> bool:
    until, _, _ = given.partition(".")
    if not (until.isascii() and until.isdigit()) or len(until) > 15 or int(until) <= now_ms:
        return False
    return same_secret(given, known_browser(key, account, int(until)))
