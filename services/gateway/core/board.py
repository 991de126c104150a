"""The board: every watched view as last read, and what follows from it for each session.

The edge reads views and hands them in (`put_*`), hands in live batches (`put_batch`), and asks `settle` which
pictures are new. A read carries the token it was begun with (`begin_read`): what was read earlier never
replaces what was read, or heard of, later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.gateway.core.links import MISSING_MS, Links
from services.gateway.core.lives import Lives
from services.gateway.core.marks import Marks
from services.gateway.core.room import Room, Session
from shared.contracts.links import Link
from shared.contracts.partition import partition_of
from shared.contracts.views.live import LiveBatch, LiveView
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.domain import page

LINKS_PARTITION = 0
"""The topic of links has one partition; the writer of link views marks it with its other partitions."""

Verdict = Literal["welcome", "gone", "not_yet"]


@dataclass(frozen=True, slots=True)
class Unread:
    """What shipments' stage views name and nobody has read yet; `parties` by shipment."""

    couriers: list[str]
    merchants: list[str]
    parties: list[str]


class Board:
    """State of one gateway process. `partitions` is the count that shipment and courier topics share."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self.rooms: dict[str, Room] = {}
        self.links = Links()
        self.lives = Lives(partitions)
        self.marks = Marks(partitions)
        self._merchants: dict[str, MerchantView] = {}
        self._clock = 0
        self._dirty: dict[str, Room] = {}

    # Who watches

    def join(self, link: str, shipment: str) -> Session:
        """A session that waits for its views; batches for its courier count from now on."""
        room = self.rooms.get(shipment)
        if room is None:
            room = self.rooms[shipment] = Room(shipment, partition_of(shipment, self.partitions))
        room.waiting += 1
        session = Session(link, room)
        self.links.add(session)
        return session

    def admit(self, session: Session, now_ms: int) -> Verdict:
        """Let a session in whose views have been read and settled.

        `gone`: the link is unknown, expired, revoked or another shipment's. `not_yet`: the views can't say
        (Redis is being filled), come back soon."""
        link, room = self.links.get(session.link), session.room
        if link is None:
            return "gone" if self.marks.up("stages", LINKS_PARTITION, now_ms) else "not_yet"
        if not link.good(now_ms) or link.shipment != room.shipment:
            return "gone"
        if room.stage is None or room.picture is None:
            return "not_yet"
        if page.link_over(room.stage, now_ms):
            return "gone"
        room.waiting -= 1
        room.sessions[session] = None
        return "welcome"

    def leave(self, session: Session) -> None:
        """Forget a session, let in or not; what nobody watches any more is forgotten with it."""
        if not self.links.remove(session):
            return
        room = session.room
        if session in room.sessions:
            del room.sessions[session]
            self._touch(room)  # its link may have been the one that was missing
        else:
            room.waiting -= 1
        if not room.needed:
            self.lives.move(room, room.courier, None)
            self._dirty.pop(room.shipment, None)
            del self.rooms[room.shipment]

    def expelled(self, now_ms: int) -> list[Session]:
        """Sessions that have been let in and must go: link no longer good, or shipment gone or over."""
        up = self.marks.up("stages", LINKS_PARTITION, now_ms)
        out = {s: None for s in self.links.bad(now_ms, up=up) if s in s.room.sessions}
        for room in self.rooms.values():
            lost = room.missing_since_ms is not None and now_ms - room.missing_since_ms >= MISSING_MS
            if lost or (room.stage is not None and page.link_over(room.stage, now_ms)):
                out |= room.sessions
        return list(out)

    # What to read

    def begin_read(self) -> int:
        """The token of a read that begins now."""
        self._clock += 1
        return self._clock

    def unread(self, shipments: Iterable[str]) -> Unread:
        stages = [room.stage for s in shipments if (room := self.rooms.get(s)) and room.stage is not None]
        return Unread(
            couriers=self.lives.unread(s.courier for s in stages if s.courier is not None),
            merchants=[m for m in dict.fromkeys(s.merchant for s in stages) if m not in self._merchants],
            parties=[s.shipment for s in stages if not self.rooms[s.shipment].party_is(s.parties)],
        )

    def merchants(self) -> list[str]:
        """The watched shipments' merchants; those whom no shipment names any more are forgotten."""
        named = {room.stage.merchant for room in self.rooms.values() if room.stage is not None}
        self._merchants = {m: view for m, view in self._merchants.items() if m in named}
        return list(named)

    # What was read

    def put_marks(self, marks: page.WorkedOff) -> None:
        self.marks.put(marks)

    def put_links(self, token: int, links: Sequence[str], values: Sequence[Link | None]) -> None:
        for room in self.links.put(token, links, values):
            self._touch(room)

    def put_stages(
        self, token: int, shipments: Sequence[str], values: Sequence[StageView | None], now_ms: int
    ) -> None:
        """A missing or lower stage view is believed only while its writer is up with its log: otherwise
        Redis is being filled again, and what was last known stays, its position withheld."""
        for shipment, value in zip(shipments, values, strict=True):
            room = self.rooms.get(shipment)
            if room is None or room.read_at > token:
                continue
            room.read_at = token
            up = self.marks.up("stages", room.partition, now_ms)
            lower = value is not None and room.stage is not None and value.seq < room.stage.seq
            lost = value is None or (lower and not up)
            if value is not None or not up:
                room.missing_since_ms = None
            elif room.missing_since_ms is None:
                room.missing_since_ms = now_ms
            if lost != room.lost:
                room.lost = lost
                self._touch(room)
            if value is None or lost or value is room.stage or value == room.stage:
                continue
            before = room.courier
            room.set_stage(value, self.partitions)
            if before != value.courier:
                self.lives.move(room, before, value.courier)
            self.lives.seat(room)
            if (merchant := self._merchants.get(value.merchant)) is not None:
                room.set_merchant(merchant)
            self._touch(room)

    def put_parties(self, values: Iterable[PartyView | None]) -> None:
        for value in values:
            room = self.rooms.get(value.shipment) if value is not None else None
            if value is not None and room is not None and room.set_party(value):
                self._touch(room)

    def put_merchants(self, merchants: Sequence[str], values: Sequence[MerchantView | None]) -> None:
        """A missing merchant keeps what was last known of him: he is being filled again, or has left while
        his shipments are still under way."""
        changed: dict[str, MerchantView] = {}
        for merchant, value in zip(merchants, values, strict=True):
            if value is not None and self._merchants.get(merchant) != value:
                changed[merchant] = self._merchants[merchant] = value
        if changed:
            for room in self.rooms.values():
                if room.stage is not None and (new := changed.get(room.stage.merchant)) is not None:
                    room.set_merchant(new)
                    self._touch(room)

    def put_lives(self, token: int, couriers: Sequence[str], values: Sequence[LiveView | None]) -> None:
        self._dirty |= self.lives.put(token, couriers, values)

    def put_batch(self, batch: LiveBatch) -> bool:
        """Whether a batch before this one was missed, so that its partition is to be read again."""
        self._clock += 1
        touched, gap = self.lives.put_batch(batch, self._clock)
        self._dirty |= touched
        return gap

    def confirmed(self) -> None:
        """The subscription is (again) confirmed: batches before it may have been missed."""
        self.lives.confirmed()

    # What follows

    def settle(self, now_ms: int, *, stale: bool) -> list[Room]:
        """Draw the pictures that may have changed; the rooms that have a new one. `stale`: the watched views
        have not been read lately, so that nothing of a driver may be shown."""
        if self.marks.look(now_ms, stale=stale):
            for room in self.rooms.values():
                if room.behind != self._behind(room):
                    self._touch(room)
        if not self._dirty:
            return []
        rooms, self._dirty = self._dirty, {}
        drawn: list[Room] = []
        for room in rooms.values():
            if room.redraw:
                room.behind = self._behind(room)
            if room.draw():
                drawn.append(room)
        return drawn

    def _touch(self, room: Room) -> None:
        """Something other than the driver's place may have changed."""
        room.redraw = True
        self._dirty[room.shipment] = room

    def _behind(self, room: Room) -> bool:
        """As `page.paused`; and while this gateway itself has not read lately, or what it needs is lost."""
        return (
            self.marks.stale
            or room.lost
            or room.partition in self.marks.by_shipment
            or room.courier_partition in self.marks.by_courier
            or self.links.missing_for(room)
        )
