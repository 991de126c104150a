"""A small town on paper for the tests of couriers: metres east and north, seconds since eight o'clock.

A `Round` is a courier with a plan whose stops are given in metres; fixes, outcomes and ticks are told to the
rules as the worker tells them, and everything that would be written is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import dist

import msgspec

from services.projector.couriers.core import Courier, Gone, Rules, Verdict
from shared.contracts.common import NO_JSON, Driver, Policy
from shared.contracts.courier_positions import Position, position, sign_of_life
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.courier_stops import StopOutcome
from shared.contracts.shipment_commands import Observe
from shared.contracts.views.live import Line, LiveView, Watcher
from shared.geo import Plane, polyline

EIGHT_MS = 1_795_168_800_000
TOWN = Plane(24.94, 60.17)
SECRET = b"a secret of thirty-two bytes ...."

Metres = tuple[float, float]


def place(x_m: float, y_m: float) -> tuple[float, float]:
    """(lon, lat) of a point of the town."""
    return TOWN.to_lonlat(x_m, y_m)


def stop(
    name: str,
    at: Metres,
    merchants: Sequence[str] = ("shop",),
    joined: int = 1,
    leg: Sequence[Metres] | None = None,
    leg_s: float | None = None,
) -> Stop:
    """A stop with a shipment `s-<name>` (`-2`, `-3` for further ones) a merchant."""
    lon, lat = place(*at)
    return Stop(
        stop=name,
        lon=lon,
        lat=lat,
        shipments=tuple(
            RouteShipment(shipment=f"s-{name}" + (f"-{i + 1}" if i else ""), merchant=m, joined=joined)
            for i, m in enumerate(merchants)
        ),
        leg=polyline.encode([place(*p) for p in leg]) if leg else None,
        leg_s=leg_s,
    )


class Round:
    """A courier's round under test; `t` is in seconds since eight."""

    def __init__(
        self,
        stops: Sequence[Stop] = (),
        policies: dict[str, Policy] | None = None,
        *,
        set_out: bool = True,
        addresses: dict[str, int] | None = None,
        courier: Courier | None = None,
    ) -> None:
        self.rules = Rules(policies or {}, addresses or {}, SECRET)
        self.courier = courier or Courier("eleni", self.rules)
        self.version = 0
        self.offset = 100
        self.seq = 1
        self.view: LiveView | Gone | None = None
        self.written: list[tuple[float, LiveView | Gone]] = []
        self.commands: list[Observe] = []
        self.verdict: Verdict | None = None
        self.last_plan: CourierPlan | None = None
        self.outcomes: list[StopOutcome] = []
        if stops:
            self.plan(stops, set_out=set_out)

    def plan(
        self,
        stops: Sequence[Stop] = (),
        *,
        t: float = 0.0,
        set_out: bool = True,
        off_duty_from: float | None = None,
        routes: tuple[Route, ...] | None = None,
    ) -> CourierPlan:
        """The plan becomes this."""
        self.version += 1
        if routes is None:
            routes = (
                Route(
                    route="r-1",
                    stops=tuple(stops),
                    set_out_ms=EIGHT_MS if set_out else None,
                    driver=Driver(first_name="Eleni", vehicle="white van"),
                ),
            )
        to_ms = None if off_duty_from is None else EIGHT_MS + round(off_duty_from * 1000)
        plan = CourierPlan(
            id=f"p-{self.version}",
            prev=None,
            version=self.version,
            tenant="couriers",
            courier="eleni",
            command=f"c-{self.version}",
            recorded_ms=EIGHT_MS + round(t * 1000),
            routes=routes,
            duty=(DutyInterval(from_ms=EIGHT_MS - 3_600_000, to_ms=to_ms),),
        )
        self.last_plan = plan
        self.courier.on_plan(plan, EIGHT_MS + round(t * 1000))
        self.look(t)
        return plan

    def fix(
        self,
        t: float,
        at: Metres | None,
        *,
        now: float | None = None,
        speed: float | None = None,
        accuracy: float | None = None,
        look: bool = True,
    ) -> Verdict:
        """A fix timed t, read at `now` (the same moment unless given); `at` None: a heartbeat."""
        at_ms = EIGHT_MS + round(t * 1000)
        self.offset += 1
        sent: Position
        if at is None:
            sent = sign_of_life(at_ms)
        else:
            sent = position(*place(*at), at_ms, speed_mps=speed, accuracy_m=accuracy)
        now = t if now is None else now
        raw = msgspec.json.encode(sent)
        self.verdict = self.courier.on_fix(sent, raw, self.offset, EIGHT_MS + round(now * 1000))
        if look:
            self.look(now)
        return self.verdict

    def drive(
        self, t: float, start: Metres, end: Metres, speed_mps: float = 8.0, every_s: float = 5.0
    ) -> float:
        """Straight from start to end, a fix every 5 s, the last one at the end; the time of arrival."""
        way_m = dist(start, end)
        lasts_s = way_m / speed_mps
        s = 0.0
        while s < lasts_s:
            part = s / lasts_s
            at = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
            self.fix(t + s, at, speed=speed_mps)
            s += every_s
        self.fix(t + lasts_s, end, speed=0.0)
        return t + lasts_s

    def outcome(
        self,
        t: float,
        shipment: str,
        *,
        open: bool = False,
        substatus: str = "Delivered_001",
        joined: int = 1,
        seq: int | None = None,
    ) -> None:
        """A shipment has (or has again no) outcome."""
        self.seq += 1
        at_ms = EIGHT_MS + round(t * 1000)
        outcome = StopOutcome(
            tenant="couriers",
            courier="eleni",
            shipment=shipment,
            seq=self.seq if seq is None else seq,
            joined=joined,
            open=open,
            substatus=substatus,
            at_ms=at_ms,
        )
        self.outcomes.append(outcome)
        self.courier.on_outcome(outcome, at_ms)
        self.look(t)

    def wait(self, t: float) -> None:
        """Let the clock come to t; ticks happen as they fall due."""
        now_ms = EIGHT_MS + round(t * 1000)
        while (due_ms := self.courier.due_ms) <= now_ms:
            due_ms = max(due_ms, 0)
            self.courier.tick(due_ms)
            self._keep((due_ms - EIGHT_MS) / 1000, self.courier.publish(due_ms), due_ms)
            if self.courier.due_ms <= due_ms:
                break
        self.look(t)

    def look(self, t: float) -> None:
        """What the worker does after a batch."""
        now_ms = EIGHT_MS + round(t * 1000)
        self._keep(t, self.courier.publish(now_ms), now_ms)

    def _keep(self, t: float, view: LiveView | Gone | None, now_ms: int) -> None:
        self.commands.extend(self.courier.observations(now_ms))
        if view is not None:
            self.view = view
            self.written.append((t, view))

    def line(self, shipment: str) -> Line | None:
        """What a shipment's people are shown now."""
        found = find(self.view, shipment)
        return found[0] if found else None

    def watcher(self, shipment: str) -> Watcher | None:
        found = find(self.view, shipment)
        return found[1] if found else None

    def noticed(self, shipment: str) -> list[str]:
        """What the recipient of a shipment was to be told, in order."""
        return [c.what for c in self.commands if c.shipment == shipment]


