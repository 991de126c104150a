"""One courier under watch: his round, what each of his recipients is told, and when to look again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

import msgspec

from services.estimator.core.calibration import Calibration
from services.estimator.core.learned import Learned, Visit
from services.estimator.core.model import Moment, estimate
from services.estimator.core.promising import promise, shown
from services.estimator.core.round import Round
from services.estimator.core.showing import Shown, look_again_ms, show
from services.estimator.core.ways import Ways
from shared.contracts.courier_positions import Position
from shared.contracts.courier_routes import CourierPlan, RouteShipment
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.shipment_commands import Promise
from shared.contracts.views.live import LiveView
from shared.contracts.views.stage import StageView

_POSITION = msgspec.json.Decoder(Position)
_NEVER_MS = 1 << 62
LOOK_MS = 20_000
"""While he drives he is looked at so often: what is shown is rounded to minutes."""

SETTLE_MS = 1_000

SOON = 12
ALL_MS = 120_000
"""Of a look without news the next stops are estimated anew, and all of them so often: what lies hours ahead
does not change in seconds, and an estimate is work for each stop."""

TRUST_MS = 120_000
"""What the log took so lately is not doubted: views may be as far behind."""

PUT_OFF_MS = 60_000
LOOK_UP_MS = 2_000
"""A stage that is not as far as the plan yet is looked up again after so long."""

Member = tuple[str, int]
"""A shipment, and the plan's version at which it came onto the route."""


