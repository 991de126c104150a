"""What was learned of how long things take: an additive model in logarithms, folded visit by visit.

A hand-over takes exp(kind + hour + parcels + courier + courier today) seconds; the way to it (walking back
to the car, driving, parking) (overhead + pace x the router's time) x exp(hour + courier + today), where today
is the fleet's day, the fleet's last hour (a jam) and the courier's own. What is long-lived is a mean that
forgets with a half-life and is drawn to its prior while there is little; what is of today is a level that
reverts, followed by a Kalman filter (Kalman 1960) whose components are taken as independent, so that their
sum is a little too sure of itself: the calibration makes up for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from services.estimator.core.levels import Level, Mean, Reverting, observe
from shared.contracts.topic import DAY_MS, HOUR_MS
from shared.domain.local_time import hour_at, offset_s

HALF_LIFE_MS = 45 * DAY_MS
FORGOTTEN_MS = 90 * DAY_MS
"""A courier who was not seen for so long is forgotten."""

KIND_S = {"door": 75.0, "locker": 90.0, "counter": 60.0}
ANY_S = 75.0
DWELL_SPREAD = 0.65
"""Standard deviation of the logarithm: delivery agents' visits are p50 71, p90 153, p99 301 s (GOAL)."""
OVERHEAD_S, PACE, LEG_SPREAD = 40.0, 1.2, 0.4
END_S = 60.0
PARCELS_POWER = 0.25
PAUSE_LEAST_S = 300.0
"""Standing so long away from any stop is a pause; what is shorter is traffic."""
PAUSE_S, PAUSE_SPREAD, PAUSES_PER_H = 540.0, 0.4, 0.1
BREAK_LEAST_S = 900.0
"""A pause so long is the day's break: there is one a day at most."""
BREAK_S, BREAK_SPREAD = 1500.0, 0.4
BREAK_SHARE, BREAK_H, BREAK_H_SPREAD = 0.6, 12.5, 1.5
"""Before anything was seen: on how many days couriers have one, and when it begins on their clock."""
SAME_DAY_MS, NIGHT_MS = 10 * HOUR_MS, 5 * HOUR_MS

FLEET_DAY = Reverting(tau_s=16 * 3600, var=0.10**2)
FLEET_HOUR = Reverting(tau_s=2400, var=0.08**2)
COURIER_DAY = Reverting(tau_s=6 * 3600, var=0.05**2)
COURIER_DWELL = Reverting(tau_s=8 * 3600, var=0.09**2)


class Breaks(msgspec.Struct):
    """The day's break: on how many days there is one, when it begins on his clock (hours), and the logarithm
    of how long it is (seconds)."""

    days: Mean = msgspec.field(default_factory=Mean)
    hour: Mean = msgspec.field(default_factory=Mean)
    log: Mean = msgspec.field(default_factory=Mean)


class Courier(msgspec.Struct):
    """One courier: how he differs in the long run, and today."""

    pace: Mean = msgspec.field(default_factory=Mean)
    dwell: Mean = msgspec.field(default_factory=Mean)
    pace_today: Level = msgspec.field(default_factory=Level)
    dwell_today: Level = msgspec.field(default_factory=Level)
    breaks: Breaks = msgspec.field(default_factory=Breaks)
    paused_ms: int = 0
    seen_ms: int = 0


class Way(msgspec.Struct):
    """Sums of the weighted least squares of time taken on the router's time, with what is believed before."""

    w: float = 2.0
    x: float = 120.0
    y: float = 2.0 * OVERHEAD_S + 120.0 * PACE
    xx: float = 12_000.0
    xy: float = 120.0 * OVERHEAD_S + 12_000.0 * PACE
    at_ms: int = 0

    def line(self) -> tuple[float, float]:
        """(overhead_s, pace), each kept within what is possible."""
        spread = self.w * self.xx - self.x * self.x
        if spread <= 0:
            return OVERHEAD_S, PACE
        pace = min(4.0, max(0.3, (self.w * self.xy - self.x * self.y) / spread))
        return max(0.0, (self.y - pace * self.x) / self.w), pace

    def add(self, leg_s: float, taken_s: float, now_ms: int) -> None:
        fade = 0.5 ** (max(0, now_ms - self.at_ms) / HALF_LIFE_MS) if self.at_ms else 1.0
        weight = 60.0 / (60.0 + leg_s)
        self.w = self.w * fade + weight
        self.x = self.x * fade + weight * leg_s
        self.y = self.y * fade + weight * taken_s
        self.xx = self.xx * fade + weight * leg_s * leg_s
        self.xy = self.xy * fade + weight * leg_s * taken_s
        self.at_ms = max(self.at_ms, now_ms)


