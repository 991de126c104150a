"""A courier's round as it really is, second by second: drives along streets, queues, and visits on foot.

Speeds come from how a car is driven (it gathers speed, brakes for corners, queues and the next stop) with
cruising speeds and queues chosen so that the whole agrees with real delivery agents' (distributions.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.simulator.core.distributions import VISIT_S, Quantiles
from shared.geo import Coord, Line, bearing_deg, distance_m

ACCELERATION_MPS2 = 1.6
BRAKING_MPS2 = 2.0
CORNER_MPS = 4.5
MANOEUVRE_M = 15.0  # pulling out of a parking place, and looking for the next
MANOEUVRE_MPS = 2.2
WALKING_MPS = 1.2
LONGEST_WALK_M = 60.0  # a door further off the street has a kerb that no map knows
HAND_OVER_S = 8.0

# Chosen so that the speeds of simulated drives on the legs that delivery agents have (median 168 m) agree
# with GOAL's; the test that compares them says how well.
_CRUISE_MPS = Quantiles({0.0: 3.0, 0.25: 8.0, 0.5: 13.5, 0.75: 21.0, 1.0: 34.0})
_STRETCH_M = Quantiles({0.0: 40.0, 0.5: 120.0, 1.0: 400.0})
_QUEUE_EVERY_M = 650.0
_QUEUE_S = Quantiles({0.0: 2.0, 0.5: 9.0, 0.9: 30.0, 1.0: 60.0})


class Doing(StrEnum):
    """What the courier does at a moment."""

    DRIVING = "driving"
    WALKING = "walking"
    STANDING = "standing"


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the courier truly is: degrees, metres a second, degrees clockwise from north."""

    lon: float
    lat: float
    speed_mps: float
    bearing_deg: float
    doing: Doing


@dataclass(frozen=True, slots=True)
class Visit:
    """When a stop is worked off, seconds from the start: at the kerb, at the door, and driving on."""

    arrives_s: float
    hands_over_s: float
    leaves_s: float


@dataclass(slots=True)
class Drive:
    """A round as one moment a second from its start, with the visit of each stop."""

    moments: list[Moment] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def duration_s(self) -> float:
        """Seconds from the start to the last moment."""
        return float(max(0, len(self.moments) - 1))

    def at(self, seconds: float) -> Moment:
        """The moment so many seconds from the start, between whole seconds interpolated, outside clamped."""
        if not self.moments:
            raise ValueError("an empty drive")
        i = int(seconds)
        if seconds <= 0:
            return self.moments[0]
        if i >= len(self.moments) - 1:
            return self.moments[-1]
        a, b, part = self.moments[i], self.moments[i + 1], seconds - i
        if part == 0.0:
            return a
        return Moment(
            a.lon + part * (b.lon - a.lon),
            a.lat + part * (b.lat - a.lat),
            a.speed_mps + part * (b.speed_mps - a.speed_mps),
            a.bearing_deg,
            a.doing,
        )


def drive(
    legs: Sequence[Sequence[Coord]],
    doors: Sequence[Coord],
    rng: random.Random,
    *,
    limit_mps: float = 14.0,
    visit_s: Iterable[float] | None = None,
) -> Drive:
    """The round along legs (each the way to the door of the same index), with a visit at each door.

    A leg more than there are doors is the way home. Visits take as long as real ones unless visit_s says.
    limit_mps is the speed limit. Raises ValueError when legs and doors do not fit together.
    """
    if not len(doors) <= len(legs) <= len(doors) + 1:
        raise ValueError("a leg to each door, and at most one home")
    made = Drive()
    waits = iter(visit_s) if visit_s is not None else iter(lambda: VISIT_S.draw(rng), None)
    for i, leg in enumerate(legs):
        line = Line(leg)
        _drive_leg(made, line, rng, limit_mps)
        if i < len(doors):
            _visit(made, line.coords[-1], doors[i], next(waits))
    return made


