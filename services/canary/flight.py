"""One day's flight: shop, phone, shipment, route, link and an open socket; then fix after fix."""

from __future__ import annotations

import asyncio
import contextlib
import time
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from services.canary import core
from services.canary.config import Settings
from services.canary.core import NAME
from shared.contracts.frames import Bye, Hello, ServerFrame
from shared.contracts.topic import DAY_MS

ANSWER_S = 5.0
_FRAME: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)


class Lost(Exception):
    """The way is not open; the message says where it ended."""


class Flight:
    """Made ready by `async with`, which raises `Lost` when the portal does not let it."""

    def __init__(self, settings: Settings, now_ms: int) -> None:
        self._settings, self.today = settings, core.day(now_ms)
        self._yesterday = core.day(now_ms - DAY_MS)
        self._portal, self._ingest = settings.portal.rstrip("/"), settings.ingest_url.rstrip("/")
        self._http = httpx.AsyncClient(timeout=ANSWER_S, trust_env=False)
        self._secret = self._shipment = self._link_id = ""
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._make_ready()
        except BaseException:
            await self._land()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._land()

    async def _land(self) -> None:
        """Revoke the link, so that none is left behind each time."""
        if self._socket is not None:
            await self._socket.close()
        if self._link_id:
            with contextlib.suppress(Lost):  # it expires by itself
                await self._ask("DELETE", f"/v1/shipments/{self._shipment}/links/{self._link_id}")
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask the portal as administrator; None where it answers with nothing.

        Raises:
            Lost: it refused or was away.
        """
        token = self._settings.admin_token.get_secret_value()
        sent = {"Authorization": f"Bearer {token}", "Dromos-Merchant": NAME, "Prefer": "wait=5"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            answer = await self._http.request(method, self._portal + path, json=body, headers=sent)
        except httpx.HTTPError as error:
            raise Lost(f"no answer of the portal ({type(error).__name__})") from error
        if answer.status_code == 404 and method in ("POST", "GET"):
            raise _NotThere(f"the portal said 404 to {method} {path}")
        if not answer.is_success:
            raise Lost(f"the portal said {answer.status_code} to {method} of {path.split('/')[2]}")
        return answer.json() if answer.content else None

    async def _make_ready(self) -> None:
        """All of it may be there already, from an earlier start or from another canary."""
        await self._ask("PUT", f"/v1/merchants/{NAME}", core.shop())
        with contextlib.suppress(_NotThere):
            await self._ask("POST", f"/v1/routes/{NAME}/canary-{self._yesterday}/close")
        try:
            device = await self._ask("POST", f"/v1/devices/{NAME}/rotate")
        except _NotThere:
            body = {"device_id": NAME, "courier_id": NAME, "tenant": NAME}
            device = await self._ask("POST", "/v1/devices", body)
        self._secret = device["secret"]
        made = await self._ask(
            "POST", "/v1/shipments", core.shipment(self.today), Idempotency_Key=f"canary-{self.today}"
        )
        self._shipment = made["shipment"]
        route = f"/v1/routes/{NAME}/canary-{self.today}"
        await self._ask("PUT", route, {"stops": [{"shipments": [self._shipment]}]})
        await self._ask("POST", f"{route}/set-out")
        link = await self._ask("POST", f"/v1/shipments/{self._shipment}/links", {"days": 2})
        self._link_id = link["link_id"]
        ticket = await self._ask("POST", "/v1/link/ticket", {"secret": link["url"].partition("#")[2]})
        try:
            origin = Origin(self._settings.portal.rstrip("/"))
            self._socket = await connect(ticket["socket"], origin=origin, open_timeout=ANSWER_S)
            await self._socket.send(msgspec.json.encode(Hello(ticket=ticket["ticket"])).decode())
        except (OSError, WebSocketException, TimeoutError) as error:
            raise Lost(f"the gateway lets no socket open ({type(error).__name__})") from error

    async def fly(self) -> float:
        """Post the next fix and wait until the socket shows it; the time between, ms.

        Raises:
            Lost: it was not taken in, or was not shown in time.
        """
        assert self._socket is not None
        at_ms, began_s = time.time_ns() // 1_000_000, time.perf_counter()
        try:
            answer = await self._http.post(
                f"{self._ingest}/v1/positions",
                json=core.fix(at_ms),
                headers={"Authorization": f"Bearer {self._secret}"},
            )
        except httpx.HTTPError as error:
            raise Lost(f"no answer of ingest ({type(error).__name__})") from error
        if not answer.is_success:
            raise Lost(f"ingest said {answer.status_code}")
        try:
            async with asyncio.timeout(self._settings.canary_patience_s):
                async for raw in self._socket:
                    frame = _FRAME.decode(raw)
                    if isinstance(frame, Bye):
                        raise Lost(f"the gateway said bye: {frame.reason}")
                    if core.arrived(frame, at_ms):
                        return (time.perf_counter() - began_s) * 1000
        except TimeoutError:
            patience_s = self._settings.canary_patience_s
            raise Lost(f"ingest took it, and the socket did not show it within {patience_s:g} s") from None
        except WebSocketException as error:
            raise Lost(f"the socket was closed ({type(error).__name__})") from error
        raise Lost("the socket was closed")


class _NotThere(Lost):
    """What was asked for does not exist."""
