"""Snapshot plus deltas equals a fresh snapshot, whatever is lost, repeated, late or read meanwhile.

The world holds the views as Redis would; batches travel by a channel that may lose, repeat and delay them;
reads are begun, and answered later, in any order; sockets stall and drain. After a last whole pass every page
shows what one does that has just taken a snapshot; and at no time does a page show more than it may.

A history is made from a seed, so that thousands of steps cost what drawing each by itself would cost for
hundreds; its length is what shrinks. Its mutants: `tests/mutants/gateway.py`."""

from __future__ import annotations

from random import Random
from typing import Any, cast

from hypothesis import event, given, note, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.gateway.core.board import Board
from services.gateway.core.room import Session
from services.gateway.fanout import Client, Fanout
from shared.contracts.common import Driver, Policy
from shared.contracts.links import Link
from shared.contracts.views.live import Line, LiveBatch, LiveView, Watcher
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.domain import page
from tests.unit import gateway_views as v

SHIPMENTS = ("s-1", "s-2", "s-3")
JOININGS = (5, 5, 5, 5, 5, 5, 5, 6)


def redrawn(random: Random, at_ms: int) -> list[Line]:
    """Each shipment in the audience of at most one line."""
    made = []
    for shipment in SHIPMENTS:
        watcher = Watcher(
            shipment=shipment,
            joined=random.choice(JOININGS),
            stops_left=random.choice((0, 0, 1, 2, 3, 4, 6)),
            arrived=random.random() < 0.2,
        )
        show: Any = random.choice(("exact", "exact", "exact", "resting", "area", "withheld", None))
        if show is not None:
            made.append(v.line(show, [watcher], at_ms))
    return made


def moved(lines: tuple[Line, ...], at_ms: int, what: str) -> list[Line]:
    """The same lines at another place, with another leg, or with one stop less."""
    made = []
    for line in lines:
        watcher = line.audience[0]
        if what == "stops":
            watcher = replace(watcher, stops_left=max(0, watcher.stops_left - 1))
        leg = v.point(at_ms) if what == "leg" else line.leg
        at = at_ms if what == "place" else line.at_ms
        made.append(v.line(line.show, [watcher], at, leg=leg))
    return made


