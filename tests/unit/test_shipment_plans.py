"""A courier's plan: what each command makes of it, and what shipments and other couriers are told."""

from __future__ import annotations

from typing import Any

import pytest

from services.shipments.core import plan as plans
from services.shipments.core import shipment as shipments
from shared.contracts import courier_commands, shipment_commands
from shared.contracts.common import Actor
from shared.contracts.courier_commands import (
    CloseRoute,
    PlannedShipment,
    PlannedStop,
    PlanRoute,
    SetOut,
    TakeBack,
)
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.shipment_commands import Assign, Start, Withdraw
from shared.domain.plan import AGAIN, follows, holds
from shared.domain.shipment import empty, fold
from tests.unit.shipment_life import Life, at

SHOP = Actor(kind="merchant", id="bookshop")


class Courier:
    """A plan that hears commands; `said` is what was told on of the last one."""

    def __init__(self, name: str = "eleni") -> None:
        self.name = name
        self.plan: CourierPlan | None = None
        self.said: list[shipment_commands.Command] = []
        self.count = 0

    def head(self, clock: str) -> dict[str, Any]:
        self.count += 1
        return {
            "id": f"{self.name}-{self.count}",
            "tenant": "athens",
            "courier": self.name,
            "at_ms": at(clock),
            "actor": SHOP,
        }

    def send(self, command: courier_commands.Command) -> str:
        """What came of it: `ok`, a refusal's reason, or `again`."""
        before, after = self.plan, plans.decide(self.plan, command, at("23:00"), "test")
        if after is None:
            return "again"
        assert follows(before, after)
        self.plan = after
        self.said = plans.told_on(before, after, command)
        return "ok" if after.refused is None else after.refused.partition(":")[0]

    def planned(
        self, *stops: str, route: str = "r", clock: str = "10:00", expected: int | None = None
    ) -> str:
        """Stops as the shipments handed over there, `a b` for two at one."""
        made = tuple(
            PlannedStop(
                stop=f"stop-{n}",
                lon=24.94,
                lat=60.17,
                shipments=tuple(PlannedShipment(shipment=s, merchant="bookshop") for s in stop.split()),
            )
            for n, stop in enumerate(stops)
        )
        return self.send(PlanRoute(**self.head(clock), route=route, stops=made, expected=expected))

    def sets_out(self, clock: str = "11:00", route: str = "r") -> str:
        return self.send(SetOut(**self.head(clock), route=route))

    def routes(self) -> dict[str, dict[str, int]]:
        """Of each route its shipments, with the version at which each joined."""
        assert self.plan is not None
        return {
            r.route: {s.shipment: s.joined for stop in r.stops for s in stop.shipments}
            for r in self.plan.routes
        }

    def told(self, kind: type) -> list[str]:
        return [c.shipment for c in self.said if isinstance(c, kind)]


def test_a_plan_tells_its_shipments_who_carries_them() -> None:
    eleni = Courier()
    assert eleni.planned("a b", "c") == "ok"
    assert eleni.routes() == {"r": {"a": 1, "b": 1, "c": 1}}
    assert [(c.shipment, c.out, c.route_version) for c in eleni.said if isinstance(c, Assign)] == [
        ("a", False, 1),
        ("b", False, 1),
        ("c", False, 1),
    ]


def test_a_new_plan_keeps_when_each_joined() -> None:
    eleni = Courier()
    eleni.planned("a", "b")
    eleni.sets_out()
    assert eleni.planned("c", "b", "a") == "ok"
    assert eleni.routes() == {"r": {"c": 3, "b": 1, "a": 1}}
    assert [(c.shipment, c.out, c.route_version) for c in eleni.said if isinstance(c, Assign)] == [
        ("c", True, 3)
    ]
    assert eleni.told(Start) == []


def test_a_plan_keeps_where_each_is_handed_over() -> None:
    eleni = Courier()
    parcels = (
        PlannedShipment(shipment="a", merchant="bookshop", handover="locker"),
        PlannedShipment(shipment="b", merchant="bookshop"),
    )
    there = PlannedStop(stop="stop-1", lon=24.94, lat=60.17, shipments=parcels)
    eleni.send(PlanRoute(**eleni.head("10:00"), route="r", stops=(there,)))
    eleni.sets_out()
    assert eleni.plan is not None
    assert [s.handover for s in eleni.plan.routes[0].stops[0].shipments] == ["locker", "door"]


def test_what_a_new_plan_leaves_out_is_withdrawn() -> None:
    eleni = Courier()
    eleni.planned("a", "b")
    eleni.planned("b")
    assert eleni.told(Withdraw) == ["a"]
    assert eleni.send(CloseRoute(**eleni.head("12:00"), route="r")) == "ok"
    assert eleni.told(Withdraw) == ["b"]
    assert eleni.routes() == {}


def test_a_shipment_is_on_one_route_of_a_courier() -> None:
    eleni = Courier()
    eleni.planned("a", "b")
    assert eleni.planned("b", "c", route="evening") == "ok"
    assert eleni.routes() == {"r": {"a": 1}, "evening": {"b": 1, "c": 2}}
    assert eleni.planned("a", route="evening") == "ok"
    assert eleni.routes() == {"evening": {"a": 1}}


