"""Mail that comes to our domain: what people answer, and what servers report."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote. `sender` is what the message says, proved by nothing. `answers` are the ids of
    messages that it answers, the nearest first; `text` the writer's own words where they can be told from
    what he quotes. `automatic`: a machine wrote it, and a machine's answer to it goes round and round.
    `attachments` came with it: how many."""

    id: str
    sender: str = field(repr=False)
    to: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    answers: tuple[str, ...] = ()
    automatic: bool = False
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class Bounce:
    """A server reports about message `id`: it has given up on it (`final`), or still tries; `code` is its
    enhanced code, such as `5.1.1` (RFC 3463)."""

    id: str
    final: bool
    code: str
