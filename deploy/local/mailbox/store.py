"""The messages in one SQLite file: the newest so many, and counts of all that ever came."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_TABLES = """
create table if not exists messages (
  id integer primary key autoincrement, kind text not null, direction text not null, at_ms integer not null,
  sender text not null, recipient text not null, subject text not null, text text not null, raw blob,
  ref text not null, answers integer, state text not null, code text not null);
create index if not exists messages_ref on messages (ref);
create table if not exists counts (name text primary key, number integer not null);
"""
Kind = Literal["mail", "sms"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One message. `direction` is seen from the recipient: `in` came to him, `out` is his answer to the
    message `answers`. `ref` is the Message-ID or the gateway's id; `raw` a mail as it came. `id` is the
    store's; 0: not stored yet."""

    kind: Kind
    direction: Literal["in", "out"]
    sender: str
    recipient: str
    text: str
    ref: str
    subject: str = ""
    raw: bytes | None = None
    answers: int | None = None
    state: str = ""
    code: str = ""
    at_ms: int = 0
    id: int = 0


_FIELDS = "kind, direction, sender, recipient, text, ref, subject, raw, answers, state, code, at_ms, id"


class Store:
    """Written to and read from in the loop: a local file, a few rows. What a crash of the whole machine would
    lose of it is nobody's."""

    def __init__(self, file: Path, keep: int) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keep = keep
        self._began = time.time_ns()
        self._changes = 0
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = off;" + _TABLES)

    @property
    def revision(self) -> str:
        """Another after every change."""
        return f"{self._began:x}-{self._changes}"

    def add(self, message: Kept) -> int:
        """Keep it; return its id."""
        row = self._db.execute(
            "insert into messages (kind, direction, sender, recipient, text, ref, subject, raw, answers,"
            " state, code, at_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
            (
                *(message.kind, message.direction, message.sender, message.recipient, message.text),
                *(message.ref, message.subject, message.raw, message.answers, message.state, message.code),
                time.time_ns() // 1_000_000,
            ),
        ).fetchone()
        number = int(row[0])
        self._db.execute("delete from messages where id <= ?", (number - self._keep,))
        self._changes += 1
        return number

    def set_state(self, ref: str, state: str, code: str = "") -> None:
        self._db.execute("update messages set state = ?, code = ? where ref = ?", (state, code, ref))
        self._changes += 1

    def get(self, number: int) -> Kept | None:
        row = self._db.execute(f"select {_FIELDS} from messages where id = ?", (number,)).fetchone()
        return None if row is None else Kept(*row)

    def by_ref(self, ref: str) -> Kept | None:
        row = self._db.execute(f"select {_FIELDS} from messages where ref = ?", (ref,)).fetchone()
        return None if row is None else Kept(*row)

    def list(
        self, *, after: int = 0, to: str | None = None, kind: str | None = None, limit: int = 500
    ) -> Sequence[Kept]:
        """The newest `limit` of those that fit, the oldest first."""
        rows = self._db.execute(
            f"select {_FIELDS} from messages where id > ?1 and (?2 is null or recipient = ?2)"
            " and (?3 is null or kind = ?3) order by id desc limit ?4",
            (after, to, kind, limit),
        ).fetchall()
        return [Kept(*row) for row in reversed(rows)]

    def clear(self) -> None:
        """Delete the messages; ids and counts go on."""
        self._db.execute("delete from messages")
        self._changes += 1

    def count(self, name: str) -> None:
        """One more of these."""
        self._db.execute(
            "insert into counts values (?, 1) on conflict (name) do update set number = number + 1", (name,)
        )

    def counts(self) -> dict[str, int]:
        return dict(self._db.execute("select name, number from counts").fetchall())

    def close(self) -> None:
        self._db.close()
