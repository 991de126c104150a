"""What a phone's receiver makes of the truth: an error that drifts, a radius, speed and course."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import exp, hypot, inf, sqrt

from services.simulator.core.distributions import ACCURACY_M, STANDING_REPEATS
from services.simulator.core.motion import Doing, Moment
from shared.geo import Plane

# The error of a phone stays much the same until the receiver thinks again, then it jumps; its size differs
# from place to place. The numbers were chosen so that a standing phone scatters and steps as GOAL's do
# (distributions.STANDING_*): half of the steps are below a metre, one in ten is above six.
_SCALE_M = 3.1  # median of the error's deviation on each axis
_SPREAD = 0.65  # deviation of its logarithm
_LARGEST_M = 6.5
_DRIFT_S = 900.0  # correlation time while it stays
_JUMP_S = 17.0  # mean time between jumps
_JUMP_KEEPS = 0.3  # what a jump leaves of the error before it
_WEATHER_S = 240.0  # correlation time of its size: a street canyon, an open square


@dataclass(frozen=True, slots=True)
class Fix:
    """One reading as the phone knows it: epoch seconds, degrees, m/s, degrees from north, metres, percent.

    None is what the phone does not know. Without lon and lat it is a sign of life.
    """

    at_s: float
    lon: float | None = None
    lat: float | None = None
    speed_mps: float | None = None
    bearing_deg: float | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    event: str | None = None


class Receiver:
    """One phone's receiver, with an error that goes on from reading to reading; deterministic by its rng.
    `at_worst` bounds how well it sees the sky to begin with, in deviations."""

    def __init__(self, rng: random.Random, at_worst: float = inf) -> None:
        self._rng = rng
        self._weather = min(rng.gauss(0, 1), at_worst)
        self._x, self._y = rng.gauss(0, 1), rng.gauss(0, 1)
        self._last_s: float | None = None
        self._frozen: tuple[float, float] | None = None
        self._battery = rng.uniform(35, 98)
        self._altitude = rng.uniform(5, 30)

    def read(self, at_s: float, truth: Moment) -> Fix:
        """The reading at epoch seconds at_s, not before the last one."""
        step = 5.0 if self._last_s is None else max(0.0, at_s - self._last_s)
        self._last_s = at_s
        self._weather = self._drift(self._weather, step / _WEATHER_S)
        self._wander(step)
        self._battery = max(3.0, self._battery - step / 300)
        scale = min(_LARGEST_M, _SCALE_M * exp(_SPREAD * self._weather))
        standing = truth.doing is Doing.STANDING
        if not (standing and self._frozen and self._rng.random() < STANDING_REPEATS):
            plane = Plane(truth.lon, truth.lat)
            lon, lat = plane.to_lonlat(self._x * scale, self._y * scale)
            self._frozen = (round(lon, 6), round(lat, 6))
        lon, lat = self._frozen
        speed = max(0.0, truth.speed_mps + self._rng.gauss(0, 0.15 + 0.03 * truth.speed_mps))
        moves = truth.speed_mps > 0.8
        return Fix(
            at_s=at_s,
            lon=lon,
            lat=lat,
            speed_mps=round(speed if moves else min(speed, 0.4), 2),
            # A standing phone knows no course.
            bearing_deg=round((truth.bearing_deg + self._rng.gauss(0, 4)) % 360, 1) % 360 if moves else None,
            accuracy_m=round(
                max(ACCURACY_M.of_normal(self._weather), hypot(self._x, self._y) * scale / 2), 1
            ),
            altitude_m=round(self._altitude + self._rng.gauss(0, 1), 1),
            battery_pct=round(self._battery),
        )

    def alive(self, at_s: float) -> Fix:
        """A sign of life without a place."""
        return Fix(at_s=at_s, battery_pct=round(self._battery))

    def _wander(self, step_s: float) -> None:
        """The error, in deviations, after step_s seconds."""
        if self._rng.random() < 1 - exp(-step_s / _JUMP_S):
            rest = sqrt(1 - _JUMP_KEEPS * _JUMP_KEEPS)
            self._x = self._x * _JUMP_KEEPS + self._rng.gauss(0, 1) * rest
            self._y = self._y * _JUMP_KEEPS + self._rng.gauss(0, 1) * rest
        self._x = self._drift(self._x, step_s / _DRIFT_S)
        self._y = self._drift(self._y, step_s / _DRIFT_S)

    def _drift(self, value: float, steps: float) -> float:
        """A step of an Ornstein-Uhlenbeck process with deviation 1; steps in correlation times."""
        keep = exp(-steps)
        return value * keep + self._rng.gauss(0, 1) * sqrt(1 - keep * keep)
