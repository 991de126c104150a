"""Addresses become places."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from services.portal.core.imports import locating
from services.portal.core.imports.phones import region_of
from services.portal.core.imports.state import Line, State
from services.portal.importing.work import Work
from shared import logs
from shared.ports.geocoder import Candidate, GeocoderUnavailable

BATCH = 50
AT_ONCE = 8
TRIES = 3

log = logs.get(__name__)


async def geocode(work: Work) -> dict[str, Any]:
    """Rows without a fault are looked up, some at a time; those looked up before are left alone."""
    lines = await work.lines()
    shop = work.portal.merchants.get(work.found.merchant)
    country = region_of(shop.zone) if shop is not None else None
    todo = [line for line in lines if not line.faults and not line.looked_up]
    done = len(lines) - len(todo)
    gate = asyncio.Semaphore(AT_ONCE)
    for first in range(0, len(todo), BATCH):
        batch = todo[first : first + BATCH]
        placed = await asyncio.gather(*(_placed(work, line, country, gate) for line in batch))
        done += len(batch)
        await work.save({"done": done, "total": len(lines)}, placed)
    return {"state": State.PLANNING, "done": 0, "total": 0}


async def _placed(work: Work, line: Line, country: str | None, gate: asyncio.Semaphore) -> Line:
    if line.order.lon is not None:
        return locating.own_place(line)
    if work.portal.geocoder is None:
        return locating.unplaced(line, "no_geocoder")
    async with gate:
        found = await _find(work, line, country)
    return locating.unplaced(line, "geocoder_away") if found is None else locating.located(line, found)


async def _find(work: Work, line: Line, country: str | None) -> Sequence[Candidate] | None:
    assert work.portal.geocoder is not None
    order = line.order
    for number in range(TRIES):
        try:
            return await work.portal.geocoder.find(order.line, order.postcode, order.city, country)
        except GeocoderUnavailable as error:
            log.warning("geocoder.away", error=str(error))
            await asyncio.sleep(number)
    return None