ROW = re.compile(r"^\s*(?P<t>-?\d+(\.\d+)?)\s+(?P<what>[^|]+?)\s*\|(?P<cells>.*)$")


def play(round: Round, table: str) -> None:
    """Play a timeline and check, after each row, what the shipments in its header are shown.

    A row is `seconds  event | cell | cell`. Events: `at X,Y` with a phone that tells no speed, `at X,Y v8`
    with one that does, `r150` for a radius of 150 m; `alive`; `done s-1`; `again s-1`; `wait`. Cells:
    `exact X,Y`, `rest X,Y`, `area`, `none` (a line that shows nothing), `-` (in no line), each followed by
    `/2` (stops left), `!` (arrived), `(why)` where that is to be checked; an empty cell checks nothing."""
    rows = [line for line in table.strip("\n").splitlines() if line.strip()]
    shipments = [cell.strip() for cell in rows[0].split("|")[1:]]
    for row in rows[1:]:
        match = ROW.match(row)
        assert match, f"not a row of a timeline: {row!r}"
        _event(round, float(match["t"]), match["what"].split())
        for shipment, cell in zip(shipments, match["cells"].split("|"), strict=True):
            _check(round, shipment, cell.split(), row)


def _event(round: Round, t: float, words: list[str]) -> None:
    kind, rest = words[0], words[1:]
    if kind == "at":
        x, y = rest[0].split(",")
        speed = next((float(w[1:]) for w in rest[1:] if w[0] == "v"), None)
        accuracy = next((float(w[1:]) for w in rest[1:] if w[0] == "r"), None)
        round.fix(t, (float(x), float(y)), speed=speed, accuracy=accuracy)
    elif kind == "alive":
        round.fix(t, None)
    elif kind in ("done", "again"):
        round.outcome(t, rest[0], open=kind == "again", substatus="AttemptFail_002")
    elif kind == "wait":
        round.wait(t)
    else:
        raise AssertionError(f"unknown event {kind}")


def _check(round: Round, shipment: str, words: list[str], row: str) -> None:
    line, watcher = round.line(shipment), round.watcher(shipment)
    for word in words:
        if word == "-":
            assert line is None, row
            continue
        assert line is not None, f"{shipment} is in no line: {row}"
        assert watcher is not None
        if word in ("exact", "rest", "area", "none"):
            meant = {"rest": "resting", "none": "withheld"}.get(word, word)
            assert line.show == meant, f"{shipment} is shown {line.show}: {row}"
        elif word[0] == "/":
            assert watcher.stops_left == int(word[1:]), f"{watcher.stops_left} left: {row}"
        elif word == "!":
            assert watcher.arrived, row
        elif word[0] == "(":
            assert line.why == word[1:-1], f"why {line.why}: {row}"
        else:
            x, y = word.split(",")
            at = where(line)
            assert at is not None, row
            assert dist(at, (float(x), float(y))) < 0.5, f"{shipment} sees {at}: {row}"


def find(view: LiveView | Gone | None, shipment: str) -> tuple[Line, Watcher] | None:
    """The one line and watcher of a shipment; fails when there are two."""
    if not isinstance(view, LiveView):
        return None
    found = [(line, w) for line in view.lines for w in line.audience if w.shipment == shipment]
    assert len(found) <= 1, f"{shipment} is in {len(found)} lines"
    return found[0] if found else None


def where(line: Line) -> Metres | None:
    """The point a line shows, in metres of the town."""
    if line.feature == NO_JSON or line.show == "area":
        return None
    geometry = msgspec.json.decode(line.feature)["geometry"]
    return TOWN.to_xy(*geometry["coordinates"])


def leg_of(line: Line) -> list[Metres]:
    """The rest of the way that a line shows."""
    if line.leg == NO_JSON:
        return []
    return [TOWN.to_xy(*c) for c in msgspec.json.decode(line.leg)["geometry"]["coordinates"]]
