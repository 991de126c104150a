"""What people and gateways ask about notices, done in the ledger."""

from __future__ import annotations

import time

from services.notifier.core.deciding import Wishes
from services.notifier.core.identity import Marks
from services.notifier.core.ledger import ENDED, OPEN, RECEIPT_MS, Closing, Notice
from services.notifier.core.outcomes import of_notice
from services.notifier.core.rounds import key
from services.notifier.core.wants import link_wanted
from services.notifier.facts import Sources
from services.notifier.knowing import unplaced
from services.notifier.store import Ledger, Transaction
from shared import logs
from shared.contracts.notice_commands import AnyNoticeCommand, Decide, Prefer, Receipt, Redeliver, SendLink
from shared.contracts.notices import PersonalChannel

log = logs.get(__name__)


class Asked:
    """Doing a command again changes nothing."""

    def __init__(self, ledger: Ledger, sources: Sources, marks: Marks) -> None:
        self._ledger, self._sources, self._marks = ledger, sources, marks

    async def do(self, command: AnyNoticeCommand) -> None:
        match command:
            case SendLink():
                async with self._ledger.transaction() as tx:
                    await tx.add([link_wanted(command)])
            case Decide():
                await self._decide(command)
            case Redeliver():
                await self._redeliver(command)
            case Prefer():
                await self._prefer(command)
            case Receipt():
                await self._receipt(command)

    async def _decide(self, command: Decide) -> None:
        """Release or discard a held notice; one that is not held any more stays as it is."""
        now_ms = _now_ms()
        async with self._ledger.transaction() as tx:
            notice = await tx.find(command.notice)
            # Read once more after a crash, it has not been said of a notice that is held once more.
            again = notice is not None and command.id in notice.decision.split()
            if notice is None or again or notice.state != "held" or notice.tenant != command.tenant:
                log.info("notice.not_held", notice=command.notice)
                return
            await tx.change(notice.lead, decision=f"{notice.decision} {command.id}".strip())
            if command.release:
                closing = Closing("retry", "released", now_ms, told="deferred")
            else:
                closing = Closing("discarded", "discarded", told="dropped")
            await self._set(tx, notice, closing, now_ms)

    async def _redeliver(self, command: Redeliver) -> None:
        """Try a webhook's notice again from the first of its tries on; one that is under way, or waits for
        its next try, stays as it is."""
        now_ms = _now_ms()
        async with self._ledger.transaction() as tx:
            notice = await tx.find(command.notice)
            if notice is None or notice.channel != "webhook" or notice.tenant != command.tenant:
                log.info("notice.not_redelivered", notice=command.notice)
                return
            if notice.state in OPEN or notice.at_ms > command.at_ms:
                return
            await tx.change(
                notice.lead, state="retry", reason="redelivered", due_ms=now_ms, at_ms=now_ms, tries=0
            )

    async def _prefer(self, command: Prefer) -> None:
        """Wishes hold for the contacts of this shipment's recipient, in all his shipments with this
        carrier."""
        stages = await self._sources.stages([command.shipment])
        stage = stages.get(command.shipment)
        people = await self._sources.people([(stage.shipment, stage.parties)] if stage is not None else [])
        person = people.get((stage.shipment, stage.parties)) if stage is not None else None
        marks: dict[str, frozenset[PersonalChannel]] = {}
        if stage is not None and person is not None:
            marks = {
                self._marks.contact(stage.tenant, person.address(channel) or ""): frozenset({channel})
                for channel in person.reach
            }
        # Who he is nobody says while views are filled again; that he wants no more holds all the same.
        whole = unplaced(command.shipment)
        async with self._ledger.transaction() as tx:
            known = await tx.wishes([*marks, whole])
            if not marks or whole in known:
                marks[whole] = frozenset({"email", "sms"})
            for mark, channels in marks.items():
                before = known.get(mark, Wishes())
                stopped = (before.stopped | frozenset(command.stop)) - frozenset(command.resume)
                after = Wishes(
                    stopped=stopped & channels,
                    channel=command.channel or before.channel,
                    language=command.language or before.language,
                )
                if after != before:
                    await tx.wish(mark, after, command.at_ms)

    async def _receipt(self, command: Receipt) -> None:
        """What the network says of a message that was sent; a bounce opens the way to the next channel."""
        now_ms = _now_ms()
        async with self._ledger.transaction() as tx:
            notice = await tx.find(command.notice)
            if notice is None or notice.shipment != command.shipment or notice.state in ENDED:
                return
            if command.state == "sent":
                # Whoever hands it over or holds it need not: it surely went.
                if notice.state != "sent":
                    closing = Closing("sent", due_ms=now_ms + RECEIPT_MS, told="sent")
                    await self._set(tx, notice, closing, now_ms)
            elif command.state == "delivered":
                await self._set(tx, notice, Closing("delivered", command.reason, told="delivered"), now_ms)
            else:
                await self._set(tx, notice, Closing("bounced", command.reason, told="bounced"), now_ms)
                await _open_again(tx, notice.lead, now_ms)

    @staticmethod
    async def _set(tx: Transaction, notice: Notice, closing: Closing, now_ms: int) -> None:
        """Change a notice and those that its message tells of, and say so."""
        await tx.change(
            notice.lead, state=closing.state, reason=closing.reason, due_ms=closing.due_ms, at_ms=now_ms
        )
        await tx.tell([of_notice(n, closing, now_ms) for n in await tx.members(notice.lead)])


async def _open_again(tx: Transaction, lead: str, now_ms: int) -> None:
    members = await tx.members(lead)
    await tx.open_again([key(n) for n in members], now_ms, "fallback")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
