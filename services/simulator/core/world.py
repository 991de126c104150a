"""What couriers have to do: rounds of stops at real addresses, each with its parcels and how it will end."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.simulator.core.texts import COURIERS, FICTION, NOTES, OUTCOMES, PEOPLE, SHOPS, Shop
from shared.contracts.common import Handover
from shared.geo import Coord

CASH_SHARE = 0.2
TWO_PARCELS_SHARE = 0.15
HANDOVERS: tuple[Handover, ...] = ("door", "locker", "counter")
HANDOVER_SHARES = (0.82, 0.08, 0.10)

# A number that a person would write on a parcel; extracts also hold "13 A, 5th floor/reception".
_PLAIN_NUMBER = re.compile(r"\d{1,4}\s?[A-Za-zΑ-Ωα-ωА-Яа-я]?")


@dataclass(frozen=True, slots=True)
class Address:
    """A door: the line as it is written, and (lon, lat)."""

    line: str
    place: Coord


@dataclass(frozen=True, slots=True)
class Order:
    """What a shop announces for a stop; cash is an amount in euros to collect, as text. Into a locker or over
    a counter it is handed without cash, and there is no floor to climb to."""

    shop: Shop
    number: str
    recipient: str
    parcels: int
    cash: str | None
    floor: str | None
    note: str | None
    email: str | None = None
    phone: str | None = None
    handover: Handover = "door"


@dataclass(frozen=True, slots=True)
class StopPlan:
    """A stop of a round before its order is known, and what will happen there."""

    address: Address
    order: Order
    substatus: str
    remark: str | None
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier of the demonstration, with the protocol of the app on his phone."""

    id: str
    device: str
    first_name: str
    vehicle: str
    protocol: str


def usable(rows: Sequence[Sequence[object]]) -> list[Address]:
    """The addresses of (street, housenumber, lon, lat) rows whose number is plain, sorted as given."""
    return [
        Address(f"{street} {number}", (float(str(lon)), float(str(lat))))
        for street, number, lon, lat in rows
        if _PLAIN_NUMBER.fullmatch(str(number))
    ]


def couriers(troupe: str, count: int, protocols: Sequence[str]) -> list[Courier]:
    """So many couriers, their ids beginning with the troupe's name; the protocols go round among them."""
    made = []
    for i in range(count):
        name, vehicle = COURIERS[i % len(COURIERS)]
        tag = name.lower() if i < len(COURIERS) else f"{name.lower()}-{i // len(COURIERS) + 1}"
        made.append(
            Courier(f"{troupe}-{tag}", f"{troupe}-phone-{tag}", name, vehicle, protocols[i % len(protocols)])
        )
    return made


def plan_round(addresses: Sequence[Address], stops: int, tag: str, rng: random.Random) -> list[StopPlan]:
    """So many stops at different addresses, in no order yet; tag makes the order numbers unique."""
    chosen = rng.sample(addresses, min(stops, len(addresses)))
    shops = [SHOPS[(rng.randrange(len(SHOPS)) + i) % len(SHOPS)] for i in range(len(chosen))]
    return [_stop(address, shops[i], f"{tag}{i:02d}", rng) for i, address in enumerate(chosen)]


def _stop(address: Address, shop: Shop, tag: str, rng: random.Random) -> StopPlan:
    cash = f"{rng.randint(8, 90)}.{rng.choice(['00', '50', '90'])}" if rng.random() < CASH_SHARE else None
    reached = rng.random()
    order = Order(
        shop=shop,
        number=f"{shop.prefix}-{tag}",
        recipient=rng.choice(PEOPLE[shop.language]),
        parcels=2 if rng.random() < TWO_PARCELS_SHARE else 1,
        cash=cash,
        floor=str(rng.randint(1, 6)),
        note=rng.choice(NOTES[shop.language]),
        email=f"{tag.lower()}@recipients.example" if reached < 0.75 else None,
        phone=f"{FICTION[shop.language]}{rng.randint(1000, 9999)}" if reached > 0.4 else None,
    )
    substatus, remark = outcome(rng)
    if substatus.startswith("Delivered") and cash is not None:
        substatus = "Delivered_004"
    neighbour = rng.choice(PEOPLE[shop.language]) if substatus == "Delivered_005" else None
    (handover,) = random.Random(f"{tag}-handover").choices(HANDOVERS, HANDOVER_SHARES)
    if handover != "door":
        order = replace(order, handover=handover, cash=None, floor=None, note=None)
        return StopPlan(address, order, "Delivered_001", None, None)
    return StopPlan(address, order, substatus, remark, neighbour)


def outcome(rng: random.Random) -> tuple[str, str | None]:
    """How a stop ends, by the shares of texts.OUTCOMES: the substatus and the courier's remark."""
    left = rng.random() * sum(share for _, share, _ in OUTCOMES)
    for substatus, share, remark in OUTCOMES:
        left -= share
        if left <= 0:
            return substatus, remark
    return OUTCOMES[0][0], OUTCOMES[0][2]
