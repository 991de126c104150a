"""A polyline that knows its lengths: where along it a point lies, and which point lies so far along."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from shared.geo.sphere import Plane, bearing_deg, distance_m

Coord = tuple[float, float]

# A courier's line may pass the same street twice. With the last known place given, a match near it that a
# GPS error can explain is taken before the nearest one elsewhere; on along the line is likelier than back.
_BEHIND_M = 150.0
_AHEAD_M = 600.0
_CREDIBLE_OFF_M = 30.0
_COST_AHEAD = 0.02
_COST_BEHIND = 0.2


class Line:
    """An ordered list of (lon, lat) in degrees with cumulative lengths in metres; one point has length 0.

    Raises ValueError when there is no point at all.
    """

    __slots__ = ("_along", "_plane", "_xy", "coords")

    def __init__(self, coords: Sequence[Sequence[float]]) -> None:
        if not coords:
            raise ValueError("a line needs at least one point")
        self.coords: list[Coord] = [(float(c[0]), float(c[1])) for c in coords]
        self._plane = Plane(*self.coords[len(self.coords) // 2])
        self._xy = [self._plane.to_xy(lon, lat) for lon, lat in self.coords]
        self._along = [0.0]
        for (lon1, lat1), (lon2, lat2) in pairwise(self.coords):
            self._along.append(self._along[-1] + distance_m(lon1, lat1, lon2, lat2))

    def __len__(self) -> int:
        return len(self.coords)

    @property
    def length_m(self) -> float:
        """The whole line's length in metres."""
        return self._along[-1]

    def project(self, lon: float, lat: float, near_m: float | None = None) -> tuple[float, float]:
        """(along_m, off_m): how far along its point nearest to (lon, lat) lies, and how far away that is.

        With near_m, the place along the line that was known last, a match within some hundred metres of it is
        preferred as long as it is at most 30 m off; otherwise the nearest point of the whole line counts.
        """
        x, y = self._plane.to_xy(lon, lat)
        if near_m is not None:
            first = max(0, bisect_left(self._along, near_m - _BEHIND_M) - 1)
            last = bisect_right(self._along, near_m + _AHEAD_M)
            along, off = self._nearest(x, y, first, last, near_m)
            if off <= _CREDIBLE_OFF_M:
                return along, off
        return self._nearest(x, y, 0, len(self.coords) - 1, None)

    def at(self, along_m: float) -> Coord:
        """The (lon, lat) along_m metres from the start, clamped to the two ends."""
        if along_m <= 0.0 or len(self.coords) == 1:
            return self.coords[0]
        if along_m >= self.length_m:
            return self.coords[-1]
        i = bisect_right(self._along, along_m) - 1
        part = (along_m - self._along[i]) / (self._along[i + 1] - self._along[i])
        (x1, y1), (x2, y2) = self._xy[i], self._xy[i + 1]
        return self._plane.to_lonlat(x1 + part * (x2 - x1), y1 + part * (y2 - y1))

    def slice(self, a_m: float, b_m: float) -> list[Coord]:
        """The coordinates from a_m to b_m metres along, both clamped; at least two unless a_m >= b_m."""
        a_m, b_m = max(0.0, a_m), min(self.length_m, b_m)
        if a_m >= b_m:
            return [self.at(a_m)]
        first = bisect_right(self._along, a_m)
        last = bisect_left(self._along, b_m)
        return [self.at(a_m), *self.coords[first:last], self.at(b_m)]

    def bearing_at(self, along_m: float) -> float:
        """The direction of travel at along_m metres, degrees clockwise from north; 0 where there is none."""
        along_m = min(max(along_m, 0.0), self.length_m)
        i = min(bisect_right(self._along, along_m) - 1, len(self.coords) - 2)
        while i > 0 and self._along[i + 1] == self._along[i]:
            i -= 1
        if i < 0 or self._along[i + 1] == self._along[i]:
            return 0.0
        return bearing_deg(*self.coords[i], *self.coords[i + 1])

    def _nearest(
        self, x: float, y: float, first: int, last: int, near_m: float | None
    ) -> tuple[float, float]:
        """(along_m, off_m) of the best match on the segments first..last-1, in the plane of the line."""
        xy, along = self._xy, self._along
        last = min(last, len(xy) - 1)
        if last <= first:  # one point only
            px, py = xy[first]
            return along[first], ((px - x) ** 2 + (py - y) ** 2) ** 0.5
        best_cost = best_off = float("inf")
        best_along = 0.0
        ax, ay = xy[first]
        for i in range(first, last):
            bx, by = xy[i + 1]
            dx, dy = bx - ax, by - ay
            square = dx * dx + dy * dy
            part = ((x - ax) * dx + (y - ay) * dy) / square if square > 0.0 else 0.0
            part = 0.0 if part < 0.0 else 1.0 if part > 1.0 else part
            ex, ey = ax + part * dx - x, ay + part * dy - y
            off = (ex * ex + ey * ey) ** 0.5
            here = along[i] + part * (along[i + 1] - along[i])
            cost = off
            if near_m is not None:
                gap = here - near_m
                cost += gap * _COST_AHEAD if gap >= 0.0 else -gap * _COST_BEHIND
            if cost < best_cost:
                best_cost, best_off, best_along = cost, off, here
            ax, ay = bx, by
        return best_along, best_off
