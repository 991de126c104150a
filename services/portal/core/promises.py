"""Reports of the promise ledger, and a shipment's windows, as documents. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from services.portal.schemas.common import WindowBody, from_ms
from services.portal.schemas.desk_promises import (
    CurvePoint,
    PromiseLine,
    PromisesDocument,
    RevisionCounts,
    ShownWindow,
)
from shared.contracts.common import Window
from shared.contracts.status import Tag, tag_of
from shared.domain.promise_report import Line, Report

MOST_LINES = 200
Names = Callable[[str], str | None]


def document(found: Report, from_at_ms: int, to_at_ms: int, most: int, couriers: Names) -> PromisesDocument:
    """`most`: so many attempts were read at most."""
    return PromisesDocument(
        **{"from": from_ms(from_at_ms)},
        to=from_ms(to_at_ms),
        stated=found.stated,
        attempts=found.attempts,
        delivered=found.delivered,
        bounded=found.attempts >= most,
        overall=_line(found.overall),
        by_horizon=[_line(each) for each in found.by_horizon],
        by_courier=[_line(each, couriers(each.key)) for each in _most(found.by_courier)],
        by_area=[_line(each) for each in _most(found.by_area)],
        by_hour=[_line(each) for each in found.by_hour],
        by_model=[_line(each) for each in _most(found.by_model)],
        curve=[CurvePoint(scale=scale, rate=round(rate, 4)) for scale, rate in found.curve],
        revisions=RevisionCounts(
            mean=round(found.revisions.mean, 2),
            p50=found.revisions.p50,
            p90=found.revisions.p90,
            most=found.revisions.most,
        ),
    )


def _most(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.attempts, line.key))[:MOST_LINES]


def _line(line: Line, name: str | None = None) -> PromiseLine:
    return PromiseLine(
        key=line.key,
        name=name,
        attempts=line.attempts,
        looks=line.n,
        hits=line.hits,
        came=line.came,
        unknown=line.unknown,
        undelivered=line.undelivered,
        rate=round(line.coverage, 4),
        least=round(line.least, 4),
        most=round(line.most, 4),
        width_p10_min=_minutes(line.width_p10_min),
        width_p50_min=_minutes(line.width_p50_min),
        width_p90_min=_minutes(line.width_p90_min),
    )


def _minutes(width: float | None) -> float | None:
    return round(width, 1) if width is not None else None


def shown(row: Any, substatus: str | None, ended_ms: int | None, couriers: Names) -> ShownWindow:
    """A window of the ledger, with its attempt's outcome if there is one."""
    window = (
        Window(from_ms=row.from_ms, to_ms=row.to_ms)
        if row.from_ms is not None and row.to_ms is not None
        else None
    )
    return ShownWindow(
        shown_at=from_ms(row.shown_ms),
        attempt=row.attempt,
        window=WindowBody.of(window),
        grain=row.grain,
        why=row.why,
        courier=row.courier,
        courier_name=couriers(row.courier),
        model=row.model,
        ended_at=from_ms(ended_ms) if ended_ms is not None else None,
        outcome=_outcome(window, substatus, ended_ms),
    )


def _outcome(window: Window | None, substatus: str | None, ended_ms: int | None) -> Any:
    if substatus is None or ended_ms is None:
        return "open"
    if window is None:
        return "unknown"
    tag, within = tag_of(substatus), window.from_ms <= ended_ms <= window.to_ms
    if within and tag in (Tag.DELIVERED, Tag.ATTEMPT_FAIL):
        return "hit" if tag is Tag.DELIVERED else "came"
    return "miss"
