"""Days of couriers, drawn from statistics of real ones. It imports nothing of the estimator, which has no
view of it: what it sees are the reports and readings in `Seen`.

Measured on GOAL (GPS-ordered Activity Labels, (c) Amazon.com, Inc. or its affiliates, CC BY 4.0; Eftelioglu
et al., IWCTS 2022: 805 traces, 93 h of delivery agents): how long a visit takes, how many there are an hour,
how long a leg is driven, how often a phone is silent. Some of what is assumed can be held against it:

* all pauses, sorting in the car and waiting together: a window of six and a half minutes is wholly on foot
  in 6 % of GOAL's traces and of the days here; runs on foot, the unfinished ones counted (Kaplan-Meier), take
  79 s in the middle, 130 s at the third quarter, 255 s at the ninth tenth, here 85, 135 and 223;
* what is of the courier, his day and his area in a visit: 0.16 of the variance of its rank is shared by the
  visits of one trace (0.08 to 0.24), here COURIER_Z and DAY_Z make 0.15; of a drive's logarithm 0.022 (0.016
  to 0.029) given its metres, here 0.023;
* what is of the single drive: given the metres driven its logarithm is off by 0.26, given those as the crow
  flies by 0.39; here, given the router's time, by 0.37, parking included;
* a jam: of a city's buses (Liverpool, route 14) no quarter of an hour took more than 1.6 times what other
  trips took there, and no whole trip more than 1.3 times. How often there is one nothing says.

Nothing measured says how hours differ, when couriers eat, how often nobody is at home, how often plans
change: these are assumed, and stand here as constants.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.contracts.common import Handover
from tests.bench.promise.streets import Streets, tour

Why = Literal["", "plan", "replanned", "other_courier"]
"""Why the open stops are others now; empty: they are not."""

# GOAL, whole OnFoot runs between two Driving runs, seconds; between p99 and the longest by hand.
VISIT_SHARES = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.997, 1.0)
VISIT_S = (8.0, 10.0, 30.0, 37.0, 52.0, 71.0, 103.0, 153.0, 200.0, 301.0, 450.0, 1260.0)
# GOAL: 105 gaps of over 60 s in 93.2 h; how long they are, the longest included.
SILENT_PER_H = 105 / 93.2
SILENT_SHARES, SILENT_S = (0.0, 0.5, 0.9, 0.95, 0.99, 1.0), (60.0, 100.0, 213.0, 285.0, 612.0, 658.0)
READ_EVERY_S = 5.0

# Assumed. Ranks (z) of a visit: what is of the courier, the kind of stop and the hour, the rest by chance.
COURIER_Z, DAY_Z = 0.35, 0.15
KINDS: tuple[Handover, ...] = ("door", "locker", "counter")
KIND_Z = {"door": 0.0, "locker": 0.35, "counter": -0.45}
KIND_SHARES = (0.75, 0.10, 0.15)
HOUR_Z = {8: -0.15, 9: -0.05, 12: 0.15, 13: 0.1, 17: 0.1, 18: 0.2, 19: 0.2, 20: 0.2}
PARCELS_SHARES = (0.80, 0.13, 0.05, 0.02)
PARCEL_Z = 0.25
HANDED_AT = (6.0, 4.0)
"""Beta: the share of a visit that has passed when the parcel is handed over; the rest is walking back."""

ROUTER_FACTOR = 1.15
HOUR_FACTOR = (
    *([0.85] * 7),
    *(1.10, 1.25, 1.10, 1.0, 1.0, 1.05, 1.05, 1.05, 1.15, 1.30, 1.30, 1.10, 0.95, 0.90),
    *([0.85] * 3),
)
COURIER_PACE, DAY_PACE, DAY_PACE_OWN = 0.10, 0.10, 0.04
QUARTER_KEEPS, QUARTER_PACE = 0.8, 0.08
LEG_NOISE = 0.28
PARKING_S = 22.0
SORTS, SORTS_S = 0.12, 110.0
"""How often he looks for the next parcels in the car, and for how long (exponential)."""
LUNCH, LUNCH_S, LUNCH_SPREAD = 0.8, 25 * 60.0, 0.35
SHORT_PER_H, SHORT_S = 0.12, (300.0, 720.0)
JAM, JAM_FACTOR, JAM_S = 0.3, (1.2, 1.6), (1800.0, 5400.0)
FAILS, SWAPS, SKIPS, DROPS = 0.03, 0.04, 0.015, 0.4
"""Nobody at home; the next but one first; left for later; and of those not delivered that day at all."""
INSERTED, INSERTED_STOPS = 0.25, (1, 6)
HANDED_OVER, HANDED_STOPS = 0.3, (5, 12)
LATE_START_S = 420.0
TICK_S = 60.0


@dataclass(frozen=True)
class Person:
    """A courier as he is in the long run; lunch_h on his clock."""

    pace: float
    z: float
    lunch_h: float


@dataclass
class Stop:
    """A stop of the day, and what became of it: seconds after midnight, None until it is so."""

    place: int
    kind: Handover
    parcels: int
    arrived_s: float | None = None
    done_s: float | None = None
    delivered: bool = False


@dataclass(frozen=True)
class Jam:
    start_s: float
    long_s: float
    factor: float


@dataclass
class Traffic:
    """One day's: what multiplies the router's times at a second of the day."""

    day: float
    quarters: NDArray[np.float64]  # logarithms, one a quarter of an hour
    jams: list[Jam]

    def factor(self, at_s: float) -> float:
        hour = int(at_s // 3600) % 24
        found = HOUR_FACTOR[hour] * self.day * math.exp(self.quarters[int(at_s // 900) % 96])
        return found * self.jam(at_s)

    def jam(self, at_s: float) -> float:
        return math.prod(j.factor for j in self.jams if j.start_s <= at_s < j.start_s + j.long_s)


@dataclass(frozen=True)
class Phase:
    """What a courier does from start_s to end_s: "wait", "pause", "back", "sort", "drive", "park" or "visit";
    on the way to `stop`, over a leg of leg_s by the router. plan: the open stops then, as planned."""

    what: str
    start_s: float
    end_s: float
    stop: int
    leg_s: float
    left_s: float


@dataclass(frozen=True)
class Seen:
    """What the system hears, at_s: a reading ("tick"), "out", "arrived", "done" (delivered or not), "plan"
    (the open stops or their order have changed) or "dropped". Its phase is that of silent_s before."""

    at_s: float
    courier: int
    what: str
    stop: int = -1
    delivered: bool = False
    phase: Phase | None = None
    silent_s: float = 0.0
    paused_s: float = 0.0
    order: tuple[int, ...] = ()
    why: Why = ""


@dataclass
class Run:
    """One courier's day: who, where he is planned to begin, and all that he did."""

    person: Person
    day_z: float
    own_pace: float
    planned_s: float
    started_s: float = 0.0
    plan: list[int] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    orders: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    silences: list[tuple[float, float]] = field(default_factory=list)

    def phase_at(self, at_s: float) -> Phase:
        return self.phases[max(0, bisect_right(self.phases, at_s, key=lambda p: p.start_s) - 1)]

    def order_at(self, at_s: float) -> tuple[int, ...]:
        return self.orders[max(0, bisect_right(self.orders, at_s, key=lambda o: o[0]) - 1)][1]


