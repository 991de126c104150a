"""Writes a claimed notice to its recipient: whether it is still worth telling, and what it says, by what
holds now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.notifier.config import Settings
from services.notifier.core.composing import digest, telling
from services.notifier.core.deciding import ASKED, Later, Not, Tell, decide
from services.notifier.core.identity import message_id
from services.notifier.core.incoming import SHOP
from services.notifier.core.ledger import Closing, Notice, closing, later
from services.notifier.core.rounds import Known, key
from services.notifier.core.wants import Want
from services.notifier.facts import Sources, Words
from services.notifier.knowing import Knowing
from services.notifier.links import Links
from services.notifier.messengers import ShopMessenger
from services.notifier.sender import LeftOut, NotWritten, Written
from services.notifier.shop_post import ShopPost
from services.notifier.store import Ledger
from shared.adapters import mime
from shared.contracts.notices import PersonalChannel, State
from shared.domain.answering import AnswerAddresses
from shared.domain.notice_texts import Telling, render
from shared.domain.notice_texts.telling import Rendered
from shared.ports.mailer import Mail, Mailer
from shared.ports.sending import Failed, Reason, Sending, Unsure
from shared.ports.sms import Sms, Text


@dataclass(frozen=True, slots=True)
class _Member:
    notice: Notice
    want: Want
    about: Known


class Post:
    """E-mail and SMS; None for a channel: there is no server for it."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        sources: Sources,
        knowing: Knowing,
        links: Links,
        mailer: Mailer | None,
        sms: Sms | None,
        addresses: AnswerAddresses | None = None,
        messenger: ShopMessenger | None = None,
    ) -> None:
        """`addresses` None: nobody takes answers and reports here; `messenger` None: shops have none."""
        self._settings, self._ledger, self._sources = settings, ledger, sources
        self._knowing, self._links = knowing, links
        self._mailer, self._sms, self._addresses = mailer, sms, addresses
        self._shop, self.messenger = ShopPost(settings, sources, mailer, addresses), messenger

    async def close(self) -> None:
        if self._mailer is not None:
            await self._mailer.close()
        if self._sms is not None:
            await self._sms.close()
        if self.messenger is not None:
            await self.messenger.close()

    async def write(self, notice: Notice) -> Written | NotWritten:
        """The message, or why there is none (now)."""
        if notice.channel == "messenger":
            if self.messenger is None:
                return NotWritten(Closing("discarded", "no_address", told="dropped"))
            return await self.messenger.write(notice)
        if notice.recipient == SHOP:
            return await self._shop.write(notice)
        channel: PersonalChannel = "email" if notice.channel == "email" else "sms"
        now_ms = _now_ms()
        members = await self._members(notice, now_ms)
        told: list[_Member] = []
        left_out: list[LeftOut] = []
        for member in members:
            match _still(member, now_ms):
                case None:
                    told.append(member)
                case Later() as until:
                    return NotWritten(_put_off(until))
                case Not(reason=reason, folded=folded):
                    left_out.append(LeftOut(member.notice, reason, folded))
        if not told:
            return NotWritten(Closing("discarded", "overtaken", tried=False), left_out)
        if any(_elsewhere(member, channel) for member in told):
            # His address is another by now, or he wants nothing more there.
            return NotWritten(
                Closing("discarded", "other_address", told="dropped", tried=False), left_out, reopen=True
            )
        address = next(m.about.person.address(channel) for m in told if m.about.person is not None)
        assert address is not None
        words = await self._words(told)
        if words is None:
            return NotWritten(later(now_ms))
        tellings = await self._tellings(told, channel, now_ms, words)
        about = tellings[0] if len(tellings) == 1 else digest(tellings)
        rendered = render(about)

        async def go() -> Closing:
            hand_over = (
                self._mail(notice, address, about, rendered, words)
                if channel == "email"
                else (self._text(notice, address, rendered))
            )
            return closing(notice, await hand_over, _now_ms())

        return Written(go, lambda: closing(notice, Unsure("timeout"), _now_ms()), left_out)

    async def _members(self, notice: Notice, now_ms: int) -> list[_Member]:
        async with self._ledger.transaction() as tx:
            found = [(n, await tx.want_of(n)) for n in await tx.members(notice.lead)]
            wants = [want for _, want in found if want is not None]
            known = await self._knowing.of(tx, wants, now_ms)
        return [_Member(n, want, known[key(want)]) for n, want in found if want is not None]

    async def _words(self, told: Sequence[_Member]) -> tuple[Words, ...] | None:
        """Of an answer the shop's words, and what they answer; None: the lists don't have them (yet)."""
        milestone = told[0].want.milestone
        if told[0].want.kind != "reply" or milestone is None:
            return ()
        named = [(milestone.shipment, milestone.note or "")]
        if milestone.answers is not None:
            named.append((milestone.shipment, milestone.answers))
        found = await self._sources.words(named)
        return tuple(found[name] for name in named if name in found) if named[0] in found else None

    async def _tellings(
        self,
        told: Sequence[_Member],
        channel: PersonalChannel,
        now_ms: int,
        words: tuple[Words, ...],
    ) -> list[Telling]:
        notes = [
            (m.want.shipment, m.want.milestone.note)
            for m in told
            if m.want.milestone is not None and m.want.milestone.note
        ]
        taken = await self._sources.taken_by(notes)
        found = []
        for member in told:
            want, stage, person = member.want, member.about.stage, member.about.person
            assert stage is not None
            assert person is not None
            note = want.milestone.note if want.milestone is not None else None
            found.append(
                telling(
                    want,
                    stage,
                    person,
                    self._sources.merchant(want.merchant, want.tenant),
                    member.about.facts.wishes,
                    link=await self._links.of(stage),
                    stop_link=self._links.stop(stage, channel),
                    taken_by=taken.get((want.shipment, note)) if note is not None else None,
                    now_ms=now_ms,
                    answer=words[0].text if words else None,
                )
            )
        return found

    async def _mail(
        self, notice: Notice, address: str, about: Telling, rendered: Rendered, words: tuple[Words, ...]
    ) -> Sending:
        if self._mailer is None:
            return Failed(True, "", Reason.ACCOUNT)
        ours = self._addresses
        answers = tuple(w.message_id for w in words[1:] if w.message_id and mime.is_id(w.message_id))
        mail = Mail(
            message_id=message_id(notice.lead, self._settings.mail_domain),
            to=address,
            sender=about.shop.name,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            at_ms=_now_ms(),
            language=about.language,
            reply_to=ours.of("reply", notice.lead) if ours is not None else about.shop.email,
            bounce_to=ours.of("bounce", notice.lead) if ours is not None else None,
            in_reply_to=answers[0] if answers else None,
            references=answers,
            automatic=not words,
            unsubscribe_url=about.opt_out_link,
        )
        return await self._mailer.send(mail)

    async def _text(self, notice: Notice, address: str, rendered: Rendered) -> Sending:
        if self._sms is None:
            return Failed(True, "", Reason.ACCOUNT)
        public = self._settings.public_url.rstrip("/")
        return await self._sms.send(
            Text(
                to=address,
                body=rendered.sms,
                status_url=f"{public}/v1/sms/receipts/{notice.shipment}/{notice.lead}",
            )
        )


def _still(member: _Member, now_ms: int) -> Later | Not | None:
    """What speaks against telling it now, though it was decided; None: nothing. A person who has released it
    has looked at it."""
    if member.notice.decision and member.about.person is not None:
        return None
    want = replace(member.want, waits_ms=member.notice.made_ms)
    # It counts among today's messages itself.
    decision = decide(want, replace(member.about.facts, today=0), now_ms)
    return None if isinstance(decision, Tell) else decision


def _elsewhere(member: _Member, channel: PersonalChannel) -> bool:
    about = member.about
    stopped = channel in about.facts.wishes.stopped and member.want.kind not in ASKED
    return stopped or about.contacts.get(channel) != member.notice.recipient


def _put_off(decision: Later) -> Closing:
    told: State | None = None if decision.reason == "waiting" else "deferred"
    return Closing("retry", decision.reason, decision.due_ms, told=told, tried=False)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
