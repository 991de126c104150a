"""What recipients answer: is everything all right, NPS, CSI, and a remark."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import Id, Ms, Sequence
from shared.contracts.topic import Body

Question = Literal["all_right", "nps", "csi", "remark"]
"""`all_right`: 1 yes, 0 no. `nps`: how likely he is to recommend the shop's delivery, 0-10 (Reichheld 2003).
`csi`: how satisfied he is, 1-5. `remark`: words alone, which lie in shipment.parties."""

Score = Annotated[int, msgspec.Meta(ge=0, le=10)]

BOUNDS: dict[Question, tuple[int, int]] = {"all_right": (0, 1), "nps": (0, 10), "csi": (1, 5)}
BAD: dict[Question, int] = {"all_right": 0, "nps": 6, "csi": 2}
"""An answer as low as this opens a case: a detractor's, by NPS' own bounds."""


class Rating(Body, frozen=True):
    """The newest answer to a question; `note` is the version of its words (shipment.parties). Without a score
    and without words it has been taken back."""

    seq: Sequence
    question: Question
    at_ms: Ms
    score: Score | None = None
    note: Id | None = None

    @property
    def given(self) -> bool:
        """Whether there is an answer."""
        return self.score is not None or self.note is not None

    @property
    def bad(self) -> bool:
        """Whether somebody should look after him."""
        least = BAD.get(self.question)
        return least is not None and self.score is not None and self.score <= least
