"""A day played through the estimator's core, as its worker does it: what is heard in, windows out."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from services.estimator.core.calibration import Calibration, fold
from services.estimator.core.learned import Learned, Visit, learn
from services.estimator.core.model import Ahead, Estimate, Moment, estimate
from services.estimator.core.round import kind_of
from services.estimator.core.showing import Shown, show
from shared.contracts.courier_routes import RouteShipment
from shared.domain.promise_ledger import Promise
from tests.bench.promise.streets import Streets
from tests.bench.promise.world import Day, Seen, Stop

ZONE = "Europe/Helsinki"
MIDNIGHT_MS = 1_793_570_400_000
"""2026-11-02 00:00 in Helsinki: DAYS_MOST days follow before the clocks change, and each has 24 hours."""
DAYS_MOST = 140
DAY_MS = 86_400_000
SOON, ALL = 12, 60
"""A reading tells of so many stops anew, a report of so many."""
ALL_S = 120.0
"""After so long without a report a reading tells of as many (`watch.ALL_MS`)."""


@dataclass
class Ledger:
    """Of each stop of the day (by number) the rows as shown, in order, and what became of it."""

    rows: dict[int, list[Promise]] = field(default_factory=dict)


@dataclass
class _Round:
    order: list[int] = field(default_factory=list)
    place: int = 0
    out_s: float | None = None
    done_s: float = 0.0
    paused_s: dict[float, float] = field(default_factory=dict)
    legs: list[Ahead] | None = None
    all_s: float = 0.0


@dataclass
class Player:
    """Plays days one after another; what it learns it keeps."""

    streets: Streets
    learned: Learned = field(default_factory=Learned)
    calibration: Calibration = field(default_factory=Calibration)
    model: str = "1"

    def watch(self, day: Day) -> None:
        """Learn from the day; nothing is shown."""
        rounds = [_Round() for _ in day.runs]
        for seen in day.seen:
            self._hear(day, rounds, seen, MIDNIGHT_MS + day.number * DAY_MS)

    def play(self, day: Day) -> Ledger:
        """The windows as shown on that day; each is looked at again at least once a minute."""
        ledger = Ledger()
        rounds = [_Round() for _ in day.runs]
        on_show: dict[int, Shown] = {}
        midnight_ms = MIDNIGHT_MS + day.number * DAY_MS
        for seen in day.seen:
            round_ = rounds[seen.courier]
            self._hear(day, rounds, seen, midnight_ms)
            # Before he has set out nobody is shown a window.
            if round_.out_s is not None and round_.order and (seen.what != "tick" or seen.phase is not None):
                self._tell(day, round_, seen, midnight_ms, on_show, ledger)
        return ledger

    def close(self, day: Day, ledger: Ledger) -> list[list[Promise]]:
        """The day's promises with what became of them, in order of their end."""
        midnight_ms = MIDNIGHT_MS + day.number * DAY_MS
        closed = []
        for number in sorted(ledger.rows, key=lambda n: day.stops[n].done_s or 0.0):
            stop = day.stops[number]
            end_ms = midnight_ms + int((stop.done_s or 0.0) * 1000)
            actual = end_ms if stop.delivered else None
            closed.append([_ended(row, actual, end_ms) for row in ledger.rows[number]])
        return closed

    def calibrate(self, closed: list[list[Promise]]) -> None:
        fold(self.calibration, closed)

    def _hear(self, day: Day, rounds: list[_Round], seen: Seen, midnight_ms: int) -> None:
        round_ = rounds[seen.courier]
        if seen.what == "plan":
            for other in rounds:  # whom a stop is handed to has it alone
                if other is not round_ and not set(other.order).isdisjoint(seen.order):
                    other.order = [stop for stop in other.order if stop not in seen.order]
                    other.legs = None
            round_.order, round_.legs = list(seen.order), None
        elif seen.what == "dropped":
            round_.order, round_.legs = [stop for stop in round_.order if stop != seen.stop], None
        elif seen.what == "out":
            round_.out_s = round_.done_s = seen.at_s
        elif seen.what == "arrived" and seen.stop in round_.order and round_.order[0] != seen.stop:
            round_.order.remove(seen.stop)  # he has taken another first
            round_.order.insert(0, seen.stop)
            round_.legs = None
        elif seen.what == "done" and seen.phase is not None:
            stop, phase = day.stops[seen.stop], seen.phase
            learn(
                self.learned,
                Visit(
                    courier=str(seen.courier),
                    left_ms=midnight_ms + int(round_.done_s * 1000),
                    arrived_ms=midnight_ms + int(phase.start_s * 1000),
                    done_ms=midnight_ms + int(phase.end_s * 1000),
                    leg_s=phase.leg_s,
                    kind=kind_of(_planned(stop)),
                    parcels=stop.parcels,
                    zone=ZONE,
                    paused_s=sum(s for s in round_.paused_s.values() if s >= 300),
                ),
            )
            round_.paused_s.clear()
            round_.done_s, round_.place = phase.end_s, stop.place
            round_.order, round_.legs = [s for s in round_.order if s != seen.stop], None
        if seen.what == "tick" and seen.phase is not None and seen.paused_s > 0:
            round_.paused_s[seen.phase.start_s] = seen.paused_s

    def _tell(
        self,
        day: Day,
        round_: _Round,
        seen: Seen,
        midnight_ms: int,
        on_show: dict[int, Shown],
        ledger: Ledger,
    ) -> None:
        now_ms = midnight_ms + int(seen.at_s * 1000)
        moment, first_leg_s = self._moment(day, round_, seen, now_ms)
        if round_.legs is None:
            round_.legs = self._legs(day, round_)
        many = SOON if seen.what in ("tick", "arrived") and seen.at_s < round_.all_s else ALL
        if many == ALL:
            round_.all_s = seen.at_s + ALL_S
        legs = [Ahead(first_leg_s, round_.legs[0].kind, round_.legs[0].parcels), *round_.legs[1:many]]
        for number, made in zip(
            round_.order, estimate(self.learned, moment, legs, self.calibration), strict=False
        ):
            because = seen.why if seen.why in ("replanned", "other_courier") else None
            before = on_show.get(number)
            shown = show(before, made, now_ms, ZONE, silent_s=moment.silent_s, because=because)
            if shown is not None:
                on_show[number] = shown
                ledger.rows.setdefault(number, []).append(
                    _row(number, str(seen.courier), shown, made, self.model)
                )

    def _moment(self, day: Day, round_: _Round, seen: Seen, now_ms: int) -> tuple[Moment, float]:
        """What is known, and the router's time to the next stop from where he is."""
        next_ = day.stops[round_.order[0]]
        leg_s = float(self.streets.times_s[round_.place, next_.place])
        at_stop_s = done_s = 0.0
        heard_s = seen.at_s - seen.silent_s
        phase = seen.phase
        if phase is not None and seen.what != "done" and phase.stop == round_.order[0]:
            if phase.what == "visit":
                at_stop_s = max(1.0, heard_s - phase.start_s)
            elif phase.what == "drive":
                done_s = phase.leg_s * min(1.0, (heard_s - phase.start_s) / (phase.end_s - phase.start_s))
            elif phase.what == "park":
                done_s = phase.leg_s
        return (
            Moment(
                now_ms,
                ZONE,
                at_stop_s=at_stop_s,
                silent_s=seen.silent_s,
                courier=str(seen.courier),
                paused_s=seen.paused_s,
                leg_done_s=done_s,
            ),
            max(0.0, leg_s - done_s),
        )

    def _legs(self, day: Day, round_: _Round) -> list[Ahead]:
        at, legs = round_.place, []
        for number in round_.order:
            stop = day.stops[number]
            leg_s = float(self.streets.times_s[at, stop.place])
            legs.append(Ahead(leg_s, kind_of(_planned(stop)), stop.parcels))
            at = stop.place
        return legs


def _planned(stop: Stop) -> list[RouteShipment]:
    """What a plan tells of the stop: where its parcels are handed over."""
    return [RouteShipment(shipment="s", merchant="shop", joined=1, handover=stop.kind)] * stop.parcels


def _row(number: int, courier: str, shown: Shown, made: Estimate, model: str) -> Promise:
    return Promise(
        shipment=str(number),
        shown_ms=shown.shown_ms,
        eta_ms=made.eta_ms,
        from_ms=shown.from_ms,
        to_ms=shown.to_ms,
        early_s=made.early_s,
        late_s=made.late_s,
        drive_s=made.drive_s,
        dwell_s=made.dwell_s,
        stops=made.stops,
        zone=ZONE,
        courier=courier,
        model=model,
    )


def _ended(row: Promise, actual_ms: int | None, ended_ms: int) -> Promise:
    return msgspec.structs.replace(row, actual_ms=actual_ms, ended_ms=ended_ms)
