"""What follows from a shipment's events: stops, milestones, and what is shown of a recipient."""

from __future__ import annotations

from services.projector.stages import core
from shared.contracts.shipment_parties import Recipient
from shared.domain.shipment import empty, fold
from tests.unit.shipment_life import Life


def followed(life: Life) -> list[core.Effects]:
    """The effects of each event of a life, as the projection folds them."""
    state, found = empty(life.shipment, "athens"), []
    for event in life.events:
        after = fold(state, event)
        found.append(core.effects(state, event, after))
        state = after
    return found


def told(life: Life) -> list[str]:
    return [f"{m.kind} {m.attempt}" for effects in followed(life) for m in effects.milestones]


def stops(life: Life) -> list[tuple[str, int, bool]]:
    return [(e.stop.courier, e.stop.joined, e.stop.open) for e in followed(life) if e.stop is not None]


OUT = """
    08:00 shop registers
    09:00 hub InTransit_002
    09:30 hub InTransit_003
    10:00 system assigns eleni 5
    11:00 system starts eleni 6
"""


def test_what_is_told_of_a_life() -> None:
    life = Life()
    life.tell_all(
        OUT
        + """
        11:10 system assigns nikos 2 out
        11:20 nikos OutForDelivery_003
        11:30 nikos notices next 2
        11:40 nikos notices arrived 2
        11:50 nikos AttemptFail_002
        12:00 nikos OutForDelivery_001 attempt=2
        12:30 nikos Delivered_001
        """
    )
    assert life.tell("12:40 nikos AttemptFail_002") == "already_ended"
    assert told(life) == [
        "registered 0",
        "taken_over 0",
        "out_for_delivery 1",
        "next_stop 1",
        "arrived 1",
        "attempt_failed 1",
        "out_for_delivery 2",
        "delivered 2",
    ]
    assert len({m.id for e in followed(life) for m in e.milestones}) == 8


def test_stops_end_and_open_again() -> None:
    life = Life()
    life.tell_all(
        OUT
        + """
        11:50 eleni AttemptFail_002
        12:00 eleni OutForDelivery_001 attempt=2
        12:10 eleni OutForDelivery_003 attempt=2
        12:30 eleni Delivered_001
        """
    )
    assert stops(life) == [("eleni", 5, False), ("eleni", 5, True), ("eleni", 5, False)]


def test_a_late_report_changes_no_stop_and_tells_nobody() -> None:
    life = Life()
    life.tell_all(
        OUT
        + """
        11:50 eleni AttemptFail_002
        12:00 eleni OutForDelivery_001 attempt=2
        """
    )
    before = told(life), stops(life)
    life.tell_all("12:20 (11:30) eleni Exception_012")
    assert (told(life), stops(life)) == before


def test_a_recipient_is_masked() -> None:
    def name(of: str) -> str:
        party = Recipient(
            tenant="athens", shipment="s-1", version="k-1", name=of, line="Street 1", city="", lon=1, lat=1
        )
        return core.masked(party).name

    assert name("Maria Anna Papadopoulou") == "Maria P."
    assert name("Maria") == "Maria"
    assert name(" ") == "?"
