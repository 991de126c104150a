"""The desk over a real PostgreSQL: accounts that may log in, and browsers that do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from services.notifier import tables as notifier
from services.portal.core.access import Role
from services.portal.core.office import Account
from services.portal.store import import_tables, tables
from services.portal.store.office import Office
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from tests.unit.portal_kit import NOW, STAFF, Kit, running

PASSWORD = "τέσσερις λέξεις or four"
ORIGIN = "https://track.example.org"
assert import_tables.imports.metadata is tables.META, "all tables of the schema are known here"
_made: set[str] = set()


@dataclass
class Databases:
    """Both schemas that the portal reads: its own, and the lists."""

    portal: Database
    lists: Database

    async def emptied(self) -> None:
        """As they are after a first start."""
        for database, meta in ((self.portal, tables.META), (self.lists, lists.META)):
            async with database.engine.begin() as connection:
                # Faster than TRUNCATE for a few rows; who refers to others first.
                for table in reversed(meta.sorted_tables):
                    await connection.execute(table.delete())


@asynccontextmanager
async def databases(url: str) -> AsyncIterator[Databases]:
    found, notices = Databases(tables.database(url), lists.database(url)), notifier.database(url)
    try:
        for database in (found.portal, found.lists, notices):
            if f"{url} {database.schema}" not in _made:
                await database.upgrade()
                _made.add(f"{url} {database.schema}")
        yield found
    finally:
        await found.portal.close()
        await found.lists.close()
        await notices.close()


@dataclass
class Browser:
    """Keeps cookies, and the CSRF token that it was told; says where its page is from."""

    client: httpx.AsyncClient
    csrf: str = ""
    origin: str | None = ORIGIN

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {"X-CSRF-Token": self.csrf, **({"Origin": self.origin} if self.origin is not None else {})}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, json=json, headers=sent)

    async def login(self, email: str, password: str = PASSWORD, code: str | None = None) -> httpx.Response:
        body = {"email": email, "password": password, **({"code": code} if code is not None else {})}
        answer = await self.ask("POST", "/v1/desk/login", body)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("__Host-dromos")


@dataclass
class Desk:
    """The portal with its office, and the accounts of the kit's `STAFF`, all with the same password."""

    kit: Kit
    office: Office

    def browser(self, address: str = "10.0.0.1") -> Browser:
        app = self.kit.client._transport.app  # type: ignore[attr-defined]
        transport = httpx.ASGITransport(app=app, client=(address, 1234))
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN))

    async def logged_in(self, who: str, address: str = "10.0.0.1") -> Browser:
        browser = self.browser(address)
        answer = await browser.login(f"{who}@example.org")
        assert answer.status_code == 200, answer.text
        return browser

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.office.database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]


def account(who: str, role: Role, tenant: str, password: str) -> Account:
    return Account(
        account=f"p-{who}",
        tenant=tenant,
        role=role,
        name=who.title(),
        email=f"{who}@example.org",
        password=password,
        created_ms=NOW - 86_400_000,
    )


@asynccontextmanager
async def desk(at: Databases, **settings: Any) -> AsyncIterator[Desk]:
    """An office with its people, emptied before."""
    await at.emptied()
    async with running(databases=(at.portal, at.lists), **settings) as kit:
        assert kit.portal.office is not None
        found = Desk(kit, kit.portal.office)
        hashed = await kit.portal.passwords.hash(PASSWORD)
        for who, (role, tenant) in STAFF.items():
            await found.office.add(account(who, role, tenant, hashed))
        kit.portal.passwords.hashed = 0
        yield found
        await kit.settled()
