"""The file becomes rows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from services.portal.api import slots
from services.portal.core import booking
from services.portal.core.imports import columns, rows, sniffing
from services.portal.core.imports.columns import Column
from services.portal.core.imports.faults import Fault, Faulty
from services.portal.core.imports.rows import Place
from services.portal.core.imports.state import Line, State
from services.portal.importing.work import Work
from shared.contracts.merchants import Merchant


def understood(data: bytes, place: Place) -> tuple[list[Column], list[Line]]:
    """Columns and rows of a file. Takes half a second for the largest.

    Raises:
        Faulty: it can't be used as a whole.
    """
    text, _ = sniffing.decoded(data)
    cells, _ = sniffing.cells(text)
    sheet = sniffing.Sheet(cells[0][1], cells[1:])
    found, headed = columns.recognise(sheet)
    orders = sheet.rows if headed else cells
    if not orders:
        raise Faulty("file_empty")
    return found, [Line(r.row, r.order, r.faults, r.doubts) for r in rows.read(found, orders, place)]


async def read(work: Work) -> dict[str, Any]:
    """The file is deleted once its rows are kept."""
    portal, found = work.portal, work.found
    shop = portal.merchants.get(found.merchant)
    if shop is None:
        return {"state": State.FAILED, "fault": Fault("merchant_gone"), "content": None}
    data = await work.imports.content(found.import_id)
    now = datetime.fromtimestamp(portal.now_ms() / 1000, UTC)
    place = Place.of(now, shop.zone, portal.settings.default_region or None)
    try:
        columns_, lines = await asyncio.to_thread(understood, data or b"", place)
    except Faulty as error:
        return {"state": State.FAILED, "fault": error.fault, "content": None}
    lines = await _known_before(work, lines)
    if not any(column.meaning == "date" for column in columns_):  # who writes dates means them
        lines = await _slotted(work, shop, lines)
    changes = {"columns": tuple(columns_), "content": None, "total": len(lines), "done": 0}
    await work.save({**changes, "state": State.GEOCODING}, lines)
    return {}


async def _slotted(work: Work, shop: Merchant, lines: list[Line]) -> list[Line]:
    """Good rows without a window get the first free slot of the shop's levels that are for imports."""
    levels = [level for level in shop.service_levels if level.imports]
    bare = [n for n, line in enumerate(lines) if not line.faults and line.order.from_ms is None]
    if not levels or not bare:
        return lines
    counted = await slots.booked(work.portal, shop, levels)
    postcodes = [lines[n].order.postcode or "" for n in bare]
    found = await asyncio.to_thread(
        booking.fill, levels, postcodes, work.portal.now_ms(), ZoneInfo(shop.zone), counted
    )
    for n, slot in zip(bare, found, strict=True):
        if slot is not None:
            order = replace(lines[n].order, from_ms=slot.from_ms, to_ms=slot.to_ms)
            lines[n] = replace(lines[n], order=order)
    return lines


async def _known_before(work: Work, lines: list[Line]) -> list[Line]:
    """Order numbers that the shop has given before are faulty."""
    if work.portal.lists is None:
        return lines
    numbers = [line.order.order_number for line in lines if line.order.order_number]
    known = await work.portal.lists.orders_known(work.found.merchant, numbers)
    fault = Fault("order_exists", "order_number")
    return [
        replace(line, faults=(*line.faults, fault)) if line.order.order_number in known else line
        for line in lines
    ]