@dataclass
class Day:
    """All couriers of one day; seen in order of time."""

    number: int
    traffic: Traffic
    stops: list[Stop]
    runs: list[Run]
    seen: list[Seen]


def people(seed: int, count: int) -> list[Person]:
    draw = np.random.default_rng([seed, 1])
    return [
        Person(math.exp(draw.normal(0, COURIER_PACE)), draw.normal(0, COURIER_Z), draw.uniform(11.5, 13.25))
        for _ in range(count)
    ]


def visit_s(z: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """The visit of that rank, seconds: GOAL's whatever the rank is made of, as long as it is a standard
    normal one."""
    share = 0.5 * (1.0 + np.tanh(0.7978845608 * (np.asarray(z) + 0.044715 * np.asarray(z) ** 3)))
    return np.asarray(np.interp(share, VISIT_SHARES, VISIT_S))


def known_z(person: Person, day_z: float, stop: Stop, at_s: float) -> float:
    """What of a visit's rank is no chance."""
    hour = HOUR_Z.get(int(at_s // 3600) % 24, 0.0)
    return person.z + day_z + KIND_Z[stop.kind] + hour + PARCEL_Z * (stop.parcels - 1)


CHANCE_Z = math.sqrt(1.0 - COURIER_Z**2 - DAY_Z**2 - 0.06)


def day(
    seed: int, number: int, streets: Streets, who: list[Person], stops_each: int, jam: Jam | None = None
) -> Day:
    """One day. Of six couriers four set out in the morning, one before noon and one after. With a jam given
    there is this one for certain, and no other."""
    draw = np.random.default_rng([seed, 2, number])
    level, quarters = draw.normal(0, QUARTER_PACE), []
    for _ in range(96):
        level = QUARTER_KEEPS * level + math.sqrt(1 - QUARTER_KEEPS**2) * draw.normal(0, QUARTER_PACE)
        quarters.append(level)
    jams = [jam] if jam else []
    if not jam and draw.random() < JAM:
        jams = [Jam(draw.uniform(9, 18) * 3600, draw.uniform(*JAM_S), draw.uniform(*JAM_FACTOR))]
    made = Day(number, Traffic(math.exp(draw.normal(0, DAY_PACE)), np.array(quarters), jams), [], [], [])
    handed: tuple[float, list[int]] | None = None
    giver = int(draw.integers(0, len(who) - 1)) if draw.random() < HANDED_OVER else -1
    for i, person in enumerate(who):
        begins_h = (8.0, 8.5, 11.0, 8.25, 13.5, 9.0)[i % 6]
        run = Run(person, draw.normal(0, DAY_Z), math.exp(draw.normal(0, DAY_PACE_OWN)), begins_h * 3600)
        first = len(made.stops)
        places = draw.permutation(np.arange(1, len(streets.times_s)))[:stops_each]
        for place in tour(streets, [int(p) for p in places]):
            kind = KINDS[draw.choice(3, p=KIND_SHARES)]
            made.stops.append(Stop(place, kind, 1 + int(draw.choice(4, p=PARCELS_SHARES))))
        run.plan = list(range(first, len(made.stops)))
        given = _Life(made, run, i, streets, draw).live(i == giver, handed)
        handed = given if i == giver else None if handed else handed
        made.runs.append(run)
    made.seen.sort(key=lambda s: s.at_s)
    return made


class _Life:
    """Plays one courier's day."""

    def __init__(self, day: Day, run: Run, courier: int, streets: Streets, draw: np.random.Generator) -> None:
        self.day, self.run, self.courier, self.streets, self.draw = day, run, courier, streets, draw
        self.now = run.planned_s + max(-300.0, draw.normal(LATE_START_S, 400.0))
        self.at = 0
        self.open = list(run.plan)
        self.left_s = self.now
        self.lunch_s = (
            3600 * (run.person.lunch_h + draw.normal(0, 0.25)) if draw.random() < LUNCH else math.inf
        )
        if self.lunch_s < self.now + 3600:
            self.lunch_s = math.inf  # he eats before
        self.insert_s = math.inf
        if draw.random() < INSERTED:
            self.insert_s = self.now + draw.uniform(0.5, 4) * 3600

    def live(self, gives: bool, taken: tuple[float, list[int]] | None) -> tuple[float, list[int]] | None:
        run, draw = self.run, self.draw
        run.started_s = self.now
        self._order(run.planned_s - 2.5 * 3600, "plan")
        run.phases.append(Phase("wait", run.planned_s - 2.5 * 3600, self.now, self.open[0], 0.0, self.now))
        gives_s = self.now + draw.uniform(0.7, 2.5) * 3600 if gives else math.inf
        given = None
        back_s, just = 0.0, -1
        while self.open:
            if self.now >= gives_s and len(self.open) > HANDED_STOPS[1] + 8:
                many = int(draw.integers(*HANDED_STOPS))
                given, self.open, gives_s = (self.now, self.open[-many:]), self.open[:-many], math.inf
                self._order(self.now, "replanned")
            if taken and self.now >= taken[0]:
                self.open, taken = [*self.open, *taken[1]], None
                self._order(self.now, "other_courier")
            if self.now >= self.insert_s and len(self.open) > 10:
                self._insert()
            if len(self.open) > 20 and just != self.open[0] and draw.random() < SKIPS:
                self._skip()
            just = self.open[0]
            first = 1 if len(self.open) > 2 and draw.random() < SWAPS else 0
            back_s = self._serve(self.open[first], back_s)
        if taken:  # he was home before they were handed to him: nobody brings them
            for stop in taken[1]:
                self._see(taken[0] + 1, "dropped", stop)
                self.day.stops[stop].done_s = taken[0] + 1
        self._readings()
        return given

    def _serve(self, stop: int, back_s: float) -> float:
        """To the stop, and the visit there up to its outcome; the seconds he then walks back."""
        run, draw, this = self.run, self.draw, self.day.stops[stop]
        leg_s = float(self.streets.times_s[self.at, this.place])
        self.left_s = self.now
        self._do("back", back_s, stop, leg_s)
        if self.now >= self.lunch_s:
            self.lunch_s = math.inf
            self._do("pause", LUNCH_S * math.exp(draw.normal(0, LUNCH_SPREAD)), stop, leg_s)
        elif draw.random() < SHORT_PER_H * 0.06:
            self._do("pause", draw.uniform(*SHORT_S), stop, leg_s)
        if draw.random() < SORTS:
            self._do("sort", draw.exponential(SORTS_S), stop, leg_s)
        factor = ROUTER_FACTOR * run.person.pace * run.own_pace * self.day.traffic.factor(self.now)
        self._do("drive", leg_s * factor * math.exp(draw.normal(0, LEG_NOISE)), stop, leg_s)
        self._do("park", draw.gamma(1.5, PARKING_S / 1.5), stop, leg_s)
        this.arrived_s = self.now
        z = known_z(run.person, run.day_z, this, self.now) + draw.normal(0, CHANCE_Z)
        whole_s, share = float(visit_s(z)), draw.beta(*HANDED_AT)
        this.delivered = bool(draw.random() >= FAILS)
        self._do("visit", whole_s * share * (1.0 if this.delivered else 1.3), stop, leg_s)
        this.done_s = self.now
        self.at = this.place
        self.open.remove(stop)
        run.orders.append((self.now, tuple(self.open)))
        return whole_s * (1.0 - share)

    def _do(self, what: str, long_s: float, stop: int, leg_s: float) -> None:
        if long_s > 0:
            self.run.phases.append(Phase(what, self.now, self.now + long_s, stop, leg_s, self.left_s))
            if what == "pause":
                self.run.pauses.append((self.now, self.now + long_s))
            self.now += long_s

    def _order(self, at_s: float, why: Why) -> None:
        self.run.orders.append((at_s, tuple(self.open)))
        self._see(at_s, "plan", order=tuple(self.open), why=why)

    def _insert(self) -> None:
        """Some collections come in between, near to where he is."""
        self.insert_s = math.inf
        near = np.argsort(self.streets.times_s[self.at])[1:12]
        new = []
        for place in self.draw.permutation(near)[: self.draw.integers(*INSERTED_STOPS)]:
            self.day.stops.append(Stop(int(place), "counter", 1))
            new.append(len(self.day.stops) - 1)
        self.open = [*new, *self.open]
        self._order(self.now, "replanned")

    def _skip(self) -> None:
        stop = self.open.pop(0)
        if self.draw.random() < DROPS:
            self.day.stops[stop].done_s = self.now
            self._see(self.now, "dropped", stop)
        else:
            self.open.insert(int(self.draw.integers(6, 16)), stop)
        self._order(self.now, "replanned")

    def _see(
        self, at_s: float, what: str, stop: int = -1, order: tuple[int, ...] = (), why: Why = ""
    ) -> None:
        self.day.seen.append(Seen(at_s, self.courier, what, stop, order=order, why=why))

    def _readings(self) -> None:
        """What the phone sends of it: reports when they are made or as soon as it speaks again, and a reading
        a minute (of those each five seconds, as many as the estimator looks at)."""
        run, draw, end_s = self.run, self.draw, self.now
        at = run.started_s
        while (at := at + draw.exponential(3600 / SILENT_PER_H)) < end_s:
            long_s = float(np.interp(draw.random(), SILENT_SHARES, SILENT_S))
            run.silences.append((at, at + long_s))
            at += long_s

        def heard(at_s: float) -> float:
            for a, b in run.silences:
                if a <= at_s < b:
                    return b
            return at_s + draw.uniform(0, READ_EVERY_S)

        self._see(run.started_s, "out")
        for phase in run.phases:
            if phase.what == "visit":
                stop = self.day.stops[phase.stop]
                arrived = heard(phase.start_s)
                done = max(arrived, heard(phase.end_s))
                self.day.seen.append(Seen(arrived, self.courier, "arrived", phase.stop, phase=phase))
                self.day.seen.append(
                    Seen(
                        done,
                        self.courier,
                        "done",
                        phase.stop,
                        stop.delivered,
                        phase,
                    )
                )
        at = run.planned_s - 2.5 * 3600 + draw.uniform(0, TICK_S)
        while at < end_s:
            silent = next((at - a for a, b in run.silences if a <= at < b), 0.0)
            phase = run.phase_at(at - silent)
            paused = at - silent - phase.start_s if phase.what in ("pause", "sort") else 0.0
            if phase.what != "wait" or at % 600 < TICK_S:
                self.day.seen.append(
                    Seen(at, self.courier, "tick", phase.stop, phase=phase, silent_s=silent, paused_s=paused)
                )
            at += TICK_S
