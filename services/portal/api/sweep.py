"""What is over: tombstones for links that have long expired, so that the table does not grow for ever, and
pictures whose time is over, deleted."""

from __future__ import annotations

import asyncio

from services.portal.api.context import Portal
from services.portal.core import proofs
from services.portal.core.ids import fresh_command_id
from services.portal.core.index import long_expired
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.contracts import links
from shared.ports.log import LogUnavailable
from shared.ports.objects import ObjectsUnavailable

EVERY_S = 600.0
PROOFS_EVERY_S = 3600.0
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
        try:
            if removed := await sweep_office(portal):
                log.info("office.removed", rows=removed)
        except DatabaseUnavailable as error:
            log.warning("office.not_swept", error=str(error))
        await asyncio.sleep(EVERY_S)


async def sweep_office(portal: Portal) -> int:
    """Remove sessions, invitations and lines of the audit log whose time is over; how many.

    Raises:
        DatabaseUnavailable: the next time goes on.
    """
    return await portal.office.sweep(portal.now_ms()) if portal.office is not None else 0


async def sweep_proofs(portal: Portal) -> int:
    """Delete the pictures of every day that lies too far back; how many. They are shown no more from the
    first second on, whenever this runs.

    Raises:
        ObjectsUnavailable: the next time goes on.
    """
    if portal.objects is None:
        return 0
    removed = 0
    days = await portal.objects.folders(proofs.ROOT)
    for day in proofs.too_old(days, portal.settings.proof_days, portal.now_ms()):
        keys = [stored.key for stored in await portal.objects.listed(f"{proofs.ROOT}/{day}")]
        for first in range(0, len(keys), AT_ONCE):
            batch = keys[first : first + AT_ONCE]
            await portal.objects.delete(batch)
            portal.metrics.proofs_removed.labels("age").inc(len(batch))
            removed += len(batch)
    return removed


async def sweep_proofs_for_ever(portal: Portal) -> None:
    """Every hour, until cancelled: a day's pictures go within the hour after their time."""
    while True:
        try:
            if removed := await sweep_proofs(portal):
                log.info("proofs.removed", count=removed)
        except ObjectsUnavailable as error:
            log.warning("proofs.not_removed", error=str(error))
        await asyncio.sleep(PROOFS_EVERY_S)
