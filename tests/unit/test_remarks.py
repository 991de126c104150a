"""What recipients and shops say to each other: decided, folded, told on, and listed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.projector.lists.core import Batch, party_row
from services.projector.lists.ledger import remark_rows
from shared.contracts.common import Actor
from shared.contracts.link_openings import Opening
from shared.contracts.shipment_commands import Remark
from shared.contracts.shipment_events import Refused
from shared.contracts.shipment_parties import Note
from shared.contracts.shipment_state import StateRecord
from shared.domain.shipment import REMEMBERED_REMARKS
from tests.unit.shipment_life import SHOP, Life, at
from tests.unit.test_stages_core import OUT, followed, told

RECIPIENT = Actor(kind="recipient", id="s-1")
STAFF = Actor(kind="staff", id="anna")


def registered() -> Life:
    life = Life()
    life.tell_all(OUT)
    return life


def say(life: Life, clock: str, actor: Actor, direction: Any, **said: Any) -> str:
    """What came of it: `ok`, or why not."""
    life.count += 1
    command = Remark(
        id=f"r-{life.count}",
        tenant="athens",
        shipment="s-1",
        at_ms=at(clock),
        actor=actor,
        direction=direction,
        **said,
    )
    event = life.send(command, clock)
    return event.reason if isinstance(event, Refused) else "ok" if event is not None else "again"


def test_an_answer_goes_back_on_the_way_on_which_he_wrote_last() -> None:
    life = registered()
    assert say(life, "11:30", SHOP, "out", note="n-0") == "nobody_wrote"
    assert say(life, "11:35", STAFF, "in", way="call", about="where") == "ok"
    assert say(life, "11:36", SHOP, "out", note="n-0") == "nobody_wrote"
    assert say(life, "11:37", SHOP, "in", way="sms", about="when") == "ok"
    assert say(life, "11:38", SHOP, "out", note="n-0") == "nobody_wrote", "a shop can't write for him"
    assert say(life, "11:40", RECIPIENT, "in", way="email", note="n-1") == "ok"
    assert say(life, "11:45", RECIPIENT, "in", way="sms", note="n-2") == "ok"
    assert say(life, "11:46", STAFF, "in", way="chat") == "ok"
    assert say(life, "11:47", STAFF, "in", way="email") == "ok"
    assert say(life, "11:50", SHOP, "out") == "no_words"
    assert say(life, "11:50", SHOP, "out", note="n-3") == "ok"
    assert say(life, "11:51", RECIPIENT, "in") == "no_way"
    last = life.state.remarks[-1]
    assert (last.direction, last.way, last.note, last.answers, last.by) == ("out", "sms", "n-3", "n-2", SHOP)


def test_what_he_writes_is_told_and_what_staff_note_is_not() -> None:
    life = registered()
    say(life, "11:35", STAFF, "in", way="call", about="where")
    say(life, "11:36", STAFF, "in", way="email", about="when")
    say(life, "11:40", RECIPIENT, "in", way="email", note="n-1", attachments=2)
    say(life, "11:50", SHOP, "out", note="n-2")
    assert told(life)[-2:] == ["replied 1", "answered 1"]
    assert not [m for m in told(life)[:-2] if m.startswith(("replied", "answered"))]
    replied, answered = [e.milestones[0] for e in followed(life)[-2:]]
    assert (replied.note, replied.way, replied.answers) == ("n-1", "email", None)
    assert (answered.note, answered.way, answered.answers) == ("n-2", "email", "n-1")
    assert replied.revision < answered.revision


def test_after_the_end_people_still_write_and_a_state_does_not_grow_for_ever() -> None:
    life = registered()
    life.tell("12:30 eleni Delivered_001")
    for n in range(REMEMBERED_REMARKS + 3):
        assert say(life, "13:00", RECIPIENT, "in", way="sms", note=f"n-{n}") == "ok"
    assert len(life.state.remarks) == REMEMBERED_REMARKS
    assert life.state.remarks[-1].note == f"n-{REMEMBERED_REMARKS + 2}"
    assert life.state.substatus == "Delivered_001"


def test_rows_are_the_same_however_often_a_state_is_read() -> None:
    life = registered()
    say(life, "11:40", RECIPIENT, "in", way="email", note="n-1")
    before = remark_rows(life.state)
    say(life, "11:45", STAFF, "in", way="call", about="problem")
    rows = remark_rows(life.state)
    assert rows[: len(before)] == before
    assert [(r["way"], r["by"], r["about"], r["note"]) for r in rows] == [
        ("email", "recipient", None, "n-1"),
        ("call", "staff", "problem", None),
    ]
    batch = Batch()
    for _ in range(2):
        batch.state("s-1", msgspec.json.encode(StateRecord(offset=9, state=life.state)))
    assert list(batch.remarks.values()) == rows


@pytest.mark.parametrize("order", [(5, 3, 4), (3, 4, 5), (4, 5, 3)])
def test_the_first_opening_counts_in_any_order(order: tuple[int, ...]) -> None:
    batch = Batch()
    for at_ms in order:
        opening = Opening(link="0" * 64, tenant="athens", merchant="books", shipment="s-1", at_ms=at_ms)
        batch.opening(msgspec.json.encode(opening))
    assert batch.openings == {"s-1": {"shipment": "s-1", "first_ms": 3}}


def test_a_note_keeps_its_words_and_the_mail_that_they_came_in() -> None:
    row = party_row(
        Note(tenant="athens", shipment="s-1", version="n-1", text="x" * 5000, message_id="1@example.org")
    )
    assert (len(row["note"]), row["message_id"], row["name"]) == (4000, "1@example.org", None)
