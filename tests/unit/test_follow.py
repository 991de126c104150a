"""`dromos follow`: which record led to which, with the time between them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.cli.core import following
from shared.contracts import (
    courier_positions,
    courier_stops,
    shipment_commands,
    shipment_events,
    shipment_milestones,
    shipment_parties,
)
from shared.contracts.common import Actor
from shared.contracts.courier_positions import position, sign_of_life
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.shipment_commands import Report
from shared.contracts.shipment_events import Assigned, Refused, Reported
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.topic import Topic
from shared.contracts.views.live import Line, LiveView, Watcher
from shared.contracts.views.stage import EXAMPLE as STAGE
from shared.ports.log import Record

AT = 1_795_168_800_000
ELENI = Actor(kind="courier", id="eleni")
HEAD: dict[str, Any] = {"tenant": "athens", "shipment": "s-1", "at_ms": AT, "actor": ELENI}
EVENT: dict[str, Any] = {**HEAD, "recorded_ms": AT + 140}
TRACE = "00-474ed0fa7be46e4be6f310d1129242bb-eb36d357832c2c37-01"


def record(topic: Topic, value: msgspec.Struct | None, at_ms: int, offset: int = 0, **headers: str) -> Record:
    raw = None if value is None else msgspec.json.encode(value)
    return Record(topic.name, 0, offset, "s-1", raw, at_ms, {"traceparent": TRACE, **headers})


DELIVERED = record(
    shipment_commands.TOPIC, Report(id="k-1", substatus="Delivered_001", **HEAD), AT + 130, offset=7
)
DECIDED = record(
    shipment_events.TOPIC,
    Reported(
        id="e-9",
        prev="e-8",
        seq=9,
        command="k-1",
        substatus="Delivered_001",
        attempt=1,
        current=True,
        **EVENT,
    ),
    AT + 141,
)
DONE = record(
    courier_stops.TOPIC,
    StopOutcome(
        tenant="athens",
        courier="eleni",
        shipment="s-1",
        seq=9,
        joined=5,
        open=False,
        substatus="Delivered_001",
        at_ms=AT,
    ),
    AT + 150,
)
TOLD = record(
    shipment_milestones.TOPIC,
    Milestone(
        id="m-e-9", tenant="athens", merchant="m", shipment="s-1", kind="delivered", revision=9, at_ms=AT
    ),
    AT + 152,
)


def test_a_report_is_followed_to_what_it_led_to_in_whatever_order_it_was_read() -> None:
    hops = following.path([TOLD, DONE, DECIDED, DELIVERED])
    assert [(hop.where, hop.took_ms) for hop in hops] == [
        ("shipment.commands", 130),
        ("shipment.events", 11),
        ("courier.stops", 9),
        ("shipment.milestones", 11),
    ]
    assert "report Delivered_001 by courier eleni" in hops[0].what
    assert {hop.trace for hop in hops} == {"474ed0fa7be46e4be6f310d1129242bb"}


def test_what_led_to_it_may_be_gone_from_the_log() -> None:
    assert [hop.took_ms for hop in following.path([DECIDED, TOLD])] == [None, 11]


def test_a_refusal_says_its_reason_and_no_name_stands_anywhere() -> None:
    refused = record(
        shipment_events.TOPIC,
        Refused(id="e-2", prev="e-1", seq=2, command="k-2", reason="not_out", explanation="x", **EVENT),
        AT + 5,
    )
    party = record(shipment_parties.TOPIC, shipment_parties.TOPIC.messages[0].example, AT, ce_id="k-01")
    hops = following.path([party, refused])
    assert [hop.what for hop in hops] == ["personal data written", "event 2: refused, not_out"]
    assert "Maria" not in repr(hops)


def test_one_record_that_cannot_be_read_hides_no_other() -> None:
    broken = Record(shipment_events.TOPIC.name, 0, 3, "s-1", b"{", AT, {})
    assert [hop.what for hop in following.path([broken, DECIDED])] == [
        "can't be read",
        "event 9: Delivered_001",
    ]


def test_the_newest_courier_is_the_last() -> None:
    def assigned(courier: str, seq: int) -> Record:
        return record(
            shipment_events.TOPIC,
            Assigned(
                id=f"e-{seq}",
                prev=None,
                seq=seq,
                command=f"k-{seq}",
                courier=courier,
                route="r",
                joined=seq,
                **EVENT,
            ),
            AT + seq,
        )

    assert following.couriers_of([assigned("nikos", 2), assigned("eleni", 3), assigned("nikos", 4)]) == [
        "eleni",
        "nikos",
    ]


def test_another_shipments_stop_in_the_same_partition_is_left_out() -> None:
    assert following.of_shipment(DONE, "s-1")
    assert not following.of_shipment(DONE, "s-2")


def test_a_fix_from_the_phones_clock_to_the_socket() -> None:
    fix = Record(
        courier_positions.TOPIC.name,
        0,
        42,
        "eleni",
        msgspec.json.encode(position(24.94, 60.17, AT)),
        AT + 205,
        {"received_ms": str(AT + 200), "traceparent": TRACE},
    )
    hops = following.position_hops(fix, shown_ms=AT + 212, sent_ms=AT + 214)
    assert [(hop.where, hop.took_ms) for hop in hops] == [
        ("phone", None),
        ("ingest", 200),
        ("courier.positions", 5),
        ("live view", 7),
        ("socket", 2),
    ]
    alive = msgspec.structs.replace(position(0, 0, AT), geometry=None)
    assert alive == sign_of_life(AT)
    told = following.position_hops(
        Record(courier_positions.TOPIC.name, 0, 1, "eleni", msgspec.json.encode(alive), AT, {})
    )
    assert "sign of life" in told[0].what


LIVE = LiveView(
    courier="eleni",
    version=(7, 42),
    seen_ms=AT,
    lines=(Line(show="withheld", why="no_fix", audience=(Watcher("s-1", 5, 2),)),),
)


@pytest.mark.parametrize(
    ("stage", "live", "newest", "says"),
    [
        (None, None, 3, "never registered"),
        (STAGE, LIVE, 4, "up to date"),
        (STAGE, LIVE, 6, "2 events behind"),
        (STAGE, LIVE, 4, "withheld, no_fix, 2 stops left; version 7, 42"),
        (STAGE, None, 4, "off duty"),
        (msgspec.structs.replace(STAGE, joined=6), LIVE, 4, "in nobody's audience"),
    ],
)
def test_what_the_views_say_now(stage: Any, live: Any, newest: int, says: str) -> None:
    assert says in "\n".join(following.standing("s-1", stage, live, newest))
