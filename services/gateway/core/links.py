"""The links that sessions came through: which are good, and which sessions must go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.gateway.core.room import Room, Session
from shared.contracts.links import Link

MISSING_MS = 3_000
"""A link or stage that is missing for so long, while its writer is up with its log, is gone. Shorter, it may
be that Redis has lost everything and is being filled again; the position is withheld meanwhile."""


@dataclass(slots=True)
class _Cell:
    sessions: dict[Session, None] = field(default_factory=dict)
    value: Link | None = None
    read_at: int = -1
    missing_since_ms: int | None = None


class Links:
    """Link views as last read, by the link's id."""

    def __init__(self) -> None:
        self._cells: dict[str, _Cell] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def add(self, session: Session) -> None:
        self._cells.setdefault(session.link, _Cell()).sessions[session] = None

    def remove(self, session: Session) -> bool:
        """Whether the session was known."""
        cell = self._cells.get(session.link)
        if cell is None or session not in cell.sessions:
            return False
        del cell.sessions[session]
        if not cell.sessions:
            del self._cells[session.link]
        return True

    def get(self, link: str) -> Link | None:
        cell = self._cells.get(link)
        return cell.value if cell is not None else None

    def put(self, token: int, links: Sequence[str], values: Sequence[Link | None]) -> list[Room]:
        """Take what was read; rooms for which a link has gone missing or come back."""
        touched: list[Room] = []
        for link, value in zip(links, values, strict=True):
            cell = self._cells.get(link)
            if cell is None or cell.read_at > token:
                continue
            if (cell.value is None) != (value is None):
                touched += [session.room for session in cell.sessions]
            cell.value, cell.read_at = value, token
        return touched

    def missing_for(self, room: Room) -> bool:
        """Whether the link of a session in this room has not been found."""
        return any(self.get(session.link) is None for session in room.sessions)

    def bad(self, now_ms: int, *, up: bool) -> Iterator[Session]:
        """Sessions whose link is revoked, expired, or missing for too long; `up`: whether the writer of link
        views is up with its log, so that what is missing can be believed."""
        for cell in self._cells.values():
            if cell.value is not None:
                cell.missing_since_ms = None
                if cell.value.good(now_ms):
                    continue
            elif not up or cell.read_at < 0:
                cell.missing_since_ms = None
                continue
            else:
                if cell.missing_since_ms is None:
                    cell.missing_since_ms = now_ms
                if now_ms - cell.missing_since_ms < MISSING_MS:
                    continue
            yield from cell.sessions
