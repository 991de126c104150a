"""Who is told what, how and when: decided when it is due, by what holds then. No I/O; `now_ms` is handed in.

Each answer has a reason, a code that stands in notice.outcomes and on the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.notifier.core.ledger import LOOK_AGAIN_MS
from services.notifier.core.wants import Want
from shared.contracts.notices import NoticeKind, NoticePolicy, PersonalChannel
from shared.contracts.remarks import Way
from shared.contracts.status import Tag, tag_of
from shared.contracts.topic import DAY_MS, HOUR_MS, MINUTE_MS
from shared.contracts.views.stage import StageView
from shared.domain.local_time import zone_of

HAND_OVER_DAY: frozenset[NoticeKind] = frozenset(
    {
        "out_for_delivery",
        "stops_away",
        "arriving",
        "late",
        "window_moved",
        "delivered",
        "attempt_failed",
        "lost_link",
        "reply",
    }
)
"""Told at any hour: he is at the door, or about to be, or the reader has asked."""

ASKED: frozenset[NoticeKind] = frozenset({"lost_link", "reply"})
"""The reader has asked for it: no wish to hear no more holds it back, and only twice the cap."""

DIGESTED: frozenset[NoticeKind] = frozenset(
    {"announced", "out_for_delivery", "late", "window_moved", "pickup_ready"}
)
"""Kinds of which one message tells several shipments of a shop to one person."""

UNCAPPED: frozenset[NoticeKind] = frozenset({"attempt_failed", "exception"})
"""Told though the reader has had many messages today: something is to be done."""

HELD_OUT: frozenset[NoticeKind] = frozenset(
    {"out_for_delivery", "stops_away", "arriving", "late", "window_moved", "delivered"}
)
"""What a shipment of the hold-out group is not told of: its way. That the parcel is announced, and whatever
somebody has to act upon, everybody is told; questions are asked of both groups alike."""

_OVER: frozenset[NoticeKind] = frozenset({"delivered", "attempt_failed", "exception"})
_WHILE_OUT: frozenset[NoticeKind] = frozenset(
    {"out_for_delivery", "stops_away", "arriving", "late", "window_moved"}
)
_OVERTAKEN_BY: dict[NoticeKind, frozenset[NoticeKind]] = {
    "announced": _OVER | {"out_for_delivery", "stops_away", "arriving", "pickup_ready"},
    "out_for_delivery": _OVER | {"stops_away", "arriving"},
    "stops_away": _OVER | {"arriving"},
    "arriving": _OVER,
    "late": _OVER | {"late", "window_moved", "arriving"},
    "window_moved": _OVER | {"late", "window_moved", "arriving"},
    "exception": frozenset({"exception", "delivered", "out_for_delivery"}),
    "attempt_failed": frozenset({"out_for_delivery", "delivered", "pickup_ready"}),
    "pickup_ready": frozenset({"delivered", "expired"}),
    "all_right": frozenset({"all_right", "survey"}),
    "survey": frozenset({"survey"}),
    "lost_link": frozenset({"lost_link"}),
}
STALE_MS: dict[NoticeKind, int] = {
    "arriving": 10 * MINUTE_MS,
    "stops_away": 20 * MINUTE_MS,
    "late": HOUR_MS,
    "window_moved": HOUR_MS,
    "out_for_delivery": 4 * HOUR_MS,
    "lost_link": 24 * HOUR_MS,
    "reply": 24 * HOUR_MS,
    "attempt_failed": 24 * HOUR_MS,
    "delivered": 48 * HOUR_MS,
    "all_right": 48 * HOUR_MS,
    "announced": 72 * HOUR_MS,
    "exception": 72 * HOUR_MS,
    "survey": 7 * DAY_MS,
    "pickup_ready": 7 * DAY_MS,
    "expired": 7 * DAY_MS,
}
"""What is older when it can be told, after an outage, tells nothing new. Of a question: since it was to be
asked."""

WAIT_FOR_PERSON_MS = MINUTE_MS
"""People reach the lists a moment after the log; who is in no view after a minute has been forgotten."""
WAIT_FOR_VIEWS_MS = 24 * HOUR_MS
"""Views that are being filled again, and lists that lag, come back; for so long nothing is dropped because of
them."""
_LOOK_AGAIN_MOST_MS = MINUTE_MS


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants, by contact: channels that he has stopped, the one he prefers, his language."""

    stopped: frozenset[PersonalChannel] = frozenset()
    channel: PersonalChannel | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds when a want is due. `stage` None: nobody has written its view (yet, or again). `reach`: the
    channels for which the recipient has an address; None: he is not in the lists, where he may have to be as
    `expected` says. `today`: messages to him since his midnight. `newer`: kinds of this shipment's other
    wants of a higher revision that exist by now. `answered`: what this want asks is answered already."""

    policy: NoticePolicy
    stage: StageView | None
    reach: frozenset[PersonalChannel] | None
    wishes: Wishes = Wishes()
    today: int = 0
    newer: frozenset[NoticeKind] = frozenset()
    answered: bool = False
    expected: bool = False
    failed: frozenset[PersonalChannel] = field(default=frozenset())
    """Channels that have failed for this want."""
    unheard: frozenset[PersonalChannel] = field(default=frozenset())
    """Those of `failed` that may have brought it: nobody has said."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell it on this channel."""

    channel: PersonalChannel
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Look at it again from `due_ms` on."""

    due_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Not:
    """It is not told: `folded` by a newer one, or not at all."""

    reason: str
    folded: bool = False


Decision = Tell | Later | Not


def decide(want: Want, facts: Facts, now_ms: int) -> Decision:
    """What becomes of it now, in the order of the reasons."""
    policy, stage = facts.policy, facts.stage
    if want.kind in policy.off:
        return Not("switched_off")
    if want.kind in HELD_OUT and held_out(want.shipment, policy.hold_out_pct):
        return Not("hold_out")
    # One that he will not be told himself says nothing in the place of this one.
    later = [
        k
        for k in facts.newer & _OVERTAKEN_BY.get(want.kind, frozenset())
        if _reaches(k, want.shipment, facts)
    ]
    if later:
        return Not(f"overtaken_by_{min(later)}", folded=True)
    if now_ms - asked_ms(want, policy) > STALE_MS.get(want.kind, now_ms):
        return Not("too_old")
    if stage is None:
        return _waits(want, WAIT_FOR_VIEWS_MS, now_ms) or Not("unknown_shipment")
    if _is_over(want, stage):
        return Not("over", folded=True)
    if facts.answered:
        return Not("answered_already")
    if facts.reach is None:
        most_ms = WAIT_FOR_VIEWS_MS if facts.expected else WAIT_FOR_PERSON_MS
        return _waits(want, most_ms, now_ms) or Not("no_recipient")
    asked = want.kind in ASKED
    wrote = want.milestone.way if want.kind == "reply" and want.milestone is not None else None
    channel, why = _channel(want.kind, facts, wrote)
    if channel is None:
        return Not(why)
    if want.kind not in HAND_OVER_DAY:
        until_ms = quiet_until(policy, stage.zone, now_ms)
        if until_ms is not None:
            return Later(until_ms, "quiet_hours")
    # Who sends messages by asking for a link again and again, sends them to somebody.
    most = policy.daily_cap * (2 if asked else 1)
    if facts.today >= most and want.kind != "reply" and (asked or want.kind not in UNCAPPED):
        if want.kind in HAND_OVER_DAY:
            return Not("daily_cap")
        return Later(_tomorrow_ms(policy, stage.zone, now_ms), "daily_cap")
    return Tell(channel, why)


def held_out(shipment: str, pct: int) -> bool:
    """Whether a shipment is of the hold-out group of so many per cent: always the same of one shipment, and
    of a larger share too."""
    digest = hashlib.sha256(f"hold-out\0{shipment}".encode()).digest()
    return int.from_bytes(digest[:8]) % 10_000 < pct * 100


def asked_ms(want: Want, policy: NoticePolicy) -> int:
    """Since when it has been worth telling (epoch ms)."""
    after_s = {"all_right": policy.ask_after_s, "survey": policy.survey_after_s}.get(want.kind, 0)
    return want.at_ms + after_s * 1000


def _is_over(want: Want, stage: StageView) -> bool:
    match want.kind:
        case "announced":
            return stage.ended
        case "all_right" | "survey":
            return tag_of(stage.substatus) is not Tag.DELIVERED
        case _:
            return want.kind in _WHILE_OUT and not stage.out


def _waits(want: Want, most_ms: int, now_ms: int) -> Later | None:
    """Look again soon, and ever more seldom; None: it has waited for too long."""
    waited_ms = now_ms - want.waits_ms if want.waits_ms is not None else 0
    if waited_ms >= most_ms:
        return None
    return Later(now_ms + min(max(waited_ms // 10, LOOK_AGAIN_MS), _LOOK_AGAIN_MOST_MS), "waiting")


def _reaches(kind: NoticeKind, shipment: str, facts: Facts) -> bool:
    """Whether he is told of this kind at all."""
    if kind in HELD_OUT and held_out(shipment, facts.policy.hold_out_pct):
        return False
    return kind not in facts.policy.off and _channel(kind, facts)[0] is not None


def _channel(kind: NoticeKind, facts: Facts, wrote: Way | None = None) -> tuple[PersonalChannel | None, str]:
    """The first channel in the reader's order, then the shop's, on which he can be told this; and why none.
    `wrote`: how he wrote what this answers, which goes before."""
    reach, policy, wishes = facts.reach or frozenset(), facts.policy, facts.wishes
    if not reach:
        return None, "no_address"
    order: Sequence[PersonalChannel] = policy.channels
    if wrote == "email" or wrote == "sms":
        order = (wrote, *(c for c in order if c != wrote))
    elif wishes.channel is not None:
        order = (wishes.channel, *(c for c in order if c != wishes.channel))
    paid: frozenset[PersonalChannel] = frozenset({"sms"})
    able = [c for c in order if c in reach]
    if not able:
        return None, "no_channel"
    wanted = [c for c in able if kind in ASKED or c not in wishes.stopped]
    if not wanted:
        return None, "opted_out"
    left = [c for c in wanted if c not in facts.failed]
    if not left:
        return None, "no_channel_left"
    if kind in policy.email_only and wishes.channel != "sms":
        left = [c for c in left if c not in paid]
        if not left:
            return None, "not_by_sms"
    return left[0], "fallback" if facts.failed else ""


def quiet_until(policy: NoticePolicy, zone: str, now_ms: int) -> int | None:
    """When the recipient's quiet hours end, if it is within them now (epoch ms); None: it is not.

    On the night the clocks change they end at the hour that his clock shows."""
    begin, end = policy.quiet_from_h, policy.quiet_to_h
    if begin == end:
        return None
    here = zone_of(zone)
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(here)
    within = begin <= now.hour < end if begin < end else now.hour >= begin or now.hour < end
    if not within:
        return None
    day = now.date() + timedelta(days=1 if now.hour >= end else 0)
    over = datetime(day.year, day.month, day.day, end % 24, tzinfo=here)
    if end == 24:
        over += timedelta(days=1)
    return int(over.timestamp() * 1000)


def _tomorrow_ms(policy: NoticePolicy, zone: str, now_ms: int) -> int:
    """When he may be written to tomorrow (epoch ms)."""
    here = zone_of(zone)
    day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(here).date() + timedelta(days=1)
    begins_ms = int(datetime(day.year, day.month, day.day, tzinfo=here).timestamp() * 1000)
    return quiet_until(policy, zone, begins_ms) or begins_ms


def midnight_ms(zone: str, now_ms: int) -> int:
    """When the recipient's day began (epoch ms)."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone_of(zone))
    day = now.date()
    return int(datetime(day.year, day.month, day.day, tzinfo=now.tzinfo).timestamp() * 1000)
