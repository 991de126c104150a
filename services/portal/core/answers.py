"""What recipients' answers come to, and cases as the desk shows them. Pure.

NPS is per cent of promoters (9, 10) less per cent of detractors (0-6) (Reichheld, "The one number you need to
grow", Harvard Business Review 12/2003); its interval is the adjusted Wald one of Rocks, "Interval estimation
for the Net Promoter Score", The American Statistician 70 (2016). CSI is the share of the two best of five
marks; intervals of shares are Wilson's."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.portal.schemas.answers import (
    AllRightAnswer,
    AnswerGroup,
    AnswerRow,
    CaseAnswer,
    CaseReach,
    CaseRow,
    ClosingAnswer,
    CsiAnswer,
    NpsAnswer,
)
from services.portal.schemas.common import from_ms
from shared.domain import intervals

FEW = 30
"""Below so many answers a figure is told with a warning: chance alone moves it by tens of points."""

Names = Callable[[str], str | None]
Tally = Mapping[tuple[str, int], int]
"""How many answers, by (question, score)."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, in per cent."""
    low, high = intervals.wilson(hits / of if of else 0.0, of)
    return _tenth(100 * low), _tenth(100 * high)


def nps_interval(promoters: int, detractors: int, of: int) -> tuple[float, float]:
    """The 95 % interval of an NPS, -100 to 100: as if three more had answered, one in two of them passive."""
    n = of + 3
    for_it, against = (promoters + 0.75) / n, (detractors + 0.75) / n
    middle = for_it - against
    half = intervals.Z * math.sqrt((for_it + against - middle * middle) / n)
    return _tenth(100 * max(-1.0, middle - half)), _tenth(100 * min(1.0, middle + half))


def nps(tally: Tally) -> NpsAnswer:
    scores = _scores(tally, "nps")
    count = sum(scores.values())
    promoters = sum(n for score, n in scores.items() if score >= 9)
    detractors = sum(n for score, n in scores.items() if score <= 6)
    low, high = nps_interval(promoters, detractors, count) if count else (None, None)
    return NpsAnswer(
        answers=count,
        few=count < FEW,
        value=_tenth(100 * (promoters - detractors) / count) if count else None,
        low=low,
        high=high,
        promoters=promoters,
        passives=count - promoters - detractors,
        detractors=detractors,
    )


def csi(tally: Tally) -> CsiAnswer:
    scores = _scores(tally, "csi")
    count = sum(scores.values())
    content = sum(n for score, n in scores.items() if score >= 4)
    return CsiAnswer(
        **_share(content, count),
        mean=round(sum(score * n for score, n in scores.items()) / count, 2) if count else None,
    )


def all_right(tally: Tally) -> AllRightAnswer:
    scores = _scores(tally, "all_right")
    yes = scores.get(1, 0)
    return AllRightAnswer(**_share(yes, sum(scores.values())), yes=yes)


def group(key: str, name: str, tally: Tally) -> AnswerGroup:
    return AnswerGroup(key=key, name=name, nps=nps(tally), csi=csi(tally), all_right=all_right(tally))


def groups(rows: Iterable[tuple[str | None, str, int, int]], names: Names) -> list[AnswerGroup]:
    """Of (key, question, score, count) the figures by key, most answers first."""
    tallies: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for key, question, score, count in rows:
        of = tallies[key or ""]
        of[question, score] = of.get((question, score), 0) + count
    ordered = sorted(tallies.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [group(key, names(key) or key, tally) for key, tally in ordered]


def together(rows: Iterable[tuple[str | None, str, int, int]]) -> AnswerGroup:
    """The figures of all rows."""
    tally: dict[tuple[str, int], int] = {}
    for _, question, score, count in rows:
        tally[question, score] = tally.get((question, score), 0) + count
    return group("all", "", tally)


def answer_row(row: Any, shops: Names, couriers: Names) -> AnswerRow:
    """A row of the list of answers."""
    return AnswerRow(
        shipment=row.shipment,
        order_number=row.order_number,
        merchant=row.merchant,
        shop=shops(row.merchant) or row.merchant,
        courier=row.courier,
        courier_name=couriers(row.courier) if row.courier else None,
        name=row.name,
        question=row.question,
        score=row.score,
        bad=row.bad,
        words=row.words,
        at=from_ms(row.at_ms),
        zone=row.zone,
    )


def case_answers(rows: Iterable[Any]) -> list[CaseAnswer]:
    """A shipment's answers, the newest first."""
    return [
        CaseAnswer(
            question=r.question,
            score=r.score,
            bad=r.bad,
            words=r.words,
            at=from_ms(r.at_ms),
            seq=r.seq,
        )
        for r in sorted(rows, key=lambda r: -r.seq)
    ]


def case_row(row: Any, answers: Sequence[CaseAnswer], shops: Names, couriers: Names) -> CaseRow:
    """A case: the shipment, what its recipient said, and how to reach him."""
    return CaseRow(
        shipment=row.shipment,
        order_number=row.order_number,
        merchant=row.merchant,
        shop=shops(row.merchant) or row.merchant,
        courier=row.courier,
        courier_name=couriers(row.courier) if row.courier else None,
        status=row.substatus,
        zone=row.zone,
        seq=row.seq,
        opened_at=from_ms(row.opened_ms),
        answers=list(answers),
        recipient=CaseReach(
            name=row.name, phone=row.phone, email=row.email, language=row.language or row.page_language
        ),
        closed=None if row.is_open else closing(row),
    )


def closing(row: Any) -> ClosingAnswer | None:
    """Who closed it; None: nobody has."""
    if row.closing is None:
        return None
    return ClosingAnswer(closing=row.closing, word=row.word, at=from_ms(row.closed_ms), by_name=row.by_name)


def _scores(tally: Tally, question: str) -> dict[int, int]:
    return {score: count for (asked, score), count in tally.items() if asked == question}


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of) if of else (None, None)
    value = _tenth(100 * hits / of) if of else None
    return {"answers": of, "few": of < FEW, "value": value, "low": low, "high": high}


def _tenth(value: float) -> float:
    return round(value, 1) + 0.0  # no -0.0
