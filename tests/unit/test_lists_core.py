"""What the lists make of records: words to search by, the newest of a courier in any order, rows that fit."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projector.lists.core import Batch, courier_row, newer, party_row, shipment_row
from services.projector.lists.ledger import closing_rows
from shared.contracts.common import Money, Window
from shared.contracts.courier_positions import position, sign_of_life
from shared.contracts.shipment_parties import Note, Recipient
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState, StateRecord
from shared.domain.search import folded, order_words, phone_words, terms, vector, words

T = 1_795_168_800_000
MINUTE = 60_000


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Παπαδοπούλου", "παπαδοπουλου"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΥ", "παπαδοπουλου"),
        ("Γιώργος", "γιωργοσ"),
        ("Μαΐου", "μαιου"),
        ("Προΰπαρξη", "προυπαρξη"),
        ("Алёна", "алена"),
        ("Čapek", "capek"),
        ("Straße", "strasse"),
    ],
)
def test_accents_case_and_the_last_sigma_do_not_matter(written: str, asked: str) -> None:
    assert folded(written) == asked
    assert terms(written) == [f"'{asked}':*"]


def test_an_order_is_found_by_its_parts_and_as_one() -> None:
    assert order_words("GR-10442/b") == ["gr", "10442", "b", "gr10442b"]


def test_a_telephone_is_found_by_its_beginning_and_its_end() -> None:
    found = phone_words("+30 691 234 5678")
    for typed in ("306912", "6912345678", "691", "5678", "00306912345678", "691 234 56 78", "+30 691"):
        (term,) = terms(typed)
        assert any(word.startswith(term.removesuffix(":*").strip("'")) for word in found), typed
    assert phone_words(None) == phone_words("") == []


@given(st.text(max_size=8) | st.sampled_from(["inf", "-inf", "nan", "1e999"]))
def test_whatever_a_header_says_of_the_battery_stops_nothing(said: str) -> None:
    try:
        row = courier_row("c-1", {"tenant": "athens", "battery_pct": said}, sign_of_life(T))
    except ValueError:
        return  # left out
    assert row["battery_pct"] is None or 0 <= row["battery_pct"] <= 100


@given(st.text(max_size=80))
def test_what_anybody_types_or_is_called_is_a_query_and_a_vector(text: str) -> None:
    for word in words(text):
        assert not set(word) & set("'\\ \x00:*&|!")
    assert all(term.endswith(":*") and term.count("'") == 2 for term in terms(text))
    assert vector(words(text)).count("'") == 2 * len(set(words(text)))


def shipment(**changes: Any) -> ShipmentState:
    values: dict[str, Any] = {
        "shipment": "s-1",
        "tenant": "athens",
        "seq": 3,
        "merchant": "books",
        "order_number": "GR-1",
        "parties": "k-1",
        "substatus": "OutForDelivery_001",
        "status_ms": T,
        "zone": "Europe/Athens",
        "route": "r-1",
        "carriers": (Carrier(courier="eleni", joined=2, since_ms=T - MINUTE, started=True),),
        "history": (
            HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=T - 60 * MINUTE),
            HistoryEntry(seq=3, substatus="OutForDelivery_001", at_ms=T, attempt=1),
        ),
    }
    return ShipmentState(**(values | changes))


def row_of(state: ShipmentState) -> dict[str, Any]:
    row = shipment_row(state)
    assert row is not None
    return row


def test_nobody_has_announced_it() -> None:
    assert shipment_row(ShipmentState(shipment="s-1", tenant="athens")) is None


def test_a_row_says_where_it_is_handed_over() -> None:
    assert row_of(shipment())["handover"] == "door"
    assert row_of(shipment(handover="counter"))["handover"] == "counter"


def test_the_day_is_the_windows_where_it_is_delivered() -> None:
    midnight = 1_795_125_600_000  # 2026-11-20T00:00 in Athens, the day before in UTC
    late = Window(from_ms=midnight, to_ms=midnight + 60 * MINUTE)
    assert row_of(shipment(window=late))["day"] == date(2026, 11, 20)
    assert row_of(shipment(window=late, zone="UTC"))["day"] == date(2026, 11, 19)
    assert row_of(shipment(zone="Nowhere/None"))["day"] == date(2026, 11, 20)
    assert row_of(shipment(zone="Europe/Athens"))["day"] == date(2026, 11, 20)


def test_who_delivered_it_stays_with_it_and_who_failed_does_not() -> None:
    gone = Carrier(courier="eleni", joined=2, since_ms=T - MINUTE, until_ms=T)
    delivered = row_of(shipment(substatus="Delivered_001", carriers=(gone,)))
    assert (delivered["courier"], delivered["route"]) == ("eleni", "r-1")
    failed = row_of(shipment(substatus="AttemptFail_002", carriers=(gone,)))
    assert (failed["courier"], failed["route"]) == (None, None)


def test_cash_is_with_who_carried_it_when_it_was_taken() -> None:
    carriers = (
        Carrier(courier="eleni", joined=2, since_ms=T - 30 * MINUTE, until_ms=T - 10 * MINUTE),
        Carrier(courier="nikos", joined=9, since_ms=T - 5 * MINUTE),
    )

    def taken(at_ms: int) -> dict[str, Any]:
        paid = HistoryEntry(
            seq=3,
            substatus="Delivered_004",
            at_ms=at_ms,
            attempt=1,
            cash=Money(amount="9.5", currency="EUR"),
        )
        first = HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=T - 60 * MINUTE)
        return row_of(shipment(substatus="Delivered_004", carriers=carriers, history=(first, paid)))

    row = taken(T - 15 * MINUTE)
    assert (row["taken_by"], row["cash_taken"], row["taken_currency"]) == ("eleni", Decimal("9.5"), "EUR")
    assert row["taken_ms"] == T - 15 * MINUTE
    assert taken(T - 7 * MINUTE)["taken_by"] == "eleni", "a report a moment after the plan has changed"
    assert taken(T)["taken_by"] == "nikos"
    assert taken(T - 45 * MINUTE)["taken_by"] is None
    assert row_of(shipment())["cash_taken"] is None
    assert [stage["courier"] for stage in row["history"]] == [None, "eleni"]


def test_an_attempt_ends_with_its_delivery_or_else_with_its_first_outcome() -> None:
    def at(minute: int, substatus: str, attempt: int) -> HistoryEntry:
        return HistoryEntry(seq=minute, substatus=substatus, at_ms=T + minute * MINUTE, attempt=attempt)

    history = [
        at(1, "OutForDelivery_001", 1),
        at(2, "AttemptFail_002", 1),
        at(3, "Exception_007", 1),
        at(4, "OutForDelivery_001", 2),
        at(5, "AttemptFail_002", 2),
        at(7, "Delivered_001", 2),
    ]
    rows = closing_rows(shipment(substatus="Delivered_001", attempt=2, history=tuple(history)))
    assert [(r["attempt"], r["substatus"], r["at_ms"]) for r in rows] == [
        (1, "AttemptFail_002", T + 2 * MINUTE),
        (2, "Delivered_001", T + 7 * MINUTE),
    ]


def test_a_note_is_no_reason_to_be_found_and_texts_fit_their_columns() -> None:
    note = party_row(Note(tenant="athens", shipment="s-1", version="n", text="Μαρία", taken_by="x\x00y"))
    assert (note["words"], note["taken_by"], note["name"]) == ("", "xy", None)
    who = party_row(
        Recipient(
            tenant="athens", shipment="s", version="k", name="Ω" * 500, line="Ερμού 1", city="Α", lon=1, lat=2
        )
    )
    assert who["name"] == "Ω" * 120
    assert "'ερμου'" in who["words"]
    assert len(row_of(shipment(order_number="9" * 300))["order_number"]) == 64


def heard(seen: int, at: int | None = None, battery: str = "", lon: float = 1.0) -> dict[str, Any]:
    fix = position(lon, 2.0, T + at, speed_mps=3.0) if at is not None else sign_of_life(T + seen)
    headers = {"tenant": "athens", "received_ms": str(T + seen), "battery_pct": battery, "protocol": "native"}
    return courier_row("eleni", headers, fix)


def test_an_older_fix_does_not_move_him_back_and_a_sign_of_life_does_not_move_him_at_all() -> None:
    fix, alive = heard(10, at=9, lon=5.0, battery="50"), heard(20)
    row = newer(newer(fix, alive), heard(30, at=3, lon=6.0))
    assert (row["seen_ms"], row["at_ms"], row["lon"]) == (T + 30, T + 9, 5.0)
    assert row["battery_pct"] == 50, "who says nothing of it has not lost it"


@given(st.lists(st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50)), min_size=1, max_size=6))
def test_in_any_order_the_same_is_the_newest(said: list[tuple[int, int | None]]) -> None:
    fixes = {}
    for n, (seen, at) in enumerate(said):
        fixes[seen * 7 + n] = heard(seen * 7 + n, at=at * 7 + n if at is not None else None, lon=n)
    rows = list(fixes.values())
    wanted = None
    for order in itertools.islice(itertools.permutations(rows), 60):
        found = None
        for row in order:
            found = newer(found, row)
        wanted = wanted or found
        assert found == wanted


def test_a_batch_keeps_the_newest_and_what_it_can_not_read_raises() -> None:
    batch = Batch()
    for seq in random.Random(1).sample(range(1, 9), 8):
        state = StateRecord(offset=seq, state=shipment(seq=seq))
        batch.state("s-1", msgspec.json.encode(state))
    row = batch.shipments["s-1"]
    assert row is not None
    assert row["seq"] == 8
    batch.state("s-1", None)
    batch.party("s-1/k-1", None)
    assert batch.shipments == {"s-1": None}
    assert batch.people == {("s-1", "k-1"): None}
    spoils: list[Callable[[], None]] = [
        lambda: batch.state("s", b"{"),
        lambda: batch.party("s/k", b'{"type":"ghost"}'),
        lambda: batch.position("eleni", {"received_ms": "soon"}, msgspec.json.encode(sign_of_life(T))),
        lambda: batch.position("x" * 65, {}, msgspec.json.encode(sign_of_life(T))),
        lambda: batch.position("eleni", {"battery_pct": "nan"}, msgspec.json.encode(sign_of_life(T))),
    ]
    for spoil in spoils:
        with pytest.raises((msgspec.MsgspecError, ValueError)):
            spoil()
    assert batch.couriers == {}
