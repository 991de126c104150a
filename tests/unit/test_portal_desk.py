"""The desk's cores: a courier's day as a dispatcher sees it, moves between plans, cash, the map."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from services.portal.core import cash, fleet, moves, today
from services.portal.core.cash import Item, Written
from services.portal.core.moves import MoveRefused
from services.portal.core.today import Heard, Parcel
from shared.contracts.common import Window
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.views.stage import StageView

NOON = 1_795_168_800_000
MINUTE = 60_000


def stop(name: str, *, leg_s: float | None = 600, window: Window | None = None, lat: float = 60.0) -> Stop:
    return Stop(
        stop=f"at-{name}",
        lon=24.9,
        lat=lat,
        leg_s=leg_s,
        window=window,
        leg="x" if leg_s else None,
        shipments=(RouteShipment(shipment=name, merchant="books", joined=1),),
    )


def route(*stops: Stop, out: int | None = NOON, name: str = "r-1") -> Route:
    return Route(route=name, stops=stops, set_out_ms=out)


def plan(*routes: Route, on: bool = True, version: int = 4) -> CourierPlan:
    return CourierPlan(
        id="p",
        prev=None,
        version=version,
        tenant="athens",
        courier="eleni",
        command="c",
        recorded_ms=NOON,
        routes=routes,
        duty=(DutyInterval(from_ms=NOON, to_ms=None if on else NOON + MINUTE),),
    )


def parcel(name: str, tag: str = "OutForDelivery", at: int = NOON, **changes: Any) -> Parcel:
    values: dict[str, Any] = {
        "shipment": name,
        "order_number": name.upper(),
        "merchant": "books",
        "substatus": f"{tag}_001",
        "tag": tag,
        "status_ms": at,
        "ended": tag == "Delivered",
        "courier": "eleni",
        "window_from_ms": None,
        "window_to_ms": None,
        "cash": None,
        "currency": None,
        "cash_taken": None,
        "taken_currency": None,
        "name": f"Mr {name}",
        "line": f"{name} street",
    }
    return Parcel(**(values | changes))


def parcels(*found: Parcel) -> dict[str, Parcel]:
    return {p.shipment: p for p in found}


def test_arrivals_follow_from_the_last_door_and_never_lie_in_the_past() -> None:
    round_ = route(stop("a"), stop("b"), stop("c"))
    there = parcels(parcel("a"), parcel("b"), parcel("c"))
    assert today.arrivals(round_, there, NOON) == {
        "at-a": NOON + 10 * MINUTE,
        "at-b": NOON + 22 * MINUTE,
        "at-c": NOON + 34 * MINUTE,
    }
    # At 12:12 the first is delivered; at 12:15 the next is due seven minutes later.
    there |= parcels(parcel("a", "Delivered", at=NOON + 12 * MINUTE))
    assert today.arrivals(round_, there, NOON + 15 * MINUTE) == {
        "at-b": NOON + 22 * MINUTE,
        "at-c": NOON + 34 * MINUTE,
    }
    # Held up until 12:40: he can be there now at the earliest, and the one after him twelve minutes later.
    assert today.arrivals(round_, there, NOON + 40 * MINUTE) == {
        "at-b": NOON + 40 * MINUTE,
        "at-c": NOON + 52 * MINUTE,
    }


def test_one_who_has_not_set_out_may_do_so_now_and_streets_are_guessed_where_nobody_asked() -> None:
    waiting = route(stop("a", leg_s=None), stop("b", leg_s=None, lat=60.01), out=None)
    found = today.arrivals(waiting, parcels(parcel("a"), parcel("b")), NOON)
    assert found["at-a"] == NOON
    minutes = (found["at-b"] - NOON) / MINUTE
    assert 6 < minutes < 8, "1.1 km through streets, and two minutes at the door"


def test_late_is_a_window_that_is_over_or_that_he_can_not_make() -> None:
    made = Window(from_ms=NOON, to_ms=NOON + 60 * MINUTE)
    missed = Window(from_ms=NOON, to_ms=NOON + 20 * MINUTE)
    round_ = route(stop("a", window=made), stop("b", window=missed), stop("c"))
    there = parcels(
        parcel("a"),
        parcel("b"),
        parcel("c", window_from_ms=NOON - 90 * MINUTE, window_to_ms=NOON - 30 * MINUTE),
    )
    assert today.late_shipments(plan(round_), there, NOON) == {"b", "c"}
    document = today.plan_document("eleni", plan(round_), there, {"books": "Πλειάδες"}, NOON)
    assert [s.late for s in document.routes[0].stops] == [False, True, True]
    there |= parcels(parcel("b", "Delivered"), parcel("c", "AttemptFail"))
    assert today.late_shipments(plan(round_), there, NOON) == set(), "an outcome is not late any more"
    edge = today.is_late(made, False, None, made.to_ms)
    assert edge, "the window's end is not in the window"
    assert not today.is_late(made, False, None, made.to_ms - 1)


def line(with_plan: CourierPlan | None, there: dict[str, Parcel], heard: Heard | None = None) -> Any:
    return today.courier_today("eleni", None, with_plan, heard, there, (), NOON)


def test_a_round_counts_down_stop_by_stop() -> None:
    two = msgspec.structs.replace(
        stop("b"), shipments=(*stop("b").shipments, RouteShipment(shipment="b2", merchant="toys", joined=1))
    )
    round_ = plan(route(stop("a"), two, stop("c")))
    there = parcels(parcel("a", "Delivered"), parcel("b", "Delivered"), parcel("b2"), parcel("c"))
    found = line(round_, there)
    assert (found.stops_done, found.stops_left, found.next_stop.stop) == (1, 2, "at-b")
    assert found.next_stop.shipments == ["b", "b2"]
    there |= parcels(parcel("b2", "Exception"), parcel("c", "AvailableForPickup"))
    found = line(round_, there)
    assert (found.stops_done, found.stops_left, found.next_stop) == (3, 0, None)
    assert line(plan(route(stop("new"))), {}).stops_left == 1, "what is not read up yet is still to do"
    assert line(None, {}).on_duty is False


def test_the_route_that_is_shown_is_the_one_he_drives() -> None:
    first, second = route(stop("a"), out=None), route(stop("b"), name="r-2")
    there = parcels(parcel("a"), parcel("b"))
    assert line(plan(first, second), there).route == "r-2"
    there |= parcels(parcel("b", "Delivered"))
    assert line(plan(first, second), there).route == "r-1"


def phone(at: int, seen: int | None = None, **changes: Any) -> Heard:
    values = {"speed_mps": 3.14159, "bearing_deg": 12.0, "battery_pct": 40} | changes
    tenant = values.pop("tenant", "athens")
    return Heard("eleni", tenant, seen if seen is not None else at, at, 24.9, 60.1, **values)


@pytest.mark.parametrize(
    ("heard", "with_plan", "shown"),
    [
        (phone(NOON + MINUTE), plan(), True),
        (phone(NOON - MINUTE), plan(), False),  # before he came on duty
        (phone(NOON + 30_000), plan(on=False), False),  # on duty then, and not now
        (phone(NOON + MINUTE), None, False),
        (phone(NOON + MINUTE, tenant="patras"), plan(), False),
    ],
)
def test_he_is_on_the_map_only_on_duty(heard: Heard, with_plan: CourierPlan | None, shown: bool) -> None:
    raw, _ = fleet.collection([heard], lambda _: with_plan, lambda _: None, None, NOON + 2 * MINUTE)
    assert len(msgspec.json.decode(raw)["features"]) == shown
    assert (line(with_plan, {}, heard).lon is not None) == shown


def test_the_maps_tag_changes_with_what_is_shown_alone() -> None:
    def tag(heard: Heard, now: int, since: int | None = None) -> tuple[str, list[Any]]:
        raw, found = fleet.collection([heard], lambda _: plan(), lambda _: None, since, now)
        return found, msgspec.json.decode(raw)["features"]

    one = phone(NOON + MINUTE)
    first, features = tag(one, NOON + 2 * MINUTE)
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [24.9, 60.1]}
    assert features[0]["properties"]["speed_mps"] == 3.1
    assert tag(one, NOON + 3 * MINUTE)[0] == first
    silent, features = tag(one, NOON + 4 * MINUTE)
    assert silent != first, "he has gone silent"
    assert features[0]["properties"]["stale"] is True
    assert tag(one, NOON + 10 * MINUTE, since=NOON + 9 * MINUTE)[1] == []
    assert len(tag(one, NOON + 4 * MINUTE, since=NOON + 2 * MINUTE)[1]) == 1, "silence is news"


def stage(name: str, courier: str | None = None, tag: str = "InTransit_002", **changes: Any) -> StageView:
    return StageView(
        shipment=name,
        tenant="athens",
        merchant="books",
        seq=1,
        order_number=name,
        parties="k",
        substatus=tag,
        status_ms=NOON,
        courier=courier,
        **changes,
    )


def test_what_stands_at_one_stop_moves_together_and_what_stands_nowhere_by_its_address() -> None:
    both = msgspec.structs.replace(
        stop("a"), shipments=tuple(RouteShipment(shipment=s, merchant="books", joined=1) for s in ("a", "b"))
    )
    stages = [stage("a", "eleni"), stage("b", "eleni"), stage("c")]
    made = moves.stops_of(stages, {"eleni": plan(route(both))}, {"c": (24.8, 60.2)})
    assert [(s.stop, [p.shipment for p in s.shipments]) for s in made] == [("at-a", ["a", "b"]), ("c", ["c"])]
    assert made[0].leg is None, "the way to it was the other courier's"
    with pytest.raises(MoveRefused) as refused:
        moves.stops_of([stage("d")], {}, {})
    assert refused.value.reason == "no_address"


def test_what_is_moved_is_handed_over_where_it_was() -> None:
    stages = [stage("a", "eleni", handover="locker"), stage("c", handover="counter"), stage("d")]
    places = dict.fromkeys("cd", (24.8, 60.2))
    made = moves.stops_of(stages, {"eleni": plan(route(stop("a")))}, places)
    assert [s.shipments[0].handover for s in made] == ["locker", "counter", "door"]


def test_moved_stops_stand_before_the_one_named_and_have_names_of_their_own() -> None:
    onto = route(stop("x"), stop("y"), stop("z"))
    moved = [stop("a"), msgspec.structs.replace(stop("n"), stop="at-y")]
    placed = moves.placed(onto, {"at-x"}, moved, "at-y")
    assert [s.stop for s in placed] == ["at-x", "at-a", "n", "at-y", "at-z"]
    assert [s.stop for s in moves.placed(onto, (), [stop("x")], None)] == ["at-y", "at-z", "at-x"]
    for gone in ("at-x", "at-none", "at-a"):
        with pytest.raises(MoveRefused):
            moves.placed(onto, {"at-x"}, [stop("a")], gone)


def test_what_has_ended_or_was_tried_by_him_stays() -> None:
    moves.must_move([stage("a", "eleni", "AttemptFail_002")], "nikos")
    moves.must_move([stage("a", "eleni", "AttemptFail_002")], None)
    for refused, to in (
        (stage("a", "eleni", "Delivered_001", ended=True), "nikos"),
        (stage("a", "eleni", "AttemptFail_002"), "eleni"),
    ):
        with pytest.raises(MoveRefused):
            moves.must_move([refused], to)


def test_a_plan_that_is_not_as_it_was_seen_is_refused() -> None:
    moves.must_be_as_seen({"eleni": plan(), "nikos": None}, {"eleni": 4, "nikos": 0})
    for seen in ({"eleni": 3}, {"nikos": 1}, {"petros": 2}):
        with pytest.raises(MoveRefused) as refused:
            moves.must_be_as_seen({"eleni": plan(), "nikos": None}, seen)
        assert refused.value.reason == "plan_changed"


def test_a_leg_is_broken_when_the_stop_before_is_another() -> None:
    before = route(stop("a"), stop("b"), stop("c"))
    assert not moves.broken_legs(before, before)
    assert not moves.broken_legs(before, route(stop("a"), stop("b")))
    assert moves.broken_legs(before, route(stop("a"), stop("c")))
    assert moves.broken_legs(before, route(stop("b"), stop("c")))
    assert not moves.broken_legs(before, route(stop("a"), stop("c", leg_s=None)))


def item(number: str, amount: str, currency: str = "EUR") -> Item:
    return Item(f"s-{number}", number, "books", "eleni", Decimal(amount), currency, NOON)


def entry(*items: Item, at: int = NOON, **changes: Any) -> Written:
    values: dict[str, Any] = {"undone_ms": None} | changes
    return Written("p-1", "athens", "settlement", "books", at, "acc", "Anna", items=items, **values)


def test_sums_are_exact_and_by_currency() -> None:
    many = [item(str(n), "0.10") for n in range(30)] + [item("x", "5", "USD")]
    assert [(m.amount, m.currency) for m in cash.sums(many)] == [("3.00", "EUR"), ("5.00", "USD")]


def test_an_entry_can_be_undone_for_a_minute() -> None:
    assert cash.document(entry(item("1", "1")), NOON + 59_999).undo_until is not None
    assert cash.document(entry(item("1", "1")), NOON + 60_000).undo_until is None
    assert not cash.may_undo(entry(item("1", "1"), undone_ms=NOON), NOON)


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_of_a_settlement_is_a_formula(evil: str) -> None:
    text = cash.settlement_csv(entry(item(evil, "24.90"), item('GR,1\n"2"', "1.00")), "Europe/Athens")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert {"'" + evil, 'GR,1\n"2"'} <= {row[0] for row in rows}
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r＝")]
    assert rows[-1] == ["total", "", "", "25.90", "EUR"]
    assert rows[1][2] == "2026-11-20 12:00", "by the shop's clock"
