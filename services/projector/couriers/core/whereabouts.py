"""Where the courier is with regard to stops: at one, near a door, inside zones, not yet away from one."""

from __future__ import annotations

from math import hypot

from services.projector.couriers.core.itinerary import Itinerary, Place
from services.projector.couriers.core.limits import (
    AT_NEXT_BONUS_M,
    AT_STAY_BONUS_M,
    AT_STOP_M,
    DOORSTEP_M,
    DRIVING_MPS,
    LEAVES_AFTER,
)
from services.projector.couriers.core.track import Fix, Track
from shared.contracts.common import Policy


class Spot:
    """A fix seen against the stops: the doors within 30 m, and on demand the zones that hold it."""

    __slots__ = ("_zones", "around", "doors", "fix")

    def __init__(self, fix: Fix, around: list[Place]) -> None:
        self.fix = fix
        self.around = around
        self.doors: list[Place] = []
        self._zones: dict[tuple[int, int], list[Place]] = {}

    def in_zones(self, policy: Policy, secret: bytes) -> list[Place]:
        """The places in whose zone, by this policy's numbers, the fix lies."""
        key = (policy.zone_radius_m, policy.zone_shift_m)
        hits = self._zones.get(key)
        if hits is None:
            x, y = self.fix.x, self.fix.y
            hits = self._zones[key] = [p for p in self.around if p.zone(policy, secret).holds(x, y)]
        return hits

    def distance_m(self, place: Place) -> float:
        """From the fix to a place."""
        return hypot(self.fix.x - place.x, self.fix.y - place.y)


class Whereabouts:
    """`at`: the open or just finished stop he stands at or walks around. `behind`: the stops finished (or
    taken off the plan) that he has not left yet."""

    __slots__ = ("_leaving", "at", "behind", "done", "here", "shown")

    def __init__(self) -> None:
        self.at: Place | None = None
        self.behind: set[Place] = set()
        self.done: Place | None = None  # the one finished last where he was
        self.here: Spot | None = None  # the newest fix taken
        self.shown: Spot | None = None  # the fix shown (to those who may)
        self._leaving = 0

    def finished(self, place: Place, itinerary: Itinerary) -> None:
        """A stop is done or gone; until a fix shows that he has left, he is taken to be still there."""
        if self.here is None or self.here.distance_m(place) <= itinerary.reach_m:
            self.behind.add(place)
            self.done = place

    def locate(self, track: Track, itinerary: Itinerary, turn: Place | None) -> None:
        """Take up a fix that was HELD or MOVED; `turn` is the next open place."""
        fix = track.last
        assert fix is not None
        spot = self.here = Spot(fix, itinerary.around(fix.x, fix.y))
        if track.shown is fix:
            self.shown = spot
        elif track.shown is not None and (self.shown is None or self.shown.fix is not track.shown):
            self.shown = self._spot(track.shown, itinerary)
        if self.behind:
            far = [p for p in self.behind if p.open or spot.distance_m(p) > itinerary.reach_m]
            self.behind.difference_update(far)
        best, best_score, at_m = None, AT_STOP_M + 1.0, 0.0
        x, y = fix.x, fix.y
        for p in spot.around:
            if not p.open and p not in self.behind:
                continue
            distance_m = hypot(x - p.x, y - p.y)
            if distance_m > AT_STOP_M:
                continue
            if distance_m <= DOORSTEP_M:
                spot.doors.append(p)
            score = distance_m
            if p is turn:
                score -= AT_NEXT_BONUS_M
            if p is self.at:
                score -= AT_STAY_BONUS_M
            if score < best_score:
                best, best_score = p, score
        slow = track.speed_mps < DRIVING_MPS
        if self.at is not None:
            at_m = spot.distance_m(self.at)
            if not self._leaves(at_m, slow, track.speed_known):
                if slow and best is not None:
                    self.at = best
                return
        self._leaving = 0
        self.at = best if slow else None

    def _leaves(self, at_m: float, slow: bool, speed_known: bool) -> bool:
        """Whether he has left the stop he was at: one wild fix is not enough."""
        if at_m > 2 * AT_STOP_M:
            return True
        drives = not slow and at_m > DOORSTEP_M
        if not drives and at_m <= AT_STOP_M:
            self._leaving = 0
            return False
        self._leaving += 1
        return (drives and speed_known) or self._leaving >= LEAVES_AFTER

    def _spot(self, fix: Fix, itinerary: Itinerary) -> Spot:
        spot = Spot(fix, itinerary.around(fix.x, fix.y))
        spot.doors = [
            p for p in spot.around if (p.open or p in self.behind) and spot.distance_m(p) <= DOORSTEP_M
        ]
        return spot

    def moved_plan(self, old: Itinerary, new: Itinerary) -> None:
        """Carry over to a new plan's places: by stop id; places that are gone and near stay behind him."""
        by_id = {p.key: p for p in new.places}
        before = self.at
        behind = {by_id.get(p.key, p) for p in self.behind}
        for p in old.places:
            successor = by_id.get(p.key)
            moved = successor is not None and hypot(successor.x - p.x, successor.y - p.y) > DOORSTEP_M
            gone = successor is None or moved
            if gone and (p.open or p in self.behind) and self.here and self.here.distance_m(p) <= old.reach_m:
                p.open = ()
                behind.add(p)
        self.behind = behind
        new.lay(p for p in behind if p not in new.places)
        if before is not None:
            self.at = by_id.get(before.key, before if before in behind else None)
        if self.done is not None:
            self.done = by_id.get(self.done.key, self.done)

    def look_again(self, track: Track, itinerary: Itinerary) -> None:
        """See the fixes anew after stops came, went or were finished."""
        if track.last is not None:
            self.here = self._spot(track.last, itinerary)
        if track.shown is not None:
            self.shown = self.here if track.shown is track.last else self._spot(track.shown, itinerary)
