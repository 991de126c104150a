"""How the system stands, and what that means in words for whoever is on call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.contracts.dead_letters import DeadLetter
from shared.contracts.views.work import Canary, Role

BEHIND_S = 5.0
PAUSING: frozenset[Role] = frozenset({"shipments", "stages", "couriers"})
"""Those whose being behind withholds positions; the others only make lists, windows and messages late."""
"""A role whose oldest record not worked off is older than this is behind: commits come twice a second."""


class Part(msgspec.Struct, frozen=True):
    """One process, or a kind of which none runs. `since_ms`: when it started, where that can be known."""

    role: str
    part: str
    ready: bool
    since_ms: int | None = None
    detail: str = ""


class RoleLag(msgspec.Struct, frozen=True):
    """What a worker's group has not worked off: records, and the age of the oldest of them."""

    role: str
    group: str
    members: int
    records: int
    seconds: float


class Mark(msgspec.Struct, frozen=True):
    """How old a role's oldest worked-off mark is (None: one is missing), and where it is too old."""

    role: Role
    oldest_s: float | None
    late: tuple[int, ...]


class Put(msgspec.Struct, frozen=True):
    """Messages put aside for one reason: a point that ingest parked, or a dead letter."""

    topic: str
    reason: str
    parked: bool
    count: int


class Standing(msgspec.Struct, frozen=True):
    """All of it; None: not known, for who knows it is away."""

    at_ms: int
    parts: tuple[Part, ...]
    kafka: str
    """Why Kafka is away; empty: it answers."""
    redis: str
    postgres: str
    lag: tuple[RoleLag, ...] | None
    marks: tuple[Mark, ...] | None
    put_aside: tuple[Put, ...] | None
    sockets: int | None
    canary: Canary | None = None
    """What became of the last fix that was sent all the way on purpose; None: no canary flies."""

    @property
    def paused(self) -> bool | None:
        """Whether pages of some shipments say "paused" now."""
        return None if self.marks is None else any(m.late for m in self.marks if m.role in PAUSING)


class Word(msgspec.Struct, frozen=True):
    """What is to be done, if anything, and the section of docs/operations.md that helps."""

    ok: bool
    text: str
    section: str = ""


def put_aside(letters: Iterable[DeadLetter]) -> tuple[Put, ...]:
    """Letters counted by topic and reason, most first."""
    found: dict[tuple[str, str, bool], int] = {}
    for letter in letters:
        key = letter.topic, letter.reason, letter.offset is None
        found[key] = found.get(key, 0) + 1
    return tuple(sorted((Put(*key, n) for key, n in found.items()), key=lambda p: (-p.count, p.topic)))


def role_lags(
    groups: Iterable[tuple[str, int, int, float]], roles: Sequence[str], generation: int | None
) -> tuple[RoleLag, ...]:
    """Of (group, members, records, seconds) those of the roles. Each rebuild leaves an older
    group of `stages` behind: the shown generation's counts, or else the last that has members."""
    found = []
    for role in roles:
        own = [g for g in groups if g[0] == role or g[0].startswith(f"{role}-g")]
        if len(own) > 1 and generation is not None:
            shown = role if generation == 1 else f"{role}-g{generation}"
            own = [g for g in own if g[0] == shown]
        own.sort(key=lambda g: (g[1] > 0, len(g[0]), g[0]))
        found += [RoleLag(role, *g) for g in own[-1:]]
    return tuple(found)


def word(now: Standing) -> Word:
    """The worst first."""
    if now.kafka or now.redis:
        kafka = f"Kafka is away: {now.kafka}. Nothing new is taken or shown until it is back."
        redis = f"Redis is away: {now.redis}. Pages say 'paused' until it is back."
        text = " ".join([*([kafka] if now.kafka else []), *([redis] if now.redis else [])])
        return Word(False, text, "Running it")
    if now.postgres:
        text = f"PostgreSQL is away: {now.postgres}. The desk can't be used until it is back; pages go on."
        return Word(False, text, "Running it")
    workers = {lag.role for lag in now.lag or ()} | {mark.role for mark in now.marks or ()}
    down = [part for part in now.parts if not part.ready]
    if down:
        names = ", ".join(part.part for part in down)
        of_workers = all(part.role in workers for part in down)
        text = f"{names}: not ready. If it stays so, read the log of each."
        return Word(False, text, "Workers that exit" if of_workers else "Running it")
    late = [mark.role for mark in now.marks or () if mark.late]
    slow = [lag.role for lag in now.lag or () if lag.seconds > BEHIND_S]
    if late or slow:
        names = ", ".join(dict.fromkeys([*late, *slow]))
        shown = any(role in PAUSING for role in late)
        paused = "; pages of their shipments say 'paused'" if shown else ""
        return Word(False, f"{names}: behind{paused}. It is no alarm while the lag shrinks.", "Lag")
    if now.canary is not None and now.canary.delay_ms is None:
        text = f"The canary's last fix did not come through: {now.canary.detail}."
        return Word(False, text, "The canary")
    if now.lag is None or now.put_aside is None:
        return Word(False, "Kafka answers, but not in time to tell lag or dead letters. Look again.", "Lag")
    letters = sum(put.count for put in now.put_aside if not put.parked)
    if letters:
        return Word(
            True,
            f"All runs. {letters} messages were put aside in the last hour: look at them.",
            "Dead letters",
        )
    parked = sum(put.count for put in now.put_aside)
    if parked:
        return Word(
            True,
            f"All runs; nothing is urgent. {parked} points were parked in the last hour.",
            "What ingest parks",
        )
    return Word(True, "All runs; nothing needs doing.")


def see(section: str) -> str | None:
    """Where the documentation says more."""
    return f"docs/operations.md, {section}" if section else None


def told(now: Standing) -> dict[str, Any]:
    """As JSON: `ok` and `say` are what is to be done, if anything."""
    said = word(now)
    found = msgspec.to_builtins(now)
    found["at"] = _iso(found.pop("at_ms"))
    for part in found["parts"]:
        began_ms = part.pop("since_ms")
        part["since"] = None if began_ms is None else _iso(began_ms)
    for name in ("kafka", "redis", "postgres"):
        found[name] = {"up": not found[name], "detail": found[name] or None}
    if now.canary is not None:
        delay_ms = now.canary.delay_ms
        found["canary"] = {"at": _iso(now.canary.at_ms), "delay_ms": delay_ms, "detail": now.canary.detail}
    return {"ok": said.ok, "say": said.text, "see": see(said.section), **found, "paused": now.paused}


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
