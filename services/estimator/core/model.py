"""When he comes: for each open stop of a courier's round the arrival's distribution, from what is left to
drive and to hand over.

The clock stops at the shipment's outcome (delivered, or the attempt failed): that is what a window promises.
Along the round times add up, and their uncertainties: of each leg and hand-over by itself, of what all legs
share (the day's traffic, the courier's pace) in proportion to the whole. A pause that may come yet makes it
a mixture of two normal distributions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.estimator.core.calibration import Calibration, window
from services.estimator.core.learned import (
    BREAK_LEAST_S,
    COURIER_DAY,
    COURIER_DWELL,
    DWELL_SPREAD,
    END_S,
    FLEET_DAY,
    FLEET_HOUR,
    PAUSE_LEAST_S,
    SAME_DAY_MS,
    Courier,
    Learned,
    break_lasts,
    break_per_h,
    clock_h,
    dwell_log,
    pause_lasts,
    pauses_per_h,
    way_log,
    way_scale,
    way_unit_s,
)
from services.estimator.core.mixture import beyond, lasts, log_normal, mixture_quantile
from shared.domain.local_time import hour_at, offset_s

RAW = 0.05
"""The model's own early and late spreads reach to this share of its distribution on either side."""
LEAST_SPREAD_S = 20.0
SILENT_S = 120.0
"""Shorter silences are how phones send."""
COURIER_SPREAD = 0.12
SLOT_S = 900.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """An open stop: the router's time for the leg that leads to it from the stop before (or, of the next
    stop, what is left of it from where he is), what is handed over there, and how many parcels."""

    leg_s: float
    kind: str = "door"
    parcels: int = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the courier now: how long he has been standing at the next stop (0: on the way), how
    long ago he was last heard of, who he is, how long he has been standing away from any stop, and of the
    way to the next stop the router's time of what he has covered (0: not off yet, or not known)."""

    now_ms: int
    zone: str = "UTC"
    at_stop_s: float = 0.0
    silent_s: float = 0.0
    courier: str = ""
    paused_s: float = 0.0
    leg_done_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one stop: the point estimate and the bounds that hold `coverage` of what was measured; `drive_s`,
    `dwell_s` and `stops` (open ones before it) are what it was made of; early_s and late_s how far the model
    itself thinks it may be off (5 % beyond either): the unit in which errors are measured."""

    eta_ms: int
    from_ms: int
    to_ms: int
    drive_s: float
    dwell_s: float
    stops: int
    early_s: float = 0.0
    late_s: float = 0.0


def estimate(
    learned: Learned, moment: Moment, ahead: Sequence[Ahead], calibration: Calibration | None = None
) -> list[Estimate]:
    """One estimate an open stop, in driving order: eta, from and to never fall along the round, and none lies
    before now."""
    courier = learned.couriers.get(moment.courier) or Courier()
    heard_ms = moment.now_ms - int(max(0.0, moment.silent_s) * 1000)
    ahead_s = offset_s(moment.zone, heard_ms)
    sums = _Sums(learned, courier, heard_ms, ahead_s)
    sums.pause_under_way(moment.paused_s)
    made: list[Estimate] = []
    for i, stop in enumerate(ahead):
        if i == 0 and moment.at_stop_s > 0:
            sums.hand_over(stop, since_s=moment.at_stop_s)
        else:
            sums.drive(stop.leg_s, under_way=moment.leg_done_s if i == 0 else 0.0)
            sums.hand_over(stop)
        made.append(_made(sums, moment, i, made[-1] if made else None, calibration))
    return made


@dataclass(frozen=True, slots=True)
class _Hour:
    """What holds for legs and hand-overs that begin in one SLOT_S of the round: factors on seconds, and the
    standard deviation of what all of them share."""

    way: float
    way_shared: tuple[float, float, float]
    dwell_log: float
    dwell_shared: float
    breaks_per_s: float
    hour: int


class _Sums:
    """What has added up so far along the round, seconds after the courier was heard; hazard: of his break's
    beginning on the way, a_break: its mean and standard deviation."""

    __slots__ = (
        "_ahead_s",
        "_courier",
        "_dwell_scale",
        "_dwell_spread",
        "_fading",
        "_heard_ms",
        "_learned",
        "_line",
        "_own_var",
        "_paused",
        "_pauses",
        "_shared",
        "_slots",
        "_way_spread",
        "a_break",
        "drive_s",
        "dwell_s",
        "hazard",
        "mean_s",
        "visits",
    )

    def __init__(self, learned: Learned, courier: Courier, heard_ms: int, ahead_s: int) -> None:
        self._learned, self._courier = learned, courier
        self._heard_ms, self._ahead_s = heard_ms, ahead_s
        self._line = learned.way.line()
        dwell = learned.dwell_noise
        self._dwell_scale = dwell.drawn(50, math.exp(DWELL_SPREAD**2 / 2))
        self._way_spread = learned.way_off.spread(50, 1.0)
        self._dwell_spread = dwell.spread(50, self._dwell_scale * 0.75) / self._dwell_scale
        self._slots: dict[int, _Hour] = {}
        self._own_var = 0.0
        self._shared = (0.0, 0.0, 0.0)
        self._fading = (0.0, 0.0)
        self.drive_s = self.dwell_s = self.mean_s = self.hazard = 0.0
        pause_s, square = log_normal(*pause_lasts(learned))
        self._pauses = (pauses_per_h(learned) / 3600.0, pause_s, square)
        long_s, square = log_normal(*break_lasts(learned, courier))
        self.a_break = (long_s, math.sqrt(square - long_s**2))
        self.visits: dict[tuple[str, int, int], float] = {}
        self._paused = 0 <= heard_ms - courier.paused_ms <= SAME_DAY_MS if courier.paused_ms else False

    def pause_under_way(self, paused_s: float) -> None:
        """He stands away from any stop: what is short may be a queue and lasts half as long again; what is a
        pause ends as pauses do that have lasted so long."""
        if paused_s <= 0:
            return
        if paused_s < PAUSE_LEAST_S:
            self.mean_s += paused_s / 2
            self._own_var += paused_s * paused_s
            return
        begun_ms = self._heard_ms - int(paused_s * 1000)
        short = pause_lasts(self._learned)
        left_s, off_s = beyond(*short, paused_s)
        square = left_s**2 + off_s**2
        if not self._paused:  # it may be his break: by how likely each is to begin now, and to last so long
            long = break_lasts(self._learned, self._courier)
            weight = self._break_per_h(begun_ms) * lasts(*long, paused_s)
            other = max(1e-6, pauses_per_h(self._learned) * lasts(*short, paused_s))
            share = weight / (weight + other)
            break_s, break_off_s = beyond(*long, paused_s)
            left_s += share * (break_s - left_s)
            square += share * (break_s**2 + break_off_s**2 - square)
            self._paused = paused_s >= BREAK_LEAST_S or share > 0.5
        self.mean_s += left_s
        self._own_var += max(0.0, square - left_s**2)

    def _break_per_h(self, at_ms: int) -> float:
        return break_per_h(self._learned, self._courier, clock_h(at_ms, self._ahead_s))

    def drive(self, leg_s: float, under_way: float) -> None:
        slot = self._slot()
        overhead_s, pace = self._line
        # Of a leg under way the walk back to the car is done: what is left of the overhead is parking.
        ends = 0.5 if under_way > 0 else 1.0
        taken_s = (overhead_s * ends + pace * max(0.0, leg_s)) * slot.way
        self._passes(slot, taken_s)
        self.drive_s += taken_s
        self._own_var += (way_unit_s(taken_s, END_S * ends) * self._way_spread) ** 2
        (a, b, d), (x, y, z) = self._shared, slot.way_shared
        self._shared = (a + taken_s * x, b + taken_s * z, d)
        # What lasts for an hour is not shared by all of a long way: the covariance fades with the time.
        var, covariance = self._fading
        of_this = taken_s * y * y
        self._fading = (
            var + taken_s * (2.0 * covariance + of_this),
            (covariance + of_this) * FLEET_HOUR.keeps(taken_s),
        )

    def hand_over(self, stop: Ahead, since_s: float = 0.0) -> None:
        slot = self._slot()
        spread = self._dwell_spread
        if since_s > 0:
            mean_log = slot.dwell_log + self._visit_log(stop, slot.hour)
            left_s, off_s = beyond(mean_log, math.sqrt(math.log1p(spread * spread)), since_s)
        else:
            key = (stop.kind, stop.parcels, slot.hour)
            mean_s = self.visits.get(key)
            if mean_s is None:
                mean_s = self.visits[key] = math.exp(self._visit_log(stop, slot.hour)) * self._dwell_scale
            left_s = mean_s * math.exp(slot.dwell_log)
            off_s = left_s * spread
        self._passes(slot, left_s)
        self.dwell_s += left_s
        self._own_var += off_s * off_s
        a, b, d = self._shared
        self._shared = (a, b, d + left_s * slot.dwell_shared)
        self._fading = (self._fading[0], self._fading[1] * FLEET_HOUR.keeps(left_s))

    def spread_s(self) -> float:
        """Standard deviation of the sum."""
        a, b, d = self._shared
        return math.sqrt(self._own_var + a * a + b * b + d * d + self._fading[0])

    def _visit_log(self, stop: Ahead, hour: int) -> float:
        return dwell_log(self._learned, self._courier, stop.kind, stop.parcels, hour)

    def _passes(self, slot: _Hour, seconds: float) -> None:
        """Work goes on for so long: short pauses come in between as they do, and his break may begin."""
        rate, mean_s, square = self._pauses
        self.mean_s += seconds * (1.0 + rate * mean_s)
        self._own_var += seconds * rate * square
        self.hazard += slot.breaks_per_s * seconds

    def _slot(self) -> _Hour:
        at = int(self.mean_s // SLOT_S)
        found = self._slots.get(at)
        if found is None:
            found = self._slots[at] = self._begun(self._heard_ms + int(self.mean_s * 1000))
        return found

    def _begun(self, at_ms: int) -> _Hour:
        learned, courier = self._learned, self._courier
        hour = hour_at(at_ms, self._ahead_s)
        day, last, today = learned.fleet_day, learned.fleet_hour, courier.pace_today
        effect = (
            way_log(learned, courier, hour)
            + day.mean_at(FLEET_DAY, at_ms)
            + last.mean_at(FLEET_HOUR, at_ms)
            + today.mean_at(COURIER_DAY, at_ms)
        )
        own_var = COURIER_SPREAD**2 / (1.0 + courier.pace.w / 25.0) + today.var_at(COURIER_DAY, at_ms)
        dwell_var = COURIER_SPREAD**2 / (1.0 + courier.dwell.w / 25.0)
        return _Hour(
            way=way_scale(learned) * math.exp(effect),
            way_shared=(
                math.sqrt(day.var_at(FLEET_DAY, at_ms)),
                math.sqrt(last.var_at(FLEET_HOUR, at_ms)),
                math.sqrt(own_var),
            ),
            dwell_log=courier.dwell_today.mean_at(COURIER_DWELL, at_ms),
            dwell_shared=math.sqrt(dwell_var + courier.dwell_today.var_at(COURIER_DWELL, at_ms)),
            breaks_per_s=0.0 if self._paused else self._break_per_h(at_ms) / 3600.0,
            hour=hour,
        )


def _made(
    sums: _Sums, moment: Moment, i: int, before: Estimate | None, calibration: Calibration | None
) -> Estimate:
    """The mixture's median and raw bounds, given that the outcome is not yet; then bounded by what was
    measured."""
    mean_s, spread_s = sums.mean_s, sums.spread_s()
    silent_s = max(0.0, moment.silent_s)
    if silent_s > SILENT_S:  # he may have gone on as planned, or have stood since
        spread_s = math.hypot(spread_s, 0.5 * silent_s)
    risk = -math.expm1(-sums.hazard)
    break_s, break_off_s = sums.a_break
    with_break = (mean_s + break_s, math.hypot(spread_s, break_off_s))

    def at(share: float) -> float:
        return mixture_quantile(share, (mean_s, spread_s), with_break, risk)

    middle_s, low_s, high_s = at(0.5), at(RAW), at(1.0 - RAW)
    heard_ms = moment.now_ms - int(silent_s * 1000)
    eta_ms = max(heard_ms + int(middle_s * 1000), moment.now_ms + 1000, before.eta_ms if before else 0)
    early_s, late_s = max(LEAST_SPREAD_S, middle_s - low_s), max(LEAST_SPREAD_S, high_s - middle_s)
    from_ms, to_ms = window(calibration, moment.now_ms, eta_ms, moment.zone, early_s, late_s)
    return Estimate(
        eta_ms=eta_ms,
        from_ms=max(from_ms, before.from_ms if before else 0),
        to_ms=max(to_ms, before.to_ms if before else 0),
        drive_s=sums.drive_s,
        dwell_s=sums.dwell_s,
        stops=i,
        early_s=early_s,
        late_s=late_s,
    )
