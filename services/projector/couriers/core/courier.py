"""One courier: takes up his plan, outcomes and fixes, and says what is to be shown to whom."""

from __future__ import annotations

from dataclasses import dataclass

from services.projector.couriers.core import memory
from services.projector.couriers.core.area import Area
from services.projector.couriers.core.audience import Audience, Member, gather
from services.projector.couriers.core.itinerary import Itinerary, Place
from services.projector.couriers.core.limits import (
    HELD_REFRESH_MS,
    LEG_REDRAWN_M,
    MEASURED_AFTER_M,
    SILENT_MS,
)
from services.projector.couriers.core.lines import AreaKey, Lines, area_key
from services.projector.couriers.core.notice import Notices, observe
from services.projector.couriers.core.pipeline import BEFORE_PLACE, judge
from services.projector.couriers.core.progress import remaining, rest_of_leg
from services.projector.couriers.core.rules import Rules
from services.projector.couriers.core.track import PLACED, Fix, Track, Verdict
from services.projector.couriers.core.visibility import look_all
from services.projector.couriers.core.whereabouts import Whereabouts
from shared.contracts.courier_positions import Position
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.shipment_commands import Observe
from shared.contracts.status import SUBSTATUSES
from shared.contracts.views.live import Line, LiveView, Watcher

REPORTED_ARRIVAL = "OutForDelivery_004"
assert REPORTED_ARRIVAL in SUBSTATUSES

NEVER_MS = 1 << 62


@dataclass(frozen=True)
class Gone:
    """The courier's live view is to be deleted: off duty, or nothing under way."""

    courier: str


