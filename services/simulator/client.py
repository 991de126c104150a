"""The two APIs that the simulator speaks to: ingest as a phone, the portal as shop and administrator."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import httpx

from services.simulator.core.proofs import Proof
from services.simulator.core.protocols import Request
from shared import logs

log = logs.get(__name__)

PATIENCE_S = 60.0
_FIRST_WAIT_S = 0.3
_LONGEST_WAIT_S = 8.0


class ApiError(Exception):
    """An API refused, or was away for longer than the caller's patience; status is None when it was away."""

    def __init__(self, what: str, status: int | None, detail: str) -> None:
        super().__init__(f"{what}: {status or 'no answer'} {detail}")
        self.status = status
        self.detail = detail


class Client:
    """HTTP to ingest and portal. What is refused with 429 or 503, or finds nobody, is tried again."""

    def __init__(self, ingest_url: str, portal_url: str, admin_token: str, *, transport: Any = None) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
        self._http = httpx.AsyncClient(timeout=10.0, limits=limits, transport=transport, trust_env=False)
        self._ingest = ingest_url.rstrip("/")
        self._portal = portal_url.rstrip("/")
        self._admin = admin_token

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def post_positions(self, request: Request) -> int:
        """Send one phone's request once; the answer's status. Raises httpx.TransportError."""
        answer = await self._http.request(
            request.method, self._ingest + request.path, headers=dict(request.headers), content=request.body
        )
        return answer.status_code

    async def put_merchant(self, merchant: str, body: dict[str, Any]) -> str | None:
        """Make or change a shop; its key when it was made just now."""
        answer = await self._admin_call("PUT", f"/v1/merchants/{merchant}", body)
        key = answer.json().get("key")
        return str(key) if key else None

    async def new_key(self, merchant: str) -> str:
        """A further key of a shop."""
        answer = await self._admin_call("POST", f"/v1/merchants/{merchant}/keys", None)
        return str(answer.json()["key"])

    async def enrol(self, device: str, courier: str, tenant: str) -> str:
        """The secret of a phone: enrolled, or, where it is enrolled already, given a new one."""
        body = {"device_id": device, "courier_id": courier, "tenant": tenant}
        try:
            answer = await self._admin_call("POST", "/v1/devices", body)
        except ApiError as error:
            if error.status != 409:
                raise
            answer = await self._admin_call("POST", f"/v1/devices/{device}/rotate", None)
        return str(answer.json()["secret"])

    async def can_log_in(self, email: str, password: str) -> bool:
        """Whether this opens the desk."""
        try:
            await self._desk_call("/v1/desk/login", {"email": email, "password": password})
        except ApiError as error:
            if error.status != 401:
                raise
            return False
        return True

    async def invite_owner(self, tenant: str, name: str) -> str:
        """The secret of an invitation to the desk."""
        body = {"role": "owner", "name": name, "tenant": tenant}
        answer = await self._admin_call("POST", "/v1/people/invitations", body)
        return str(answer.json()["url"]).partition("#")[2]

    async def renew_password(self, tenant: str, email: str) -> str:
        """The secret of an invitation for who is there already. Raises ApiError when nobody is."""
        people = (await self._admin_call("GET", f"/v1/people?tenant={tenant}", None)).json()["people"]
        account = next((person["account"] for person in people if person["email"] == email), "nobody")
        answer = await self._admin_call("POST", f"/v1/people/{account}/password", None)
        return str(answer.json()["url"]).partition("#")[2]

    async def join(self, secret: str, name: str, email: str, password: str) -> bool:
        """Accept an invitation to the desk; False: this address has an account already."""
        body = {"secret": secret, "name": name, "email": email, "password": password}
        try:
            await self._desk_call("/v1/desk/invitation", body)
        except ApiError as error:
            if error.status != 409:
                raise
            return False
        return True

    async def _desk_call(self, path: str, body: dict[str, Any]) -> None:
        await self._call("POST", self._portal + path, self._admin, body)
        self._http.cookies.clear()  # a session is nothing that couriers and shops should send

    async def put_courier(self, courier: str, tenant: str, name: str, vehicle: str) -> None:
        """Make or change a courier as his firm knows him."""
        body = {"tenant": tenant, "name": name, "vehicle": vehicle}
        await self._admin_call("PUT", f"/v1/couriers/{courier}", body)

    async def create_shipment(self, key: str, idempotency_key: str, body: dict[str, Any]) -> str:
        """Register a shipment and wait until it is; its id."""
        headers = {"Idempotency-Key": idempotency_key, "Prefer": "wait=2"}
        for _ in range(_ASKED_AGAIN):
            answer = await self._call("POST", self._portal + "/v1/shipments", key, body, headers)
            if answer.status_code != PENDING:
                break
        return str(answer.json()["shipment"])

    async def report_as_shop(self, key: str, shipment: str, body: dict[str, Any]) -> None:
        """Report an event with the shop's key."""
        await self._call("POST", f"{self._portal}/v1/shipments/{shipment}/events", key, body, _WAIT)

    async def report(self, secret: str, shipment: str, body: dict[str, Any]) -> bool:
        """Report an event from the courier's phone; whether the shipment took it."""
        url = f"{self._ingest}/v1/shipments/{shipment}/events"
        answer = await self._call("POST", url, secret, body, _WAIT)
        outcome = answer.json().get("outcome")
        if outcome and not outcome["accepted"]:
            log.warning("simulator.report_refused", shipment=shipment, reason=outcome.get("reason"))
            return False
        return True

    async def hand_in(self, secret: str, shipment: str, proof: Proof, key: str) -> str:
        """Hand in a picture from the courier's phone; its id."""
        url = f"{self._portal}/v1/courier/proofs?shipment={shipment}&kind={proof.kind}"
        answer = await self._call("POST", url, secret, None, {"Idempotency-Key": key}, content=proof.data)
        return str(answer.json()["proof"])

    async def plan_route(self, courier: str, route: str, body: dict[str, Any]) -> None:
        """Plan a route as the carrier, since stops of several shops stand on it."""
        await self._admin_call("PUT", f"/v1/routes/{courier}/{route}", body, _WAIT)

    async def set_out(self, courier: str, route: str) -> None:
        """The courier starts; he is on duty then."""
        await self._admin_call("POST", f"/v1/routes/{courier}/{route}/set-out", None, _WAIT)

    async def close_route(self, courier: str, route: str) -> None:
        """End a route; one that is not there is ended already."""
        try:
            await self._admin_call("POST", f"/v1/routes/{courier}/{route}/close", None, _WAIT)
        except ApiError as error:
            if error.status != 404:
                raise

    async def off_duty(self, courier: str) -> None:
        """The courier's day, or his break, begins."""
        await self._admin_call("POST", f"/v1/couriers/{courier}/duty", {"on": False}, _WAIT)

    async def new_link(self, key: str, shipment: str) -> str:
        """A recipient's link; its URL."""
        url = f"{self._portal}/v1/shipments/{shipment}/links"
        return str((await self._call("POST", url, key, {})).json()["url"])

    async def rate(self, link: str, body: dict[str, Any]) -> None:
        """Answer a question as the recipient's page does: with a ticket for the link's secret."""
        secret = {"secret": link.partition("#")[2]}
        ticket = (await self._call("POST", f"{self._portal}/v1/link/ticket", None, secret)).json()["ticket"]
        headers = {"Authorization": f"Ticket {ticket}"}
        await self._call("POST", f"{self._portal}/v1/link/rating", None, body, headers)

    async def _admin_call(
        self, method: str, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self._call(method, self._portal + path, self._admin, body, headers)

    async def _call(
        self,
        method: str,
        url: str,
        bearer: str | None,
        body: Any,
        headers: dict[str, str] | None = None,
        *,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Ask until it is answered with 2xx. Raises ApiError on a refusal, and when patience ends."""
        key = {"Authorization": f"Bearer {bearer}"} if bearer is not None else {}
        sent = {**key, **(headers or {})}
        loop = asyncio.get_running_loop()
        deadline, wait = loop.time() + PATIENCE_S, _FIRST_WAIT_S
        what = f"{method} {httpx.URL(url).path}"
        while True:
            status: int | None = None
            try:
                answer = await self._http.request(method, url, json=body, content=content, headers=sent)
            except httpx.TransportError as error:
                detail = repr(error)
            else:
                if answer.is_success:
                    return answer
                status, detail = answer.status_code, answer.text[:300]
                if status not in (429, 502, 503, 504):
                    raise ApiError(what, status, detail)
            if loop.time() + wait > deadline:
                raise ApiError(what, status, detail)
            await asyncio.sleep(wait)
            wait = min(_LONGEST_WAIT_S, wait * 2)


_WAIT = {"Prefer": "wait=2"}
PENDING = 202
_ASKED_AGAIN = 5
"""How often what is not decided yet is asked for again; the same key is the same shipment."""
