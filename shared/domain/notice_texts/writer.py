"""What is to be told becomes a message's content, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from shared.contracts.common import Money
from shared.contracts.notices import NoticeKind
from shared.contracts.status import Tag, tag_of
from shared.domain.notice_texts import clean
from shared.domain.notice_texts.catalogue import AnyWords, count, problem, words_of
from shared.domain.notice_texts.content import Content, Fact, Scale, Tap
from shared.domain.notice_texts.formats import Formats, Lead
from shared.domain.notice_texts.plain import capital
from shared.domain.notice_texts.telling import Telling
from shared.domain.notice_texts.words import Asked, Notice, Problem

PROBLEMS: Mapping[NoticeKind, str] = {
    "attempt_failed": "AttemptFail_001",
    "exception": "Exception_001",
    "expired": "Expired_001",
}
"""Kinds told by their substatus, with the one that stands for those without texts of their own."""

_WINDOWED: frozenset[NoticeKind] = frozenset(
    {
        "announced", "out_for_delivery", "stops_away", "arriving", "window_moved", "late", "attempt_failed",
        "exception", "lost_link", "reply",
    }
)  # fmt: skip
_UNTIMED: frozenset[NoticeKind] = frozenset({"lost_link", "reply"})  # the window is not the news
_LISTED = 3  # so many orders an SMS names with their state
_THE_DAY: frozenset[NoticeKind] = frozenset({"stops_away", "arriving", "late"})
_DUE_SAID: frozenset[NoticeKind] = _WINDOWED - PROBLEMS.keys() - _UNTIMED
_AT_THE_DOOR: frozenset[NoticeKind] = frozenset({"stops_away", "arriving"})
_OVER: frozenset[NoticeKind] = frozenset({"delivered", "all_right", "survey", "expired"})
_NEVER_COMES = frozenset(
    {"Exception_003", "Exception_010", "Exception_011", "Exception_012", "Exception_013", "Expired_001"}
)


def content_of(telling: Telling) -> Content:
    """Everything that is said, in the reader's words, cleaned of what nobody sees."""
    return _Writer(telling).content()