def speeds(line: Line, rng: random.Random, limit_mps: float) -> list[float]:
    """Metres a second for each second of driving a line from rest to rest, queues included."""
    caps = _caps(line, rng, limit_mps)
    queues = _queues(line, rng)
    out: list[float] = []
    along = speed = 0.0
    wait = 0.0
    target, stretch_end = _stretch(0.0, rng, limit_mps)
    while along < line.length_m - 0.5:
        if wait > 0:
            wait -= 1
            speed = 0.0
            out.append(0.0)
            continue
        if along >= stretch_end:
            target, stretch_end = _stretch(along, rng, limit_mps)
        allowed = target
        if along < MANOEUVRE_M or line.length_m - along < MANOEUVRE_M:
            allowed = min(allowed, MANOEUVRE_MPS)
        for place, cap in caps:
            ahead = place - along
            if ahead < 0:
                continue
            if ahead > 200:
                break
            allowed = min(allowed, (cap * cap + 2 * BRAKING_MPS2 * ahead) ** 0.5)
        stop_at = queues[0][0] if queues else line.length_m
        left = stop_at - along
        # The speed from which the rest of the way can still be braked in steps of a second.
        allowed = min(allowed, max(0.8, (2 * BRAKING_MPS2 * left) ** 0.5 - BRAKING_MPS2 / 2))
        speed = min(allowed, speed + ACCELERATION_MPS2)
        along += min(speed, left)
        out.append(min(speed, left))
        if queues and along >= stop_at - 0.5:
            wait = round(queues.pop(0)[1])
    return out


def _drive_leg(made: Drive, line: Line, rng: random.Random, limit_mps: float) -> None:
    along = 0.0
    for speed in speeds(line, rng, limit_mps):
        along += speed
        lon, lat = line.at(along)
        made.moments.append(Moment(lon, lat, speed, line.bearing_at(along), Doing.DRIVING))
    if not made.moments:
        made.moments.append(Moment(*line.coords[0], 0.0, 0.0, Doing.STANDING))


def _visit(made: Drive, kerb: Coord, door: Coord, seconds: float) -> None:
    """To the door on foot, the hand-over, and back; a visit too short for the walk is as long as it needs."""
    metres = distance_m(*kerb, *door)
    reach = door if metres <= LONGEST_WALK_M else Line([kerb, door]).at(LONGEST_WALK_M)
    metres = min(metres, LONGEST_WALK_M)
    walk = round(metres / WALKING_MPS)
    stay = max(round(HAND_OVER_S), round(seconds) - 2 * walk)
    arrives = float(len(made.moments) - 1)
    bearing = made.moments[-1].bearing_deg
    way = Line([kerb, reach])
    out_deg = bearing_deg(*kerb, *reach) if metres > 0 else bearing
    for step in range(1, walk + 1):
        made.moments.append(Moment(*way.at(metres * step / walk), WALKING_MPS, out_deg, Doing.WALKING))
    made.moments.extend([Moment(*reach, 0.0, bearing, Doing.STANDING)] * stay)
    for step in range(walk - 1, -1, -1):
        place = way.at(metres * step / walk)
        made.moments.append(Moment(*place, WALKING_MPS, (out_deg + 180) % 360, Doing.WALKING))
    made.visits.append(Visit(arrives, arrives + walk + stay, arrives + 2 * walk + stay))


def _stretch(along: float, rng: random.Random, limit_mps: float) -> tuple[float, float]:
    """A cruising speed, and how far along it is kept."""
    return min(limit_mps, _CRUISE_MPS.draw(rng)), along + _STRETCH_M.draw(rng)


def _queues(line: Line, rng: random.Random) -> list[tuple[float, float]]:
    """(metres along, seconds) of the lights and queues that stop the drive, in order."""
    out: list[tuple[float, float]] = []
    along = rng.expovariate(1 / _QUEUE_EVERY_M)
    while along < line.length_m - 15:
        out.append((along, _QUEUE_S.draw(rng)))
        along += 15 + rng.expovariate(1 / _QUEUE_EVERY_M)
    return out


def _caps(line: Line, rng: random.Random, limit_mps: float) -> list[tuple[float, float]]:
    """(metres along, metres a second) that corners allow, in order."""
    out: list[tuple[float, float]] = []
    along = 0.0
    for i in range(1, len(line) - 1):
        before, here, after = line.coords[i - 1], line.coords[i], line.coords[i + 1]
        along += distance_m(*before, *here)
        if before == here or here == after:
            continue
        turn = abs((bearing_deg(*here, *after) - bearing_deg(*before, *here) + 180) % 360 - 180)
        if turn > 35:
            out.append(
                (along, min(limit_mps, CORNER_MPS * rng.uniform(0.8, 1.3) * (1.0 if turn < 120 else 0.6)))
            )
    return out
