"""What recipients answer, and the cases that bad answers open."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.portal.schemas.common import Answer, LanguageCode, Strict, Text
from shared.contracts.ratings import BOUNDS, Question
from shared.domain.texts import visible

GroupBy = Literal["shop", "courier", "day"]
CaseState = Literal["open", "closed"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(visible)]


class RatingBody(Strict):
    """An answer to one question."""

    question: Question
    score: int | None = Field(
        strict=True, default=None, description="`all_right`: 1 yes, 0 no. `nps`: 0-10. `csi`: 1-5."
    )
    words: Words | None = Field(
        default=None,
        description="His remark, kept with the personal data. Left out, the one before stays.",
    )

    @model_validator(mode="after")
    def _fits(self) -> RatingBody:
        bounds = BOUNDS.get(self.question)
        if bounds is None:
            if self.score is not None or not self.words:
                raise ValueError("a remark has words, and no score")
        elif self.score is None or not bounds[0] <= self.score <= bounds[1]:
            raise ValueError(f"a score from {bounds[0]} to {bounds[1]}")
        return self


class RatingAnswer(Answer):
    """Written down. `pending`: it is, and what is decided about it shows on the page a moment later."""

    question: Question
    score: int | None = None
    status: Literal["accepted", "pending"]


class AnswerRow(Answer):
    """An answer as it stands now, and whose."""

    shipment: str
    order_number: str
    merchant: str
    shop: str
    courier: str | None = Field(default=None, description="Who brought it.")
    courier_name: str | None = None
    name: str | None = Field(default=None, description="The recipient, unless he has been deleted.")
    question: Question
    score: int | None = None
    bad: bool
    words: str | None = None
    at: datetime
    zone: str


class AnswerPage(Answer):
    """The newest first."""

    answers: list[AnswerRow]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")


class _Measure(Answer):
    """A figure in per cent with its 95 % interval; absent without answers. `few`: fewer than 30."""

    answers: int
    few: bool
    value: float | None = None
    low: float | None = None
    high: float | None = None


class NpsAnswer(_Measure):
    """How likely they are to recommend, 0-10: per cent of promoters (9, 10) less that of detractors (0-6)."""

    promoters: int
    passives: int
    detractors: int


class CsiAnswer(_Measure):
    """How satisfied they are, 1-5: the share of 4 and 5, and the mean."""

    mean: float | None = None


class AllRightAnswer(_Measure):
    """The share of those who say that all is right."""

    yes: int


class AnswerGroup(Answer):
    """The answers of a shop, a courier or a day."""

    key: str
    name: str
    nps: NpsAnswer
    csi: CsiAnswer
    all_right: AllRightAnswer


class AnswerReport(Answer):
    """All answers of the days asked for, and by group. `delivered`: shipments of these days that were handed
    over; who does not answer may think otherwise."""

    by: GroupBy
    since: datetime
    until: datetime
    delivered: int
    answered: int = Field(description="Shipments with an answer.")
    all: AnswerGroup
    groups: list[AnswerGroup]


class CaseAnswer(Answer):
    """One answer of a case's recipient; those that are not bad are told with it."""

    question: Question
    score: int | None = None
    bad: bool
    words: str | None = None
    at: datetime
    seq: int


class CaseReach(Answer):
    """How to reach him."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: LanguageCode | None = None


class ClosingAnswer(Answer):
    """Who closed a case, when, and with what word."""

    closing: str
    word: str
    at: datetime
    by_name: str


class CaseRow(Answer):
    """A recipient who is not content, until somebody closes it with a word."""

    shipment: str
    order_number: str
    merchant: str
    shop: str
    courier: str | None = None
    courier_name: str | None = None
    status: str
    zone: str
    seq: int = Field(description="Of the newest bad answer: close the case with it.")
    opened_at: datetime
    answers: list[CaseAnswer]
    recipient: CaseReach
    closed: ClosingAnswer | None = None


class CasePage(Answer):
    """Open cases: the oldest first; closed ones: the newest first."""

    cases: list[CaseRow]
    open: int = Field(description="How many are open in all.")
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")


class CaseCount(Answer):
    """How many cases are open."""

    open: int


class CloseBody(Strict):
    """What was done about it. `seq` is the case's: a bad answer that came since keeps it open."""

    seq: int = Field(strict=True, ge=1)
    word: Text = Field(examples=["Called: the second parcel comes tomorrow."])


class ShipmentAnswers(Answer):
    """A shipment's answers, and its case where there is or was one."""

    answers: list[CaseAnswer]
    case: Literal["open", "closed"] | None = None
    closed: ClosingAnswer | None = None
