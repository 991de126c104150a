"""What goes wrong on the way, the protocols as ingest reads them, and the choice of links."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.simulator.core.board import FAR_FROM, KINDS, Candidate, choose, fits
from services.simulator.core.faults import BAD, NONE, STREET, Faults, Network, in_order_of_sending
from services.simulator.core.gps import Fix
from services.simulator.core.texts import OUTCOMES, SHOPS
from services.simulator.core.world import (
    HANDOVER_SHARES,
    HANDOVERS,
    Address,
    couriers,
    outcome,
    plan_round,
    usable,
)
from shared.contracts.common import Policy
from shared.contracts.status import SUBSTATUSES
from shared.geo import distance_m


def fixes(count: int) -> list[Fix]:
    return [Fix(5.0 * i, 24.94 + i * 1e-4, 60.17) for i in range(count)]


def test_without_faults_everything_comes_once_in_order() -> None:
    out = list(in_order_of_sending(Network(NONE, random.Random(1)), fixes(200)))
    assert [d.fix for d in out] == fixes(200)
    assert all(0 < d.send_s - d.fix.at_s < 1 for d in out)


@pytest.mark.parametrize("faults", [STREET, BAD])
def test_nothing_is_lost_and_nothing_is_sent_before_it_is_taken(faults: Faults) -> None:
    taken = fixes(3000)
    out = list(in_order_of_sending(Network(faults, random.Random(2)), taken))
    assert {d.fix.at_s for d in out} == {f.at_s for f in taken}
    assert [d.send_s for d in out] == sorted(d.send_s for d in out)
    assert all(d.send_s >= d.fix.at_s for d in out)


def test_each_fault_happens_as_often_as_asked() -> None:
    taken = fixes(4000)

    def play(faults: Faults) -> list[tuple[float, Fix]]:
        sent = in_order_of_sending(Network(faults, random.Random(3)), taken)
        return [(d.send_s, d.fix) for d in sent]

    repeats = Counter(fix.at_s for _, fix in play(Faults(repeat=0.1)))
    assert sum(n - 1 for n in repeats.values()) == pytest.approx(400, rel=0.2)

    order = [fix.at_s for _, fix in play(Faults(overtaken=0.1))]
    late = sum(a > b for a, b in pairwise(order))
    assert late > 250

    jumps = [
        f
        for _, f in play(Faults(jump=0.05))
        if distance_m(24.94 + f.at_s / 5 * 1e-4, 60.17, f.lon or 0, f.lat or 0) > 79
    ]
    assert len(jumps) == pytest.approx(200, rel=0.3)

    ahead = play(Faults(clock_s=3 * 3600))
    assert ahead[0][1].at_s == 3 * 3600

    held = [send - fix.at_s for send, fix in play(Faults(dead_zone=0.01))]
    assert max(held) > 20
    assert sum(wait > 2 for wait in held) > 150


def test_a_dead_zone_ends_with_the_backlog_oldest_first() -> None:
    out = list(in_order_of_sending(Network(Faults(dead_zone=0.05), random.Random(4)), fixes(500)))
    assert [d.fix.at_s for d in out] == sorted(d.fix.at_s for d in out)


candidates = st.lists(
    st.builds(
        Candidate,
        shipment=st.uuids().map(str),
        courier=st.sampled_from(["a", "b", "c"]),
        language=st.sampled_from(["el", "ru", "en"]),
        policy=st.sampled_from(["live", "strict", "open"]),
        stops_left=st.integers(0, 12),
        eta_s=st.floats(-60, 4000),
    ),
    max_size=20,
    unique_by=lambda c: c.shipment,
)


@given(candidates)
def test_a_link_for_each_kind_whenever_there_are_enough(found: list[Candidate]) -> None:
    chosen = choose(found, {})
    assert len(chosen) == min(len(KINDS), len(found))
    assert len({c.shipment for c in chosen.values()}) == len(chosen)
    again = choose(found, {kind: c.shipment for kind, c in chosen.items()})
    assert {k: c for k, c in again.items() if fits(k, c)} == {k: c for k, c in chosen.items() if fits(k, c)}


@given(candidates)
def test_who_fits_is_chosen_where_somebody_does(found: list[Candidate]) -> None:
    chosen = choose(found, {})
    if any(fits("arriving", c) for c in found):
        assert fits("arriving", chosen["arriving"])
    if any(fits("far", c) for c in found):
        assert fits("far", chosen["far"])


def test_a_link_stays_until_it_no_longer_fits() -> None:
    near = Candidate("s1", "a", "el", "live", 2, 300)
    nearer = Candidate("s2", "b", "ru", "live", 3, 400)
    assert choose([near, nearer], {"near": "s1"})["near"].shipment == "s1"
    arrived = Candidate("s1", "a", "el", "live", 0, 30)
    chosen = choose([arrived, nearer], {"near": "s1"})
    assert chosen["arriving"].shipment == "s1"
    assert chosen["near"].shipment == "s2"
    assert Policy().exact_from_stops + 1 == FAR_FROM


def test_rounds_are_made_of_usable_addresses_and_known_words() -> None:
    rows = [["Katu", str(n), 24.94, 60.17 + n / 1e4] for n in range(1, 40)]
    rows += [["Katu", "13 A, 5. krs./Floor 5", 24.9, 60.1], ["Katu", "7 B", 24.95, 60.18]]
    addresses = usable(rows)
    assert len(addresses) == 40
    plans = plan_round(addresses, 30, "T", random.Random(1))
    assert len({p.address.line for p in plans}) == 30
    assert len({p.order.number for p in plans}) == 30
    assert {p.substatus for p in plans} <= set(SUBSTATUSES)
    assert all((p.order.cash is None) or p.substatus != "Delivered_001" for p in plans)
    assert all((p.taken_by is not None) == (p.substatus == "Delivered_005") for p in plans)
    assert plan_round(addresses, 30, "T", random.Random(1)) == plans
    assert {shop.language for shop in SHOPS} == {"el", "ru", "en"}
    assert {Policy(**shop.policy).mode for shop in SHOPS} == {"live", "strict", "open"}


def test_some_stops_are_lockers_and_counters_where_nobody_pays_or_is_out() -> None:
    addresses = [Address(f"Katu {n}", (24.94, 60.17 + n / 1e5)) for n in range(2000)]
    plans = plan_round(addresses, 2000, "T", random.Random(1))
    drawn = Counter(p.order.handover for p in plans)
    for kind, share in zip(HANDOVERS, HANDOVER_SHARES, strict=True):
        assert drawn[kind] / 2000 == pytest.approx(share, abs=0.03)
    elsewhere = [p for p in plans if p.order.handover != "door"]
    assert {(p.substatus, p.order.cash, p.order.floor, p.taken_by) for p in elsewhere} == {
        ("Delivered_001", None, None, None)
    }


def test_outcomes_have_their_shares() -> None:
    rng = random.Random(8)
    drawn = Counter(outcome(rng)[0] for _ in range(20_000))
    for substatus, share, _ in OUTCOMES:
        assert drawn[substatus] / 20_000 == pytest.approx(share, abs=0.01)
    assert sum(share for _, share, _ in OUTCOMES) == pytest.approx(1)


def test_couriers_have_names_of_their_own() -> None:
    crew = couriers("demo", 20, ["native", "owntracks"])
    assert len({c.id for c in crew}) == len({c.device for c in crew}) == 20
    assert {c.protocol for c in crew} == {"native", "owntracks"}