class _Writer:
    def __init__(self, telling: Telling) -> None:
        self.t = telling
        self.words: AnyWords = words_of(telling.language)
        self.formats = Formats(self.words, telling.zone, telling.now_ms)
        self.shop = clean.line(telling.shop.name)
        self.order = clean.line(telling.order_number)
        self.link = clean.address(telling.link)
        window = self.formats.ahead(telling.window) if telling.kind in _WINDOWED else None
        self.lead = self.formats.lead(window) if window is not None else None
        self.parts = tuple(content_of(part) for part in telling.several) if telling.kind == "digest" else ()
        self.cash = self._cash()

    def content(self) -> Content:
        t, labels = self.t, self.words.labels
        said = self._said()
        state, headline = self._state(self._fill(said.subject)), self._fill(said.headline)
        trouble = isinstance(said, Problem)
        return Content(
            shop=self.shop,
            order=self._orders(),
            opening=self._opening(),
            brief=self._brief(),
            subject=clean.subject(f"{self.shop} {self._orders()}: {state}"),
            state=state,
            tone="bad" if trouble or t.kind == "late" else "good" if t.kind == "delivered" else "plain",
            headline=headline,
            expected=labels.expected,
            lead=self.lead,
            before=self._before(),
            lines=self._lines(said),
            remark=self._remark(),
            next=Fact(labels.next, said.next) if isinstance(said, Problem) else None,
            answers=self._answers(),
            scales=self._scales(),
            action=self._action(said),
            note=labels.own_link if self.link and t.kind in {"announced", "lost_link"} else None,
            facts=self._facts(),
            parts=self.parts,
            contact=self._contact(),
            because=labels.because.format(shop=self.shop),
            stop=self._stop(),
            short=self._short(said, headline),
            call=self._call(said),
        )

    def _said(self) -> Notice | Problem:
        kind, notices = self.t.kind, self.words.notices
        if kind in PROBLEMS:
            return problem(self.words, self.t.substatus, PROBLEMS[kind])
        if kind == "stops_away" and not self.t.stops_left:
            return notices.next
        if kind == "window_moved" and self.lead is None:
            return notices.window_unknown
        if kind == "late" and self.lead is None:
            return notices.late_unknown
        found = getattr(notices, kind)
        assert isinstance(found, Notice)
        if kind == "delivered":
            done = getattr(self.words.done, self.t.substatus or "", None) or self.words.done.Delivered_001
            return msgspec.structs.replace(found, headline=done)
        return found

    def _fill(self, text: str) -> str:
        answer = clean.line(self.t.why or "") if self.t.kind == "reply" else ""
        return text.format(
            shop=self.shop,
            stops=count(self.words, "stops", self.t.stops_left or 0),
            orders=count(self.words, "orders", len(self.parts)),
            done=self.words.done.Delivered_001,
            answer=answer,
        )

    def _cash(self) -> str | None:
        """What is still to be paid, nothing once it is over or will not come; of a digest the sum, if it is
        one currency."""
        if self.t.kind == "digest":
            sums = [part.cash for part in self.t.several if part.cash is not None and _due(part)]
            if len({money.currency for money in sums}) != 1:
                return None
            total = sum((Decimal(money.amount) for money in sums), Decimal())
            return self.formats.money(Money(amount=str(total), currency=sums[0].currency))
        return self.formats.money(self.t.cash) if self.t.cash is not None and _due(self.t) else None

    def _orders(self) -> str:
        if self.t.kind != "digest":
            return self.order
        return ", ".join(dict.fromkeys(clean.line(part.order_number) for part in self.t.several))

    def _opening(self) -> tuple[str, ...]:
        labels = self.words.labels
        label = labels.orders if len(self.t.several) > 1 and self.t.kind == "digest" else labels.order
        opening = [label.format(order=self._orders())]
        if self.cash is not None:
            opening.append(labels.cash.format(cash=self.cash))
        elif self.t.cash is None and self.t.kind in _DUE_SAID:
            opening.append(labels.no_cash)
        return tuple(opening)

    def _brief(self) -> str:
        """The opening as an SMS has it: Bookshop 1042, to pay €24.90."""
        brief = self.shop if self._listed() else f"{self.shop} {self._orders()}"
        return brief if self.cash is None else f"{brief}, {self.words.labels.to_pay.format(cash=self.cash)}"

    def _state(self, subject: str) -> str:
        """How it stands, in a few words."""
        timed = self.lead is not None and self.t.kind not in _UNTIMED
        return f"{subject}, {self.lead.short}" if timed and self.lead is not None else subject

    def _before(self) -> Fact | None:
        if self.t.was is None or self.t.kind not in {"window_moved", "late"}:
            return None
        return Fact(self.words.labels.before, self.formats.was(self.t.was))

    def _lines(self, said: Notice | Problem) -> tuple[str, ...]:
        lines: list[str] = []
        why = getattr(self.words.whys, self.t.why or "", None)
        if self.t.kind == "reply":
            lines += clean.paragraphs(self.t.why or "").split("\n\n")
        elif why is not None and self.t.kind in {"window_moved", "late"}:
            lines.append(why)
        if isinstance(said, Notice):
            lines.append(self._fill(said.line))
        if self.cash is not None and self.t.kind in _AT_THE_DOOR:
            lines.append(self.words.labels.have_cash.format(cash=self.cash))
        return tuple(line for line in lines if line)

    def _remark(self) -> Fact | None:
        """What a person wrote about it; a code of ours is no remark."""
        wrote = clean.paragraphs(self.t.why or "")
        if not wrote or self.t.kind == "reply" or hasattr(self.words.whys, wrote):
            return None
        return Fact(self.words.labels.remark, wrote)

    def _answers(self) -> tuple[Tap, ...]:
        if self.t.kind != "all_right" or self.link is None:
            return ()
        labels = self.words.labels
        return (
            Tap(labels.yes, clean.answering(self.link, "right", "yes")),
            Tap(labels.no, clean.answering(self.link, "right", "no")),
        )

    def _scales(self) -> tuple[Scale, ...]:
        if self.t.kind != "survey" or self.link is None:
            return ()
        labels = self.words.labels
        return (
            self._scale(labels.recommend, "nps", range(11), self.link),
            self._scale(labels.satisfied, "csi", range(1, 6), self.link),
        )

    def _scale(self, asked: Asked, name: str, values: range, link: str) -> Scale:
        taps = tuple(Tap(str(n), clean.answering(link, name, str(n))) for n in values)
        return Scale(question=self._fill(asked.question), low=asked.low, high=asked.high, taps=taps)

    def _action(self, said: Notice | Problem) -> Tap | None:
        """The one button; where answers are to be tapped, those are it, and in a digest each order's."""
        if self.link is None or self.t.kind == "all_right" or any(part.action for part in self.parts):
            return None
        return Tap(said.action if isinstance(said, Notice) else self.words.labels.details, self.link)

    def _facts(self) -> tuple[Fact, ...]:
        t, labels = self.t, self.words.labels
        facts: list[Fact] = []
        if t.recipient_name and t.kind != "digest":
            facts.append(Fact(labels.for_whom, clean.line(t.recipient_name)))
        if t.kind != "digest" and t.parcels > 1:
            facts.append(Fact(labels.parcels, str(t.parcels)))
        if t.kind == "delivered":
            if t.taken_by:
                facts.append(Fact(labels.taken_by, clean.line(t.taken_by)))
            if t.cash is not None and t.substatus == "Delivered_004":
                facts.append(Fact(labels.paid, self.formats.money(t.cash)))
        return tuple(fact for fact in facts if fact.value)

    def _contact(self) -> tuple[Fact, ...]:
        shop, labels = self.t.shop, self.words.labels
        said = (
            (labels.phone, clean.phone(shop.phone)),
            (labels.email, shop.email),
            (labels.hours, shop.hours),
        )
        return tuple(Fact(label, value) for label, raw in said if raw and (value := clean.line(raw)))

    def _stop(self) -> Tap | None:
        link = clean.address(self.t.opt_out_link)
        return Tap(self.words.labels.stop, link) if link is not None else None

    def _short(self, said: Notice | Problem, headline: str) -> str:
        if self.t.kind == "delivered":
            return headline
        words = [self._fill(said.sms)]
        if self._listed():
            words = ["; ".join(f"{part.order}: {part.state}" for part in self.parts) + "."]
        if self.lead is not None and self.t.kind not in _UNTIMED:
            words.insert(1, f"{capital(self._when(self.lead))}.")
        return " ".join(words)

    def _listed(self) -> bool:
        return 0 < len(self.parts) <= _LISTED

    def _when(self, lead: Lead) -> str:
        """In an SMS of the hand-over's day that is plain from itself: 14:20-14:35."""
        plain = self.t.kind in _THE_DAY and lead.day == self.words.days.today
        return lead.hours if plain and lead.hours is not None else lead.short

    def _call(self, said: Notice | Problem) -> str | None:
        phone = clean.line(self.t.shop.phone or "")
        return (
            f"{self.words.labels.call.format(phone=phone)}." if isinstance(said, Problem) and phone else None
        )


def _due(telling: Telling) -> bool:
    """Whether cash is still to be paid at the door."""
    if telling.kind in _OVER or telling.substatus in _NEVER_COMES:
        return False
    try:
        return telling.substatus is None or tag_of(telling.substatus) is not Tag.DELIVERED
    except ValueError:  # a code that is not known yet
        return True
