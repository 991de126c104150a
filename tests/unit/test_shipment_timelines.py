"""Lives of shipments, as a courier would tell them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.shipments.core import shipment as shipments
from shared.contracts import shipment_events
from shared.contracts.common import Actor, Money
from shared.contracts.shipment_commands import Register, Report
from shared.contracts.shipment_events import Registered, Reported
from shared.domain.shipment import empty, fold, replace, stage_view
from tests.unit.shipment_life import Life, at

TAKEN = """
    08:00 shop registers
    09:00 hub InTransit_002
    10:00 system assigns eleni 5
    11:00 system starts eleni 6
"""


@pytest.fixture
def life() -> Life:
    life = Life()
    life.tell_all(TAKEN)
    return life


def test_delivered(life: Life) -> None:
    life.tell_all("""
        11:40 eleni notices near 5
        11:45 eleni notices arrived 5
        11:50 eleni Delivered_003
    """)
    assert life.now() == "Delivered_003 1"
    assert life.history() == [
        "08:00 InfoReceived_001",
        "09:00 InTransit_002",
        "11:00 OutForDelivery_001",
        "11:45 OutForDelivery_004",
        "11:50 Delivered_003",
    ]


def test_where_it_is_handed_over_is_of_the_shipment_to_its_end() -> None:
    life = Life()
    command = Register(
        id="k-0",
        tenant="athens",
        shipment=life.shipment,
        at_ms=at("08:00"),
        actor=Actor(kind="merchant", id="bookshop"),
        merchant="bookshop",
        order_number="GR-1",
        fingerprint="f",
        parties="k-0",
        handover="locker",
    )
    life.send(command, "08:00")
    life.tell_all("""
        10:00 system assigns eleni 5
        11:00 system starts eleni 6
        11:50 eleni Delivered_001
    """)
    assert life.state.handover == "locker"
    view = stage_view(life.state)
    assert view is not None
    assert view.handover == "locker"


def test_an_event_from_before_it_was_told_is_of_a_door(life: Life) -> None:
    old = msgspec.json.encode(life.events[0])
    assert b"handover" not in old, "what is usual is not written"
    assert isinstance(shipment_events.DECODER.decode(old), Registered)
    assert fold(empty("s-1", "athens"), shipment_events.DECODER.decode(old)).handover == "door"


def test_nothing_follows_the_end(life: Life) -> None:
    life.tell_all("11:50 eleni Delivered_001")
    assert life.tell("12:00 eleni AttemptFail_002") == "already_ended"
    assert life.tell("12:00 system assigns nikos 9") == "already_ended"
    assert life.now() == "Delivered_001 1"


def test_a_second_attempt_on_another_day_is_numbered(life: Life) -> None:
    life.tell_all("""
        11:50 eleni AttemptFail_002
        12:30 hub InTransit_003
        13:00 system assigns nikos 3
        14:00 system starts nikos 4
    """)
    assert life.now() == "OutForDelivery_001 2 out"
    life.tell_all("14:30 nikos Delivered_001")
    assert life.now() == "Delivered_001 2"


def test_a_second_try_on_the_same_round(life: Life) -> None:
    life.tell_all("""
        11:50 eleni AttemptFail_002
        15:00 eleni OutForDelivery_001 attempt=2
    """)
    assert life.now() == "OutForDelivery_001 2 out"


def test_only_the_courier_who_carries_it_reports(life: Life) -> None:
    assert life.tell("11:30 nikos Delivered_001") == "not_the_assigned_courier"
    assert life.now() == "OutForDelivery_001 1 out"


def test_a_late_report_of_the_courier_before_is_taken_at_its_time(life: Life) -> None:
    life.tell_all("""
        11:30 system assigns nikos 2 out
        11:40 (11:20) eleni AttemptFail_003
    """)
    assert life.now() == "OutForDelivery_001 1 out"
    assert life.tell("11:41 (11:35) eleni AttemptFail_003") == "not_the_assigned_courier"


def test_a_delivery_reported_late_still_ends_it(life: Life) -> None:
    life.tell_all("""
        12:10 hub Exception_004
        12:20 (11:50) eleni Delivered_001
    """)
    assert life.now() == "Delivered_001 1"
    assert getattr(life.events[-1], "current", None) is True


def test_of_two_ends_the_earlier_is_true_whichever_is_reported_first(life: Life) -> None:
    life.tell_all("""
        12:10 hub Exception_013
        12:20 (11:50) eleni Delivered_001
    """)
    assert life.now() == "Delivered_001 1"
    assert getattr(life.events[-1], "current", None) is True, "people are told"
    assert life.tell("12:30 (11:40) eleni Delivered_003") == "already_ended"
    assert life.tell("12:40 (12:00) hub Exception_013") == "already_ended"
    assert life.now() == "Delivered_001 1"


def test_anothers_report_on_an_id_that_is_not_registered_yet_takes_nothing() -> None:
    """Ids can be guessed before their shop has used them: whoever reads the log begins with the guesser."""
    life = Life(state=empty("s-1", "sparta"))
    stranger = life._command("nikos", "Delivered_001", [], "07:50")
    life.send(msgspec.structs.replace(stranger, tenant="sparta"), "07:50")
    assert getattr(life.events[-1], "reason", None) == "unknown_shipment"
    assert life.tell("08:00 shop registers") == "ok"
    assert life.state.tenant == "athens"


def test_nothing_happened_to_it_long_before_it_was_announced(life: Life) -> None:
    early = msgspec.structs.replace(life._command("hub", "InTransit_003", [], "08:00"), at_ms=at("08:00"))
    day_ms = 24 * 3_600_000
    life.send(msgspec.structs.replace(early, at_ms=early.at_ms - day_ms - 1), "11:10")
    assert getattr(life.events[-1], "reason", None) == "before_it_was_announced"
    life.send(msgspec.structs.replace(early, id="k-early", at_ms=early.at_ms - day_ms), "11:11")
    assert life.history()[0].endswith("InTransit_003")


def test_a_late_scan_is_history_only(life: Life) -> None:
    life.tell_all("11:10 (10:30) hub InTransit_007")
    assert life.now() == "OutForDelivery_001 1 out"
    assert life.history()[2] == "10:30 InTransit_007"
    assert getattr(life.events[-1], "current", None) is False


def test_a_late_report_belongs_to_the_attempt_of_its_time(life: Life) -> None:
    life.tell_all("""
        11:50 eleni AttemptFail_002
        13:00 system assigns nikos 3
        14:00 system starts nikos 4
        14:10 (09:30) hub InTransit_007
        14:20 (11:30) eleni Exception_012
    """)
    assert [(e.substatus, e.attempt) for e in life.state.history] == [
        ("InfoReceived_001", 0),
        ("InTransit_002", 0),
        ("InTransit_007", 0),
        ("OutForDelivery_001", 1),
        ("Exception_012", 1),
        ("AttemptFail_002", 1),
        ("OutForDelivery_001", 2),
    ]


def test_the_newest_attempt_counts(life: Life) -> None:
    life.tell_all("""
        11:50 eleni AttemptFail_002
        12:00 eleni OutForDelivery_001 attempt=2
        12:30 (12:20) eleni AttemptFail_003 attempt=1
    """)
    assert life.now() == "OutForDelivery_001 2 out"


def test_each_attempt_is_noticed_anew(life: Life) -> None:
    life.tell_all("""
        11:40 eleni notices arrived 5
        11:50 eleni AttemptFail_002
        12:00 eleni OutForDelivery_001 attempt=2
        12:10 eleni notices arrived 5
    """)
    assert life.tell("12:11 eleni notices arrived 5") == "noticed_already"


def test_no_attempt_fails_at_the_pickup_point(life: Life) -> None:
    life.tell_all("12:00 hub AvailableForPickup_001")
    assert life.tell("12:10 hub AttemptFail_002") == "not_from_here"
    life.tell_all("12:20 hub Delivered_002")


def test_the_same_report_twice_is_one(life: Life) -> None:
    assert life.tell("11:50 eleni AttemptFail_002 id=phone-7") == "ok"
    assert life.tell("11:55 (11:50) eleni AttemptFail_002 id=phone-7") == "again"
    assert life.history()[-1] == "11:50 AttemptFail_002"
    assert len([h for h in life.history() if "AttemptFail" in h]) == 1


def test_from_the_future(life: Life) -> None:
    assert life.tell("11:50 (15:00) eleni Delivered_001") == "from_the_future"


def test_a_stale_plan_assigns_nothing(life: Life) -> None:
    assert life.tell("11:10 system assigns eleni 4") == "superseded"
    assert life.tell("11:10 system withdraws eleni 5") == "superseded"
    assert life.now() == "OutForDelivery_001 1 out"


def test_withdrawn_on_the_way(life: Life) -> None:
    life.tell_all("11:15 system withdraws eleni 8")
    assert life.now() == "OutForDelivery_001 1"
    assert life.state.carrier is None
    life.tell_all("11:20 system assigns nikos 2 out")
    assert life.now() == "OutForDelivery_001 1 out"  # the same attempt: nobody was at the door


def test_back_before_the_hand_over_is_refused(life: Life) -> None:
    assert life.tell("11:15 shop InfoReceived_001") == "not_from_here"


def test_what_was_noticed_of_an_old_plan_is_refused(life: Life) -> None:
    life.tell_all("11:20 system assigns eleni 9 out")
    assert life.tell("11:25 eleni notices near 5") == "not_out"
    assert life.tell("11:25 eleni notices near 9") == "ok"
    assert life.tell("11:26 eleni notices near 9") == "noticed_already"


def test_another_shop_sees_no_such_shipment(life: Life) -> None:
    command = life._command("shop", "Exception_005", [], "11:30")
    other = type(command)(
        **{f: getattr(command, f) for f in command.__struct_fields__}
        | {"actor": type(command.actor)(kind="merchant", id="florist")}
    )
    event = life.send(other, "11:30")
    assert getattr(event, "reason", None) == "unknown_shipment"


def test_another_firm_sees_no_such_shipment(life: Life) -> None:
    command = replace(life._command("hub", "Exception_005", [], "11:30"), tenant="sparta")
    event = life.send(command, "11:30")
    assert getattr(event, "reason", None) == "unknown_shipment"


def test_unregistered() -> None:
    life = Life()
    assert life.tell("10:00 hub InTransit_001") == "unknown_shipment"
    assert life.tell("10:01 shop registers") == "ok"
    assert life.now() == "InfoReceived_001 0"
    assert life.tell("10:02 shop registers") == "already_registered"


def test_what_was_said_with_a_report_stands_in_the_history_at_its_stage(life: Life) -> None:
    """Also when a later report of another stage comes first."""
    life.tell_all("11:40 eleni AttemptFail_002")
    cash, proofs = Money(amount="24.90", currency="EUR"), ("20261120.AAAAAAAAAAAAAAAAAAAAAA",)
    shipment, at_ms = life.state.shipment, at("11:50")
    head: dict[str, Any] = {"id": "k-cash", "tenant": "athens", "shipment": shipment, "at_ms": at_ms}
    report = Report(
        **head,
        actor=Actor(kind="courier", id="eleni"),
        substatus="Delivered_004",
        note="k-cash.1",
        cash=cash,
        proofs=proofs,
    )
    event = shipments.decide(life.state, report, at("11:50"), "test")
    assert isinstance(event, Reported)
    last = fold(life.state, event).history[-1]
    assert (last.substatus, last.note, last.cash, last.proofs) == ("Delivered_004", "k-cash.1", cash, proofs)
    assert all(e.cash is None and not e.proofs for e in life.state.history)
