"""What sessions are shown, told as short timelines."""

from __future__ import annotations

from typing import cast

import pytest

from services.gateway.core.board import Board
from services.gateway.core.links import MISSING_MS
from services.gateway.core.picture import Picture, delta
from services.gateway.core.room import Session
from services.gateway.fanout import Client, Fanout
from shared.contracts.common import Driver, Policy
from shared.contracts.frames import AreaDelta, PositionDelta, ShipmentDelta, Snapshot
from shared.contracts.links import Link
from shared.contracts.views.live import LiveView, Watcher
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.domain import page
from tests.unit import gateway_views as v

NOW = v.NOW_MS


class Scene:
    """A board, the page of each session, and shorthand for what the edge does."""

    def __init__(self) -> None:
        self.board = Board(v.PARTITIONS)
        self.fanout = Fanout(lambda: NOW)
        self.pages: dict[Session, v.PageModel] = {}
        self.board.put_marks(v.marks())
        self.board.settle(NOW, stale=False)

    def read(
        self,
        *,
        links: tuple[Link, ...] = (),
        stages: tuple[StageView, ...] = (),
        merchants: tuple[MerchantView, ...] = (),
        lives: tuple[LiveView, ...] = (),
        token: int | None = None,
        now_ms: int = NOW,
    ) -> None:
        token = self.board.begin_read() if token is None else token
        self.board.put_links(token, [x.link for x in links], links)
        self.board.put_stages(token, [s.shipment for s in stages], stages, now_ms)
        self.board.put_merchants([m.merchant for m in merchants], merchants)
        self.board.put_parties([v.party(s.shipment) for s in stages])
        self.board.put_lives(token, [x.courier for x in lives], lives)
        self.settle(now_ms)

    def settle(self, now_ms: int = NOW, *, stale: bool = False) -> None:
        self.fanout.publish(self.board.settle(now_ms, stale=stale))

    def enter(
        self, shipment: str = "s-1", number: int = 0, *, joined: int = 5, **of_stage: object
    ) -> Session:
        session = self.board.join(v.link_id(shipment, number), shipment)
        self.read(
            links=(v.link(shipment, number),),
            stages=(v.stage(shipment, joined=joined, **of_stage),),  # type: ignore[arg-type]
            merchants=(v.merchant(),),
        )
        assert self.board.admit(session, NOW) == "welcome"
        socket = v.Socket(session)
        self.fanout.add(cast(Client, socket), session)
        self.pages[session] = socket.page
        assert socket.page.kinds == ["snapshot"]
        return session

    def hear(self, number: int, *views: LiveView, gone: tuple[str, ...] = (), now_ms: int = NOW) -> bool:
        gap = self.board.put_batch(v.batch(number, *views, gone=gone))
        self.settle(now_ms)
        return gap


def test_a_round_is_seen_from_its_area_to_the_door() -> None:
    scene = Scene()
    session = scene.enter()
    model = scene.pages[session]
    assert (model.driver["show"], model.driver["why"]) == ("none", "no_fix")

    def at(left: int, *, arrived: bool = False) -> list[Watcher]:
        return [Watcher(shipment="s-1", joined=5, stops_left=left, arrived=arrived)]

    scene.hear(1, v.live(1, [v.line("area", at(7), NOW + 1)]))
    scene.hear(2, v.live(2, [v.line("area", at(7), NOW + 2)]))
    scene.hear(3, v.live(3, [v.line("exact", at(5), NOW + 3)]))
    scene.hear(4, v.live(4, [v.line("exact", at(5), NOW + 4)]))
    scene.hear(5, v.live(5, [v.line("resting", at(5), NOW + 4, why="at_another_stop")]))
    scene.hear(6, v.live(6, [v.line("exact", at(0, arrived=True), NOW + 6, leg=v.point(1))]))
    assert model.kinds == ["snapshot", "shipment", "area", "shipment", "position", "shipment", "shipment"]
    assert model.driver["arrived"] is True
    assert model.driver["leg"]["type"] == "Feature"
    assert model.driver["feature"]["properties"]["at_ms"] == NOW + 6


def test_fixes_that_are_not_shown_are_not_told_of() -> None:
    scene = Scene()
    session = scene.enter()
    at = [Watcher(shipment="s-1", joined=5, stops_left=3)]
    for number in range(1, 5):
        scene.hear(number, v.live(number, [v.line("resting", at, NOW, why="at_another_stop")]))
    for number in range(5, 9):
        scene.hear(number, v.live(number, [v.line("withheld", at, why="protected")]))
    assert scene.pages[session].kinds == ["snapshot", "shipment", "shipment"]