def _hours() -> list[Mean]:
    return [Mean() for _ in range(24)]


class Learned(msgspec.Struct):
    """All of it; JSON or MessagePack by msgspec. A new one knows the priors alone."""

    way: Way = msgspec.field(default_factory=Way)
    way_hours: list[Mean] = msgspec.field(default_factory=_hours)
    way_log: Mean = msgspec.field(default_factory=Mean)
    way_noise: Mean = msgspec.field(default_factory=Mean)
    way_off: Mean = msgspec.field(default_factory=Mean)
    way_hours_centre: Mean = msgspec.field(default_factory=Mean)
    pace_centre: Mean = msgspec.field(default_factory=Mean)
    dwell_hours_centre: Mean = msgspec.field(default_factory=Mean)
    dwell_centre: Mean = msgspec.field(default_factory=Mean)
    fleet_day: Level = msgspec.field(default_factory=Level)
    fleet_hour: Level = msgspec.field(default_factory=Level)
    kinds: dict[str, Mean] = msgspec.field(default_factory=dict)
    parcels: dict[int, Mean] = msgspec.field(default_factory=dict)
    dwell_hours: list[Mean] = msgspec.field(default_factory=_hours)
    dwell_noise: Mean = msgspec.field(default_factory=Mean)
    pauses: Mean = msgspec.field(default_factory=Mean)
    pause_log: Mean = msgspec.field(default_factory=Mean)
    breaks: Breaks = msgspec.field(default_factory=Breaks)
    couriers: dict[str, Courier] = msgspec.field(default_factory=dict)
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """A finished leg and visit: left_ms when the outcome before it was (or he set out), arrived_ms None where
    nobody saw him come, done_ms the outcome; leg_s the router's time of the whole leg, paused_s what of it
    he stood away from any stop."""

    courier: str
    left_ms: int
    arrived_ms: int | None
    done_ms: int
    leg_s: float
    kind: str = "door"
    parcels: int = 1
    zone: str = "UTC"
    paused_s: float = 0.0


def learn(learned: Learned, visit: Visit) -> None:
    """Fold one visit into what was learned, in place. One that can't have been (times out of order, longer
    than half a day) changes nothing."""
    whole_s = (visit.done_ms - visit.left_ms) / 1000.0
    if not 0 < whole_s < 43_200 or visit.leg_s < 0 or not math.isfinite(visit.leg_s):
        return
    now_ms = visit.done_ms
    courier = learned.couriers.setdefault(visit.courier, Courier())
    hour = hour_at(now_ms, offset_s(visit.zone, now_ms))
    _learn_pause(learned, courier, visit, whole_s)
    if visit.arrived_ms is not None and visit.left_ms <= visit.arrived_ms <= visit.done_ms:
        paused_s = visit.paused_s if visit.paused_s >= PAUSE_LEAST_S else 0.0
        taken_s = (visit.arrived_ms - visit.left_ms) / 1000.0 - paused_s
        if taken_s > 0:
            _learn_way(learned, courier, visit.leg_s, taken_s, hour, now_ms)
        _learn_dwell(learned, courier, visit, max(1.0, (now_ms - visit.arrived_ms) / 1000.0), hour)
    courier.seen_ms = max(courier.seen_ms, now_ms)
    learned.visits += 1
    if learned.visits % 1000 == 0:
        for known in [k for k, c in learned.couriers.items() if c.seen_ms < now_ms - FORGOTTEN_MS]:
            del learned.couriers[known]


