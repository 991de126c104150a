"""Mail that comes to us, over SMTP: what people answer, and what servers report. Taken once it is in the log;
until then the server that brings it keeps it and comes again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifier.config import Settings
from services.notifier.core.incoming import (
    Apart,
    Bounced,
    FromRecipient,
    FromShop,
    Left,
    guess,
    judge,
)
from services.notifier.core.ledger import Notice
from services.notifier.facts import Sources
from services.notifier.store import Ledger
from shared import logs
from shared.adapters import mime_read
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.postgres.strays import LONGEST, Strays
from shared.contracts import notice_commands, shipment_commands, shipment_parties
from shared.contracts.common import Actor
from shared.contracts.notice_commands import Receipt
from shared.contracts.remarks import Direction
from shared.contracts.shipment_commands import Remark
from shared.contracts.shipment_parties import Note, party_key
from shared.contracts.topic import HOUR_MS, build
from shared.domain.answering import Addressed, AnswerAddresses
from shared.domain.command_ids import command_id, hashed
from shared.domain.strays import Stray
from shared.ports.incoming import Answer
from shared.ports.log import LogUnavailable

log = logs.get(__name__)

MOST_BYTES = 12 * 1024 * 1024
"""A telephone's picture or two: they are not kept, but who sends them has written something."""
MOST_RECIPIENTS = 20
MOST_AN_HOUR = 20
"""So many about a shipment: what comes beyond is kept apart, for it may be two machines talking."""
SILENT_S = 60.0
APPEND_S = 10.0
SWEEP_S = 3600.0
SERVER = Actor(kind="system", id="mail")


