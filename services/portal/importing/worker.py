"""Takes up imports that go on by themselves, step by step. A portal that dies loses its claim after some
seconds, and another goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from services.portal.api.context import Portal
from services.portal.core.imports.faults import Fault
from services.portal.core.imports.state import WORKING, Import, State
from services.portal.importing.applying import apply
from services.portal.importing.geocoding import geocode
from services.portal.importing.planning import plan
from services.portal.importing.reading import read
from services.portal.importing.work import Unsettled, Work
from services.portal.store.imports import LEASE_MS, ClaimLost, Imports
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable

AT_ONCE = 2
POLL_S = 2.0
AWAY_S = 5.0
PURGE_S = 60.0

STEPS: dict[State, Callable[[Work], Awaitable[dict[str, Any]]]] = {
    State.READING: read,
    State.GEOCODING: geocode,
    State.PLANNING: plan,
    State.APPLYING: apply,
}
"""Each does its step whole, whatever was done of it before, and answers with what is to be changed then."""

log = logs.get(__name__)


async def work_for_ever(portal: Portal) -> None:
    """Until cancelled."""
    if portal.imports is None:
        return
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(_take_up(portal, portal.imports), name="imports")
        tasks.create_task(_purge(portal, portal.imports), name="imports.purge")


async def _take_up(portal: Portal, imports: Imports) -> None:
    worker = secrets.token_hex(8)
    while True:
        try:
            found = await imports.claim(worker) if portal.read_up else None
            if found is not None:
                await _work(portal, imports, found, worker)
                continue
            pause_s = POLL_S
        except DatabaseUnavailable as error:
            log.warning("imports.database_away", error=str(error))
            pause_s = AWAY_S
        except Exception as error:  # one that can't be read must not keep the others from being taken up
            log.error("imports.failed", error=type(error).__name__, at=_where(error))
            pause_s = AWAY_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await portal.imports_wake.wait()
        portal.imports_wake.clear()


async def _work(portal: Portal, imports: Imports, found: Import, worker: str) -> None:
    """All steps of one import, for as long as the claim is held."""
    doing = asyncio.create_task(_steps(portal, imports, found, worker))
    renewing = asyncio.create_task(_renew(imports, found.import_id, worker))
    try:
        await asyncio.wait((doing, renewing), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (doing, renewing):
            task.cancel()
        results = await asyncio.gather(doing, renewing, return_exceptions=True)
        with contextlib.suppress(DatabaseUnavailable):
            await imports.release(found.import_id, worker)
    for error in results:
        if isinstance(error, Unsettled | LogUnavailable | ViewsUnavailable | DatabaseUnavailable):
            log.warning("import.waits", import_id=found.import_id, error=type(error).__name__)
            await asyncio.sleep(AWAY_S)


async def _steps(portal: Portal, imports: Imports, found: Import, worker: str) -> None:
    work = Work(portal, imports, found, worker)
    try:
        while work.found.state in WORKING:
            state = work.found.state
            changes = await STEPS[state](work)
            await work.save(changes)
            log.info("import.step", import_id=found.import_id, was=state.value, now=work.found.state.value)
    except ClaimLost:
        log.info("import.claim_lost", import_id=found.import_id)
    except (Unsettled, LogUnavailable, ViewsUnavailable, DatabaseUnavailable):
        raise
    except Exception as error:
        # What went wrong may have people's names in its text.
        log.error("import.failed", import_id=found.import_id, error=type(error).__name__, at=_where(error))
        with contextlib.suppress(ClaimLost):
            await work.save({"state": State.FAILED, "fault": Fault("internal")})


async def _renew(imports: Imports, import_id: str, worker: str) -> None:
    while True:
        await asyncio.sleep(LEASE_MS / 3000)
        try:
            await imports.renew(import_id, worker)
        except ClaimLost:
            return
        except DatabaseUnavailable:
            continue  # the next time, or the claim is lost


async def _purge(portal: Portal, imports: Imports) -> None:
    while True:
        try:
            if gone := await imports.purge(portal.now_ms()):
                log.info("imports.deleted", count=gone)
        except DatabaseUnavailable as error:
            log.warning("imports.not_deleted", error=str(error))
        await asyncio.sleep(PURGE_S)


def _where(error: BaseException) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_name}:{at.tb_lineno}" if at is not None else ""
