"""What is known of wants when they are decided, and once more when a message is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.notifier.core.composing import Person
from services.notifier.core.deciding import Facts, Wishes, midnight_ms
from services.notifier.core.identity import Marks
from services.notifier.core.rounds import Key, Known, key
from services.notifier.core.wants import Want
from services.notifier.facts import Sources
from services.notifier.store import Transaction
from shared.contracts.notices import PersonalChannel
from shared.contracts.ratings import Question
from shared.contracts.views.stage import StageView
from shared.domain.command_ids import hashed

_ASKS: dict[str, frozenset[Question]] = {
    "all_right": frozenset({"all_right", "nps", "csi"}),
    "survey": frozenset({"nps", "csi"}),
}
"""Answers after which a question is not asked: who was asked whether all is right may still be surveyed."""


class Knowing:
    """`ViewsUnavailable` and `DatabaseUnavailable` come through."""

    def __init__(self, sources: Sources, marks: Marks) -> None:
        self._sources, self._marks = sources, marks

    async def of(self, tx: Transaction, due: Sequence[Want], now_ms: int) -> dict[Key, Known]:
        """Of each want, by its key."""
        stages = await self._sources.stages([want.shipment for want in due])
        people = await self._sources.people([(s.shipment, s.parties) for s in stages.values()])
        missing = [s.shipment for s in stages.values() if (s.shipment, s.parties) not in people]
        expected = await self._sources.known_people(missing)
        newer, failed = await tx.newer(due), await tx.failed_channels(due)
        contacts = {
            s.shipment: self._marks_of(s.tenant, people.get((s.shipment, s.parties))) for s in stages.values()
        }
        wishes = await tx.wishes(
            {mark for found in contacts.values() for mark in found.values()} | {unplaced(s) for s in stages}
        )
        today = await self._today(tx, stages, contacts, now_ms)
        known: dict[Key, Known] = {}
        for want in due:
            stage = stages.get(want.shipment)
            if stage is not None and want.milestone is not None and stage.seq < want.revision:
                stage = None  # it says what was before: it is being filled again
            person = people.get((stage.shipment, stage.parties)) if stage is not None else None
            his = contacts.get(want.shipment, {})
            in_vain = failed.get(key(want), {})
            asks = _ASKS.get(want.kind, frozenset())
            known[key(want)] = Known(
                stage=stage,
                person=person,
                contacts=his,
                facts=Facts(
                    policy=self._sources.merchant(want.merchant, want.tenant).notices,
                    stage=stage,
                    reach=person.reach if person is not None else None,
                    wishes=_merged(his, wishes, unplaced(want.shipment)),
                    today=today.get(want.shipment, 0),
                    newer=frozenset(newer.get((want.shipment, want.revision), ())),
                    answered=stage is not None and any(r.question in asks for r in stage.ratings),
                    expected=want.shipment in expected,
                    failed=frozenset(in_vain),
                    unheard=frozenset(channel for channel, sure in in_vain.items() if not sure),
                ),
            )
        return known

    def _marks_of(self, tenant: str, person: Person | None) -> dict[PersonalChannel, str]:
        if person is None:
            return {}
        return {c: self._marks.contact(tenant, person.address(c) or "") for c in person.reach}

    async def _today(
        self,
        tx: Transaction,
        stages: dict[str, StageView],
        contacts: dict[str, dict[PersonalChannel, str]],
        now_ms: int,
    ) -> dict[str, int]:
        """By shipment: messages to its recipient since his midnight."""
        found: dict[str, int] = {}
        for zone in {s.zone for s in stages.values()}:
            there = {s.shipment: contacts[s.shipment] for s in stages.values() if s.zone == zone}
            marks = {mark for his in there.values() for mark in his.values()}
            told = await tx.told_since(marks, midnight_ms(zone, now_ms))
            found |= {name: sum(told.get(m, 0) for m in his.values()) for name, his in there.items()}
        return found


def unplaced(shipment: str) -> str:
    """Stands for the contacts of a shipment's recipient while it is not known which they are."""
    return f"shipment-{hashed('unplaced', shipment)}"


def _merged(his: dict[PersonalChannel, str], by_mark: dict[str, Wishes], unplaced_: str) -> Wishes:
    """One person's wishes, from those of each of his contacts: a channel is stopped by its own contact, or
    for the shipment."""
    found = {channel: by_mark[mark] for channel, mark in his.items() if mark in by_mark}
    merged = Wishes(
        stopped=frozenset(channel for channel, wanted in found.items() if channel in wanted.stopped)
    )
    both = list(found.values())
    if (whole := by_mark.get(unplaced_)) is not None:
        merged = replace(merged, stopped=merged.stopped | whole.stopped)
        both.append(whole)
    for each in both:
        merged = replace(
            merged, channel=each.channel or merged.channel, language=each.language or merged.language
        )
    return merged
