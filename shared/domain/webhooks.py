"""Signing what merchants are sent, as Standard Webhooks 1.0.0 has it (HMAC-SHA256, `v1`).

Secrets are kept nowhere: secret n of an endpoint follows from the server's key, so the portal can show it and
the notifier can sign with it, and neither a topic nor a table holds it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.contracts.common import Window
from shared.contracts.merchants import Webhook
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.status import tag_of
from shared.contracts.webhook_payload import ShipmentData, TimeWindow, WebhookPayload
from shared.domain.command_ids import hashed
from shared.tickets import split_keys

MAX_AFTER_MS = 24 * 3_600_000
"""The longest that a receiver's Retry-After is honoured: the retries have to end some day."""

_PREFIX = "whsec_"


class Secrets:
    """The endpoints' secrets out of the server's key: one, or several separated by commas while the key
    itself rotates: the first makes the secrets that are shown, all sign."""

    def __init__(self, keys: str) -> None:
        """Raises ValueError: as `split_keys`."""
        self._keys = tuple(key.encode() for key in split_keys(keys, "webhook", "DROMOS_WEBHOOK_KEY"))

    def shown(self, webhook: Webhook) -> str:
        """The endpoint's newest secret as its owner puts it in place: `whsec_` and base64 of 32 bytes."""
        return _PREFIX + base64.b64encode(_derived(self._keys[0], webhook.id, webhook.version)).decode(
            "ascii"
        )

    def good(self, webhook: Webhook, now_ms: int) -> tuple[bytes, ...]:
        """What a delivery is signed with now, the newest first; also the one before while it is good."""
        versions = [webhook.version]
        if webhook.version > 1 and now_ms < webhook.previous_until_ms:
            versions.append(webhook.version - 1)
        return tuple(_derived(key, webhook.id, version) for version in versions for key in self._keys)


def _derived(key: bytes, endpoint: str, version: int) -> bytes:
    # No id of ours holds a `|`, so no two endpoints and versions write the same.
    return hmac.digest(key, f"webhook|{endpoint}|{version}".encode(), "sha256")


def message_id(endpoint: str, *parts: str) -> str:
    """The `webhook-id` of what is told to an endpoint: the same for the same parts, however often it is
    tried, so that the receiver knows a repeat. It holds no `.`, which would blur what is signed."""
    return f"msg_{hashed('webhook', endpoint, *parts)}"


def signed(secrets: Sequence[bytes], message: str, now_ms: int, body: bytes) -> dict[str, str]:
    """The three headers of one try: `now_ms` is the try's time, not the event's.

    Raises:
        ValueError: a message id with a `.`, or no secret.
    """
    if not secrets or not message or "." in message:
        raise ValueError("a delivery has a secret, and an id without a full stop")
    timestamp = str(now_ms // 1000)
    content = f"{message}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.new(s, content, hashlib.sha256).digest()).decode() for s in secrets)
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def wants(webhook: Webhook, kind: str) -> bool:
    """Whether the endpoint asked for this type of message, such as `shipment.delivered`."""
    return not webhook.events or kind in webhook.events


def is_on(webhook: Webhook, gone_ms: int | None) -> bool:
    """Whether the endpoint is to be called. `gone_ms`: when it answered 410 last; turned on again by its
    owner after that, it is called again."""
    return not webhook.disabled and (gone_ms is None or gone_ms < webhook.enabled_ms)


def retry_after_ms(value: str, now_ms: int) -> int | None:
    """How long a Retry-After (RFC 9110 §10.2.3, seconds or a date) asks to wait, at most `MAX_AFTER_MS`;
    None: it can't be read."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        wait_ms = int(text[:12]) * 1000
    else:
        try:
            wait_ms = round(parsedate_to_datetime(text).timestamp() * 1000) - now_ms
        except (ValueError, OverflowError):
            return None
    return min(max(wait_ms, 0), MAX_AFTER_MS)


def payload_of(
    milestone: Milestone, *, order_number: str | None = None, link: str | None = None
) -> WebhookPayload:
    """What is sent of a milestone. Encoded once and kept so: a repeat has the same bytes.

    Raises:
        ValueError: an unknown substatus.
    """
    return WebhookPayload(
        type=f"shipment.{milestone.kind}",
        timestamp=_time(milestone.at_ms),
        data=ShipmentData(
            shipment_id=milestone.shipment,
            merchant=milestone.merchant,
            revision=milestone.revision,
            order_number=order_number,
            status=tag_of(milestone.substatus) if milestone.substatus is not None else None,
            substatus=milestone.substatus,
            attempt=milestone.attempt,
            stops_left=milestone.stops_left,
            window=_window(milestone.window),
            was=_window(milestone.was),
            zone=milestone.zone,
            link=link,
        ),
    )


def _window(window: Window | None) -> TimeWindow | None:
    return TimeWindow(from_=_time(window.from_ms), to=_time(window.to_ms)) if window is not None else None


def _time(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03}Z"
