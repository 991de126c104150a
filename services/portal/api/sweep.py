"""Tombstones for links that have long expired, so that the table does not grow for ever."""

from __future__ import annotations

import asyncio

from services.portal.api.context import Portal
from services.portal.core.ids import fresh_command_id
from services.portal.core.index import long_expired
from shared import logs
from shared.contracts import links
from shared.ports.log import LogUnavailable

EVERY_S = 600.0
AT_ONCE = 1_000

log = logs.get(__name__)


async def sweep(portal: Portal) -> int:
    """Remove at most `AT_ONCE` links; how many. Several portals may remove the same one: it is gone once."""
    gone = long_expired(portal.links.items(), portal.now_ms(), AT_ONCE)
    for link_id in gone:
        await portal.log.append(links.TOPIC, link_id, None, id=fresh_command_id("admin", "portal"))
    return len(gone)


async def sweep_for_ever(portal: Portal) -> None:
    """Every ten minutes, until cancelled. What a missing broker leaves is done the next time."""
    while True:
        try:
            if removed := await sweep(portal):
                log.info("links.removed", count=removed)
        except LogUnavailable as error:
            log.warning("links.not_removed", error=str(error))
        await asyncio.sleep(EVERY_S)
