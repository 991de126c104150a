"""Links that messages carry, and the one click that ends messages."""

from __future__ import annotations

import time

from services.notifier.core.identity import Marks
from services.notifier.facts import Sources
from services.notifier.store import Ledger
from shared.adapters.kafka.log import KafkaLog
from shared.contracts import links
from shared.contracts.links import Link
from shared.contracts.notices import PersonalChannel
from shared.contracts.topic import DAY_MS
from shared.contracts.views.stage import StageView
from shared.domain.keyrings import sha256_hex
from shared.domain.stopping import StopTokens

APPEND_WAIT_S = 10.0
REVOKED_MOST = 20


class Links:
    """Makes a link when it is first sent; the same one in all messages to a recipient."""

    def __init__(
        self,
        marks: Marks,
        stops: StopTokens,
        ledger: Ledger,
        sources: Sources,
        kafka: KafkaLog,
        public_url: str,
        days: int,
    ) -> None:
        self._marks, self._stops, self._ledger, self._sources = marks, stops, ledger, sources
        self._kafka = kafka
        self._public_url, self._days = public_url.rstrip("/"), days

    async def of(self, stage: StageView) -> str | None:
        """The page's address for this recipient; the record is in the log before anybody is told. None: all
        that could be made are revoked, so somebody wants nobody to look."""
        now_ms = _now_ms()
        for number in range(REVOKED_MOST):
            secret = self._marks.link(stage.shipment, stage.parties, number)
            if await self._is_good(stage, sha256_hex(secret), now_ms):
                return f"{self._public_url}/t#{secret}"
        return None

    async def _is_good(self, stage: StageView, link: str, now_ms: int) -> bool:
        """Whether it may be sent. It is made if it never was, and only then: a view that is not there says
        nothing of a link that somebody has revoked."""
        known = await self._sources.link_is_good(link, now_ms)
        if known is not None:
            return known
        async with self._ledger.transaction() as tx:
            expires_ms = await tx.link(link)
        if expires_ms is None:
            expires_ms = now_ms + self._days * DAY_MS
            await self._put(stage, link, expires_ms, now_ms)
            async with self._ledger.transaction() as tx:
                await tx.made(link, expires_ms)
        return now_ms < expires_ms

    async def _put(self, stage: StageView, link: str, expires_ms: int, now_ms: int) -> None:
        record = Link(
            link=link,
            tenant=stage.tenant,
            merchant=stage.merchant,
            shipment=stage.shipment,
            expires_ms=expires_ms,
            created_ms=now_ms,
        )
        await self._kafka.append(
            links.TOPIC, link, record, id=f"notifier:{link[:32]}", timeout_s=APPEND_WAIT_S
        )

    def stop(self, stage: StageView, channel: PersonalChannel) -> str:
        """Where one click ends messages on this channel."""
        return f"{self._public_url}/v1/notices/stop/{self._stops.token(stage.shipment, channel)}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
