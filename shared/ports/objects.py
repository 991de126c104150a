"""Pictures and other things too large for a log, kept by key until somebody deletes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class ObjectsUnavailable(Exception):
    """The store did not answer in time, or refused: what was asked may or may not have been done. Every call
    may be repeated."""


class NoSuchObject(Exception):
    """There is nothing under this key, or no longer."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One thing in the store."""

    key: str
    size: int


class Objects(Protocol):
    """Things by key. A key is folders and a name, `a/b/c`, of letters, digits and `._:-`; every call raises
    ObjectsUnavailable after a few seconds at the latest."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep it, whole or not at all; what was under the key before is replaced."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises NoSuchObject."""
        ...

    async def delete(self, keys: Iterable[str]) -> None:
        """Remove these; what is not there is no error."""
        ...

    async def listed(self, folder: str) -> list[Stored]:
        """All that lies in this folder and those below it, by key; nothing when there is no such folder."""
        ...

    async def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in this one, in order."""
        ...
