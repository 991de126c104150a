"""Properties of notices: any order of milestones, repeats, restarts and kills between any two steps.

Each names the mutant that it catches (`make mutants`)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.notifier.core.deciding import HAND_OVER_DAY
from services.notifier.core.ledger import ENDED, OPEN
from services.notifier.core.wants import wants
from shared.contracts.notices import NoticePolicy
from shared.contracts.shipment_milestones import Milestone
from tests.unit.notices_day import PHONE, Day
from tests.unit.notices_ledger import key

KINDS = (
    "taken_over",
    "out_for_delivery",
    "late",
    "window_moved",
    "stops_away",
    "near",
    "attempt_failed",
    "exception",
    "delivered",
)
ANSWERS = ("ok", "ok", "ok", "busy", "nobody", "unsure")
DATES = (datetime(2026, 11, 30), datetime(2026, 10, 24), datetime(2027, 3, 27))


@st.composite
def lines(draw: st.DrawFn, kills: bool = True) -> list[tuple[int, str, Any]]:
    """(minutes since the one before, what, more): some days of three shipments of one person."""
    found: list[tuple[int, str, Any]] = []
    for _ in range(draw(st.integers(1, 14))):
        gap = draw(st.sampled_from((0, 0, 1, 7, 45, 180, 700)))
        others = ("answers", "again", "stop", "views", *("kill",) * (3 * kills))
        what = draw(st.sampled_from(("tell",) * 6 + others))
        more: Any = None
        match what:
            case "tell":
                more = (draw(st.sampled_from(("s-1", "s-2", "s-3"))), draw(st.sampled_from(KINDS)))
            case "answers":
                more = (draw(st.sampled_from(("email", "sms"))), draw(st.sampled_from(ANSWERS)))
            case "kill":
                more = draw(st.integers(0, 12))
            case "stop":
                more = draw(st.sampled_from(("email", "sms")))
            case "views":
                more = draw(st.booleans())
        found.append((gap, what, more))
    return found


def lived(told: list[tuple[int, str, Any]], date: datetime, **policy: Any) -> Day:
    """The days as they went, and a week after them in which all servers answer."""
    day = Day(date=date, phone=PHONE, **policy)
    read: list[Milestone] = []
    at_ms = day.at("06:00")
    for gap, what, more in told:
        at_ms += gap * 60_000
        day.until(at_ms)
        match what:
            case "tell":
                read.append(day.milestone(*more))
            case "answers":
                day.world.answers[more[0]] = more[1]
            case "again":
                day.read(*reversed(read))
                day.start()
            case "kill":
                day.world.kill_in = more
            case "stop" if read:
                day.tell(f"{day.clock(at_ms)} {read[0].shipment} stops {more}")
            case "views":
                day.world.views_away = more
    day.world.kill_in, day.world.views_away = None, False
    day.world.answers.clear()
    day.until(at_ms + 9 * 86_400_000)
    return day


def sent_by_want(day: Day) -> Counter[tuple[Any, ...]]:
    """Messages at the servers by (shipment, kind, revision, address, channel)."""
    found: Counter[tuple[Any, ...]] = Counter()
    for _, channel, lead, address in day.world.handed:
        for n in day.ledger.rows.notices.values():
            if n.lead == lead:
                found[(*key(n), address, channel)] += 1
    return found


@settings(max_examples=40, deadline=None)
@given(lines(kills=True), st.sampled_from(DATES), st.booleans())
def test_nothing_is_lost_and_no_sms_goes_twice(
    told: list[tuple[int, str, Any]], date: datetime, sms_first: bool
) -> None:
    """Every want ends told, folded, dropped or held, each with its reason; a notice is entered once by
    (shipment, kind, revision, recipient, channel); an SMS is handed over once, a mail more than once only as
    the same message. Catches `abandoned_sms_is_sent_again`."""
    channels = ("sms", "email") if sms_first else ("email", "sms")
    day = lived(told, date, channels=channels, email_only=(), daily_cap=50)
    event(f"kills: {min(day.kills, 3)}")
    rows = day.ledger.rows
    assert not any(rows.open.values()), "something is open for ever"
    assert not [n for n in rows.notices.values() if n.state in OPEN]
    said = {(o.shipment, o.kind, o.revision): o for o in rows.outcomes}
    assert said.keys() == rows.wants.keys(), "silently"
    assert all(o.reason for o in said.values() if o.state in ("folded", "dropped", "failed", "held"))
    entered = Counter((*key(n), n.recipient, n.channel) for n in rows.notices.values())
    assert set(entered.values()) <= {1}
    for (*_, channel), many in sent_by_want(day).items():
        assert channel == "email" or many == 1
    assert all(n.state in ENDED or n.state in ("sent", "held") for n in rows.notices.values())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_in_any_order_and_however_often_the_wants_are_the_same(kinds: list[str], dice: Any) -> None:
    """Catches `want_by_arrival`."""
    policy = NoticePolicy()
    told = [_milestone(kind, n) for n, kind in enumerate(kinds)]
    dealt = told * 2
    dice.shuffle(dealt)
    once, often = Day(), Day()
    once.world.policy = often.world.policy = policy
    once.read(*told)
    for each in dealt:
        often.read(msgspec.json.decode(msgspec.json.encode(each), type=Milestone))
    assert often.ledger.rows.wants == once.ledger.rows.wants
    assert once.ledger.rows.wants.keys() == {key(w) for m in told for w in wants(m, policy)}


def _milestone(kind: str, revision: int) -> Milestone:
    return Milestone(
        id=f"m-{revision}",
        tenant="t",
        merchant="books",
        shipment="s-1",
        kind=kind,  # type: ignore[arg-type]
        revision=revision,
        at_ms=1_795_172_400_000 + revision * 1000,
    )


@settings(max_examples=40, deadline=None)
@given(lines(kills=False), st.sampled_from(DATES), st.sampled_from(((21, 8), (13, 15), (0, 6), (20, 24))))
def test_nothing_that_can_wait_is_told_in_quiet_hours(
    told: list[tuple[int, str, Any]], date: datetime, quiet: tuple[int, int]
) -> None:
    """By the recipient's clock, read without our code. Catches `quiet_hours_by_utc`."""
    begin, end = quiet
    day = lived(told, date, quiet_from_h=begin, quiet_to_h=end, daily_cap=50)
    for at_ms, _, lead, _ in day.world.handed:
        hour = datetime.fromtimestamp(at_ms / 1000, ZoneInfo("Europe/Athens")).hour
        quiet_now = hour in ({*range(begin, 24), *range(end)} if begin > end else set(range(begin, end)))
        kind = day.ledger.rows.notices[lead].kind
        event(f"in quiet hours: {quiet_now}")
        assert not quiet_now or kind in HAND_OVER_DAY


@settings(max_examples=40, deadline=None)
@given(lines(kills=True), st.sampled_from(DATES))
def test_read_again_from_the_beginning_nothing_more_is_sent(
    told: list[tuple[int, str, Any]], date: datetime
) -> None:
    """Catches `read_again_is_told_again`."""
    day = lived(told, date, daily_cap=50)
    handed, outcomes = list(day.world.handed), len(day.ledger.rows.outcomes)
    again = [w.milestone for w in day.ledger.rows.wants.values() if w.milestone is not None]
    day.start()
    day.read(*again)
    day.until(day.now_ms + 9 * 86_400_000)
    assert day.world.handed == handed
    assert len(day.ledger.rows.outcomes) == outcomes