def test_only_the_audience_sees_a_line() -> None:
    scene = Scene()
    near, far, other = scene.enter("s-1"), scene.enter("s-2"), scene.enter("s-3", courier="nikos")
    scene.hear(
        1,
        v.live(
            1,
            [
                v.line("exact", [Watcher(shipment="s-1", joined=5, stops_left=0)]),
                v.line("area", [Watcher(shipment="s-2", joined=5, stops_left=9)]),
            ],
        ),
    )
    assert scene.pages[near].driver["show"] == "exact"
    assert scene.pages[far].driver["feature"]["geometry"]["type"] == "Polygon"
    assert scene.pages[other].kinds == ["snapshot"]
    assert "feature" not in scene.pages[other].driver


def test_a_line_of_another_joining_version_is_nobodys() -> None:
    scene = Scene()
    session = scene.enter(joined=6)
    scene.hear(1, v.exact(1))
    assert scene.pages[session].driver["show"] == "none"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (v.stage(seq=5, ended=True), "ended"),
        (v.stage(seq=5, courier=None, out=False), "not_set_out"),
        (v.stage(seq=5, courier="nikos", joined=8), "no_fix"),
        (v.stage(seq=5, joined=8), "no_fix"),
    ],
    ids=["delivered", "taken back", "reassigned", "joined again"],
)
def test_the_position_ends_with_the_stage_and_no_batch_brings_it_back(new: StageView, why: str) -> None:
    scene = Scene()
    session = scene.enter()
    model = scene.pages[session]
    scene.hear(1, v.exact(1))
    assert model.driver["show"] == "exact"
    scene.read(stages=(new,))
    assert (model.driver["show"], model.driver["why"]) == ("none", why)
    scene.hear(2, v.exact(2))
    scene.hear(3, v.exact(3))
    assert "feature" not in model.driver
    assert model.kinds == ["snapshot", "shipment", "shipment"]


def test_a_stricter_policy_ends_the_position_before_the_couriers_worker_has_heard_of_it() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1, stops_left=4))
    scene.read(merchants=(v.merchant(Policy(exact_from_stops=3)),))
    assert scene.pages[session].driver["show"] == "none"
    scene.hear(2, v.exact(2, stops_left=4))
    assert "feature" not in scene.pages[session].driver


@pytest.mark.parametrize("role", ["shipments", "stages", "couriers"])
def test_paused_while_a_part_is_behind_and_back_when_it_is_up(role: str) -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    late = {key: at for key, at in v.marks(NOW + 3000).items() if key[0] != role}
    late |= {key: at for key, at in v.marks(NOW).items() if key[0] == role}
    scene.board.put_marks(late)
    scene.settle(NOW + 3000)
    assert scene.pages[session].driver["why"] == "paused"
    scene.hear(2, v.exact(2), now_ms=NOW + 3000)
    assert "feature" not in scene.pages[session].driver
    scene.board.put_marks(v.marks(NOW + 3100))
    scene.settle(NOW + 3100)
    assert scene.pages[session].driver["feature"]["properties"]["at_ms"] == NOW + 2000


def test_paused_by_time_alone_when_the_marks_are_not_renewed() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    scene.settle(NOW + 1900)
    assert scene.pages[session].driver["show"] == "exact"
    scene.settle(NOW + 2001)
    assert scene.pages[session].driver["why"] == "paused"


def test_paused_while_this_gateway_has_not_read_lately() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    scene.settle(NOW + 10, stale=True)
    assert scene.pages[session].driver["why"] == "paused"
    scene.settle(NOW + 20)
    assert scene.pages[session].driver["show"] == "exact"


def test_a_read_begun_before_a_batch_does_not_undo_it() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    token = scene.board.begin_read()
    scene.hear(2, v.exact(2))
    scene.read(token=token, lives=(v.exact(1),))
    assert scene.pages[session].driver["version"] == [7, 2]
    token = scene.board.begin_read()
    scene.hear(3, gone=("eleni",))
    scene.read(token=token, lives=(v.exact(2),))
    assert scene.pages[session].driver["why"] == "no_fix"


def test_a_stage_read_late_says_nothing() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    early = scene.board.begin_read()
    scene.read(stages=(v.stage(seq=6),))
    scene.board.put_stages(early, ["s-1"], [v.stage(seq=5, courier=None, out=False)], NOW)
    scene.settle()
    assert scene.pages[session].driver["show"] == "exact"


