"""What answers come to: figures worked out by hand, and intervals that are honest about small numbers."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.core import answers


def tally(question: str, *scores: int) -> dict[tuple[str, int], int]:
    return {(question, score): scores.count(score) for score in set(scores)}


def test_nps_is_promoters_less_detractors() -> None:
    found = answers.nps(tally("nps", 10, 9, 9, 8, 7, 6, 0))
    assert (found.answers, found.promoters, found.passives, found.detractors) == (7, 3, 2, 2)
    assert found.value == 14.3
    assert found.low is not None
    assert found.high is not None
    assert found.low < 14.3 < found.high
    assert found.few


def test_csi_is_the_share_of_the_two_best_marks_and_the_mean() -> None:
    found = answers.csi(tally("csi", 5, 5, 4, 3, 1))
    assert (found.answers, found.value, found.mean) == (5, 60.0, 3.6)


def test_all_right_is_the_share_of_yes() -> None:
    found = answers.all_right(tally("all_right", 1, 1, 1, 0))
    assert (found.answers, found.yes, found.value) == (4, 3, 75.0)
    # Wilson's interval of 3 in 4, as published tables have it.
    assert (found.low, found.high) == (30.1, 95.4)


def test_without_answers_there_is_no_figure() -> None:
    for found in (answers.nps({}), answers.csi({}), answers.all_right({})):
        assert (found.answers, found.few) == (0, True)
        assert (found.value, found.low, found.high) == (None, None, None)


def test_one_answer_tells_nearly_nothing() -> None:
    found = answers.nps(tally("nps", 10))
    assert found.value == 100.0
    assert found.low is not None
    assert found.low < 0


def test_questions_are_not_mixed() -> None:
    both = tally("nps", 1, 1) | tally("csi", 1) | tally("all_right", 1)
    assert answers.nps(both).answers == 2
    assert answers.csi(both).answers == answers.all_right(both).yes == 1


def test_groups_have_most_answers_first_and_are_together_all() -> None:
    rows = [("books", "nps", 10, 2), ("toys", "nps", 3, 40), ("books", "csi", 5, 1), (None, "nps", 9, 1)]
    found = answers.groups(rows, {"toys": "Toy shop"}.get)
    assert [(g.key, g.name, g.nps.answers) for g in found] == [
        ("toys", "Toy shop", 40),
        ("books", "books", 2),
        ("", "", 1),
    ]
    assert [g.nps.few for g in found] == [False, True, True]
    assert answers.together(rows).nps.answers == 43


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_nps_lies_within_its_bounds_and_its_interval_holds_some_of_it(scores: list[int]) -> None:
    found = answers.nps(tally("nps", *scores))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -100 <= found.low <= found.high <= 100
    assert -100 <= found.value <= 100
    assert found.promoters + found.passives + found.detractors == len(scores)


@given(st.integers(1, 500), st.data())
def test_wilsons_interval_holds_the_share(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = answers.wilson(hits, of)
    assert 0 <= low <= 100 * hits / of + 0.05
    assert 100 * hits / of - 0.05 <= high <= 100


@pytest.mark.parametrize("people", [12, 40, 200])
def test_the_interval_of_nps_covers_the_truth_as_often_as_it_says(people: int) -> None:
    """Samples of a population with an NPS of 30: 50 % promoters, 20 % detractors."""
    rng, truth, hits, rounds = random.Random(7), 30.0, 0, 2000
    for _ in range(rounds):
        drawn = [rng.random() for _ in range(people)]
        promoters, detractors = sum(x < 0.5 for x in drawn), sum(x >= 0.8 for x in drawn)
        low, high = answers.nps_interval(promoters, detractors, people)
        hits += low <= truth <= high
    spread = 4 * math.sqrt(0.95 * 0.05 / rounds)
    assert 0.95 - spread - 0.01 <= hits / rounds <= 0.95 + spread + 0.01
