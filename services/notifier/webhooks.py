"""Writes a claimed notice to an endpoint of its shop's: signed anew at each try, the body the same."""

from __future__ import annotations

import time

from services.notifier.core.ledger import Closing, Notice, webhook_closing
from services.notifier.facts import Sources
from services.notifier.sender import NotWritten, Written
from services.notifier.store import Ledger
from shared.domain.webhooks import Secrets, is_on, signed
from shared.ports.webhooks import Failed, Reason, Webhooks


class WebhookPost:
    """The endpoint is looked up at each try: it may have been moved, turned off or taken away. Without
    secrets none is sent."""

    def __init__(self, ledger: Ledger, sources: Sources, secrets: Secrets | None, webhooks: Webhooks) -> None:
        self._ledger, self._sources = ledger, sources
        self._secrets, self._webhooks = secrets, webhooks

    async def close(self) -> None:
        await self._webhooks.close()

    async def write(self, notice: Notice) -> Written | NotWritten:
        """The call, or why there is none."""
        shop = self._sources.merchant(notice.merchant, notice.tenant)
        endpoint = next((w for w in shop.webhooks if w.id == notice.recipient), None)
        if endpoint is None:
            return NotWritten(Closing("discarded", "endpoint_removed", told="dropped"))
        async with self._ledger.transaction() as tx:
            gone_ms = (await tx.gone([endpoint.id])).get(endpoint.id)
        if self._secrets is None or not is_on(endpoint, gone_ms):
            return NotWritten(Closing("discarded", "endpoint_off", told="dropped"))
        secrets, url, body = self._secrets, endpoint.url, notice.payload or b""

        async def go() -> Closing:
            now_ms = _now_ms()
            # The notice's id has no full stop, as the signature asks.
            headers = signed(secrets.good(endpoint, now_ms), notice.notice, now_ms, body)
            return webhook_closing(notice, await self._webhooks.post(url, headers, body), _now_ms())

        return Written(go, lambda: webhook_closing(notice, Failed(True, Reason.TIMEOUT), _now_ms()))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
