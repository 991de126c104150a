"""A shipment's slot: the chosen one if the calendar offers it, or else what it offers instead. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from zoneinfo import ZoneInfo

from services.portal.core.slots import Booked, Slot, serves, slots
from shared.contracts.common import Window
from shared.contracts.merchants import Merchant
from shared.contracts.service_levels import ServiceLevel
from shared.contracts.topic import MINUTE_MS

CHECKOUT_MS = 15 * MINUTE_MS
"""A slot that a checkout has shown may still be registered so long after the cut-off."""
HELD_MS = 10 * MINUTE_MS
"""So long a window given out is counted here, should the lists not have its shipment yet."""
INSTEAD = 5
"""So many slots are named instead of one that can't be had."""


class Unserved(Exception):
    """No level can deliver this, whenever it is; `code` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class NotOffered(Exception):
    """This slot can't be had: `slot_full`, `slot_not_offered`, or `no_slot` when there is none at all.
    `instead` can."""

    def __init__(self, code: str, instead: Sequence[Slot]) -> None:
        super().__init__(code)
        self.code, self.instead = code, tuple(instead)


def levels_of(merchant: Merchant, level: str | None, postcode: str) -> list[ServiceLevel]:
    """The level asked for, or all that deliver there.

    Raises:
        Unserved: there is none.
    """
    if level is not None and all(one.level != level for one in merchant.service_levels):
        raise Unserved("unknown_level", "The shop has no such service level.")
    if not merchant.service_levels:
        raise Unserved("no_levels", "The shop has no service levels: an owner makes them at the desk.")
    found = [x for x in merchant.service_levels if level in (None, x.level) and serves(x, postcode)]
    if not found:
        raise Unserved("postcode_not_served", "Nothing is delivered to this postcode at this service level.")
    return found


def limited(levels: Sequence[ServiceLevel]) -> bool:
    """Whether what is booked has to be counted."""
    return any(x.capacity is not None or any(s.capacity is not None for s in x.slots) for x in levels)


def offered(
    levels: Sequence[ServiceLevel],
    postcode: str,
    ordered_ms: int,
    now_ms: int,
    zone: ZoneInfo,
    booked: Booked,
) -> list[Slot]:
    """The slots of all these levels, by time; of equal ones the earlier level's first."""
    found = (s for level in levels for s in slots(level, postcode, ordered_ms, now_ms, zone, booked))
    return sorted(found, key=lambda slot: slot.window)


def choose(
    levels: Sequence[ServiceLevel],
    wanted: Window | None,
    postcode: str,
    now_ms: int,
    zone: ZoneInfo,
    booked: Booked,
) -> Slot:
    """The slot with the wanted window, or without one the first that is free.

    Raises:
        NotOffered: it can't be had.
    """
    free = offered(levels, postcode, now_ms, now_ms, zone, booked)
    if wanted is None and free:
        return free[0]
    if wanted is None or not free:
        raise NotOffered("no_slot", ())
    window = (wanted.from_ms, wanted.to_ms)

    def found(booked: Booked) -> Slot | None:
        shown = offered(levels, postcode, now_ms - CHECKOUT_MS, now_ms, zone, booked)
        now = offered(levels, postcode, now_ms, now_ms, zone, booked)
        return next((slot for slot in (*now, *shown) if slot.window == window), None)

    if (slot := found(booked)) is not None:
        return slot
    later = [slot for slot in free if slot.from_ms >= wanted.from_ms]
    raise NotOffered("slot_full" if found({}) else "slot_not_offered", (later or free)[:INSTEAD])


def fill(
    levels: Sequence[ServiceLevel], postcodes: Sequence[str], now_ms: int, zone: ZoneInfo, booked: Booked
) -> list[Slot | None]:
    """The first free slot for each of these deliveries, one after another: each takes its place. None: no
    level delivers there, or none has a place."""
    taken, counted = Counter(booked), limited(levels)
    known: dict[tuple[str, ...], Slot | None] = {}
    found: list[Slot | None] = []
    for postcode in postcodes:
        mine = [level for level in levels if serves(level, postcode)]
        names = tuple(level.level for level in mine)
        if counted or names not in known:
            known[names] = next(iter(offered(mine, postcode, now_ms, now_ms, zone, taken)), None)
        slot = known[names]
        if slot is not None:
            taken[slot.window] += 1
        found.append(slot)
    return found


class Holds:
    """Windows that this process has given out, by shipment, until the lists surely have them."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, tuple[int, Window]]] = defaultdict(dict)

    def put(self, merchant: str, shipment: str, window: Window, now_ms: int) -> None:
        self._held[merchant][shipment] = (now_ms + HELD_MS, window)

    def drop(self, merchant: str, shipment: str) -> None:
        self._held[merchant].pop(shipment, None)

    def of(self, merchant: str, now_ms: int) -> dict[str, Window]:
        """By shipment."""
        kept = {s: held for s, held in self._held[merchant].items() if held[0] > now_ms}
        self._held[merchant] = kept
        return {shipment: window for shipment, (_, window) in kept.items()}

    def added(self, counted: Booked, merchant: str, now_ms: int, without: Container[str] = ()) -> Booked:
        """What the lists have counted, leaving out all that is held, with that on top."""
        found = Counter(counted)
        for shipment, window in self.of(merchant, now_ms).items():
            if shipment not in without:
                found[window.from_ms, window.to_ms] += 1
        return found
