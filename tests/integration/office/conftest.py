"""An office over a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local.infra import Infra
from tests.integration.office_kit import Databases, Desk, databases, desk


@pytest.fixture
async def both(infra: Infra) -> AsyncIterator[Databases]:
    async with databases(infra.postgres_url) as found:
        yield found


@pytest.fixture
async def at(both: Databases) -> AsyncIterator[Desk]:
    async with desk(both) as found:
        yield found