def _learn_way(
    learned: Learned, courier: Courier, leg_s: float, taken_s: float, hour: int, now_ms: int
) -> None:
    overhead_s, pace = learned.way.line()
    base = math.log(overhead_s + pace * leg_s + 1.0)
    effect = way_log(learned, courier, hour)
    levels: Sequence[tuple[Level, Reverting]] = (
        (learned.fleet_day, FLEET_DAY),
        (learned.fleet_hour, FLEET_HOUR),
        (courier.pace_today, COURIER_DAY),
    )
    today = sum(level.mean_at(how, now_ms) for level, how in levels)
    off = math.log(taken_s + 1.0) - base - effect - today
    bounded = max(-1.5, min(1.5, off))
    # The line keeps the level of all: were that taken off too, line and level would grow against each other.
    learned.way.add(leg_s, taken_s / math.exp(effect - learned.way_log.drawn(10) + today), now_ms)
    foreseen_s = math.exp(base + effect + today)
    mean_s = way_scale(learned) * foreseen_s
    off_by = max(-6.0, min(6.0, (taken_s - mean_s) / way_unit_s(mean_s)))
    learned.way_off.add(off_by, now_ms, HALF_LIFE_MS)
    learned.way_noise.add(taken_s / foreseen_s, now_ms, HALF_LIFE_MS)
    learned.way_log.add(bounded + learned.way_log.drawn(10), now_ms, HALF_LIFE_MS)
    _follow(learned.way_hours[hour], learned.way_hours_centre, 30, bounded + today / 2, now_ms)
    _follow(courier.pace, learned.pace_centre, 25, bounded + today / 2, now_ms)
    observe(levels, bounded, LEG_SPREAD**2, now_ms)


def _learn_dwell(learned: Learned, courier: Courier, visit: Visit, dwell_s: float, hour: int) -> None:
    now_ms = visit.done_ms
    before = dwell_log(learned, courier, visit.kind, visit.parcels, hour)
    today = courier.dwell_today.mean_at(COURIER_DWELL, now_ms)
    off = math.log(dwell_s) - before - today
    bounded = max(-2.5, min(2.5, off))
    kind = learned.kinds.setdefault(visit.kind, Mean())
    kind.add(bounded + kind.drawn(10), now_ms, HALF_LIFE_MS)
    _follow(learned.dwell_hours[hour], learned.dwell_hours_centre, 60, bounded, now_ms)
    count = learned.parcels.setdefault(min(visit.parcels, 5), Mean())
    count.add(bounded + count.drawn(30), now_ms, HALF_LIFE_MS)
    _follow(courier.dwell, learned.dwell_centre, 25, bounded + today / 2, now_ms)
    learned.dwell_noise.add(dwell_s / math.exp(before + today), now_ms, HALF_LIFE_MS)
    observe([(courier.dwell_today, COURIER_DWELL)], bounded, DWELL_SPREAD**2, now_ms)


def _follow(effect: Mean, centre: Mean, prior_w: float, off: float, now_ms: int) -> None:
    """An effect takes its part of what was not foreseen; the centre is what it is on average, over visits, so
    that who is new (hour or courier) is taken as the average one."""
    effect.add(off + effect.drawn(prior_w), now_ms, HALF_LIFE_MS)
    centre.add(effect.drawn(prior_w), now_ms, HALF_LIFE_MS)


def _learn_pause(learned: Learned, courier: Courier, visit: Visit, whole_s: float) -> None:
    now_ms, known = visit.done_ms, (courier.breaks, learned.breaks)
    if courier.seen_ms and visit.left_ms - courier.seen_ms > NIGHT_MS:  # the day before is over
        had = float(courier.seen_ms - courier.paused_ms <= SAME_DAY_MS)
        for breaks in known:
            breaks.days.add(had, now_ms, HALF_LIFE_MS)
    if visit.paused_s >= BREAK_LEAST_S:
        if now_ms - courier.paused_ms > SAME_DAY_MS:
            usual_h = _usual_h(learned, courier)
            begun_h = usual_h + hours_after(
                clock_h(visit.left_ms, offset_s(visit.zone, visit.left_ms)), usual_h
            )
            for breaks in known:
                breaks.hour.add(begun_h, now_ms, HALF_LIFE_MS)
                breaks.log.add(math.log(visit.paused_s), now_ms, HALF_LIFE_MS)
        courier.paused_ms = max(courier.paused_ms, now_ms)
        return
    paused = visit.paused_s >= PAUSE_LEAST_S
    hours = max(1.0, whole_s - visit.paused_s) / 3600.0
    learned.pauses.add((1.0 if paused else 0.0) / hours, now_ms, HALF_LIFE_MS, weight=hours)
    if paused:
        learned.pause_log.add(math.log(visit.paused_s), now_ms, HALF_LIFE_MS)


