"""An import in the hands of who works on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from services.portal.api.context import Portal
from services.portal.core.imports.state import Import, Line
from services.portal.store.imports import Imports


class Unsettled(Exception):
    """What becomes of a command is not known yet: it is asked again later, by the same id."""


@dataclass(slots=True)
class Work:
    """`found` is kept as it stands in the table."""

    portal: Portal
    imports: Imports
    found: Import
    worker: str

    async def save(self, changes: dict[str, Any], lines: Iterable[Line] = ()) -> None:
        """Raises ClaimLost, DatabaseUnavailable."""
        await self.imports.save(self.found.import_id, self.worker, changes, lines)
        known = {n: v for n, v in changes.items() if n in Import.__struct_fields__}
        self.found = replace(self.found, **known)

    async def lines(self) -> list[Line]:
        return await self.imports.lines(self.found.import_id)
