"""The SMS gateway: Twilio's API of messages (2010-04-01), as far as sending, asking and receipts go."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import time
from email.utils import formatdate
from typing import Any

import httpx
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.options import Options
from deploy.local.mailbox.segments import cost
from deploy.local.mailbox.store import Kept, Store
from deploy.local.mailbox.under_way import UnderWay

TROUBLES = {
    "0001": "undelivered, 30003: out of reach",
    "0002": "HTTP 500, not taken",
    "0003": "taken, no receipt",
    "0004": "HTTP 429, not taken",
    "0005": "HTTP 400, 21610: opted out",
    "0006": "taken, and HTTP 500 all the same",
    "0007": "undelivered, 30005: unknown number",
    "0008": "taken, and the answer comes too late",
}
"""What happens to a message by the last four digits of its number."""

LATE_S = 30.0
_TO = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST = 1_600
_ERRORS = {
    20003: (401, "Authentication Error - invalid username"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "Invalid 'To' Phone Number"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21609: (400, "Invalid 'StatusCallback' URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


def new_sid() -> str:
    return f"SM{secrets.token_hex(16)}"


def sign(token: str, url: str, form: list[tuple[str, str]]) -> str:
    """X-Twilio-Signature."""
    text = url
    for name, value in sorted(set(form)):
        text += name + value
    digest = hmac.new(token.encode("utf-8"), text.encode("utf-8"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


class Gateway:
    """One account's."""

    def __init__(self, options: Options, store: Store, http: httpx.AsyncClient) -> None:
        self._options, self._store, self._http = options, store, http
        self._under_way = UnderWay()

    def routes(self) -> list[Route]:
        base = "/2010-04-01/Accounts/{account}"
        return [
            Route(f"{base}/Messages.json", self.create, methods=["POST"]),
            Route(f"{base}/Messages/{{sid}}.json", self.fetch, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        if not self._known(request):
            return _error(20003)
        try:
            form = await request.form()
        except ClientDisconnect:  # it ended before it had said what it wants
            return Response(status_code=400)
        self._store.count("sms_calls")
        if (wrong := _wrong(form)) is not None:
            return _error(wrong)
        to, body = str(form["To"]), str(form["Body"])
        match to[-4:]:
            case "0002":
                return _error(20500)
            case "0004":
                return _error(20429, {"Retry-After": "7"})
            case "0005":
                return _error(21610)
        sender = str(form.get("From") or form.get("MessagingServiceSid"))
        sid = new_sid()
        state = "accepted" if "MessagingServiceSid" in form else "queued"
        kept = Kept("sms", "in", sender, to, body, ref=sid, state=state)
        self._store.add(kept)
        self._under_way.begin(self._deliver(kept, str(form.get("StatusCallback") or "")))
        if to.endswith("0006"):
            return _error(20500)
        if to.endswith("0008"):
            for _ in range(int(LATE_S / 0.2)):
                if await request.is_disconnected():
                    break
                await asyncio.sleep(0.2)
        return JSONResponse(self._resource(kept), 201)

    async def fetch(self, request: Request) -> Response:
        if not self._known(request):
            return _error(20003)
        kept = self._store.by_ref(request.path_params["sid"])
        if kept is None or kept.kind != "sms":
            return _error(20404)
        return JSONResponse(self._resource(kept))

    def _known(self, request: Request) -> bool:
        scheme, _, told = request.headers.get("Authorization", "").partition(" ")
        own = f"{self._options.account}:{self._options.token}"
        expected = base64.b64encode(own.encode())
        same = hmac.compare_digest(told.encode(), expected)
        return scheme.lower() == "basic" and same and request.path_params["account"] == self._options.account

    def _resource(self, kept: Kept) -> dict[str, Any]:
        base = f"/2010-04-01/Accounts/{self._options.account}/Messages/{kept.ref}"
        service = kept.sender if kept.sender.startswith("MG") else None
        return {
            "sid": kept.ref,
            "account_sid": self._options.account,
            "api_version": "2010-04-01",
            "messaging_service_sid": service,
            "from": None if service else kept.sender,
            "to": kept.recipient,
            "body": kept.text,
            "status": kept.state,
            "direction": "outbound-api",
            "num_segments": "0" if kept.state == "accepted" else str(cost(kept.text).segments),
            "num_media": "0",
            "error_code": int(kept.code) if kept.code else None,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "date_created": formatdate((kept.at_ms or time.time() * 1000) / 1000),
            "date_sent": None,
            "date_updated": formatdate(time.time()),
            "uri": f"{base}.json",
            "subresource_uris": {"media": f"{base}/Media.json"},
        }

    async def _deliver(self, kept: Kept, callback: str) -> None:
        """The states that a message goes through after it was taken, each told where it was asked for."""
        end = kept.recipient[-4:]
        await asyncio.sleep(self._options.receipt_s)
        if end == "0003":
            return
        states = [("sent", "")]
        states += {"0001": [("undelivered", "30003")], "0007": [("undelivered", "30005")]}.get(
            end, [("delivered", "")]
        )
        for state, code in states:
            self._store.set_state(kept.ref, state, code)
            if callback:
                await self._tell(kept, callback, state, code)
            await asyncio.sleep(self._options.receipt_s)

    async def _tell(self, kept: Kept, callback: str, state: str, code: str) -> None:
        """Post one receipt; where nobody is there, once more after a second, as the provider does."""
        form = {
            "MessageSid": kept.ref,
            "SmsSid": kept.ref,
            "AccountSid": self._options.account,
            "MessageStatus": state,
            "SmsStatus": state,
            "From": kept.sender,
            "To": kept.recipient,
            "ApiVersion": "2010-04-01",
        }
        if code:
            form["ErrorCode"] = code
        headers = {"X-Twilio-Signature": sign(self._options.token, callback, list(form.items()))}
        for wait_s in (1.0, 0.0):
            try:
                answer = await self._http.post(self._options.reach(callback), data=form, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                await asyncio.sleep(wait_s)
            except (httpx.HTTPError, httpx.InvalidURL):
                break
            else:
                self._store.count("receipts" if answer.is_success else "receipts_refused")
                return
        self._store.count("receipts_lost")

    async def close(self) -> None:
        await self._under_way.close()


def _wrong(form: FormData) -> int | None:
    """The error's code, or None where all is well."""
    to, body = str(form.get("To") or ""), str(form.get("Body") or "")
    if not to:
        return 21604
    if not _TO.fullmatch(to):
        return 21211
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if not body:
        return 21602
    if len(body) > _LONGEST:
        return 21617
    callback = str(form.get("StatusCallback") or "")
    if callback and not re.match(r"https?://[^/]+", callback):
        return 21609
    return None


def _error(code: int, headers: dict[str, str] | None = None) -> Response:
    status, message = _ERRORS[code]
    told = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(told, status, headers)
