"""What a recipient may answer, and what a shipment makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from services.projector.lists.ledger import rating_rows
from shared.contracts.common import Actor
from shared.contracts.ratings import BAD, BOUNDS, Question, Rating
from shared.contracts.shipment_commands import Rate
from shared.contracts.shipment_events import Rated, Refused
from shared.domain.page import shipment_of
from shared.domain.shipment import stage_view
from tests.unit.shipment_life import Life, at

BROUGHT = """
09:00 shop registers
10:00 shop assigns eleni 1
10:05 eleni starts eleni 1
11:00 eleni Delivered_001
"""


class Answering(Life):
    """A life whose recipient answers."""

    def rate(self, question: Question, score: int | None = None, note: str | None = None) -> str:
        self.count += 1
        command = Rate(
            id=f"k-{self.count}",
            tenant="athens",
            shipment=self.shipment,
            at_ms=at("12:00"),
            actor=Actor(kind="recipient", id=self.shipment),
            question=question,
            score=score,
            note=note,
        )
        event = self.send(command, "12:00")
        if isinstance(event, Refused):
            return event.reason
        assert isinstance(event, Rated)
        return "ok"

    def shows(self) -> list[tuple[str, int | None, bool]]:
        """What the recipient's page is told."""
        view = stage_view(self.state)
        assert view is not None
        return [(r.question, r.score, r.words) for r in shipment_of(view).ratings]


@pytest.fixture
def life() -> Answering:
    found = Answering()
    found.tell_all(BROUGHT)
    return found


def test_before_the_parcel_is_brought_there_is_nothing_to_judge() -> None:
    life = Answering()
    life.tell_all("09:00 shop registers")
    assert life.rate("nps", 9) == "nothing_to_rate"
    assert life.shows() == []


def test_a_failed_attempt_may_be_judged_too() -> None:
    life = Answering()
    life.tell_all(BROUGHT.replace("Delivered_001", "AttemptFail_002"))
    assert life.rate("all_right", 0) == "ok"


@pytest.mark.parametrize(("question", "bounds"), BOUNDS.items())
def test_scores_within_their_bounds_are_taken_and_the_last_one_stands(
    life: Answering, question: Question, bounds: tuple[int, int]
) -> None:
    low, high = bounds
    assert [life.rate(question, score) for score in (low, high)] == ["ok", "ok"]
    assert life.rate(question, low - 1 if low else high + 1) == "no_such_score"
    assert life.rate(question, high + 1) == "no_such_score"
    assert life.shows() == [(question, high, False)]


def test_a_remark_has_words_and_no_score(life: Answering) -> None:
    assert life.rate("remark", 3, "k-note") == "no_such_score"
    assert life.rate("remark", note="k-note") == "ok"
    assert life.shows() == [("remark", None, True)]


def test_an_answer_taken_back_stands_no_more_and_opens_no_case(life: Answering) -> None:
    assert life.rate("nps") == "no_answer"
    assert life.rate("nps", 2, "k-note") == "ok"
    (row,) = rating_rows(life.state)
    assert (row["bad"], row["score"], row["note"]) == (True, 2, "k-note")
    assert life.rate("nps") == "ok"
    assert life.shows() == []
    (after,) = rating_rows(life.state)
    assert (after["bad"], after["score"], after["note"]) == (False, None, None)
    assert after["seq"] > row["seq"]
    assert life.rate("nps") == "no_answer"


def test_answers_to_other_questions_stay(life: Answering) -> None:
    life.rate("nps", 9)
    life.rate("csi", 5)
    life.rate("nps", 3)
    assert sorted(life.shows()) == [("csi", 5, False), ("nps", 3, False)]


@pytest.mark.parametrize(
    ("question", "score", "bad"),
    [
        ("all_right", 0, True),
        ("all_right", 1, False),
        ("nps", 6, True),
        ("nps", 7, False),
        ("csi", 2, True),
        ("csi", 3, False),
        ("remark", None, False),
    ],
)
def test_what_opens_a_case(question: Any, score: int | None, bad: bool) -> None:
    assert Rating(seq=1, question=question, at_ms=1, score=score).bad is bad
    assert set(BAD) == set(BOUNDS)
