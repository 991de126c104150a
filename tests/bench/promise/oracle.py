"""Who knows the generator: the rest of a courier's day drawn many times with the true parameters.

It knows each courier as he is in the long run, what he is doing and since when, a jam while it lasts, and
every distribution. What is drawn for the day (traffic, how he drives and hands over today) it believes as one
can who has seen so many legs and visits of it: a normal belief about a value seen through that much noise. It
does not know what chance will bring.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tests.bench.promise import world
from tests.bench.promise.streets import Streets
from tests.bench.promise.world import Day, Run, Stop

Draws = NDArray[np.float64]
LEG_SEEN = 0.4
"""How far one leg's time is off what the day and the courier make of it, in logarithms: by its own noise, and
by looking for a place to park."""


def holder(day: Day, stop: int, at_s: float) -> int | None:
    """The courier on whose plan the stop then is."""
    for i, run in enumerate(day.runs):
        if stop in run.order_at(at_s):
            return i
    return None


def outcome_draws(
    day: Day, streets: Streets, courier: int, stop: int, at_s: float, many: int, draw: np.random.Generator
) -> Draws:
    """Seconds from at_s to the stop's outcome, so many times."""
    future = _Future(day, streets, day.runs[courier], at_s, many, draw)
    return future.until(stop)


def shortest(draws: Draws, share: float) -> tuple[float, float]:
    """The shortest interval that holds this share of the draws."""
    ordered = np.sort(draws)
    inside = min(len(ordered), max(2, math.ceil(share * len(ordered))))
    widths = ordered[inside - 1 :] - ordered[: len(ordered) - inside + 1]
    first = int(np.argmin(widths))
    return float(ordered[first]), float(ordered[first + inside - 1])