class Watch:
    """Folds what happens to a courier (`round`) and decides what is asked to be told."""

    def __init__(self, courier: str) -> None:
        self.round = Round(courier)
        self.zone = "UTC"
        self.due_ms = _NEVER_MS
        self._all_ms = 0
        """When all stops are due, not the next ones alone."""
        self._zones: dict[Member, str] = {}
        self._told: dict[Member, Shown] = {}
        self._known: set[Member] = set()
        """Those whose stage has been looked up: it is known what they are told, or that it is nothing."""
        self._because: dict[Member, Literal["replanned", "other_courier"]] = {}

    def on_plan(self, plan: CourierPlan, now_ms: int) -> None:
        """When the driving order has changed, or stops came or went, windows that move say why."""
        before = [s.shipment for stop in self.round.open for s in stop.shipments]
        self.round.on_plan(plan)
        after = {s.shipment: s for stop in self.round.open for s in stop.shipments}
        moved = before != list(after)
        for shipment in after.values():
            member = (shipment.shipment, shipment.joined)
            if moved and member in self._told:
                self._because[member] = "replanned"
        self._forget_others()
        self.soon(now_ms)

    def on_outcome(self, outcome: StopOutcome, now_ms: int) -> Visit | None:
        """What it took, when a stop is done by it (`Round.on_outcome`)."""
        self.soon(now_ms)
        return self.round.on_outcome(outcome, self.zone)

    def soon(self, now_ms: int) -> None:
        """Look again once what came together has come: people are told one window, not two in a second."""
        self.due_ms, self._all_ms = min(self.due_ms, now_ms + SETTLE_MS), 0

    def put_off(self, now_ms: int) -> None:
        """Look again in a while: now it can't be done."""
        self.due_ms = now_ms + PUT_OFF_MS

    def unknown(self) -> list[str]:
        """The shipments of which it is not known yet what their recipients are told."""
        return [s.shipment for s in self._shipments() if (s.shipment, s.joined) not in self._known]

    def on_stages(self, stages: Mapping[str, StageView]) -> None:
        """What recipients are told now, by shipment, as the log has it."""
        members: defaultdict[str, list[Member]] = defaultdict(list)
        for shipment in self._shipments():
            members[shipment.shipment].append((shipment.shipment, shipment.joined))
        for name, stage in stages.items():
            for member in members[name]:
                self._on_stage(member, stage)

    def _on_stage(self, member: Member, stage: StageView) -> None:
        self.zone = self._zones[member] = stage.zone
        if not stage.out or stage.courier != self.round.courier or stage.joined != member[1]:
            return  # the stages are not as far as the plan: looked up again
        self._known.add(member)
        if stage.arrival is not None:
            self._told[member] = shown(stage.arrival, stage.was)
        elif stage.was:
            self._told[member] = shown(stage.was[-1], stage.was[:-1])
            self._because[member] = "other_courier"
        else:
            self._told.pop(member, None)  # what was asked to be told has been refused

    def look(
        self, learned: Learned, calibration: Calibration, ways: Ways, now_ms: int
    ) -> list[tuple[Promise, Member, Shown]]:
        """What should be told now; what is told is told by `accepted`."""
        plan = self.round.plan
        if plan is None or not self.round.open:
            self.due_ms = _NEVER_MS
            return []
        moment = self._moment(now_ms)
        looked_at = self.round.open
        if now_ms < self._all_ms:
            looked_at = looked_at[:SOON]
        else:
            self._all_ms = now_ms + ALL_MS
        estimates = estimate(learned, moment, self.round.ahead(ways, len(looked_at)), calibration)
        found: list[tuple[Promise, Member, Shown]] = []
        due_ms = now_ms + LOOK_MS
        for i, (stop, made) in enumerate(zip(looked_at, estimates, strict=True)):
            for shipment in stop.shipments:
                member = (shipment.shipment, shipment.joined)
                if member not in self._known:
                    due_ms = min(due_ms, now_ms + LOOK_UP_MS)
                    if i >= SOON:
                        self._all_ms = now_ms
                    continue
                before = self._told.get(member)
                now = show(
                    before,
                    made,
                    now_ms,
                    self._zones.get(member, self.zone),
                    silent_s=moment.silent_s,
                    because=self._because.get(member),
                )
                if now is not None:
                    command = promise(plan.tenant, plan.courier, shipment, before, now, made, moment)
                    found.append((command, member, now))
                else:
                    self._because.pop(member, None)  # what is shown holds all the same
                on_show = now or before
                again_ms = look_again_ms(on_show) if on_show is not None else None
                if again_ms is not None:
                    due_ms = min(due_ms, again_ms)
                    if i >= SOON:
                        self._all_ms = min(self._all_ms, again_ms)
        self.due_ms = max(due_ms, now_ms + 1000)
        return found

    def accepted(self, member: Member, now: Shown) -> None:
        """The log has what was asked."""
        self._told[member] = now
        self._because.pop(member, None)

    def doubt(self, now_ms: int) -> None:
        """What is told is looked up anew: another estimator, or the decider, may have known better."""
        self._known = {m for m in self._known if m in self._told and self._lately(self._told[m], now_ms)}

    def resume(self, live: LiveView | None, now_ms: int) -> None:
        """Go on where another watch has ended: he is where his live view says exactly. Unless it says that he
        is silent, silence counts from now on: what was heard since his setting out, others have heard."""
        lines = live.lines if live is not None else ()
        silent_ms = live.seen_ms if live is not None and any(x.why == "silent" for x in lines) else 0
        self.round.on_sign(silent_ms or now_ms, now_ms)
        for line in [line for line in lines if line.show == "exact"][:1]:
            position = _POSITION.decode(line.feature)
            if position.geometry is not None:
                self.round.on_fix(*position.geometry.coordinates, position.properties.at_ms, now_ms)
        self.soon(now_ms)

    @staticmethod
    def _lately(told: Shown, now_ms: int) -> bool:
        return abs(now_ms - told.shown_ms) < TRUST_MS

    def _moment(self, now_ms: int) -> Moment:
        return Moment(
            now_ms=now_ms,
            zone=self.zone,
            at_stop_s=self.round.at_stop_s(now_ms),
            silent_s=self.round.silent_s(now_ms),
            courier=self.round.courier,
            paused_s=self.round.paused_s(now_ms),
            leg_done_s=self.round.leg_done_s(),
        )

    def _shipments(self) -> list[RouteShipment]:
        return [s for stop in self.round.open for s in stop.shipments]

    def _forget_others(self) -> None:
        members = {(s.shipment, s.joined) for s in self._shipments()}
        self._told = {m: told for m, told in self._told.items() if m in members}
        self._known &= members
        self._zones = {m: zone for m, zone in self._zones.items() if m in members}
        self._because = {m: why for m, why in self._because.items() if m in members}
