"""How the system stands."""

from __future__ import annotations

from datetime import datetime

from services.portal.schemas.common import Answer


class PartStanding(Answer):
    """One process, or a kind of which none runs."""

    role: str
    part: str
    ready: bool
    since: datetime | None = None
    detail: str = ""


class LagStanding(Answer):
    """What a worker's group has not worked off: records, and the age of the oldest of them, s."""

    role: str
    group: str
    members: int
    records: int
    seconds: float


class MarkStanding(Answer):
    """How old a worker's oldest mark is, s (absent: one is missing), and where it is too old."""

    role: str
    oldest_s: float | None = None
    late: list[int]


class PutAside(Answer):
    """Messages put aside in the last hour for one reason."""

    topic: str
    reason: str
    parked: bool
    count: int


class ServerStanding(Answer):
    up: bool
    detail: str | None = None


class CanaryStanding(Answer):
    """The last fix that was sent all the way on purpose; without a delay it was lost, and `detail` says
    where."""

    at: datetime
    delay_ms: float | None = None
    detail: str = ""


class StatusDocument(Answer):
    """As `dromos status` has it. `say` is what is to be done, if anything; what is absent is not known."""

    ok: bool
    say: str
    see: str | None = None
    at: datetime
    paused: bool | None = None
    kafka: ServerStanding
    redis: ServerStanding
    postgres: ServerStanding
    parts: list[PartStanding]
    lag: list[LagStanding] | None = None
    marks: list[MarkStanding] | None = None
    put_aside: list[PutAside] | None = None
    sockets: int | None = None
    canary: CanaryStanding | None = None