class Courier:
    """The mutable state of one courier. Not safe for threads; no call does I/O."""

    def __init__(self, courier_id: str, rules: Rules) -> None:
        self.courier = courier_id
        self.rules = rules
        self.plan: CourierPlan | None = None
        self.outcomes: dict[str, StopOutcome] = {}
        self.track = Track()
        self.where = Whereabouts()
        self.notices = Notices()
        self.audiences: list[Audience] = []
        self._itinerary = Itinerary(None, None, rules)
        self._turn: Place | None = None
        self._close: list[Audience] = []  # settled fix by fix
        self._far: list[Audience] = []  # see the area
        self._arrived: list[Audience] = []
        self._open: list[tuple[int, list[Watcher]]] = []  # see everything since setting out
        self._far_lines: tuple[Line, ...] | None = None
        self._areas: dict[AreaKey, Area] = {}
        self._offset = -1
        self._version = (0, -1)
        self._measured: Fix | None = None
        self._held_ms = 0
        self._ticked_ms = 0
        self._silent = False
        self._dirty = False
        self._published: tuple[tuple[Line, ...], object] | None = None
        self._has_view = False
        self._resettle = self._replan = False  # plans and outcomes are taken up when next asked
        self._changed_ms = 0
        self._restored: LiveView | None = None

    # What comes in

    def on_plan(self, plan: CourierPlan, now_ms: int) -> None:  # noqa: ARG002 (one signature for all)
        """Take up a plan; an older one than the one known, or the same again, is ignored."""
        if self.plan is not None and (plan.version < self.plan.version or plan.id == self.plan.id):
            return
        self.plan = plan
        self.track.duty = plan.duty
        self._changed_ms = max(self._changed_ms, plan.recorded_ms)
        self._replan = self._resettle = True

    def on_outcome(self, outcome: StopOutcome, now_ms: int) -> None:  # noqa: ARG002 (one signature for all)
        """Take up how a shipment stands; of two the one with the higher sequence holds."""
        known = self.outcomes.get(outcome.shipment)
        if known is not None and known.seq >= outcome.seq:
            return
        self.outcomes[outcome.shipment] = outcome
        self._changed_ms = max(self._changed_ms, outcome.at_ms)
        self._resettle = True

    def on_rules(self, now_ms: int) -> None:
        """A merchant's policy has changed."""
        self._changed_ms = now_ms
        self._replan = self._resettle = True

    def on_fix(self, position: Position, raw: bytes, offset: int, now_ms: int) -> Verdict:
        """Take up a fix or a sign of life; `raw` are the bytes that recipients will be sent."""
        if offset > self._offset:
            self._offset = offset
        if self._resettle:
            self._settle_anew(now_ms)
        track = self.track
        fix = Fix.of(position, raw, offset)
        if fix is None:
            return self._on_sign_of_life(position.properties.at_ms, now_ms)
        if track.plane is None:
            track.anchor(fix.lon, fix.lat)
        verdict = judge(fix, track, now_ms)
        if self._silent:
            self._hear(now_ms)
        if verdict in PLACED and self._itinerary.places:
            self._on_place(fix, verdict)
        return verdict

    def tick(self, now_ms: int) -> None:
        """What time alone changes: areas, counts told on ticks, silence, duty, arrival of a silent phone."""
        if self._resettle:
            self._settle_anew(now_ms)
        self._ticked_ms = max(self._ticked_ms, now_ms)
        track, where = self.track, self.where
        at_stop = where.at is not None
        sort = False
        for key, area in self._areas.items():
            due = now_ms >= area.next_ms
            if area.tick(track.shown, track.last, at_stop, self.rules, now_ms):
                self._far_lines, self._dirty = None, True
            if due:
                for a in self.audiences:
                    if a.told != a.left and area_key(a.policy) == key:
                        a.told = a.left
                        sort = True
        arrived = self.notices.quiet_since(self._turn, now_ms)
        if arrived is not None and arrived is self._turn:
            self._arrive_at(arrived, now_ms)
            self.notices.settle()
            sort = True
        if sort:
            self._sort()
            self._follow_turn(now_ms)
        self._hear(now_ms)
        if self.plan is not None and self._has_view and not self.plan.on_duty(now_ms):
            self._dirty = True

    # What goes out

    @property
    def due_ms(self) -> int:
        """When `tick` has something to do next."""
        if self._resettle:
            return 0
        due_ms = NEVER_MS
        for area in self._areas.values():
            due_ms = min(due_ms, area.next_ms)
        if not self._silent and self.track.heard_ms and self._has_view:
            due_ms = min(due_ms, self.track.heard_ms + SILENT_MS)
        waits_ms = self.notices.due_ms(self._turn)
        if waits_ms is not None:
            due_ms = min(due_ms, waits_ms)
        if self._has_view:
            for interval in self.track.duty:
                if interval.to_ms is not None and interval.to_ms > self._ticked_ms:
                    due_ms = min(due_ms, interval.to_ms)
        return due_ms

    def publish(self, now_ms: int) -> LiveView | Gone | None:
        """What is to be written now; None when nothing has changed that anybody may see."""
        if now_ms >= self.due_ms:
            self.tick(now_ms)
        if not self._dirty:
            return None
        self._dirty = False
        plan = self.plan
        if plan is None or not self.audiences or not plan.on_duty(now_ms):
            if not self._has_view:
                return None
            self._has_view, self._published = False, None
            return Gone(self.courier)
        lines = self._build_lines()
        driver = self._turn.driver if self._turn is not None else None
        published = (lines, driver)
        if published == self._published:
            return None
        self._published, self._has_view = published, True
        self._version = max(self._version, (plan.version, self._offset))
        return LiveView(
            courier=self.courier,
            version=self._version,
            seen_ms=self.track.heard_ms,
            lines=lines,
            driver=driver,
        )

    def observations(self, now_ms: int) -> list[Observe]:
        """What was noticed since last asked: next, near, arrived."""
        if self._resettle:
            self._settle_anew(now_ms)
        if not self.notices.out:
            return []
        assert self.plan is not None
        noticed, self.notices.out = self.notices.out, []
        return [
            observe(self.plan.tenant, self.courier, member, what, at_ms, stops_left)
            for member, what, at_ms, stops_left in noticed
        ]

    def restore(self, view: LiveView) -> None:
        """Take up what the owner before had shown; call it once, before positions are read."""
        self._has_view = True
        self._version = max(self._version, view.version)
        self._offset = max(self._offset, view.version[1])
        self._restored = view
        memory.restore_track(self.track, view)
        self._changed_ms = max(self._changed_ms, view.seen_ms)
        self._resettle = True

    # Inside

    def _on_sign_of_life(self, at_ms: int, now_ms: int) -> Verdict:
        fix = Fix(0.0, 0.0, at_ms, b"", -1)
        for step in BEFORE_PLACE:
            verdict = step(fix, self.track, now_ms)
            if verdict is not None:
                return verdict
        if self._silent:
            self._hear(now_ms)
        return Verdict.ALIVE

    def _on_place(self, fix: Fix, verdict: Verdict) -> None:
        track, where = self.track, self.where
        where.locate(track, self._itinerary, self._turn)
        shown = track.shown
        if look_all(self._close, where, shown, self.rules.secret):
            self._dirty = True
        if verdict is Verdict.MOVED:
            self._held_ms = 0
            if self._first_areas() or self._open:
                self._dirty = True
        elif shown is not None and fix.at_ms - max(self._held_ms, shown.at_ms) >= HELD_REFRESH_MS:
            self._held_ms = fix.at_ms
            if self._open or any(a.show == "exact" for a in self._close):
                self._dirty = True
        arrived = self.notices.arriving(where, self._turn, track)
        if arrived is not None:
            self._arrive_at(arrived, fix.at_ms)
        for a in self._arrived:
            if not a.reported and self.notices.gone_again(a, where):
                a.arrived = False
                self._changed()
        if verdict is Verdict.MOVED and self._driven_on(fix):
            self._follow_turn(fix.at_ms)

    def _first_areas(self) -> bool:
        """After setting out an area does not wait for its tick."""
        track, taken = self.track, False
        for area in self._areas.values():
            taken |= area.first(track.shown, track.last, track.set_out_ms, self.rules)
        if taken:
            self._far_lines = None
        return taken

    def _driven_on(self, fix: Fix) -> bool:
        """Whether it is worth measuring again how far he still has to go."""
        last = self._measured
        return last is None or abs(fix.x - last.x) + abs(fix.y - last.y) >= MEASURED_AFTER_M

    def _follow_turn(self, at_ms: int) -> None:
        """Next, near and the rest of the way, for the people of the next stop."""
        turn, fix = self._turn, self.track.shown
        self._measured = fix
        if turn is None:
            return
        own = [a for a in self._close if a.place is turn and a.told == 0]
        if not own:
            return
        way = None
        if fix is not None and fix.at_ms >= turn.set_out_ms:
            way = remaining(turn, fix, own[0].driven_m)
        for a in own:
            self.notices.turn(a, way, at_ms)
            a.driven_m = way.along_m if way is not None else None
            leg = turn.leg()
            if a.show != "exact" or a.arrived or leg is None or a.driven_m is None:
                if a.leg is not None:
                    a.leg, self._dirty = None, True
                continue
            if a.leg is None or not 0.0 <= a.driven_m - a.leg_from_m < LEG_REDRAWN_M:
                done = self.where.done
                strict = a.policy.mode == "strict" and done is not None and done is not turn
                zones = [done.zone(a.policy, self.rules.secret)] if strict and done is not None else []
                assert self.track.plane is not None
                a.leg = rest_of_leg(leg, a.driven_m, self.track.plane, zones)
                a.leg_from_m = a.driven_m
                self._dirty = True

    def _arrive_at(self, place: Place, at_ms: int) -> None:
        for a in self.audiences:
            if a.place is place and not a.arrived:
                self._arrive(a, at_ms, reported=False)
                self._sort()

    def _arrive(self, a: Audience, at_ms: int, *, reported: bool) -> None:
        a.arrived = True
        if a.left == 0:
            a.told = 0
        if not reported:
            if a.left == 0:
                self.notices.note(a, "next", at_ms)
            self.notices.note(a, "arrived", at_ms)
        else:
            self.notices.told.update((m, "arrived") for m in a.members)
        a.leg = None
        self._changed()

    def _hear(self, now_ms: int) -> None:
        heard_ms = self.track.heard_ms
        silent = heard_ms > 0 and now_ms - heard_ms >= SILENT_MS
        if silent != self._silent:
            self._silent = silent
            self._changed()

    def _changed(self) -> None:
        self._far_lines, self._dirty = None, True

    def _settle_anew(self, now_ms: int) -> None:
        """After plans, outcomes or policies: where do the stops lie, who looks on, what may they see?"""
        self._resettle = False
        open_before = {p.key for p in self._itinerary.open_places()}
        known_before = {p.key for p in self._itinerary.places}
        if self._replan:
            self._lay_out()
        else:
            self._itinerary.close(self.outcomes)
        for place in self._itinerary.closed_places():
            if place.key in open_before or place.key not in known_before:
                self.where.finished(place, self._itinerary)
        self.where.look_again(self.track, self._itinerary)
        before: dict[Member, Audience] = {m: a for a in self.audiences for m in a.members}
        self.audiences = gather(self._itinerary, self.rules, before)
        self._turn = self.audiences[0].place if self.audiences else None
        policies = {area_key(a.policy): a.policy for a in self.audiences}
        self._areas = {
            key: self._areas.get(key) or Area(self.courier, policy, now_ms)
            for key, policy in policies.items()
        }
        self._first_areas()
        if self._restored is not None and self.plan is not None:
            memory.restore_audiences(self.audiences, self.notices, self._restored)
            self._restored = None
        self._sort()
        self._note_reported(self._changed_ms)
        self._follow_turn(self._changed_ms)

    def _lay_out(self) -> None:
        """The plan's places, with what is remembered of the plan before."""
        plan, track = self.plan, self.track
        self._replan = False
        if plan is None:
            return
        started = [r for r in plan.routes if r.set_out_ms is not None]
        track.set_out_ms = max((r.set_out_ms or 0 for r in started), default=0)
        first = next((s for r in started for s in r.stops), None)
        if first is not None and track.needs_anchor(first.lon, first.lat):
            track.anchor(first.lon, first.lat)
        shipments = [s for r in plan.routes for stop in r.stops for s in stop.shipments]
        carried = {s.shipment for s in shipments}
        self.outcomes = {s: o for s, o in self.outcomes.items() if s in carried or o.joined > plan.version}
        self.notices.forget_others({(s.shipment, s.joined) for s in shipments})
        old = self._itinerary
        self._itinerary = Itinerary(plan, track.plane, self.rules)
        self._itinerary.close(self.outcomes)
        self.where.moved_plan(old, self._itinerary)

    def _note_reported(self, at_ms: int) -> None:
        """Arrivals that somebody reported rather than we noticed."""
        for a in self.audiences:
            for shipment, joined in a.members:
                o = self.outcomes.get(shipment)
                if o and o.open and o.joined == joined and o.substatus == REPORTED_ARRIVAL and not a.reported:
                    a.reported = True
                    self._arrive(a, at_ms, reported=True)
                    self._sort()

    def _sort(self) -> None:
        """Who is settled fix by fix, who sees the area, who everything."""
        self._close, self._far = [], []
        everything: dict[int, list[Watcher]] = {}
        for a in self.audiences:
            self.notices.away(a, max(self._ticked_ms, self._changed_ms))
            if a.policy.mode == "open" and a.told > 0:
                everything.setdefault(a.place.set_out_ms, []).extend(a.watchers())
            elif a.eligible:
                self._close.append(a)
            else:
                a.fix, a.leg, a.show, a.why = None, None, "area", None
                self._far.append(a)
        self._open = list(everything.items())
        self._arrived = [a for a in self.audiences if a.arrived]
        look_all(self._close, self.where, self.track.shown, self.rules.secret)
        self._changed()

    def _build_lines(self) -> tuple[Line, ...]:
        lines = Lines(self._areas, self._silent)
        lines.add(self._close, self._held_ms)
        shown = self.track.shown
        for set_out_ms, watchers in self._open:
            if shown is not None and shown.at_ms >= set_out_ms:
                lines.exact(watchers, shown, self._held_ms)
            else:
                lines.nothing(watchers)
        if self._far_lines is None:
            far = Lines(self._areas, self._silent)
            far.add(self._far, 0)
            self._far_lines = far.build()
        return lines.build() + self._far_lines
