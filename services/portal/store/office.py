"""Who works at the desk: accounts, sessions, invitations, the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, any_, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.core.access import Role, Staff
from services.portal.core.office import (
    ABSOLUTE_MS,
    AUDIT_MS,
    IDLE_MS,
    Account,
    Change,
    Entry,
    Invitation,
    Seat,
)
from services.portal.store.tables import accounts, audit, invitations, sessions
from shared.adapters.postgres.database import Database

FAILED = "desk.login_failed"
FAILED_TOGETHER_MS = 3_600_000
"""Failed logins of one account are one line of the audit log an hour."""


class EmailTaken(Exception):
    """Another account has this e-mail address."""


class Office:
    """The accounts' tables. Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # sessions

    async def seat(self, session: str) -> Seat | None:
        """Whose session this is; None: nobody's, or of somebody who may not log in any more."""
        table = accounts
        wanted = (
            select(
                sessions.c.session,
                sessions.c.created_ms,
                sessions.c.seen_ms,
                table.c.account,
                table.c.tenant,
                table.c.role,
                table.c.name,
                table.c.email,
                table.c.language,
                table.c.totp.is_not(None).label("totp"),
                func.cardinality(table.c.recovery).label("recovery_left"),
            )
            .join(table, table.c.account == sessions.c.account)
            .where(sessions.c.session == session, ~table.c.disabled)
        )
        async with self.database.transaction() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        if row is None:
            return None
        return Seat(
            session=row.session,
            staff=Staff(account=row.account, tenant=row.tenant, role=Role(row.role), name=row.name),
            email=row.email,
            language=row.language,
            totp=row.totp,
            recovery_left=row.recovery_left,
            created_ms=row.created_ms,
            seen_ms=row.seen_ms,
        )

    async def open_session(self, session: str, account: str, now_ms: int, ended: str | None) -> None:
        """A new session, in place of the one `ended` that the browser had."""
        async with self.database.transaction() as connection:
            if ended is not None:
                await connection.execute(delete(sessions).where(sessions.c.session == ended))
            values = {"session": session, "account": account, "created_ms": now_ms, "seen_ms": now_ms}
            await connection.execute(insert(sessions).values(values))
            of = accounts.c.account == account
            await connection.execute(update(accounts).where(of).values(last_login_ms=now_ms))

    async def touch(self, session: str, now_ms: int) -> None:
        """The session is being used."""
        of = sessions.c.session == session
        async with self.database.transaction() as connection:
            await connection.execute(update(sessions).where(of).values(seen_ms=now_ms))

    async def end_session(self, session: str) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.session == session))

    # accounts

    async def account(self, account: str) -> Account | None:
        return await self._account(accounts.c.account == account)

    async def by_email(self, email: str) -> Account | None:
        """`email` as `core.office.plain_email` has it."""
        return await self._account(accounts.c.email == email)

    async def _account(self, where: Any) -> Account | None:
        async with self.database.transaction() as connection:
            row = (await connection.execute(select(accounts).where(where))).one_or_none()
        return _account_of(row) if row is not None else None

    async def add(self, account: Account) -> None:
        """Make an account without an invitation.

        Raises:
            EmailTaken: another has its address.
        """
        try:
            async with self.database.transaction(IntegrityError) as connection:
                await connection.execute(insert(accounts).values(_values(account)))
        except IntegrityError as error:
            raise EmailTaken from error

    async def people(self, tenant: str) -> list[Account]:
        wanted = select(accounts).where(accounts.c.tenant == tenant).order_by(accounts.c.created_ms)
        async with self.database.transaction() as connection:
            return [_account_of(row) for row in await connection.execute(wanted)]

    async def names(self, named: Sequence[str]) -> dict[str, str]:
        """Names by account, of those that are there."""
        wanted = select(accounts.c.account, accounts.c.name).where(accounts.c.account.in_(named))
        async with self.database.transaction() as connection:
            return {row.account: row.name for row in await connection.execute(wanted)}

    async def change(
        self, tenant: str | None, account: str, decide: Callable[[Account, int], Change]
    ) -> tuple[Account, Change] | None:
        """Change somebody's role or lock him out; `decide` is handed him and how many other owners can log
        in, and may raise. Two changes of one carrier's owners wait for each other. The invitations of who is
        no owner then end. None: there is none such (of this carrier, unless None)."""
        async with self.database.transaction() as connection:
            found = (
                await connection.execute(select(accounts.c.tenant).where(accounts.c.account == account))
            ).scalar_one_or_none()
            if found is None or tenant not in (None, found):
                return None
            table = accounts
            concerned = (table.c.tenant == found) & (
                (table.c.role == Role.OWNER) | (table.c.account == account)
            )
            rows = await connection.execute(
                select(table).where(concerned).order_by(table.c.account).with_for_update()
            )
            all_of_them = [_account_of(row) for row in rows]
            before = next(each for each in all_of_them if each.account == account)
            others = sum(
                each.role is Role.OWNER and not each.disabled and each is not before for each in all_of_them
            )
            decided = decide(before, others)
            of = table.c.account == account
            await connection.execute(
                update(table).where(of).values(role=decided.role, disabled=decided.disabled)
            )
            if decided.ends:
                await connection.execute(delete(sessions).where(sessions.c.account == account))
            if decided.disabled or decided.role is not Role.OWNER:
                # Whose links he has kept nobody knows: he might come back by one.
                await connection.execute(delete(invitations).where(invitations.c.by == account))
            return before, decided

    async def set_password(self, account: str, password: str, *, keep: str | None) -> None:
        """A new password; all sessions end but `keep`, and so does a link to choose another."""
        async with self.database.transaction() as connection:
            of = accounts.c.account == account
            await connection.execute(update(accounts).where(of).values(password=password))
            others = (sessions.c.account == account) & (sessions.c.session != (keep or ""))
            await connection.execute(delete(sessions).where(others))
            await connection.execute(delete(invitations).where(invitations.c.account == account))

    async def rehash(self, account: str, before: str, password: str) -> None:
        """The same password hashed anew, unless it has been changed meanwhile."""
        of = (accounts.c.account == account) & (accounts.c.password == before)
        async with self.database.transaction() as connection:
            await connection.execute(update(accounts).where(of).values(password=password))

    async def start_totp(self, account: str, secret: str) -> None:
        of = accounts.c.account == account
        async with self.database.transaction() as connection:
            await connection.execute(update(accounts).where(of).values(totp_pending=secret))

    async def set_totp(self, account: str, secret: str | None, step: int, recovery: Sequence[str]) -> None:
        """The second factor on, its step used up; or, without a secret, off."""
        values = {"totp": secret, "totp_pending": None, "totp_step": step, "recovery": list(recovery)}
        of = accounts.c.account == account
        async with self.database.transaction() as connection:
            await connection.execute(update(accounts).where(of).values(values))

    async def use_step(self, account: str, step: int) -> bool:
        """Use up a step of the second factor; False: it, or a later one, has been used."""
        of = (accounts.c.account == account) & (accounts.c.totp_step < step)
        async with self.database.transaction() as connection:
            done = await connection.execute(update(accounts).where(of).values(totp_step=step))
            return done.rowcount == 1

    async def use_recovery(self, account: str, sha256: str) -> bool:
        """Use up a recovery code; False: it is none of his, or was used."""
        table = accounts
        of = (table.c.account == account) & (literal(sha256) == any_(table.c.recovery))
        left = func.array_remove(table.c.recovery, sha256)
        async with self.database.transaction() as connection:
            done = await connection.execute(update(table).where(of).values(recovery=left))
            return done.rowcount == 1

    # invitations

    async def invite(self, invitation: Invitation) -> None:
        """For an account that has an invitation already, in its place."""
        async with self.database.transaction() as connection:
            if invitation.account is not None:
                before = invitations.c.account == invitation.account
                await connection.execute(delete(invitations).where(before))
            await connection.execute(insert(invitations).values(asdict(invitation)))

    async def invitation(self, sha256: str, now_ms: int) -> Invitation | None:
        """The open invitation with this digest."""
        of = (invitations.c.sha256 == sha256) & (invitations.c.expires_ms > now_ms)
        async with self.database.transaction() as connection:
            row = (await connection.execute(select(invitations).where(of))).one_or_none()
        return _invitation_of(row) if row is not None else None

    async def invitations(self, tenant: str, now_ms: int) -> list[Invitation]:
        of = (invitations.c.tenant == tenant) & (invitations.c.expires_ms > now_ms)
        async with self.database.transaction() as connection:
            rows = await connection.execute(select(invitations).where(of).order_by(invitations.c.created_ms))
            return [_invitation_of(row) for row in rows]

    async def withdraw(self, tenant: str | None, invitation: str) -> str | None:
        """Whose invitation it was; None: there is none such (of this carrier, unless None)."""
        of = invitations.c.invitation == invitation
        if tenant is not None:
            of &= invitations.c.tenant == tenant
        async with self.database.transaction() as connection:
            gone = await connection.execute(delete(invitations).where(of).returning(invitations.c.tenant))
            found: str | None = gone.scalar_one_or_none()
            return found

    async def join(self, sha256: str, account: Account, now_ms: int) -> bool:
        """Use up an invitation by making the account; False: it is not open any more.

        Raises:
            EmailTaken: the invitation stays open.
        """
        try:
            async with self.database.transaction(IntegrityError) as connection:
                if not await _used(connection, sha256, now_ms):
                    return False
                await connection.execute(insert(accounts).values(_values(account)))
                return True
        except IntegrityError as error:
            raise EmailTaken from error

    async def renew(self, sha256: str, account: str, password: str, now_ms: int) -> bool:
        """Use up an invitation by giving the account a new password; its second factor is off and its
        sessions end. False: it is not open any more."""
        async with self.database.transaction() as connection:
            if not await _used(connection, sha256, now_ms):
                return False
            values: dict[str, Any] = {
                "password": password,
                "totp": None,
                "totp_pending": None,
                "recovery": [],
            }
            of = accounts.c.account == account
            await connection.execute(update(accounts).where(of).values(values))
            await connection.execute(delete(sessions).where(sessions.c.account == account))
            return True

    # the audit log

    async def note(self, entry: Entry) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(insert(audit).values(asdict(entry)))

    async def note_failure(self, account: Account, now_ms: int) -> None:
        """Count a failed login."""
        of = (
            (audit.c.tenant == account.tenant)
            & (audit.c.actor == account.account)
            & (audit.c.action == FAILED)
            & (audit.c.at_ms > now_ms - FAILED_TOGETHER_MS)
        )
        async with self.database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(account.account))))
            done = await connection.execute(update(audit).where(of).values(count=audit.c.count + 1))
            if done.rowcount == 0:
                entry = Entry(now_ms, account.tenant, account.account, FAILED, 401)
                await connection.execute(insert(audit).values(asdict(entry)))

    async def entries(self, tenant: str | None, before: int | None, limit: int) -> list[tuple[int, Entry]]:
        """Newest first, each with its number; those before number `before`."""
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if tenant is not None:
            wanted = wanted.where(audit.c.tenant == tenant)
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        async with self.database.transaction() as connection:
            rows = await connection.execute(wanted)
            return [
                (row.id, Entry(**{n: row._mapping[n] for n in Entry.__dataclass_fields__})) for row in rows
            ]

    async def sweep(self, now_ms: int) -> int:
        """Remove what has expired: sessions, invitations, old lines of the audit log. How many rows."""
        over = (sessions.c.created_ms <= now_ms - ABSOLUTE_MS) | (sessions.c.seen_ms <= now_ms - IDLE_MS)
        removed = 0
        async with self.database.transaction() as connection:
            for table, old in (
                (sessions, over),
                (invitations, invitations.c.expires_ms <= now_ms),
                (audit, audit.c.at_ms <= now_ms - AUDIT_MS),
            ):
                removed += (await connection.execute(delete(table).where(old))).rowcount
        return removed


async def _used(connection: AsyncConnection, sha256: str, now_ms: int) -> bool:
    of = (invitations.c.sha256 == sha256) & (invitations.c.expires_ms > now_ms)
    return (await connection.execute(delete(invitations).where(of))).rowcount == 1


def _values(account: Account) -> dict[str, Any]:
    return {**asdict(account), "recovery": list(account.recovery)}


def _account_of(row: Row[Any]) -> Account:
    values = dict(row._mapping)
    return Account(**values | {"role": Role(row.role), "recovery": tuple(row.recovery)})


def _invitation_of(row: Row[Any]) -> Invitation:
    return Invitation(**dict(row._mapping) | {"role": Role(row.role)})
