"""What a batch of fixes says of each courier: the newest one that counts, and that his phone lives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.courier_positions import Position
from shared.geo import Coord

FUTURE_MS = 120_000
"""A phone's clock may be ahead so far; a fix from further ahead would hide all that follow."""

COARSE_M = 100.0
"""A radius (68 %) beyond which a fix says nothing of how far he is (`COARSE_M` of the couriers worker)."""


@dataclass(slots=True)
class Heard:
    """Times of the phone and of its receipt; `fix` None: nothing in it says where he is."""

    at_ms: int
    received_ms: int
    fix: tuple[Coord, int, int] | None = None
    """(lon, lat), by his phone's clock, received."""


def newest(records: Iterable[tuple[str, Position, int]]) -> dict[str, Heard]:
    """By courier, of (courier, position, received_ms) in any order."""
    found: dict[str, Heard] = {}
    for courier, position, received_ms in records:
        said = position.properties
        if said.at_ms > received_ms + FUTURE_MS:
            continue
        heard = found.get(courier)
        if heard is None:
            heard = found[courier] = Heard(said.at_ms, received_ms)
        elif said.at_ms >= heard.at_ms:
            heard.at_ms, heard.received_ms = said.at_ms, received_ms
        if position.geometry is None or (said.accuracy_m or 0.0) > COARSE_M:
            continue
        if heard.fix is None or said.at_ms >= heard.fix[1]:
            heard.fix = (position.geometry.coordinates, said.at_ms, received_ms)
    return found
