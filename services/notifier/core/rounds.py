"""What is due at one moment, decided together: who is told several things at once is told so, and nobody more
than he wants in a day. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.notifier.core.composing import Person
from services.notifier.core.deciding import (
    DIGESTED,
    WAIT_FOR_VIEWS_MS,
    Decision,
    Facts,
    Later,
    Not,
    Tell,
    decide,
)
from services.notifier.core.ledger import LOOK_AGAIN_MS, Notice
from services.notifier.core.wants import Want
from shared.contracts.notices import PersonalChannel
from shared.contracts.views.stage import StageView

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a want. `contacts`: the mark of each address that its recipient has."""

    stage: StageView | None
    person: Person | None
    contacts: dict[PersonalChannel, str]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Told:
    """A want that is told now, to `contact`."""

    want: Want
    how: Tell
    contact: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """A want that is looked at later. `waits_ms`: since when it has waited for views; `said`: that it waits
    has been said before."""

    want: Want
    until: Later
    waits_ms: int | None = None
    said: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """A want that is not told. `said`: it was told once, and that is what stands of it."""

    want: Want
    why: Not
    said: bool = False


@dataclass(slots=True)
class Round:
    """What became of what was due; each of `messages` is one message."""

    messages: list[list[Told]] = field(default_factory=list)
    put_off: list[PutOff] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)


def key(about: Want | Notice) -> Key:
    return about.shipment, about.kind, about.revision


def settle(
    due: Sequence[Want],
    known: Mapping[Key, Known],
    now_ms: int,
    failed: Callable[[Want, Exception], None],
) -> Round:
    """Decide about all of them. `failed` hears of one that can't be decided, by a fault of ours: it is looked
    at again, and the others go on."""
    found = Round()
    together: dict[object, list[Told]] = defaultdict(list)
    more_today: Counter[str] = Counter()
    for want in due:
        about = known[key(want)]
        more = max((more_today[mark] for mark in about.contacts.values()), default=0)
        try:
            decision = decide(want, replace(about.facts, today=about.facts.today + more), now_ms)
        except Exception as error:
            failed(want, error)
            decision = _undecidable(want, now_ms)
        match decision:
            case Tell():
                contact = about.contacts[decision.channel]
                alone = (want.merchant, want.kind) if want.kind in DIGESTED else key(want)
                message = together[contact, decision.channel, alone]
                if not message:
                    more_today.update(about.contacts.values())
                message.append(Told(want, decision, contact))
            case Later(reason="waiting" | "error"):
                since_ms = now_ms if want.waits_ms is None else want.waits_ms
                found.put_off.append(PutOff(want, decision, since_ms, want.waits_ms is not None))
            case Later():
                found.put_off.append(PutOff(want, decision))
            case Not():
                found.closed.append(Closed(want, decision, bool(about.facts.unheard)))
    found.messages = list(together.values())
    return found


def _undecidable(want: Want, now_ms: int) -> Decision:
    waited_ms = now_ms - want.waits_ms if want.waits_ms is not None else 0
    if waited_ms >= WAIT_FOR_VIEWS_MS:
        return Not("error")
    return Later(now_ms + max(waited_ms // 2, 10 * LOOK_AGAIN_MS), "error")
