"""Who works at the desk: login, the second factor, people, invitations, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.portal.core.access import Role
from services.portal.schemas.common import Answer, Email, IdStr, LanguageCode, Line, Strict

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class LoginBody(Strict):
    """`code` is of the second factor, or a recovery code, for accounts that have it."""

    email: Annotated[str, StringConstraints(min_length=1, max_length=254)] = Field(
        examples=["eleni@example.org"]
    )
    password: Password = Field(examples=["four words make one"])
    code: Code | None = Field(default=None, examples=["123456"])


class SessionDocument(Answer):
    """Who is logged in. `csrf` goes into `X-CSRF-Token` with everything that changes something."""

    account: str
    name: str
    email: str
    role: Role
    tenant: str
    csrf: str
    totp: bool
    recovery_left: int = Field(description="Recovery codes that have not been used.")
    language: LanguageCode | None = None
    zone: str | None = Field(default=None, description="Of the carrier's shops, where they agree.")


class TotpStart(Answer):
    """For an authenticator; good once it is confirmed."""

    secret: str
    uri: str = Field(description="otpauth://, to be shown as a QR code.")


class TotpCode(Strict):
    code: Code = Field(examples=["123456"])


class RecoveryCodes(Answer):
    """Shown this once. Each takes the place of a code, once."""

    recovery: list[str]


class PasswordOnly(Strict):
    password: Password = Field(examples=["four words make one"])


class PasswordChange(Strict):
    old: Password = Field(examples=["four words make one"])
    new: Password = Field(examples=["five other words are better"])


class PersonAnswer(Answer):
    account: str
    name: str
    email: str
    role: Role
    disabled: bool
    totp: bool
    last_login_at: datetime | None = None


class InvitationDocument(Answer):
    """An invitation that nobody has used yet; with `account` it renews that one's password."""

    invitation: str
    role: Role
    name: str | None = None
    email: str | None = None
    account: str | None = None
    expires_at: datetime
    by: str = Field(description="The account of who invited, or `admin`.")


class PeopleList(Answer):
    people: list[PersonAnswer]
    invitations: list[InvitationDocument]


class InviteBody(Strict):
    """`tenant` is for the administrator alone; an owner invites to his own carrier."""

    role: Role = Field(examples=["staff"])
    name: Line | None = Field(default=None, examples=["Eleni"])
    tenant: IdStr | None = Field(default=None, examples=["athens"])


class InviteAnswer(Answer):
    """The link, shown this once: good once, and until then."""

    invitation: str
    url: str = Field(examples=["https://track.example.org/desk/invitation#Zm9vYmFyYmF6cXV4MTIzNA"])
    expires_at: datetime


class AcceptBody(Strict):
    """For a renewed password `email` is the account's own, and `name` is not looked at."""

    secret: Secret = Field(examples=["Zm9vYmFyYmF6cXV4MTIzNA"])
    name: Line = Field(examples=["Eleni Georgiou"])
    email: Email = Field(examples=["eleni@example.org"])
    password: Password = Field(examples=["four words make one"])
    language: LanguageCode | None = None


class PersonChange(Strict):
    """What is left out stays."""

    role: Role | None = Field(default=None, examples=["reader"])
    disabled: bool | None = Field(default=None, strict=True)


class AuditEntry(Answer):
    """`action` is `area.what`, `subject` the ids it was done to."""

    at: datetime
    actor: str
    actor_name: str | None = None
    action: str = Field(examples=["people.change_person"])
    subject: str | None = None
    detail: str | None = None
    count: int = Field(description="How often, for what is counted together (failed logins of an hour).")


class AuditPage(Answer):
    """Newest first; `next` goes into `before` for the page after."""

    entries: list[AuditEntry]
    next: str | None = None