def test_routes_that_cannot_be() -> None:
    eleni = Courier()
    assert eleni.planned("a", "b a") == "shipment_twice"
    assert eleni.planned() == "bad_stops"
    assert eleni.planned(*(f"s-{n}" for n in range(plans.MAX_STOPS + 1))) == "bad_stops"
    assert eleni.sets_out() == "unknown_route"
    assert eleni.said == []
    assert eleni.routes() == {}


def test_setting_out_is_once_and_begins_duty() -> None:
    eleni = Courier()
    eleni.planned("a", "b")
    assert eleni.sets_out("11:00") == "ok"
    assert eleni.told(Start) == ["a", "b"]
    assert eleni.sets_out("12:00") == "ok"
    assert eleni.told(Start) == []
    assert eleni.plan is not None
    assert [r.set_out_ms for r in eleni.plan.routes] == [at("11:00")]
    assert [(d.from_ms, d.to_ms) for d in eleni.plan.duty] == [(at("11:00"), None)]


def test_a_repeated_command_is_decided_once() -> None:
    eleni = Courier()
    eleni.planned("a")
    command = SetOut(**eleni.head("11:00"), route="r")
    assert eleni.send(command) == "ok"
    assert eleni.send(command) == "again"


def test_of_two_records_after_the_same_one_the_first_counts() -> None:
    eleni = Courier()
    eleni.planned("a")
    first = plans.decide(eleni.plan, SetOut(**eleni.head("11:00"), route="r"), at("23:00"), "one")
    other = plans.decide(eleni.plan, CloseRoute(**eleni.head("11:00"), route="r"), at("23:00"), "two")
    assert first is not None
    assert other is not None
    after_other = plans.decide(other, SetOut(**eleni.head("11:30"), route="r"), at("23:00"), "two")
    assert after_other is not None
    assert follows(eleni.plan, first)
    assert not follows(first, other)
    assert not follows(first, after_other)
    # Whoever reads all four keeps the first; written again after the strays it is believed again.
    assert [holds(first, record, ()) for record in (other, after_other)] == [False, False]
    assert holds(other, first, {AGAIN})


@pytest.fixture
def life() -> Life:
    life = Life(shipment="a", state=empty("a", "athens"))
    life.tell_all("08:00 shop registers")
    return life


def hear(life: Life, command: shipment_commands.Command) -> list[courier_commands.Command]:
    """Decide what a plan tells a shipment; returns what couriers are told of that."""
    event = shipments.decide(life.state, command, at("23:00"), "test")
    assert event is not None
    life.state = fold(life.state, event)
    return shipments.told_on(life.state, command, at("23:00"))


def test_who_loses_a_shipment_takes_it_off_his_plan(life: Life) -> None:
    eleni, nikos = Courier("eleni"), Courier("nikos")
    eleni.planned("a", "b")
    assert hear(life, eleni.said[0]) == []
    nikos.planned("a", clock="12:00")
    (taken,) = hear(life, nikos.said[0])
    assert isinstance(taken, TakeBack)
    assert (taken.courier, taken.shipment, taken.route_version) == ("eleni", "a", 1)
    assert eleni.send(taken) == "ok"
    assert eleni.routes() == {"r": {"b": 1}}
    assert eleni.said == []  # the shipment knows already


def test_who_is_refused_a_shipment_takes_it_off_his_plan(life: Life) -> None:
    life.tell_all("09:00 hub Exception_013")
    eleni = Courier("eleni")
    eleni.planned("a", "b")
    (taken,) = hear(life, eleni.said[0])
    assert (taken.courier, getattr(taken, "shipment", None)) == ("eleni", "a")
    assert eleni.send(taken) == "ok"
    assert eleni.routes() == {"r": {"b": 1}}


def test_what_joined_again_is_not_taken_back() -> None:
    eleni = Courier()
    eleni.planned("a", "b")
    eleni.planned("b")
    eleni.planned("a", "b")
    taken = TakeBack(**eleni.head("12:00"), route="r", shipment="a", route_version=1)
    assert eleni.send(taken) == "not_on_this_route"
    assert eleni.routes() == {"r": {"a": 3, "b": 1}}


def test_a_plan_made_of_an_older_one_is_refused_and_changes_nothing() -> None:
    eleni = Courier()
    assert eleni.planned("s-1", "s-2") == "ok"
    assert eleni.planned("s-2", "s-1", expected=1) == "ok"
    assert eleni.planned("s-1", expected=1) == "plan_changed"
    assert list(eleni.routes()["r"]) == ["s-2", "s-1"]
    assert eleni.said == []
    assert eleni.planned("s-1", "s-2", expected=3) == "ok", "a refusal is a version, too"
    assert eleni.send(CloseRoute(**eleni.head("12:00"), route="r", expected=3)) == "plan_changed"
    assert eleni.routes() == {"r": {"s-1": 1, "s-2": 1}}
    assert eleni.send(CloseRoute(**eleni.head("12:00"), route="r", expected=5)) == "ok"
