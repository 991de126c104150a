"""What a geocoder has found for a row: taken, asked about, or refused with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from services.portal.core.imports.faults import Fault
from services.portal.core.imports.state import Line
from shared.domain.address_text import split
from shared.ports.geocoder import Candidate, How

AS_GOOD = 0.02


def located(line: Line, found: Sequence[Candidate]) -> Line:
    """The row with its place. What is not quite what was written becomes a doubt: never silently another
    house."""
    line = replace(line, looked_up=True)
    if not found:
        return _faulty(line, Fault("address_not_found", "line"))
    best = found[0]
    if best.how is How.STREET and all(reading.number is None for reading in split(line.order.line).readings):
        return _faulty(line, Fault("house_missing", "line"))
    order = line.order
    if order.city is None:
        if best.city is None:
            return _faulty(line, Fault("city_missing", "city"))
        order = replace(order, city=best.city[:64])
    placed = replace(line, order=order, lon=best.lon, lat=best.lat)
    doubt = _doubt(order.postcode, found)
    return replace(placed, doubts=(*placed.doubts, doubt)) if doubt is not None else placed


def unplaced(line: Line, code: str) -> Line:
    """The row could not be looked up."""
    return _faulty(replace(line, looked_up=True), Fault(code, "line"))


def own_place(line: Line) -> Line:
    """The row has its place from the file."""
    placed = replace(line, lon=line.order.lon, lat=line.order.lat, looked_up=True)
    return placed if line.order.city else _faulty(placed, Fault("city_missing", "city"))


def _doubt(postcode: str | None, found: Sequence[Candidate]) -> Fault | None:
    best = found[0]
    if best.sure:
        return None
    params = {"found": best.label}
    if best.how is How.STREET:
        return Fault("street_only", "line", params)
    if best.how is not How.HOUSE:
        return Fault("house_unsure", "line", params)
    if len(found) > 1 and found[1].score >= best.score - AS_GOOD:
        return Fault("address_several", "line", params)
    if postcode and best.postcode and "".join(postcode.split()) != "".join(best.postcode.split()):
        return Fault("postcode_other", "postcode", {**params, "known": best.postcode})
    return Fault("address_unsure", "line", params)


def _faulty(line: Line, fault: Fault) -> Line:
    return replace(line, faults=(*line.faults, fault))
