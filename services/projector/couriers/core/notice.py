"""What is worth telling on the way: few stops are left, theirs is next, the driver is near, has arrived.

It is sent as a command; its id is the hash of what was noticed, so noticing it twice is once."""

from __future__ import annotations

import hashlib
from typing import Literal

from services.projector.couriers.core.audience import Audience, Member
from services.projector.couriers.core.itinerary import Place
from services.projector.couriers.core.limits import (
    ARRIVED_AFTER_MS,
    ARRIVED_M,
    ARRIVED_OUT_OF_TURN_AFTER_MS,
    ARRIVED_OUT_OF_TURN_M,
    ARRIVED_QUIET_MS,
    DRIVING_MPS,
    GONE_AGAIN_M,
    NEAR_M,
    NEAR_S,
    STOPS_AWAY,
)
from services.projector.couriers.core.progress import Remaining
from services.projector.couriers.core.track import Track
from services.projector.couriers.core.whereabouts import Whereabouts
from shared.contracts.common import Actor
from shared.contracts.shipment_commands import Observe

What = Literal["stops_away", "next", "near", "arrived"]

_ACTOR = Actor(kind="system", id="couriers")


def observe(tenant: str, courier: str, member: Member, what: What, at_ms: int, stops_left: int) -> Observe:
    """The command that tells `shipments` what was noticed."""
    shipment, joined = member
    seen = f"{courier}\n{shipment}\n{joined}\n{what}".encode()
    return Observe(
        id="o-" + hashlib.sha256(seen).hexdigest()[:32],
        tenant=tenant,
        shipment=shipment,
        at_ms=at_ms,
        actor=_ACTOR,
        courier=courier,
        joined=joined,
        what=what,
        stops_left=stops_left,
    )


class Notices:
    """What was noticed, per shipment and joining, and the watch on an arrival."""

    __slots__ = ("_arriving", "_since_ms", "_still_ms", "out", "told")

    def __init__(self) -> None:
        self.told: set[tuple[Member, What]] = set()
        self.out: list[tuple[Member, What, int, int]] = []
        self._arriving: Place | None = None
        self._since_ms = 0
        self._still_ms = 0

    def note(self, a: Audience, what: What, at_ms: int) -> None:
        """Once a shipment and joining."""
        for member in a.members:
            if (member, what) not in self.told:
                self.told.add((member, what))
                self.out.append((member, what, at_ms, a.told))

    def forget_others(self, members: set[Member]) -> None:
        """Drop what was noticed of shipments that are no longer on the plan."""
        self.told = {(m, w) for m, w in self.told if m in members}

    def away(self, a: Audience, at_ms: int) -> None:
        """Few stops are left before theirs, as its people are told."""
        if 0 < a.told <= STOPS_AWAY and not a.arrived:
            self.note(a, "stops_away", at_ms)

    def turn(self, a: Audience, way: Remaining | None, at_ms: int) -> None:
        """`next` as soon as its people are told that no stop is before them, then `near`."""
        if a.told > 0:
            return
        self.note(a, "next", at_ms)
        if way is not None and (way.way_m < NEAR_M or way.time_s < NEAR_S):
            self.note(a, "near", at_ms)

    def arriving(self, where: Whereabouts, turn: Place | None, track: Track) -> Place | None:
        """The place he has arrived at, after this fix: the next stop after some seconds within 50 m, one
        out of turn only after standing a minute right before it."""
        fix, spot = track.last, where.here
        assert fix is not None
        assert spot is not None
        place = None
        if track.speed_mps < DRIVING_MPS:
            if turn is not None and spot.distance_m(turn) <= ARRIVED_M and where.at in (turn, None):
                place = turn
            elif (
                where.at is not None and where.at.open and spot.distance_m(where.at) <= ARRIVED_OUT_OF_TURN_M
            ):
                place = where.at
        if place is not self._arriving:
            self._arriving, self._since_ms = place, fix.at_ms
        self._still_ms = fix.at_ms
        after_ms = ARRIVED_AFTER_MS if place is turn else ARRIVED_OUT_OF_TURN_AFTER_MS
        return place if place is not None and fix.at_ms - self._since_ms >= after_ms else None

    def quiet_since(self, turn: Place | None, now_ms: int) -> Place | None:
        """The next stop, when he came near it slowly and the phone has been silent since."""
        return self._arriving if self._arriving is not None and now_ms >= (self.due_ms(turn) or 0) else None

    def due_ms(self, turn: Place | None) -> int | None:
        """When silence will mean arrival; None: not waiting for that."""
        if self._arriving is None or self._arriving is not turn:
            return None
        return self._still_ms + ARRIVED_QUIET_MS

    def settle(self) -> None:
        """The arrival watched for is known."""
        self._arriving = None

    @staticmethod
    def gone_again(a: Audience, where: Whereabouts) -> bool:
        """Whether he drove off from where he had arrived, without an outcome."""
        return where.here is not None and where.here.distance_m(a.place) > GONE_AGAIN_M
