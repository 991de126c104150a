"""A courier's track: his fixes as the rules see them, and what is remembered of them."""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.courier_positions import Position
from shared.contracts.courier_routes import DutyInterval
from shared.geo import Plane

_RE_ANCHOR_M = 50_000.0


class Verdict(StrEnum):
    """What became of a fix. All but the first three count as a sign of life."""

    OFF_DUTY = "off_duty"  # dropped: timed when he was not on duty
    FUTURE = "future"  # dropped: the phone's clock is ahead, the marker would freeze there
    STALE = "stale"  # dropped: more than a day old
    ALIVE = "alive"  # a heartbeat without coordinates
    REPEAT = "repeat"  # dropped: the same fix again
    LATE = "late"  # history only: a newer fix is known, no marker goes back
    COARSE = "coarse"  # not shown: its radius is too wide, and a better place is known or needed
    JUMP = "jump"  # kept aside: nobody drives that fast; following fixes decide
    HELD = "held"  # he stands: the marker stays, the fix confirms it
    MOVED = "moved"  # the marker goes there


DROPPED = frozenset({Verdict.OFF_DUTY, Verdict.FUTURE, Verdict.STALE})
PLACED = frozenset({Verdict.HELD, Verdict.MOVED})


class Fix:
    """A fix: degrees, metres on the track's plane, m/s, ms; `raw` as ingest wrote it."""

    __slots__ = ("accuracy_m", "at_ms", "lat", "lon", "offset", "raw", "speed_mps", "x", "y")

    def __init__(
        self,
        lon: float,
        lat: float,
        at_ms: int,
        raw: bytes,
        offset: int,
        speed_mps: float | None = None,
        accuracy_m: float | None = None,
    ) -> None:
        self.lon = lon
        self.lat = lat
        self.at_ms = at_ms
        self.raw = raw
        self.offset = offset
        self.speed_mps = speed_mps
        self.accuracy_m = accuracy_m
        self.x = self.y = 0.0

    @classmethod
    def of(cls, position: Position, raw: bytes, offset: int) -> Fix | None:
        """None for a sign of life."""
        geometry = position.geometry
        if geometry is None:
            return None
        lon, lat = geometry.coordinates
        p = position.properties
        return cls(lon, lat, p.at_ms, raw, offset, p.speed_mps, p.accuracy_m)


class Track:
    """What is remembered: the newest fix taken, the one shown, what he stands around, suspects of a jump."""

    __slots__ = (
        "duty",
        "heard_ms",
        "jumped",
        "last",
        "newest_ms",
        "plane",
        "set_out_ms",
        "shown",
        "speed_from",
        "speed_known",
        "speed_mps",
        "still_n",
        "still_x",
        "still_y",
        "suspect",
        "suspects",
    )

    def __init__(self) -> None:
        self.plane: Plane | None = None
        self.duty: tuple[DutyInterval, ...] = ()
        self.heard_ms = 0  # the newest fix time of any sign of life
        self.newest_ms = -1  # of any fix with a place, whether used or not
        self.last: Fix | None = None
        self.shown: Fix | None = None
        self.set_out_ms = 0  # what is shown is a fix made after the latest setting out
        self.speed_from: Fix | None = None
        self.speed_mps = 0.0  # 0 also while unknown: who may be standing is taken to stand
        self.speed_known = False  # whether the phone said it
        self.still_x = self.still_y = 0.0
        self.still_n = 0
        self.suspect: Fix | None = None
        self.suspects = 0
        self.jumped = False

    def anchor(self, lon: float, lat: float) -> None:
        """Lay the plane around a point; the fixes that are kept go with it."""
        self.plane = Plane(lon, lat)
        for fix in {self.last, self.shown, self.suspect, self.speed_from}:
            if fix is not None:
                fix.x, fix.y = self.plane.to_xy(fix.lon, fix.lat)
        if self.shown is not None:
            self.still_x, self.still_y, self.still_n = self.shown.x, self.shown.y, 1

    def needs_anchor(self, lon: float, lat: float) -> bool:
        """Whether the plane lies too far away to measure here."""
        return self.plane is None or self.plane.distance_m(lon, lat) > _RE_ANCHOR_M