def test_an_older_batch_does_not_undo_a_read() -> None:
    scene = Scene()
    session = scene.enter()
    scene.read(lives=(v.exact(9),))
    scene.hear(1, v.exact(8))
    assert scene.pages[session].driver["version"] == [7, 9]


def test_lines_that_change_without_a_fix_are_shown() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1, stops_left=3))
    scene.hear(2, v.exact(1, stops_left=2))
    assert scene.pages[session].driver["stops_left"] == 2


def test_a_read_of_a_lower_version_is_a_new_snapshot() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(9))
    scene.read(lives=(v.exact(3),))
    assert scene.pages[session].kinds[-1] == "snapshot"
    assert scene.pages[session].driver["version"] == [7, 3]


def test_a_gap_is_seen_once_and_repeats_are_dropped() -> None:
    scene = Scene()
    session = scene.enter()
    assert not scene.hear(5, v.exact(1))
    assert not scene.hear(6, v.exact(2))
    assert scene.hear(8, v.exact(4))
    assert not scene.hear(9, v.exact(5))
    assert not scene.hear(6, v.exact(6))
    assert scene.pages[session].driver["version"] == [7, 5]
    scene.board.confirmed()
    assert not scene.hear(3, v.exact(7))


def test_a_new_owner_is_a_gap_and_an_old_owner_is_not_heard() -> None:
    board = Board(v.PARTITIONS)
    assert not board.put_batch(v.batch(7, epoch=3))
    assert board.put_batch(v.batch(1, epoch=4))
    assert not board.put_batch(v.batch(8, epoch=3))
    assert not board.put_batch(v.batch(2, epoch=4))
    assert board.put_batch(v.batch(1, epoch=2)), "the log began anew"


@pytest.mark.parametrize(
    "bad", [v.link("s-1", revoked=True), v.link("s-1", expires_ms=NOW - 1)], ids=["revoked", "expired"]
)
def test_a_link_that_is_no_longer_good_ends_its_own_sessions(bad: Link) -> None:
    scene = Scene()
    first, second = scene.enter(number=0), scene.enter(number=1)
    scene.read(links=(bad,))
    assert scene.board.expelled(NOW) == [first]
    assert second not in scene.board.expelled(NOW)


def test_a_link_expires_by_the_clock() -> None:
    scene = Scene()
    session = scene.enter()
    scene.read(links=(v.link("s-1", expires_ms=NOW + 500),))
    assert scene.board.expelled(NOW + 499) == []
    assert scene.board.expelled(NOW + 500) == [session]


def test_a_shipment_long_over_ends_its_sessions() -> None:
    scene = Scene()
    session = scene.enter()
    scene.read(stages=(v.stage(seq=5, ended=True),))
    assert scene.board.expelled(NOW + page.LINK_AFTER_END_MS) == []
    assert scene.board.expelled(NOW + page.LINK_AFTER_END_MS + 60_000) == [session]


def test_a_missing_link_withholds_at_once_and_ends_later() -> None:
    scene = Scene()
    session = scene.enter()
    scene.hear(1, v.exact(1))
    scene.board.put_links(scene.board.begin_read(), [session.link], [None])
    scene.settle()
    assert scene.pages[session].driver["why"] == "paused"
    assert scene.board.expelled(NOW) == []
    for at in (NOW + 1000, NOW + MISSING_MS):
        scene.board.put_marks(v.marks(at))
        scene.settle(at)
        out = scene.board.expelled(at)
    assert out == [session]


def test_redis_flushed_and_filled_again() -> None:
    scene = Scene()
    session = scene.enter()
    model = scene.pages[session]
    scene.hear(1, v.exact(1))
    for at in (NOW + 500, NOW + 60_000):
        scene.board.put_marks({})
        scene.settle(at)
        token = scene.board.begin_read()
        scene.board.put_links(token, [session.link], [None])
        scene.board.put_stages(token, ["s-1"], [None], at)
        scene.board.put_lives(token, ["eleni"], [None])
        scene.settle(at)
        assert model.driver["why"] == "paused"
        assert scene.board.expelled(at) == [], "the link is not gone, its view is"
    at = NOW + 61_000
    scene.board.put_marks(v.marks(at))  # the mark is there before the views are
    scene.settle(at)
    scene.read(stages=(v.stage(seq=2, out=False, courier=None),), now_ms=at)
    scene.board.put_marks({})
    scene.settle(at)
    status = model.state and model.state["shipment"]["seq"]
    scene.board.put_marks(v.marks(at))
    scene.read(links=(v.link("s-1"),), stages=(v.stage(),), lives=(v.exact(1),), now_ms=at)
    assert status is not None
    assert model.driver["show"] == "exact"
    assert model.state is not None
    assert model.state["shipment"]["seq"] == 4


