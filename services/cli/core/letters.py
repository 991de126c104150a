"""Dead letters as people look for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.dead_letters import DeadLetter


@dataclass(frozen=True)
class Wanted:
    """Which letters: `topic` without its suffix; None: any."""

    topic: str | None = None
    reason: str | None = None
    device: str | None = None
    redriven: bool = True

    def takes(self, letter: DeadLetter) -> bool:
        return (
            self.topic in (None, letter.topic)
            and self.reason in (None, letter.reason)
            and self.device in (None, letter.device)
            and (self.redriven or letter.redriven == 0)
        )


def counts(letters: Iterable[DeadLetter]) -> list[tuple[str, str, int]]:
    """(topic, reason, how many), most first."""
    found: dict[tuple[str, str], int] = {}
    for letter in letters:
        at = letter.topic, letter.reason
        found[at] = found.get(at, 0) + 1
    return sorted(((*at, n) for at, n in found.items()), key=lambda row: (-row[2], row))
