"""How the system stands, for the page of whoever is on call."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request

from services.portal.api.context import PortalDep
from services.portal.api.guard import CarrierDep
from services.portal.api.problems import responses
from services.portal.config import PortalSettings
from services.portal.schemas.status import StatusDocument
from shared.adapters import standing
from shared.domain.standing import told

router = APIRouter(tags=["operations"])

KEPT_S = 3.0


class Looks:
    """Looks at the whole system at most once in three seconds, however many pages ask."""

    def __init__(self, settings: PortalSettings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._at_s, self._found = -KEPT_S, dict[str, Any]()

    async def look(self) -> dict[str, Any]:
        async with self._asking:
            if time.monotonic() - self._at_s >= KEPT_S:
                now = await asyncio.to_thread(standing.look, self._settings, self._settings.addresses)
                self._at_s, self._found = time.monotonic(), told(now)
        return self._found


@router.get(
    "/v1/status",
    summary="How every part stands, and what is to be done",
    response_model=StatusDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 429, 503),
)
async def read_status(request: Request, _portal: PortalDep, _caller: CarrierDep) -> dict[str, Any]:
    """Within five seconds, whatever is away. The whole system's, not one carrier's: counts and ages only."""
    looks: Looks = request.app.state.looks
    return await looks.look()
