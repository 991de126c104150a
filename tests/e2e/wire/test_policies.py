"""Who sees the driver, on the wire: a driver passes two doors and comes to a third, watched from its link
by a recipient of each policy's shop. Distances are measured here, by nothing of ours."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

from tests.e2e.system import CENTRE, Round, Socket, System
from tests.waiting import eventually

STEP_DEG = 0.0065
"""About 360 m of longitude here: zones of 100 m round places up to 50 m off leave room between the doors."""
DRIVES_MPS = 22.0
EVERY_S = 0.25
STANDS_S = 8.0
CERTAIN_ZONE_M = 50.0
"""Within this of a door a place is in the zone wherever its middle was displaced to."""
OWN = 2


def metres(a: list[float] | tuple[float, float], b: list[float] | tuple[float, float]) -> float:
    """Distance on the ground; flat is exact enough for some hundred metres."""
    x = math.radians(b[0] - a[0]) * math.cos(math.radians(a[1]))
    return 6_371_008.8 * math.hypot(x, math.radians(b[1] - a[1]))


def places(frame: dict[str, Any]) -> Iterator[list[float]]:
    """Every exact place of the driver in a frame: points, and the corners of the rest of the way."""
    driver = frame.get("driver") or {}
    for feature in (frame.get("feature"), driver.get("feature"), driver.get("leg")):
        geometry = (feature or {}).get("geometry") or {}
        if geometry.get("type") == "Point":
            yield geometry["coordinates"]
        elif geometry.get("type") == "LineString":
            yield from geometry["coordinates"]


class Watched:
    """A round with the socket of the last door's link; `seen` is what was sent meanwhile."""

    def __init__(self, system: System, mode: str) -> None:
        self.round: Round = system.round(OWN + 1, shop=f"policy-{mode}", mode=mode, step_deg=STEP_DEG)
        self.socket: Socket = system.socket(self.round.links[OWN])
        self.lon = self.round.places[0][0] - STEP_DEG

    def take(self) -> list[dict[str, Any]]:
        return self.socket.read(0.01)


def go(all_: list[Watched], lon: float, *, speed_mps: float) -> None:
    """Post a fix for each."""
    for each in all_:
        assert each.round.phone.post(lon, CENTRE[1], speed_mps=speed_mps) == 200
    time.sleep(EVERY_S)


def drive_to(all_: list[Watched], lon: float) -> list[list[dict[str, Any]]]:
    """Drive along the street; the frames that each was sent on the way."""
    seen: list[list[dict[str, Any]]] = [[] for _ in all_]
    now = all_[0].lon
    step = DRIVES_MPS * EVERY_S / metres((now, CENTRE[1]), (now + 1, CENTRE[1]))
    while now < lon:
        now = min(now + step, lon)
        go(all_, now, speed_mps=DRIVES_MPS)
        for frames, each in zip(seen, all_, strict=True):
            frames += each.take()
    for each in all_:
        each.lon = now
    return seen


def stand_at(all_: list[Watched], lon: float) -> list[list[dict[str, Any]]]:
    """Stand there a while; the frames that each was sent once that was noticed."""
    seen: list[list[dict[str, Any]]] = [[] for _ in all_]
    began = time.monotonic()
    while time.monotonic() - began < STANDS_S:
        go(all_, lon, speed_mps=0.0)
        for frames, each in zip(seen, all_, strict=True):
            new = each.take()
            frames += new if time.monotonic() - began > STANDS_S / 2 else []
    return seen


def test_the_three_policies_on_the_wire(system: System) -> None:
    all_ = [Watched(system, mode) for mode in ("live", "strict", "open")]
    open_ = all_[2]
    doors = open_.round.places
    sent: list[list[dict[str, Any]]] = [[] for _ in all_]
    for stop in (0, 1):
        for frames, more in zip(sent, drive_to(all_, doors[stop][0]), strict=True):
            frames += more
        standing = stand_at(all_, doors[stop][0])
        for frames, more in zip(sent, standing, strict=True):
            frames += more
        # live: while he stands at another's stop nothing is sent of where he is
        assert [p for frame in standing[0] for p in places(frame) if metres(p, doors[stop]) < 30] == []
        assert [p for frame in standing[1] for p in places(frame)] == []
        # open: he is seen standing there
        seen_at_door(open_, stop)
        for each in all_:
            system.report(each.round, stop, "Delivered_001")
    for frames, more in zip(sent, drive_to(all_, doors[OWN][0] - STEP_DEG / 8), strict=True):
        frames += more
    for frames, each in zip(sent, all_, strict=True):
        frames += each.socket.read(1.0)

    shown = [[p for frame in frames for p in places(frame)] for frames in sent]
    for points in shown:
        assert len(points) > 20, "too little was shown for this to say anything"
    # live: nobody is shown at a stranger's door; strict: nothing inside the zones, whoever they are of
    assert min(metres(p, door) for p in shown[0] for door in doors[:OWN]) > 25
    assert min(metres(p, door) for p in shown[1] for door in doors[:OWN]) > CERTAIN_ZONE_M
    # what is hidden by strict was there to be shown
    assert min(metres(p, door) for p in shown[2] for door in doors[:OWN]) < 5
    for each in all_:
        each.socket.close()


def seen_at_door(each: Watched, stop: int) -> None:
    """Wait until a place that was sent is that door."""
    door = each.round.places[stop]

    def look() -> bool:
        each.take()
        return any(metres(p, door) < 5 for frame in each.socket.frames for p in places(frame))

    eventually("he is seen at the door", look, 30)


def test_far_away_only_open_shows_more_than_an_area(system: System) -> None:
    """Eight stops before his own a recipient is sent areas, and under `open` the exact place."""
    for mode, exact in (("live", False), ("strict", False), ("open", True)):
        round_ = system.round(9, shop=f"policy-{mode}", mode=mode)
        socket = system.socket(round_.links[8])
        for step in range(6):
            assert round_.phone.post(CENTRE[0] + 0.0002 * step, CENTRE[1] + 0.0005) == 200
            time.sleep(EVERY_S)
        socket.until("he is shown", lambda f: (f.get("driver") or f).get("feature") is not None)
        socket.read(1.0)
        assert any(True for frame in socket.frames for _ in places(frame)) is exact, mode
        socket.close()
