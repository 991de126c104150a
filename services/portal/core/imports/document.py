"""An import as it is told to people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.portal.core.imports.faults import Fault
from services.portal.core.imports.state import Import, Line, State
from services.portal.core.imports.words import said
from services.portal.schemas.common import from_ms
from services.portal.schemas.imports import (
    ImportColumn,
    ImportCounts,
    ImportDocument,
    ImportFault,
    ImportRoute,
    ImportRow,
    ImportStop,
    ImportSummary,
)

_PLAIN = ("order_number", "name", "line", "postcode", "city", "phone", "email", "floor", "bell", "note")


def summary(found: Import) -> ImportSummary:
    return ImportSummary(**_head(found))


def document(
    found: Import,
    lines: Sequence[Line],
    *,
    shown: Sequence[Line],
    language: str,
    zone: str,
    names: Mapping[str, str],
) -> ImportDocument:
    """`shown` are the rows to tell, `names` the couriers' by id."""
    fault = _error(found.fault, language) if found.fault is not None else None
    where = ZoneInfo(zone)
    return ImportDocument(
        **_head(found),
        progress=_progress(found),
        columns=[ImportColumn(column=c.column, meaning=c.meaning, by=c.by) for c in found.columns],
        counts=counts(lines),
        rows=[_row(line, language, where) for line in shown],
        routes=[
            ImportRoute(
                courier_id=route.courier,
                courier_name=names.get(route.courier),
                route=route.route,
                stops=[
                    ImportStop(lon=s.lon, lat=s.lat, rows=list(s.rows), leg=s.leg, leg_s=s.leg_s)
                    for s in route.stops
                ],
                duration_s=route.duration_s,
                distance_m=route.distance_m,
                made=route.made,
            )
            for route in (found.plan.routes if found.plan else ())
        ],
        error=f"{fault.message} {fault.what_to_do}" if fault else None,
        fault=fault,
    )


def counts(lines: Sequence[Line]) -> ImportCounts:
    """Each row is good, to be confirmed, or bad."""
    return ImportCounts(
        total=len(lines),
        good=sum(line.good for line in lines),
        confirm=sum(not line.faults and not line.good for line in lines),
        bad=sum(bool(line.faults) for line in lines),
        registered=sum(line.shipment is not None for line in lines),
    )


def _head(found: Import) -> dict[str, Any]:
    return {
        "import_id": found.import_id,
        "merchant": found.merchant,
        "state": found.state.value,
        "created_at": from_ms(found.created_ms),
        "expires_at": from_ms(found.expires_ms),
    }


def _progress(found: Import) -> float | None:
    if found.state in (State.READY, State.DONE):
        return 1.0
    return round(min(1.0, found.done / found.total), 3) if found.total else None


def _row(line: Line, language: str, zone: ZoneInfo) -> ImportRow:
    errors = [_error(fault, language) for fault in line.faults]
    if not line.confirmed:
        errors += [_error(doubt, language, confirm=True) for doubt in line.doubts]
    return ImportRow(
        row=line.row,
        ok=line.good,
        confirmed=line.confirmed,
        errors=errors,
        recognised=_recognised(line, zone),
        lon=line.lon,
        lat=line.lat,
        shipment=line.shipment,
    )


def _recognised(line: Line, zone: ZoneInfo) -> dict[str, Any]:
    order = line.order
    told: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(order, name))}
    told["parcels"] = order.parcels
    if order.handover != "door":
        told["handover"] = order.handover
    if order.cash is not None:
        told["cash"] = {"amount": order.cash, "currency": order.currency}
    if order.from_ms is not None and order.to_ms is not None:
        start, end = (datetime.fromtimestamp(ms / 1000, zone) for ms in (order.from_ms, order.to_ms))
        told["window"] = f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}"
    if order.language is not None:
        told["language"] = order.language
    return told


def _error(fault: Fault, language: str, *, confirm: bool = False) -> ImportFault:
    message, then = said(fault, language)
    return ImportFault(
        field=fault.field,
        code=fault.code,
        params=fault.params,
        message=message,
        what_to_do=then,
        confirm=confirm,
    )
