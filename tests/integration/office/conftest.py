"""An office over a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.office_kit import Databases, Desk, desk


@pytest.fixture
async def at(both: Databases) -> AsyncIterator[Desk]:
    async with desk(both) as found:
        yield found
