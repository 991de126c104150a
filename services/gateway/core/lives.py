"""Live views of watched couriers: read, heard of in batches, and dealt to the rooms that may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from services.gateway.core.numbering import Numbering
from services.gateway.core.room import Room, same_but_place
from shared.contracts.partition import partition_of
from shared.contracts.views.live import Line, LiveBatch, LiveView


@dataclass(slots=True)
class _Cell:
    """`at`: the token of the read, or the moment of the batch, that `view` is from; -1: never looked at."""

    rooms: dict[str, Room] = field(default_factory=dict)
    view: LiveView | None = None
    at: int = -1


class Lives:
    """One cell a watched courier, with the rooms whose stage view names him."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._cells: dict[str, _Cell] = {}
        self._numbering = Numbering()

    def all(self) -> list[str]:
        return list(self._cells)

    def unread(self, couriers: Iterable[str]) -> list[str]:
        return [c for c in dict.fromkeys(couriers) if (cell := self._cells.get(c)) is None or cell.at < 0]

    def of(self, partitions: set[int]) -> list[str]:
        return [c for c in self._cells if partition_of(c, self._partitions) in partitions]

    def move(self, room: Room, old: str | None, new: str | None) -> None:
        """The room's stage view now names `new` instead of `old`."""
        if old is not None and (cell := self._cells.get(old)) is not None:
            cell.rooms.pop(room.shipment, None)
            if not cell.rooms:
                del self._cells[old]
        if new is not None:
            self._cells.setdefault(new, _Cell()).rooms[room.shipment] = room

    def seat(self, room: Room) -> None:
        """Give the room its line of what is held; its stage view is new."""
        cell = self._cells.get(room.courier) if room.courier is not None else None
        room.find_line(cell.view if cell is not None else None)

    def put(self, token: int, couriers: Sequence[str], values: Sequence[LiveView | None]) -> dict[str, Room]:
        """What is read was true when the read began: it replaces what is held, lower version or not, unless
        a batch has been heard of since; then only what is newer does. Rooms that it concerns."""
        touched: dict[str, Room] = {}
        for courier, value in zip(couriers, values, strict=True):
            cell = self._cells.get(courier)
            if cell is None:
                continue
            held = cell.view
            if cell.at > token and (value is None or held is None or value.version <= held.version):
                continue
            cell.at = max(cell.at, token)
            if value != held:
                _deal(cell, value)
                touched |= cell.rooms
        return touched

    def put_batch(self, batch: LiveBatch, now: int) -> tuple[dict[str, Room], bool]:
        """Take a live batch heard at moment `now`; the rooms it concerns, and whether one before it was
        missed. An equal version may say something new: lines change without a fix too."""
        touched: dict[str, Room] = {}
        place = self._numbering.place(batch)
        if place == "old":
            return touched, False
        for courier in batch.gone:
            if (cell := self._cells.get(courier)) is not None:
                cell.at = now
                _deal(cell, None)
                touched |= cell.rooms
        for view in batch.views:
            cell = self._cells.get(view.courier)
            if cell is not None and (cell.view is None or view.version >= cell.view.version):
                cell.at = now
                _deal(cell, _own(view))
                touched |= cell.rooms
        return touched, place == "gap"

    def confirmed(self) -> None:
        self._numbering.forget()


def _own(view: LiveView) -> LiveView:
    """The view with bytes of its own: decoded features point into the whole batch and would keep it alive
    for as long as this courier is silent."""
    return replace(
        view,
        lines=tuple(replace(ln, feature=ln.feature.copy(), leg=ln.leg.copy()) for ln in view.lines),
    )


def _deal(cell: _Cell, view: LiveView | None) -> None:
    """Give every room its line; a room in no line's audience, or at another joining version, gets none."""
    old, cell.view = cell.view, view
    unseated = dict(cell.rooms)
    if view is not None:
        for line in view.lines:
            was: Line | None = (
                None  # lines are compared once, for all who were in the one and are in the other
            )
            same = False
            for watcher in line.audience:
                room = unseated.get(watcher.shipment)
                if room is None or room.stage is None or room.stage.joined != watcher.joined:
                    continue
                if room.line is not was:
                    was = room.line
                    same = (
                        old is not None
                        and room.view is old
                        and was is not None
                        and same_but_place(old, was, view, line)
                    )
                room.set_line(view, line, watcher, same_but_place=same and room.view is old)
                del unseated[watcher.shipment]
    for room in unseated.values():
        room.set_line(view, None, None)
