"""Alive, ready, and the counts."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.portal.api.context import Portal, PortalDep
from shared.ports.views import ViewsUnavailable

router = APIRouter(tags=["operations"])

ASK_S = 1.5
KEPT_S = 1.0


class Readiness:
    """Asks Kafka and Redis at most once a second, however often it is asked itself."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._asking = asyncio.Lock()
        self._at, self._found = -KEPT_S, dict[str, bool]()

    async def look(self) -> dict[str, bool]:
        async with self._asking:
            if time.monotonic() - self._at >= KEPT_S:
                kafka, redis = await asyncio.gather(self._kafka(), self._redis())
                self._found = {"tables": self._portal.read_up, "kafka": kafka, "redis": redis}
                self._at = time.monotonic()
        return self._found

    async def _kafka(self) -> bool:
        try:
            async with asyncio.timeout(ASK_S):
                return await self._portal.kafka_answers()
        except TimeoutError:
            return False

    async def _redis(self) -> bool:
        try:
            async with asyncio.timeout(ASK_S):
                await self._portal.views.worked_off()
        except (TimeoutError, ViewsUnavailable):
            return False
        return True


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@router.get(
    "/readyz",
    summary="Can it answer?",
    responses={503: {"description": "Not ready; the parts that are not are false."}},
)
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """The tables are read up, and Kafka and Redis answer."""
    readiness: Readiness = request.app.state.readiness
    found = await readiness.look()
    ready = all(found.values())
    if not ready:
        response.status_code = 503
    return {"status": "ready" if ready else "not ready", **found}


@router.get("/metrics", summary="Counts for Prometheus", response_class=Response)
async def metrics(portal: PortalDep) -> Response:
    return Response(generate_latest(portal.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
