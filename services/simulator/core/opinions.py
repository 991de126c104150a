"""What recipients of the demonstration think of their delivery, and say when they are asked. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass

from services.simulator.core.texts import REMARKS

ANSWERS = 0.55
"""Share of those who answer at all. Like the others here, ours: so that the desk has something to show."""
UNHAPPY = 0.18
UNHAPPY_NEIGHBOUR = 0.5
"""Who finds his parcel at a neighbour's is more often cross."""
SURVEYED = 0.7
WRITES = 0.5
WRITES_UNHAPPY = 0.85

AFTER_S = (40.0, 80.0)
"""So long after the hand-over: about a minute."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """An answer as the API takes it."""

    question: str
    score: int | None
    words: str | None = None

    @property
    def body(self) -> dict[str, object]:
        given = {"question": self.question, "score": self.score, "words": self.words}
        return {name: value for name, value in given.items() if value is not None}


def opinions(substatus: str, language: str, rng: random.Random) -> list[Opinion]:
    """What the recipient answers after this outcome; nothing: he does not answer."""
    if not substatus.startswith("Delivered") or rng.random() >= ANSWERS:
        return []
    unhappy = rng.random() < (UNHAPPY_NEIGHBOUR if substatus == "Delivered_005" else UNHAPPY)
    bad, good = REMARKS[language]
    said = [Opinion("all_right", 0 if unhappy else 1, _words(bad, WRITES_UNHAPPY, rng) if unhappy else None)]
    if rng.random() < SURVEYED:
        said.append(Opinion("nps", rng.randint(1, 6) if unhappy else rng.choice((7, 8, 9, 9, 10, 10))))
        said.append(Opinion("csi", rng.randint(1, 3) if unhappy else rng.choice((4, 4, 5, 5, 5))))
        if not unhappy and (words := _words(good, WRITES, rng)) is not None:
            said.append(Opinion("remark", None, words))
    return said


def _words(remarks: tuple[str, ...], share: float, rng: random.Random) -> str | None:
    return rng.choice(remarks) if rng.random() < share else None