def test_while_redis_is_filled_again_a_status_does_not_go_back() -> None:
    scene = Scene()
    session = scene.enter()
    scene.board.put_marks({})
    scene.read(stages=(v.stage(seq=1, out=False, courier=None),))
    state = scene.pages[session].state
    assert state is not None
    assert state["shipment"]["seq"] == 4


def test_admission() -> None:
    board = Board(v.PARTITIONS)
    session = board.join(v.link_id("s-1"), "s-1")
    assert board.admit(session, NOW) == "not_yet"
    board.put_marks(v.marks())
    board.settle(NOW, stale=False)
    assert board.admit(session, NOW) == "gone", "its writer is up with its log and knows no such link"
    token = board.begin_read()
    board.put_links(token, [session.link], [v.link("s-1")])
    assert board.admit(session, NOW) == "not_yet"
    board.put_stages(token, ["s-1"], [v.stage()], NOW)
    board.put_merchants(["shop"], [v.merchant()])
    board.settle(NOW, stale=False)
    assert board.admit(session, NOW) == "welcome"
    stranger = board.join(v.link_id("s-1"), "s-2")
    assert board.admit(stranger, NOW) == "gone", "the link is of another shipment"


def test_what_nobody_watches_is_forgotten() -> None:
    scene = Scene()
    first, second = scene.enter("s-1"), scene.enter("s-2")
    scene.hear(1, v.exact(1))
    scene.board.leave(first)
    scene.board.leave(first)
    assert scene.board.lives.all() == ["eleni"]
    scene.board.leave(second)
    board = scene.board
    assert (list(board.rooms), list(board.links), board.lives.all(), board.merchants()) == ([], [], [], [])
    waiting = board.join(v.link_id("s-3"), "s-3")
    board.leave(waiting)
    assert not board.rooms


def test_unread_names_what_a_stage_needs() -> None:
    board = Board(v.PARTITIONS)
    board.join(v.link_id("s-1"), "s-1")
    board.put_stages(board.begin_read(), ["s-1"], [v.stage()], NOW)
    unread = board.unread(["s-1", "s-unknown"])
    assert (unread.couriers, unread.merchants, unread.parties) == (["eleni"], ["shop"], ["s-1"])
    board.put_merchants(["shop"], [v.merchant()])
    board.put_parties([v.party()])
    board.put_lives(board.begin_read(), ["eleni"], [None])
    unread = board.unread(["s-1"])
    assert (unread.couriers, unread.merchants, unread.parties) == ([], [], [])


def test_a_new_shop_name_or_recipient_is_a_new_snapshot() -> None:
    scene = Scene()
    session = scene.enter()
    scene.read(merchants=(v.merchant(name="Other"),))
    model = scene.pages[session]
    assert model.kinds == ["snapshot", "snapshot"]
    scene.board.put_stages(scene.board.begin_read(), ["s-1"], [v.stage(seq=5, parties="k-2")], NOW)
    scene.settle()
    assert model.state is not None
    assert "home" not in model.state, "the recipient before is shown no longer than he is one"


def test_the_driver_is_named_only_if_the_merchant_says_so() -> None:
    scene = Scene()
    session = scene.enter()
    at = [Watcher(shipment="s-1", joined=5, stops_left=2)]
    scene.hear(1, v.live(1, [v.line("exact", at)], driver=Driver(first_name="Eleni")))
    assert "person" not in scene.pages[session].driver
    scene.read(merchants=(v.merchant(Policy(show_driver=True)),))
    assert scene.pages[session].driver["person"] == {"first_name": "Eleni"}


def test_the_smallest_frame_is_chosen() -> None:
    scene = Scene()
    session = scene.enter()
    pictures: list[Picture] = []
    at = [Watcher(shipment="s-1", joined=5, stops_left=2)]
    for number, show in enumerate(("exact", "exact", "area", "area"), 1):
        scene.hear(number, v.live(number, [v.line(show, at, NOW + number)]))  # type: ignore[arg-type]
        assert session.room.picture is not None
        pictures.append(session.room.picture)
    one, two, three, four = pictures
    assert delta(one, one, NOW) is None
    assert isinstance(delta(one, two, NOW), PositionDelta)
    assert isinstance(delta(two, three, NOW), ShipmentDelta)
    assert isinstance(delta(three, four, NOW), AreaDelta)
    assert isinstance(delta(None, four, NOW), Snapshot)
