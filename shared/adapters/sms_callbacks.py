"""What an SMS gateway posts to us, by the rules of Twilio's webhooks: whose it is, and what it says."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from shared.ports.sending import Reason
from shared.ports.sms import Forged, Form, Inbound, Receipt, SmsState, Unreadable

STATES = {
    "accepted": SmsState.ACCEPTED,
    "scheduled": SmsState.ACCEPTED,
    "queued": SmsState.ACCEPTED,
    "sending": SmsState.ACCEPTED,
    "sent": SmsState.SENT,
    "delivered": SmsState.DELIVERED,
    "read": SmsState.DELIVERED,
    "undelivered": SmsState.UNDELIVERED,
    "failed": SmsState.FAILED,
    "canceled": SmsState.FAILED,
}
"""Twilio's values of a message's status; those of inbound messages and of channels that are no SMS are none
of ours."""

CODES = {
    "21211": Reason.ADDRESS,  # invalid To
    "21214": Reason.ADDRESS,  # To can't be reached
    "21217": Reason.ADDRESS,  # no telephone number
    "21265": Reason.ADDRESS,  # a short code
    "21610": Reason.OPTED_OUT,
    "21612": Reason.ADDRESS,  # not reachable from our sender
    "21614": Reason.ADDRESS,  # no mobile number
    "21635": Reason.ADDRESS,  # a landline
    "30003": Reason.BUSY,  # switched off or out of reach
    "30004": Reason.OPTED_OUT,  # blocked
    "30005": Reason.ADDRESS,  # unknown, no longer in service
    "30006": Reason.ADDRESS,  # a landline
    "30007": Reason.REFUSED,  # filtered
    "30008": Reason.BUSY,  # unknown error
}
"""Twilio's error codes that are about the recipient or the message."""


def sign(token: str, url: str, form: Form) -> str:
    """X-Twilio-Signature of a form posted to `url`: HMAC-SHA1 over the address and the fields, name after
    name in order, each name's different values in order."""
    fields = sorted(set(form))
    signed = url + "".join(name + value for name, value in fields)
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Callbacks:
    """Reads them. While the gateway's token is being changed, all that may sign are told."""

    def __init__(self, tokens: Sequence[str]) -> None:
        if not tokens or not all(tokens):
            raise ValueError("a gateway whose callbacks can't be told from others'")
        self._tokens = tuple(tokens)

    def receipt(self, url: str, form: Form, signature: str | None) -> Receipt:
        fields = self._checked(url, form, signature)
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        state = STATES.get(fields.get("MessageStatus") or fields.get("SmsStatus") or "")
        if not sid or state is None:
            raise Unreadable("a receipt without message or state")
        if state not in (SmsState.UNDELIVERED, SmsState.FAILED):
            return Receipt(sid, state)
        code = fields.get("ErrorCode", "")
        return Receipt(sid, state, code, CODES.get(code, Reason.BUSY))

    def inbound(self, url: str, form: Form, signature: str | None) -> Inbound:
        fields = self._checked(url, form, signature)
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        sender, to = fields.get("From"), fields.get("To")
        if not sid or not sender or not to or "Body" not in fields:
            raise Unreadable("a message without sender or text")
        return Inbound(sid, sender, to, fields["Body"], stop=fields.get("OptOutType") == "STOP")

    def _checked(self, url: str, form: Form, signature: str | None) -> dict[str, str]:
        given = (signature or "").encode()
        good = [
            hmac.compare_digest(sign(token, written, form).encode(), given)
            for token in self._tokens
            for written in _written(url)
        ]
        if not any(good):
            raise Forged("not signed by the gateway")
        return dict(form)


def _written(url: str) -> tuple[str, str]:
    """The address without and with its scheme's port: gateways differ in which they sign."""
    parts = urlsplit(url)
    if parts.port not in (None, 80, 443):
        return url, url
    host = parts.netloc.rpartition("@")[2]
    bare = host.removesuffix(f":{parts.port}") if parts.port is not None else host
    port = 443 if parts.scheme == "https" else 80
    return urlunsplit(parts._replace(netloc=bare)), urlunsplit(parts._replace(netloc=f"{bare}:{port}"))