class History:
    """The world, the board, and one page a session; what happens is up to `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now_ms = v.NOW_MS
        self.stages: dict[str, StageView] = {}
        self.lives: dict[str, LiveView] = {}
        self.links: dict[str, Link] = {}
        self.merchant: MerchantView = v.merchant()
        self.offset = 100
        self.number = 0
        self.channel: list[LiveBatch] = []
        self.reads: list[tuple[int, str, list[str], list[Any]]] = []
        self.board = Board(v.PARTITIONS)
        self.fanout = Fanout(lambda: self.now_ms)
        self.sockets: dict[Session, v.Socket] = {}
        self.stale = False
        self.lossless = True

        for shipment in SHIPMENTS:
            self.stages[shipment] = v.stage(shipment, seq=1)
            self.links[v.link_id(shipment)] = v.link(shipment)
        self.board.put_marks(v.marks(self.now_ms))
        self.settle()
        self.enter("s-1")

    def step(self) -> None:
        """One thing happens, often what happens often."""
        steps = (
            (self.courier_publishes, 10),
            (self.read_is_answered, 5),
            (self.channel_arrives, 3),
            (self.stage_changes, 2),
            (self.stall_or_drain, 2),
            (self.policy_changes, 1),
            (self.subscription_is_lost_and_confirmed, 1),
            (self.gateway_reads_or_does_not, 1),
            (self.enter, 1),
            (self.leave, 1),
        )
        one = self.random.choices([s for s, _ in steps], [w for _, w in steps])[0]
        note(one.__name__)
        one()
        self.nobody_sees_more_than_the_board_knows_he_may()
        self.a_page_shows_its_rooms_picture()
        self.the_board_holds_what_was_published_as_long_as_nothing_is_lost()

    # The world goes on

    def stage_changes(self) -> None:
        choice, shipment = self.random.choice, self.random.choice(SHIPMENTS)
        courier = choice(("eleni", "eleni", "eleni", "eleni", "nikos", "nikos", None))
        out, ended = self.random.random() < 0.9, self.random.random() < 0.05
        seq = self.stages[shipment].seq + 1
        self.stages[shipment] = v.stage(shipment, seq, courier, choice(JOININGS), out=out, ended=ended)
        self.begin_read("stages")

    def courier_publishes(self) -> None:
        """A fix, lines that change without one, or the end of his duty; `read_at`: a read of the views is
        begun before they change, or when they have changed and nobody has heard of it."""
        choice = self.random.choice
        courier = choice(("eleni", "eleni", "nikos"))
        what = choice(("place",) * 6 + ("stops", "leg", "anything", "anything", "off duty"))
        fix, read_at = choice((True, True, True, False)), choice((None, None, "before", "between"))
        fate = choice(("heard", "heard", "heard", "later", "lost", "repeated"))
        self.offset += fix
        at_ms = v.NOW_MS + 1000 * self.offset
        known = self.lives.get(courier)
        if read_at == "before":
            self.begin_read("lives")
        self.number += 1
        if what == "off duty":
            self.lives.pop(courier, None)
            self.channel.append(v.batch(self.number, gone=(courier,)))
        else:
            keep = known is not None and what != "anything"
            lines = moved(known.lines, at_ms, what) if keep and known else redrawn(self.random, at_ms)
            version = self.offset if fix or known is None else known.version[1]
            view = v.live(version, lines, courier, driver=Driver(first_name=courier))
            self.lives[courier] = view
            self.channel.append(v.batch(self.number, view))
        if read_at == "between":
            self.begin_read("lives")
        if fate == "lost":
            self.channel.pop()
            self.lossless = False
        elif fate != "later":
            self.channel_arrives(twice=fate == "repeated")

    def policy_changes(self) -> None:
        mode: Any = self.random.choice(("live", "open"))
        person = self.random.random() < 0.5
        self.merchant = v.merchant(
            Policy(mode=mode, exact_from_stops=self.random.randint(0, 6), show_driver=person)
        )
        if self.random.random() < 0.5:
            self.board.put_merchants(["shop"], [self.merchant])
            self.settle()

    # The gateway hears and reads

    def channel_arrives(self, twice: bool = False) -> None:
        while self.channel:
            batch = self.channel.pop(0)
            if self.board.put_batch(batch):
                self.begin_read("lives")
            self.settle()
            if twice:
                assert not self.board.put_batch(batch)
                self.settle()

    def begin_read(self, kind: str) -> None:
        if kind == "stages":
            keys: list[str] = list(self.board.rooms)
            values: list[Any] = [self.stages.get(key) for key in keys]
        elif kind == "lives":
            keys = self.board.lives.all()
            values = [self.lives.get(key) for key in keys]
        else:
            keys = list(self.board.links)
            values = [self.links.get(key) for key in keys]
        self.reads.append((self.board.begin_read(), kind, keys, values))

    def read_is_answered(self) -> None:
        if not self.reads:
            return
        token, kind, keys, values = self.reads.pop(self.random.randrange(len(self.reads)))
        if kind == "stages":
            self.board.put_stages(token, keys, values, self.now_ms)
            self.read_what_is_named(keys)
        elif kind == "lives":
            self.board.put_lives(token, keys, values)
        else:
            self.board.put_links(token, keys, values)
        self.settle()

    def subscription_is_lost_and_confirmed(self) -> None:
        self.lossless &= not self.channel
        self.channel.clear()
        self.board.confirmed()
        self.begin_read("lives")

    def gateway_reads_or_does_not(self) -> None:
        self.stale = not self.stale
        self.settle()

    # Sessions come and go

    def enter(self, shipment: str | None = None) -> None:
        if len(self.sockets) > 5:
            return
        shipment = shipment or self.random.choice(SHIPMENTS)
        session = self.board.join(v.link_id(shipment), shipment)
        token = self.board.begin_read()
        self.board.put_links(token, [session.link], [self.links[session.link]])
        self.board.put_stages(token, [shipment], [self.stages[shipment]], self.now_ms)
        self.read_what_is_named([shipment])
        self.settle()
        assert self.board.admit(session, self.now_ms) == "welcome"
        self.sockets[session] = socket = v.Socket(session)
        self.fanout.add(cast(Client, socket), session)

    def leave(self) -> None:
        if len(self.sockets) < 2:
            return
        session = self.random.choice(list(self.sockets))
        self.fanout.remove(cast(Client, self.sockets.pop(session)), session)
        self.board.leave(session)

    def stall_or_drain(self) -> None:
        socket = self.random.choice(list(self.sockets.values()))
        socket.paused = not socket.paused
        self.fanout.catch_up(cast(Client, socket))

    def read_what_is_named(self, keys: list[str]) -> None:
        unread = self.board.unread(keys)
        self.board.put_merchants(unread.merchants, [self.merchant for _ in unread.merchants])
        self.board.put_parties([v.party(s) for s in unread.parties])
        token = self.board.begin_read()
        self.board.put_lives(token, unread.couriers, [self.lives.get(c) for c in unread.couriers])

    def settle(self) -> None:
        self.fanout.publish(self.board.settle(self.now_ms, stale=self.stale))

    # What holds

    def nobody_sees_more_than_the_board_knows_he_may(self) -> None:
        for session, socket in self.sockets.items():
            stage = session.room.stage
            if socket.paused or stage is None or socket.page.driver["show"] == "none":
                continue
            assert not self.stale
            assert (stage.out, stage.ended) == (True, False)
            held = session.room.live
            audience = [w for ln in held.lines for w in ln.audience] if held is not None else []
            assert [(w.shipment, w.joined) for w in audience] == [(stage.shipment, stage.joined)]

    def a_page_shows_its_rooms_picture(self) -> None:
        for session, socket in self.sockets.items():
            if not socket.paused and session.room.picture is not None:
                fresh = v.PageModel()
                fresh.take(v.encoded(session.room.picture.snapshot(self.now_ms)))
                assert socket.page.shows() == fresh.shows()

    def the_board_holds_what_was_published_as_long_as_nothing_is_lost(self) -> None:
        if not self.lossless or self.channel:
            return
        for session in self.sockets:
            room = session.room
            if room.stage is not None and room.courier is not None:
                truth = self.lives.get(room.courier)
                expected = page.line_of(room.stage, truth)
                assert (page.line_of(room.stage, room.live) if room.live else None) == expected

    def ends(self) -> None:
        """A last whole pass, and every socket drains: all pages show what a fresh one would."""
        self.now_ms += 1000
        self.stale = False
        marks = v.marks(self.now_ms)
        self.board.put_marks(marks)
        self.board.put_merchants(self.board.merchants(), [self.merchant] * len(self.board.merchants()))
        for kind in ("links", "stages"):
            self.begin_read(kind)
            token, _, keys, values = self.reads.pop()
            if kind == "links":
                self.board.put_links(token, keys, values)
            else:
                self.board.put_stages(token, keys, values, self.now_ms)
                self.read_what_is_named(keys)
        self.begin_read("lives")
        token, _, keys, values = self.reads.pop()
        self.board.put_lives(token, keys, values)
        for late in self.reads:  # answers that were begun before come even later
            if late[1] == "lives":
                self.board.put_lives(late[0], late[2], late[3])
            elif late[1] == "stages":
                self.board.put_stages(late[0], late[2], late[3], self.now_ms)
        self.settle()
        for session, socket in self.sockets.items():
            socket.paused = False
            self.fanout.catch_up(cast(Client, socket))
            stage = self.stages[session.room.shipment]
            live = self.lives.get(stage.courier) if stage.courier is not None else None
            party = v.party(stage.shipment)
            assert socket.page.shows() == v.fresh(stage, party, self.merchant, live, marks, self.now_ms)
            event(f"ends with show={socket.page.driver['show']}")


@settings(max_examples=600, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 100))
def test_snapshot_and_deltas_equal_a_fresh_snapshot(seed: int, length: int) -> None:
    """Catches `gateway_read_undoes_a_batch`, `gateway_leg_forgotten`, `gateway_reassigned_unheard`."""
    history = History(Random(seed))
    for _ in range(length):
        history.step()
    history.ends()