class Incoming:
    """A server on a port of its own, which takes mail for our addresses alone and relays none."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        sources: Sources,
        kafka: KafkaLog,
        addresses: AnswerAddresses,
        strays: Strays,
    ) -> None:
        self._settings, self._ledger, self._sources, self._kafka = settings, ledger, sources, kafka
        self._addresses, self._strays = addresses, strays
        self._came: dict[str, deque[float]] = defaultdict(deque)
        self.count: Callable[[str], None] = lambda _: None
        """Called with what became of each."""

    async def run(self) -> None:
        """Listen, where a port is set, and delete what is kept no longer; for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep(), name="strays")
            if self._settings.mail_in_port:
                tasks.create_task(self._listen(), name="mail-in")

    async def _listen(self) -> None:
        # The library tells of each address at INFO.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        settings, loop = self._settings, asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                self,
                data_size_limit=MOST_BYTES,
                enable_SMTPUTF8=True,
                hostname=settings.mail_domain,
                ident="Dromos",
                timeout=SILENT_S,
                loop=loop,
            ),
            settings.mail_in_host,
            settings.mail_in_port,
            reuse_port=True,  # of several notifiers on a machine each listens
        )
        log.info("mail.listens", port=settings.mail_in_port)
        async with server:
            await server.serve_forever()

    async def _sweep(self) -> None:
        while True:
            try:
                await self._strays.sweep(_now_ms())
            except DatabaseUnavailable as error:
                log.warning("notifier.waits", error=str(error))
            await asyncio.sleep(SWEEP_S)

    # What the library asks

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if self._addressed(address) is None:
            self.count("not_ours")
            return "550 5.1.1 nobody here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del server, session
        raw = envelope.original_content or b""
        # Reports have no sender; the library says so in these two characters.
        sender = "" if envelope.mail_from in (None, "<>") else envelope.mail_from
        try:
            for address in dict.fromkeys(envelope.rcpt_tos):
                addressed = self._addressed(address)
                if addressed is not None:
                    became = await self._take(addressed, sender, raw)
                    self.count(became)
                    log.info("mail.came", purpose=addressed.purpose, became=became)
        except (DatabaseUnavailable, LogUnavailable, TimeoutError) as error:
            log.warning("mail.waits", error=type(error).__name__)
            return "451 4.3.0 come again"
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail.error", error=type(error).__name__)
        return "451 4.3.0 come again"

    def _addressed(self, address: str) -> Addressed | None:
        if address.strip().lower() == self._settings.mail_from.lower():
            return Addressed("reply", None)
        return self._addresses.read(address)

    # What is made of it

    async def _take(self, addressed: Addressed, sender: str, raw: bytes) -> str:
        """What became of it, a code."""
        whole = hashlib.sha256(raw).hexdigest()
        try:
            came = await asyncio.to_thread(mime_read.read, raw, addressed.notice or "")
        except ValueError:
            if addressed.purpose == "bounce" or not sender:
                return "unreadable_report"
            await self._strays.put(
                Stray(
                    stray=f"x-{hashed('mail', whole)}",
                    way="email",
                    why="unreadable",
                    at_ms=_now_ms(),
                    sender=sender,
                )
            )
            return "unreadable"
        notice = await self._notice(addressed.notice)
        shop = self._sources.merchant(notice.merchant, notice.tenant) if notice is not None else None
        verdict = judge(addressed, notice, came, sender, shop, self._settings.mail_domain)
        match verdict:
            case Bounced(reason=reason):
                assert notice is not None
                await self._bounced(notice, reason)
                return "bounced"
            case Left(why=why):
                return why
        assert isinstance(came, Answer)
        # On another way to us the same mail has other headers.
        same = (came.id, came.text) if came.id else (whole,)
        id = hashed("mail", addressed.notice or "", *same)
        if isinstance(verdict, Apart):
            return await self._apart(id, verdict.why, came, notice)
        assert notice is not None
        if not self._may(notice.shipment):
            return await self._apart(id, "too_many", came, notice)
        if isinstance(verdict, FromShop):
            actor = Actor(kind="merchant", id=notice.merchant)
            return await self._remark(id, notice, came, actor, "out")
        assert isinstance(verdict, FromRecipient)
        return await self._remark(id, notice, came, Actor(kind="recipient", id=notice.shipment), "in")

    async def _notice(self, notice: str | None) -> Notice | None:
        """The notice whose message this is; of a digest the first that it tells of."""
        if notice is None:
            return None
        async with self._ledger.transaction() as tx:
            found = await tx.members(notice)
        return next((n for n in found if n.notice == notice), None)

    def _may(self, shipment: str) -> bool:
        """Whether this is not more than people write."""
        now_s, came = time.monotonic(), self._came[shipment]
        while came and came[0] < now_s - HOUR_MS / 1000:
            came.popleft()
        if len(came) >= MOST_AN_HOUR:
            return False
        came.append(now_s)
        if len(self._came) > 10_000:
            self._came = defaultdict(deque, {shipment: came})
        return True

    async def _remark(self, id: str, notice: Notice, came: Answer, actor: Actor, direction: Direction) -> str:
        """The words first: the command names their version."""
        text = came.text[:LONGEST]
        if not text and direction == "out":
            return await self._apart(id, "unreadable", came, notice)
        command = command_id(actor.kind, actor.id, "remark", notice.shipment, id)
        note = Note(
            tenant=notice.tenant,
            shipment=notice.shipment,
            version=command,
            text=text or None,
            message_id=came.id[:250] or None,
        )
        await self._append(shipment_parties.TOPIC, party_key(notice.shipment, command), note, command)
        said = Remark(
            id=command,
            tenant=notice.tenant,
            shipment=notice.shipment,
            at_ms=_now_ms(),
            actor=actor,
            direction=direction,
            way="email" if direction == "in" else None,
            note=command,
            attachments=min(came.attachments, 999),
        )
        await self._append(shipment_commands.TOPIC, notice.shipment, said, command)
        return "from_recipient" if direction == "in" else "from_shop"

    async def _bounced(self, notice: Notice, reason: str) -> None:
        receipt = build(
            Receipt,
            id=command_id(SERVER.kind, SERVER.id, "receipt", notice.shipment, notice.lead),
            tenant=notice.tenant,
            merchant=notice.merchant,
            shipment=notice.shipment,
            at_ms=_now_ms(),
            actor=SERVER,
            notice=notice.lead,
            state="undelivered",
            reason=reason,
        )
        await self._append(notice_commands.TOPIC, notice.shipment, receipt, receipt.id)

    async def _apart(self, id: str, why: str, came: Answer, notice: Notice | None) -> str:
        about = notice or await self._notice(guess(came, self._settings.mail_domain))
        stray = Stray(
            stray=f"x-{id}",
            way="email",
            why=why,
            at_ms=_now_ms(),
            sender=came.sender,
            subject=came.subject,
            text=came.text,
            message_id=came.id or None,
            attachments=came.attachments,
        )
        if about is not None:
            stray = replace(stray, tenant=about.tenant, shipment=about.shipment)
        await self._strays.put(stray)
        return why

    async def _append(self, topic: Any, key: str, value: Any, id: str) -> None:
        await self._kafka.append(topic, key, value, id=id, timeout_s=APPEND_S)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
