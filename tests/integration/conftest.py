"""The schemas that the portal reads, over a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.local.infra import Infra
from tests.integration.office_kit import Databases, databases


@pytest.fixture
async def both(infra: Infra) -> AsyncIterator[Databases]:
    async with databases(infra.postgres_url) as found:
        yield found
