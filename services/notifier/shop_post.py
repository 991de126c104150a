"""Writes to a shop what its customer has written, by mail to the shop's contact; an answer goes on."""

from __future__ import annotations

import time

import msgspec

from services.notifier.config import Settings
from services.notifier.core.forwarding import Forward, written
from services.notifier.core.identity import message_id, noticed
from services.notifier.core.incoming import SHOP
from services.notifier.core.ledger import Closing, Notice, closing, later
from services.notifier.core.wants import want_of
from services.notifier.facts import Sources
from services.notifier.sender import NotWritten, Written
from shared.contracts import shipment_milestones
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.topic import HOUR_MS
from shared.domain.answering import AnswerAddresses
from shared.ports.mailer import Mail, Mailer
from shared.ports.sending import Failed, Reason, Sending, Unsure

WAIT_MS = HOUR_MS
"""So long words are waited for that the lists don't have yet."""


def forwarded(milestone: Milestone) -> Notice:
    """The notice by which a shop hears of it, once however often the milestone is read."""
    return noticed(want_of(milestone), SHOP, "email", payload=msgspec.json.encode(milestone))


class ShopPost:
    """`addresses` None: nobody takes answers here."""

    def __init__(
        self, settings: Settings, sources: Sources, mailer: Mailer | None, addresses: AnswerAddresses | None
    ) -> None:
        self._settings, self._sources = settings, sources
        self._mailer, self._addresses = mailer, addresses

    async def write(self, notice: Notice) -> Written | NotWritten:
        """The mail, or why there is none (now)."""
        milestone = shipment_milestones.DECODER.decode(notice.payload or b"")
        shop = self._sources.merchant(notice.merchant, notice.tenant)
        if shop.contact.email is None:
            return NotWritten(Closing("discarded", "shop_without_mail", told="dropped"))
        words = (await self._sources.words([(milestone.shipment, milestone.note or "")])).get(
            (milestone.shipment, milestone.note or "")
        )
        stage = (await self._sources.stages([milestone.shipment])).get(milestone.shipment)
        now_ms = _now_ms()
        if words is None or stage is None:
            if now_ms - notice.made_ms < WAIT_MS:
                return NotWritten(later(now_ms))
            return NotWritten(Closing("discarded", "forgotten", told="dropped"))
        people = await self._sources.people([(stage.shipment, stage.parties)])
        person = people.get((stage.shipment, stage.parties))
        subject, text = written(
            Forward(
                language=shop.language,
                order_number=stage.order_number,
                name=person.name if person is not None else None,
                text=words.text,
                way=milestone.way or "email",
                attachments=milestone.attachments > 0,
                by_mail=self._addresses is not None,
            )
        )
        domain = self._settings.mail_domain
        mail = Mail(
            message_id=message_id(notice.lead, domain),
            to=shop.contact.email,
            sender=shop.name,
            subject=subject,
            text=text,
            at_ms=now_ms,
            language=shop.language,
            reply_to=self._addresses.of("reply", notice.lead) if self._addresses is not None else None,
            bounce_to=self._addresses.of("bounce", notice.lead) if self._addresses is not None else None,
            references=(message_id(f"s-{milestone.shipment}", domain),),
        )

        async def go() -> Closing:
            return closing(notice, await self._send(mail), _now_ms())

        return Written(go, lambda: closing(notice, Unsure("timeout"), _now_ms()))

    async def _send(self, mail: Mail) -> Sending:
        if self._mailer is None:
            return Failed(True, "", Reason.ACCOUNT)
        return await self._mailer.send(mail)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