def way_scale(learned: Learned) -> float:
    """What a leg takes on average, over what it takes by the logarithms' mean."""
    return learned.way_noise.drawn(50, math.exp(LEG_SPREAD**2 / 2))


def way_unit_s(mean_s: float, end_s: float = END_S) -> float:
    """In what a leg's time is measured to be off: what walking and parking at its ends make, however long it
    is, and a share of the whole."""
    return math.hypot(end_s, 0.25 * mean_s)


def way_log(learned: Learned, courier: Courier, hour: int) -> float:
    """Logarithm of what a leg takes over the line's, but for today: all, the hour's and the courier's."""
    hour_at, known = learned.way_hours[hour], courier.pace
    return (
        learned.way_log.drawn(10)
        + (hour_at.drawn(30) - learned.way_hours_centre.mean) * hour_at.w / (hour_at.w + 30)
        + (known.drawn(25) - learned.pace_centre.mean) * known.w / (known.w + 25)
    )


def dwell_log(learned: Learned, courier: Courier, kind: str, parcels: int, hour: int) -> float:
    """Mean logarithm of a hand-over's seconds, but for the courier's today."""
    known, count = learned.kinds.get(kind), learned.parcels.get(min(parcels, 5))
    at, own = learned.dwell_hours[hour], courier.dwell
    return (
        math.log(KIND_S.get(kind, ANY_S))
        + PARCELS_POWER * math.log(max(1, min(parcels, 20)))
        + (known.drawn(10) if known else 0.0)
        + (count.drawn(30) if count else 0.0)
        + (at.drawn(60) - learned.dwell_hours_centre.mean) * at.w / (at.w + 60)
        + (own.drawn(25) - learned.dwell_centre.mean) * own.w / (own.w + 25)
    )


def clock_h(at_ms: int, ahead_s: int) -> float:
    """The time of day there, in hours."""
    return (at_ms / 1000.0 + ahead_s) / 3600.0 % 24


def hours_after(at_h: float, other_h: float) -> float:
    """How far a time of day is after another, -12 to 12 hours: those of a night are near to each other."""
    return (at_h - other_h + 12.0) % 24 - 12.0


def pause_lasts(learned: Learned) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a pause's seconds; the day's break is none of them."""
    return learned.pause_log.drawn(8, math.log(PAUSE_S)), learned.pause_log.spread(8, PAUSE_SPREAD)


def pauses_per_h(learned: Learned) -> float:
    """How often one begins, an hour of work."""
    return max(0.0, learned.pauses.drawn(20.0, PAUSES_PER_H))


def break_lasts(learned: Learned, courier: Courier) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of his break's seconds."""
    everyones, his = learned.breaks.log, courier.breaks.log
    mean, spread = everyones.drawn(8, math.log(BREAK_S)), everyones.spread(8, BREAK_SPREAD)
    return his.drawn(4, mean), his.spread(4, spread)


def break_per_h(learned: Learned, courier: Courier, at_h: float) -> float:
    """How often his break begins at this time on his clock, an hour, given that he has had none today: on as
    many days as he has one, normal about his usual hour; who is not known is as all are."""
    everyones, his = learned.breaks, courier.breaks
    share = his.days.drawn(2.0, everyones.days.drawn(8.0, BREAK_SHARE))
    spread = max(0.2, his.hour.spread(1.0, everyones.hour.spread(4.0, BREAK_H_SPREAD)))
    z = hours_after(at_h, _usual_h(learned, courier)) / spread
    begun = share * 0.5 * math.erfc(-z / math.sqrt(2.0))
    return share * math.exp(-z * z / 2) / (spread * math.sqrt(2.0 * math.pi)) / max(0.05, 1.0 - begun)


def _usual_h(learned: Learned, courier: Courier) -> float:
    return courier.breaks.hour.drawn(0.5, learned.breaks.hour.drawn(4.0, BREAK_H))
