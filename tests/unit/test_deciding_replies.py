"""Who is told an answer, and what a shipment of the hold-out group is not told."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from services.notifier.core.deciding import HELD_OUT, Facts, Not, Tell, Wishes, decide, held_out
from services.notifier.core.wants import Want, kind_of, wants
from shared.contracts.notices import NoticeKind, NoticePolicy
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.views.stage import StageView

NOW = 1_795_212_000_000  # 2 in the morning in Athens
OTHERS = next(f"s-{n}" for n in range(1000) if not held_out(f"s-{n}", 20))
HELD = next(f"s-{n}" for n in range(1000) if held_out(f"s-{n}", 20))


def milestone(kind: Any, **more: Any) -> Milestone:
    values: dict[str, Any] = {
        "id": "m-1",
        "tenant": "athens",
        "merchant": "books",
        "shipment": OTHERS,
        "kind": kind,
        "revision": 7,
        "at_ms": NOW - 1000,
    }
    return Milestone(**(values | more))


def facts(**changes: Any) -> Facts:
    stage = StageView(
        shipment=OTHERS,
        tenant="athens",
        merchant="books",
        seq=9,
        order_number="GR-1",
        parties="k-1",
        substatus="OutForDelivery_001",
        status_ms=NOW,
        zone="Europe/Athens",
        out=True,
    )
    values: dict[str, Any] = {
        "policy": NoticePolicy(daily_cap=1),
        "stage": stage,
        "reach": frozenset({"email", "sms"}),
    }
    return Facts(**(values | changes))


def answer(way: str) -> Want:
    (want,) = wants(milestone("answered", way=way, note="n-1"), NoticePolicy())
    assert want.kind == "reply"
    return want


@pytest.mark.parametrize("way", ["email", "sms"])
def test_an_answer_goes_as_he_wrote_at_any_hour_past_wishes_and_cap(way: Any) -> None:
    wishes = Wishes(stopped=frozenset({"email", "sms"}), channel="email" if way == "sms" else "sms")
    assert decide(answer(way), facts(wishes=wishes, today=99), NOW) == Tell(way)


def test_where_that_fails_the_other_one_takes_it() -> None:
    assert decide(answer("sms"), facts(failed=frozenset({"sms"})), NOW) == Tell("email", "fallback")


def test_what_he_writes_is_no_notice_to_him() -> None:
    assert list(wants(milestone("replied", way="sms", note="n-1"), NoticePolicy())) == []
    assert kind_of(milestone("replied")) == "reply"


POLICY = NoticePolicy(hold_out_pct=20, quiet_from_h=0, quiet_to_h=0, daily_cap=50)


def wanted(shipment: str, kind: Any) -> Want:
    return Want(shipment, kind, 7, "athens", "books", NOW - 1000, NOW - 1000, milestone("near"))


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_of_the_hold_out_group_the_way_alone_is_not_told(kind: Any) -> None:
    known = facts(policy=POLICY)
    assert decide(wanted(OTHERS, kind), known, NOW) != Not("hold_out")
    assert (decide(wanted(HELD, kind), known, NOW) == Not("hold_out")) is (kind in HELD_OUT)
    assert decide(wanted(HELD, kind), facts(policy=NoticePolicy()), NOW) != Not("hold_out")


def test_it_is_announced_though_something_newer_would_have_told_it() -> None:
    known = facts(policy=POLICY, newer=frozenset({"out_for_delivery"}))
    assert decide(wanted(OTHERS, "announced"), known, NOW) == Not(
        "overtaken_by_out_for_delivery", folded=True
    )
    assert decide(wanted(HELD, "announced"), known, NOW) == Tell("email")