class _Future:
    def __init__(
        self, day: Day, streets: Streets, run: Run, at_s: float, many: int, draw: np.random.Generator
    ) -> None:
        self.day, self.streets, self.run, self.at_s, self.many, self.draw = (
            day,
            streets,
            run,
            at_s,
            many,
            draw,
        )
        self.phase = run.phase_at(at_s)
        self.elapsed = at_s - self.phase.start_s
        order = [stop for stop in run.order_at(at_s) if stop != self.phase.stop]
        self.order = [self.phase.stop, *order]
        self.passed: Draws = np.zeros(many)
        self.back: Draws = np.zeros(many)
        self.lunch: Draws = np.full(many, np.inf)
        self.open = len(self.order)
        self._believe()
        self._traffic()
        self._lunch()
        started_s = run.started_s if at_s >= run.started_s else run.planned_s + world.LATE_START_S
        self.insert_s = np.full(many, np.inf)
        if not self._inserted():
            at = started_s + draw.uniform(0.5, 4, many) * 3600
            left = (at > at_s) & (draw.random(many) < world.INSERTED)
            self.insert_s = np.where(left, at - at_s, np.inf)

    def until(self, target: int) -> Draws:
        draw, many = self.draw, self.many
        count = self.order.index(target) + 1
        place = self._begin(self.day.stops[self.order[0]])
        back = self.back
        for i, number in enumerate(self.order[1:count], 1):
            stop = self.day.stops[number]
            before = self.passed.copy()
            self.passed = self.passed + back
            self._pauses()
            back = self._leg_and_visit(float(self.streets.times_s[place, stop.place]), stop)
            place = stop.place
            if self.open - i > 20 and i < count - 1:  # this one may be left out
                out = draw.random(many) < world.SKIPS
                self.passed, back = np.where(out, before, self.passed), np.where(out, 0.0, back)
            came = (before < self.insert_s) & (self.insert_s <= self.passed)
            extra = draw.integers(*world.INSERTED_STOPS, many) * draw.normal(130, 25, many)
            self.passed = self.passed + np.where(came, extra, 0.0)
        late = (draw.random(many) < world.SKIPS * (1 - world.DROPS)) & (self.open - count > 20)
        self.passed += np.where(late, draw.integers(6, 16, many) * draw.normal(190, 30, many), 0.0)
        if count > 2:
            turn = draw.random(many)
            one = draw.gamma(4.0, 190 / 4.0, many)
            first, last = turn < world.SWAPS, turn > 1 - world.SWAPS
            self.passed = np.maximum(1.0, self.passed + np.where(first, -one, 0) + np.where(last, one, 0))
        return self.passed

    def _begin(self, stop: Stop) -> int:
        """What is left of what he is doing, up to the outcome at the stop he is on the way to."""
        phase, draw, many = self.phase, self.draw, self.many
        what = phase.what
        if what == "wait":
            start = self.run.planned_s + np.maximum(-300.0, draw.normal(world.LATE_START_S, 400, many * 8))
            self.passed = self._given(start - phase.start_s)
            self._drive_on(phase.leg_s or float(self.streets.times_s[0, stop.place]), stop)
            return stop.place
        if what == "back":
            at = self.day.stops[self._last()] if self._last() >= 0 else stop
            self.passed = self._given(self._visit(at, many * 8) * (1 - draw.beta(*world.HANDED_AT, many * 8)))
            self._pauses()
        elif what == "pause":
            self.passed = self._given(self._pause_draws(many * 8))
            self._sorts()
        elif what == "sort":
            self.passed = draw.exponential(world.SORTS_S, many)
        if what in ("back", "pause", "sort"):
            self._drive_on(phase.leg_s, stop)
        elif what == "drive":
            self.passed = np.full(many, phase.end_s - self.at_s)
            self._park()
            self._hand_over(stop)
        elif what == "park":
            self.passed = self._given(draw.gamma(1.5, world.PARKING_S / 1.5, many * 8))
            self._hand_over(stop)
        elif what == "visit":
            whole, share = self._visit(stop, many * 8), draw.beta(*world.HANDED_AT, many * 8)
            self.passed = self._given(whole * share * self._failing(many * 8))
            self.back = self._visit(stop, many) * (1 - draw.beta(*world.HANDED_AT, many))
        return stop.place

    def _drive_on(self, leg_s: float, stop: Stop) -> None:
        self.back = self._leg_and_visit(leg_s, stop)

    def _given(self, whole: Draws) -> Draws:
        """What is left of those that last longer than he has been at it."""
        left = whole[whole > self.elapsed] - self.elapsed
        if len(left) < 8:
            return self.draw.exponential(max(20.0, self.elapsed * 0.5), self.many)
        return left[self.draw.integers(0, len(left), self.many)]

    def _leg_and_visit(self, leg_s: float, stop: Stop) -> Draws:
        own = world.ROUTER_FACTOR * self.run.person.pace * self.own_pace
        drive = leg_s * own * self._factor() * np.exp(self.draw.normal(0, world.LEG_NOISE, self.many))
        self.passed = self.passed + drive
        self._park()
        return self._hand_over(stop)

    def _park(self) -> None:
        self.passed = self.passed + self.draw.gamma(1.5, world.PARKING_S / 1.5, self.many)

    def _hand_over(self, stop: Stop) -> Draws:
        whole, share = self._visit(stop, self.many), self.draw.beta(*world.HANDED_AT, self.many)
        self.passed = self.passed + whole * share * self._failing(self.many)
        self.back = whole * (1 - share)
        return self.back

    def _visit(self, stop: Stop, many: int) -> Draws:
        at = self.at_s + float(np.mean(self.passed))
        known = world.known_z(self.run.person, 0.0, stop, at)
        day_z = np.resize(self.day_z, many)
        return world.visit_s(known + day_z + self.draw.normal(0, world.CHANCE_Z, many))

    def _failing(self, many: int) -> Draws:
        return np.where(self.draw.random(many) < world.FAILS, 1.3, 1.0)

    def _pauses(self) -> None:
        draw, many = self.draw, self.many
        eats = self.passed >= self.lunch
        self.passed = self.passed + np.where(
            eats, world.LUNCH_S * np.exp(draw.normal(0, world.LUNCH_SPREAD, many)), 0.0
        )
        self.lunch = np.where(eats, np.inf, self.lunch)
        short = ~eats & (draw.random(many) < world.SHORT_PER_H * 0.06)
        self.passed = self.passed + np.where(short, draw.uniform(*world.SHORT_S, many), 0.0)
        self._sorts()

    def _sorts(self) -> None:
        sorts = self.draw.random(self.many) < world.SORTS
        self.passed = self.passed + np.where(sorts, self.draw.exponential(world.SORTS_S, self.many), 0.0)

    def _pause_draws(self, many: int) -> Draws:
        """Of the one he makes: his lunch or a short one, as likely as either is to begin when it did."""
        short = self.draw.uniform(*world.SHORT_S, many)
        if not self.hungry:
            return short
        z = (self.phase.start_s / 3600 - self.run.person.lunch_h) / 0.25
        lunch = world.LUNCH * math.exp(-z * z / 2) / (0.25 * math.sqrt(2 * math.pi))
        share = lunch / (lunch + world.SHORT_PER_H) if self.elapsed < world.SHORT_S[1] else 1.0
        self.lunch = np.where(self.draw.random(self.many) < share, np.inf, self.lunch)
        long = world.LUNCH_S * np.exp(self.draw.normal(0, world.LUNCH_SPREAD, many))
        return np.where(self.draw.random(many) < share, long, short)

    def _is_lunch(self, start_s: float, end_s: float) -> bool:
        """A short one is never longer than SHORT_S."""
        near = abs(start_s - self.run.person.lunch_h * 3600) < 3600
        return (near and end_s - start_s > world.SHORT_S[1]) or end_s - start_s > world.SHORT_S[1]

    def _lunch(self) -> None:
        """When he goes to eat, seconds from now; never if he has, or does."""
        run, draw, many = self.run, self.draw, self.many
        had = any(end <= self.at_s and self._is_lunch(start, end) for start, end in run.pauses)
        self.hungry = not had
        started = run.started_s if self.at_s >= run.started_s else run.planned_s + world.LATE_START_S
        at = 3600 * (run.person.lunch_h + draw.normal(0, 0.25, many * 4))
        if 3600 * run.person.lunch_h < started + 3600:
            self.hungry = False
        if not self.hungry:
            return
        passed = float(np.mean(at < self.at_s))
        eats = world.LUNCH * (1 - passed) / (world.LUNCH * (1 - passed) + 1 - world.LUNCH)
        left = at[at > self.at_s]
        if len(left) >= 8:
            chosen = left[draw.integers(0, len(left), many)] - self.at_s
            self.lunch = np.where(draw.random(many) < eats, chosen, np.inf)

    def _inserted(self) -> bool:
        return any(
            at <= self.at_s and len(order) > 0 and self._grew(i)
            for i, (at, order) in enumerate(self.run.orders)
        )

    def _grew(self, i: int) -> bool:
        if i == 0:
            return False
        new = set(self.run.orders[i][1]) - set(self.run.orders[i - 1][1])
        return bool(new) and self.day.stops[next(iter(new))].kind == "counter" and len(new) < 6

    def _believe(self) -> None:
        """The day's own values, each as believed after so many legs or visits of all couriers, or of his."""
        done = [
            (p.end_s, run is self.run)
            for run in self.day.runs
            for p in run.phases
            if p.what == "drive" and p.end_s <= self.at_s
        ]
        own = sum(his for _, his in done)
        self.lately = sum(end_s > self.at_s - 900 for end_s, _ in done)
        self.day_pace = np.exp(self._seen(math.log(self.day.traffic.day), world.DAY_PACE, len(done)))
        self.own_pace = np.exp(self._seen(math.log(self.run.own_pace), world.DAY_PACE_OWN, own))
        self.day_z = self._seen(self.run.day_z, world.DAY_Z, own, world.CHANCE_Z)

    def _seen(self, value: float, prior: float, times: int, noise: float = LEG_SEEN) -> Draws:
        """Draws of what is believed of a value: its prior, and `times` observations of so much noise."""
        kept = prior**2 / (prior**2 + noise**2 / times) if times else 0.0
        about = value + float(self.draw.normal(0, noise / math.sqrt(times))) if times else 0.0
        return self.draw.normal(kept * about, prior * math.sqrt(1.0 - kept), self.many)

    def _last(self) -> int:
        """The stop that he has just done."""
        done = [p for p in self.run.phases if p.what == "visit" and p.end_s <= self.phase.start_s + 0.5]
        return done[-1].stop if done else -1

    def _traffic(self) -> None:
        """The known day, the quarter of an hour that is now, and what may come."""
        draw, many, traffic = self.draw, self.many, self.day.traffic
        now = int(self.at_s // 900) % 96
        steps = 96 - now
        levels = np.empty((steps, many))
        levels[0] = self._seen(float(traffic.quarters[now]), world.QUARTER_PACE, self.lately)
        chance = math.sqrt(1 - world.QUARTER_KEEPS**2) * world.QUARTER_PACE
        for i in range(1, min(steps, 20)):
            levels[i] = world.QUARTER_KEEPS * levels[i - 1] + draw.normal(0, chance, many)
        levels[min(steps, 20) :] = 0.0
        self.levels, self.first_quarter = levels, now
        self.jam = (np.full(many, np.inf), np.full(many, np.inf), np.ones(many))
        begun = [j for j in traffic.jams if j.start_s <= self.at_s]
        if begun:
            jam = begun[0]
            if self.at_s < jam.start_s + jam.long_s:
                long_s = draw.uniform(max(self.at_s - jam.start_s, world.JAM_S[0]), world.JAM_S[1], many)
                end = jam.start_s + np.maximum(long_s, self.at_s - jam.start_s + 60)
                self.jam = (np.zeros(many), end - self.at_s, np.full(many, jam.factor))
        else:
            start = draw.uniform(9, 18, many) * 3600
            comes = (draw.random(many) < world.JAM) & (start > self.at_s)
            start = np.where(comes, start - self.at_s, np.inf)
            self.jam = (
                start,
                start + draw.uniform(*world.JAM_S, many),
                draw.uniform(*world.JAM_FACTOR, many),
            )

    def _factor(self) -> Draws:
        at = self.at_s + self.passed
        hours = np.array(world.HOUR_FACTOR)[(at // 3600).astype(int) % 24]
        quarter = np.clip((at // 900).astype(int) - self.first_quarter, 0, len(self.levels) - 1)
        level = self.levels[quarter, np.arange(self.many)]
        start, end, factor = self.jam
        jam = np.where((start <= self.passed) & (self.passed < end), factor, 1.0)
        found: Draws = hours * self.day_pace * np.exp(level) * jam
        return found
