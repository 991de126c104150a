"""SMS by a gateway that speaks Twilio's API of messages (2010-04-01)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from shared.adapters.sms_callbacks import CODES, Callbacks
from shared.ports.sending import Failed, Reason, Sending, Sent, Unsure
from shared.ports.sms import Text

CALL_S = 10.0
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_HANDED_OVER = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_DONE_LATER = (429, 503)
_CODE = re.compile(r"[0-9]{1,6}")


class HttpSms(Callbacks):
    """`Sms` at `url`, such as https://api.twilio.com, as `account` with its `token`; several tokens separated
    by commas: the first calls, each may sign. `sender` is a number or a name of ours, or the id of a
    messaging service (MG...)."""

    def __init__(self, url: str, account: str, token: str, sender: str, *, call_s: float = CALL_S) -> None:
        tokens = [part.strip() for part in token.split(",")]
        super().__init__(tokens)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("an address such as https://api.twilio.com")
        path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        self._address = url.rstrip("/") + path
        self._from = "MessagingServiceSid" if re.fullmatch(r"MG[0-9a-fA-F]{32}", sender) else "From"
        self._sender = sender
        self._http = httpx.AsyncClient(
            auth=(account, tokens[0]),
            timeout=call_s,
            trust_env=False,
            # Each call on a connection of its own: where one that was kept is found closed, nobody knows
            # whether the gateway has read the message.
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=0),
        )

    async def send(self, text: Text) -> Sending:
        if not _E164.fullmatch(text.to):
            return Failed(True, "", Reason.ADDRESS)
        form = {"To": text.to, self._from: self._sender, "Body": text.body}
        if text.status_url is not None:
            form["StatusCallback"] = text.status_url
        try:
            answer = await self._http.post(self._address, data=form)
        except _NOT_HANDED_OVER:
            return Failed(False, "", Reason.AWAY)
        except httpx.TimeoutException:
            return Unsure("timeout")
        except httpx.HTTPError:
            return Unsure("cut")
        return _read(answer)

    async def close(self) -> None:
        await self._http.aclose()


def _read(answer: httpx.Response) -> Sending:
    """What the answer means. Where a server of the gateway's broke down over it (500, 502, 504), it may have
    gone all the same."""
    try:
        told: Any = answer.json()
    except ValueError:
        told = None
    said = told if isinstance(told, dict) else {}
    status = answer.status_code
    if 200 <= status < 300:
        return Sent(str(said.get("sid") or ""))
    code = str(said.get("code") or "")
    code = code if _CODE.fullmatch(code) else str(status)
    if status >= 500 and status not in _DONE_LATER:
        return Unsure(code)
    if status in _DONE_LATER:
        return Failed(False, code, Reason.BUSY, _later_s(answer))
    if (reason := CODES.get(code)) is not None:
        return Failed(True, code, reason)
    if status == 400:
        return Failed(True, code, Reason.REFUSED)
    return Failed(False, code, Reason.ACCOUNT)


def _later_s(answer: httpx.Response) -> float | None:
    """Retry-After in seconds (RFC 9110 §10.2.3); its other form, a date, is not read."""
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None
