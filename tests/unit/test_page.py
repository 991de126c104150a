"""Who sees the driver: a table of cases a recipient would recognise, and what must never happen."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.common import NO_JSON, Contact, Driver, Policy
from shared.contracts.frames import DriverState
from shared.contracts.partition import partition_of
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.views.live import Line, LiveView, Watcher
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Role
from shared.domain import page

NOW = 1_795_168_800_000
PARTITIONS = 6
POINT = msgspec.Raw(
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[24.9441,60.1712]},"properties":{"at_ms":1}}'
)
CELL = msgspec.Raw(
    b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]},"properties":{"at_ms":1}}'
)
LEG = msgspec.Raw(b'{"type":"Feature","geometry":{"type":"LineString","coordinates":[]},"properties":{}}')
ELENI = Driver(first_name="Eleni", vehicle="white van")


def stage(**changes: object) -> StageView:
    base: dict[str, object] = {
        "shipment": "s-1",
        "tenant": "t",
        "merchant": "bookshop",
        "seq": 4,
        "order_number": "GR-1",
        "parties": "k-1",
        "substatus": "OutForDelivery_001",
        "status_ms": NOW - 5_000,
        "courier": "eleni",
        "joined": 5,
        "out": True,
        "zone": "Europe/Athens",
        "history": (HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 9_000, place="Hub 1"),),
    }
    return StageView(**(base | changes))  # type: ignore[arg-type]


def line(show: str = "exact", stops_left: int = 2, **changes: object) -> Line:
    base: dict[str, object] = {
        "show": show,
        "audience": (
            Watcher(shipment="s-0", joined=5, stops_left=0),
            Watcher(shipment="s-1", joined=5, stops_left=stops_left),
        ),
        "at_ms": NOW - 1_000,
        "feature": NO_JSON if show == "withheld" else CELL if show == "area" else POINT,
        "leg": LEG,
    }
    return Line(**(base | changes))  # type: ignore[arg-type]


def live(*lines: Line, courier: str = "eleni") -> LiveView:
    return LiveView(courier=courier, version=(7, 120), seen_ms=NOW - 500, lines=lines, driver=ELENI)


def merchant(policy: Policy | None = None) -> MerchantView:
    return MerchantView(
        merchant="bookshop",
        tenant="t",
        name="Pleiades",
        contact=Contact(phone="+302100000000"),
        language="el",
        policy=policy or Policy(),
    )


def marks(at_ms: int = NOW, /, **changes: int | None) -> dict[tuple[Role, int], int]:
    at, his = partition_of("s-1", PARTITIONS), partition_of("eleni", PARTITIONS)
    found: dict[tuple[Role, int], int] = {
        ("shipments", at): at_ms,
        ("stages", at): at_ms,
        ("couriers", his): at_ms,
    }
    for role, mark in changes.items():
        key = next(k for k in found if k[0] == role)
        if mark is None:
            del found[key]
        else:
            found[key] = mark
    return found


def shown(
    a_stage: StageView,
    a_live: LiveView | None,
    policy: Policy | None = None,
    worked_off: dict[tuple[Role, int], int] | None = None,
) -> DriverState:
    return page.snapshot(
        a_stage,
        None,
        merchant(policy),
        a_live,
        marks() if worked_off is None else worked_off,
        partitions=PARTITIONS,
        now_ms=NOW,
    ).driver


CASES = [
    ("he comes: exact", stage(), live(line()), None, "exact", None),
    ("far away: area", stage(), live(line("area", 9)), None, "area", None),
    ("at a stranger's", stage(), live(line("resting", 1)), None, "resting", "at_another_stop"),
    ("silent, last place kept", stage(), live(line(why="silent")), None, "exact", "silent"),
    ("silent, nothing to show", stage(), live(line("withheld", why="silent")), None, "none", "silent"),
    ("a stranger's zone", stage(), live(line("withheld", why="protected")), None, "none", "protected"),
    ("stands at another's", stage(), live(line("withheld", why="at_another_stop")), None, "none", "at_another_stop"),  # noqa: E501
    ("withheld without a word", stage(), live(line("withheld")), None, "none", "no_fix"),
    ("a line without a fix", stage(), live(line(feature=NO_JSON)), None, "none", "no_fix"),
    ("no live view", stage(), None, None, "none", "no_fix"),
    ("no line for us", stage(), live(), None, "none", "no_fix"),
    ("assigned, not set out", stage(out=False), live(line()), None, "none", "not_set_out"),
    ("nobody carries it", stage(courier=None, joined=0), live(line()), None, "none", "not_set_out"),
    ("attempt failed", stage(out=False, substatus="AttemptFail_002"), live(line()), None, "none", "not_set_out"),  # noqa: E501
    ("delivered", stage(out=False, ended=True), live(line()), None, "none", "ended"),
    ("delivered, but out left standing", stage(ended=True), live(line()), None, "none", "ended"),
    ("delivered outranks paused", stage(ended=True), live(line()), {}, "none", "ended"),
    ("not set out outranks paused", stage(out=False), live(line()), {}, "none", "not_set_out"),
    ("of an earlier assignment", stage(joined=6), live(line()), None, "none", "no_fix"),
    ("of a later plan not yet in the stage", stage(joined=4), live(line()), None, "none", "no_fix"),
    ("another courier's view", stage(), live(line(), courier="nikos"), None, "none", "no_fix"),
    ("all marks 2 s old", stage(), live(line()), marks(NOW - 2_000), "exact", None),
    ("all marks older", stage(), live(line()), marks(NOW - 2_001), "none", "paused"),
    ("no marks at all", stage(), live(line()), {}, "none", "paused"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("a_stage", "a_live", "worked_off", "show", "why"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_shown_of_the_driver_and_why(
    a_stage: StageView,
    a_live: LiveView | None,
    worked_off: dict[tuple[Role, int], int] | None,
    show: str,
    why: str | None,
) -> None:
    driver = shown(a_stage, a_live, worked_off=worked_off)
    assert (driver.show, driver.why) == (show, why)
    if show == "none":
        assert driver.feature == NO_JSON
        assert driver.leg == NO_JSON
        assert driver.at_ms == 0
        assert not driver.arrived or a_stage.out
    else:
        assert driver.feature != NO_JSON
        assert driver.at_ms == NOW - 1_000


@pytest.mark.parametrize("role", ["shipments", "stages", "couriers"])
@pytest.mark.parametrize("mark", [None, NOW - 2_001])
def test_any_one_part_behind_pauses(role: str, mark: int | None) -> None:
    driver = shown(stage(), live(line()), worked_off=marks(NOW, **{role: mark}))
    assert (driver.show, driver.why, driver.feature) == ("none", "paused", NO_JSON)


def test_a_part_that_is_behind_elsewhere_pauses_nobody_here() -> None:
    at, his = partition_of("s-1", PARTITIONS), partition_of("eleni", PARTITIONS)
    others: dict[tuple[Role, int], int] = {("shipments", p): 0 for p in range(PARTITIONS) if p != at}
    others |= {("stages", p): 0 for p in range(PARTITIONS) if p != at}
    others |= {("couriers", p): 0 for p in range(PARTITIONS) if p != his}
    worked = {**others, **marks()}
    assert shown(stage(), live(line()), worked_off=worked).show == "exact"


@pytest.mark.parametrize(
    ("policy", "show", "stops_left", "seen"),
    [
        (Policy(), "exact", 5, True),
        (Policy(), "exact", 6, False),
        (Policy(), "resting", 6, False),
        (Policy(), "area", 60, True),
        (Policy(mode="strict", exact_from_stops=0), "exact", 1, False),
        (Policy(mode="strict", exact_from_stops=0), "exact", 0, True),
        (Policy(mode="open"), "exact", 40, True),
    ],
)
def test_a_stricter_policy_holds_before_the_worker_has_heard_of_it(
    policy: Policy, show: str, stops_left: int, seen: bool
) -> None:
    driver = shown(stage(), live(line(show, stops_left)), policy)
    assert (driver.show != "none") is seen
    assert (driver.feature != NO_JSON) is seen
    assert driver.stops_left == stops_left
    assert driver.exact_from_stops == policy.exact_from_stops


def test_the_last_leg_only_once_this_stop_is_next() -> None:
    assert shown(stage(), live(line(stops_left=0))).leg == LEG
    assert shown(stage(), live(line(stops_left=1))).leg == NO_JSON


@pytest.mark.parametrize(
    ("a_stage", "a_live", "stops_left"),
    [
        (stage(), live(line(stops_left=3)), 3),
        (stage(), live(line("withheld", 3)), 3),
        (stage(), live(), None),
        (stage(courier=None), live(line()), None),
        (stage(ended=True), live(line()), None),
        (stage(joined=9), live(line()), None),
    ],
)
def test_stops_left_only_while_assigned_and_known(
    a_stage: StageView, a_live: LiveView, stops_left: int | None
) -> None:
    assert shown(a_stage, a_live).stops_left == stops_left


def test_the_driver_is_named_only_if_the_merchant_says_so_and_while_out() -> None:
    named = Policy(show_driver=True)
    assert shown(stage(), live(line())).person is None
    assert shown(stage(), live(line()), named).person == ELENI
    assert shown(stage(out=False), live(line()), named).person is None
    assert shown(stage(ended=True), live(line()), named).person is None
    assert shown(stage(joined=9), live(line()), named).person is None


def test_arrived_is_said_of_this_stop_only() -> None:
    here = Line(
        show="exact",
        at_ms=NOW,
        feature=POINT,
        audience=(Watcher(shipment="s-1", joined=5, stops_left=0, arrived=True),),
    )
    assert shown(stage(), live(here)).arrived
    assert not shown(stage(out=False), live(here)).arrived
    assert not shown(stage(), live(line(stops_left=0))).arrived


def test_version_is_the_live_views_and_another_couriers_counts_for_nothing() -> None:
    assert shown(stage(), live(line())).version == (7, 120)
    assert shown(stage(), live()).version == (7, 120)
    assert shown(stage(), None).version == (0, 0)
    assert shown(stage(), live(courier="nikos")).version == (0, 0)


def test_a_snapshot_says_the_shop_the_shipment_and_the_door() -> None:
    party = PartyView(shipment="s-1", version="k-1", name="Maria P.", address="A 1", lon=24.9, lat=60.1)
    whole = page.snapshot(
        stage(language="ru"), party, merchant(), live(line()), marks(), partitions=PARTITIONS, now_ms=NOW
    )
    assert (whole.shop.name, whole.shop.contact.phone) == ("Pleiades", "+302100000000")
    assert whole.home is not None
    assert (whole.home.name, whole.home.lon) == ("Maria P.", 24.9)
    assert (whole.language, whole.zone, whole.now_ms) == ("ru", "Europe/Athens", NOW)
    assert [(s.substatus, s.place) for s in whole.shipment.stages] == [("InfoReceived_001", "Hub 1")]


def test_language_falls_back_to_the_merchants_and_a_foreign_door_is_not_shown() -> None:
    foreign = PartyView(shipment="s-2", version="k-1", name="Somebody", address="B 2", lon=1, lat=2)
    whole = page.snapshot(stage(), foreign, merchant(), None, marks(), partitions=PARTITIONS, now_ms=NOW)
    assert whole.language == "el"
    assert whole.home is None


@pytest.mark.parametrize(
    ("ended", "ago_ms", "over"),
    [(True, page.LINK_AFTER_END_MS, False), (True, page.LINK_AFTER_END_MS + 1, True), (False, 10**10, False)],
)
def test_a_link_is_over_some_days_after_the_end(ended: bool, ago_ms: int, over: bool) -> None:
    assert page.link_over(stage(ended=ended, status_ms=NOW - ago_ms), NOW) is over


_lines = st.builds(
    line,
    st.sampled_from(["exact", "resting", "area", "withheld"]),
    st.integers(0, 9),
    why=st.sampled_from([None, "silent", "protected", "no_fix", "at_another_stop"]),
    leg=st.sampled_from([LEG, NO_JSON]),
)
_stages = st.builds(
    stage,
    out=st.booleans(),
    ended=st.booleans(),
    courier=st.sampled_from([None, "eleni", "nikos"]),
    joined=st.integers(4, 6),
)
_marks = st.builds(
    marks,
    shipments=st.sampled_from([None, NOW - 5_000, NOW]),
    stages=st.sampled_from([None, NOW - 5_000, NOW]),
    couriers=st.sampled_from([None, NOW - 5_000, NOW]),
)


@given(_stages, st.lists(_lines, max_size=3), _marks, st.sampled_from(["live", "strict", "open"]))
def test_no_coordinate_leaves_unless_every_condition_holds(
    a_stage: StageView, lines: list[Line], worked: dict[tuple[Role, int], int], mode: str
) -> None:
    policy = Policy(mode=mode)  # type: ignore[arg-type]
    whole = page.snapshot(
        a_stage, None, merchant(policy), live(*lines), worked, partitions=PARTITIONS, now_ms=NOW
    )
    on_the_wire = msgspec.json.encode(whole)
    if b"coordinates" in on_the_wire:
        assert a_stage.out
        assert not a_stage.ended
        assert (a_stage.courier, a_stage.joined) == ("eleni", 5)
        assert len(worked) == 3
        assert all(mark == NOW for mark in worked.values())
    delta = page.shipment_delta(
        a_stage, merchant(policy), live(*lines), worked, partitions=PARTITIONS, now_ms=NOW
    )
    assert (delta.shipment, delta.driver) == (whole.shipment, whole.driver)
    assert (whole.driver.feature == NO_JSON) == (whole.driver.show == "none")
