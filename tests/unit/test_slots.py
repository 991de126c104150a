"""When what is ordered now can come: a shop's year in text, and what holds of every calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.core import booking
from services.portal.core.booking import Holds, NotOffered, Unserved
from services.portal.core.slots import (
    HORIZON_DAYS,
    Slot,
    first_day,
    in_words,
    instant,
    known_holidays,
    public_holidays,
    serves,
    slots,
)
from shared.contracts.common import Window
from shared.contracts.merchants import Merchant
from shared.contracts.service_levels import DaySlot, ServiceLevel

ATHENS, HELSINKI = ZoneInfo("Europe/Athens"), ZoneInfo("Europe/Helsinki")
HALVES = (DaySlot(start="10:00", end="14:00"), DaySlot(start="14:00", end="18:00"))
LEVELS = {
    "greek": ServiceLevel(level="greek", name="Standard", slots=HALVES, holidays="GR"),
    "same-day": ServiceLevel(
        level="same-day", name="Same day", slots=HALVES, cut_off="12:00", lead_days=0, holidays="GR"
    ),
    "tuesdays": ServiceLevel(level="tuesdays", name="Tuesdays", slots=HALVES[1:], delivery_days=(2,)),
    "saturdays": ServiceLevel(
        level="saturdays", name="Weekly", slots=HALVES[:1], delivery_days=(1, 2, 3, 4, 5, 6), holidays="GR"
    ),
    "feast": ServiceLevel(
        level="feast", name="Feast", slots=HALVES, holidays="GR",
        open=("2026-12-20", "2026-12-26"), closed=("2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"),
    ),
    "night": ServiceLevel(
        level="night", name="Night", slots=(DaySlot(start="22:00", end="02:00"),), cut_off="00:30",
        lead_days=0, packing_days=(1, 2, 3, 4, 5, 6, 7), delivery_days=(1, 2, 3, 4, 5, 6, 7),
    ),
    "small-hours": ServiceLevel(
        level="small-hours", name="Night", cut_off="03:30", lead_days=0,
        slots=(
            DaySlot(start="02:00", end="05:00"), DaySlot(start="03:00", end="04:00"),
            DaySlot(start="03:30", end="04:30"), DaySlot(start="05:00", end="06:00"),
        ),
        packing_days=(1, 2, 3, 4, 5, 6, 7), delivery_days=(1, 2, 3, 4, 5, 6, 7),
    ),
    "august": ServiceLevel(
        level="august", name="Standard", slots=HALVES, holidays="GR",
        closed=tuple(f"2026-08-{day:02}" for day in range(1, 32)),
    ),
}  # fmt: skip

YEAR = """
# A plain week: before the cut-off the next day of work, from its minute on the one after.
greek       Mon 2026-11-23 15:59:59    Tuesday 24 November, 10:00-14:00
greek       Mon 2026-11-23 16:00:00    Wednesday 25 November, 10:00-14:00
greek       Mon 2026-11-23 16:01:00    Wednesday 25 November, 10:00-14:00
greek       Fri 2026-11-27 15:59:00    Monday 30 November, 10:00-14:00
greek       Fri 2026-11-27 16:00:00    Tuesday 1 December, 10:00-14:00
greek       Sat 2026-11-28 09:00:00    Tuesday 1 December, 10:00-14:00
greek       Sun 2026-11-29 23:59:59    Tuesday 1 December, 10:00-14:00
greek       Mon 2026-11-30 00:00:00    Tuesday 1 December, 10:00-14:00

# Orthodox Easter is 12 April 2026: Good Friday the 10th, Easter Monday the 13th.
greek       Thu 2026-04-09 15:59:00    Tuesday 14 April, 10:00-14:00
greek       Thu 2026-04-09 16:00:00    Wednesday 15 April, 10:00-14:00
greek       Thu 2026-04-09 16:01:00    Wednesday 15 April, 10:00-14:00
greek       Fri 2026-04-10 15:59:00    Wednesday 15 April, 10:00-14:00
greek       Fri 2026-04-10 16:00:00    Wednesday 15 April, 10:00-14:00
greek       Fri 2026-04-10 16:01:00    Wednesday 15 April, 10:00-14:00
same-day    Thu 2026-04-09 09:59:00    Thursday 9 April, 10:00-14:00
same-day    Fri 2026-04-10 09:59:00    Tuesday 14 April, 10:00-14:00

# The year ends: New Year's Day and Epiphany (Tuesday and Wednesday are days of work, 6 January is none).
greek       Thu 2026-12-31 15:59:00    Monday 4 January, 10:00-14:00
greek       Thu 2026-12-31 16:00:00    Tuesday 5 January, 10:00-14:00
greek       Mon 2027-01-04 16:00:00    Thursday 7 January, 10:00-14:00

# Days out of turn: open on a Sunday and on the second day of Christmas, closed for the days after it.
feast       Thu 2026-12-17 15:00:00    Friday 18 December, 10:00-14:00
feast       Fri 2026-12-18 15:00:00    Sunday 20 December, 10:00-14:00 | Sunday 20 December, 14:00-18:00
feast       Sun 2026-12-20 15:00:00    Monday 21 December, 10:00-14:00
feast       Thu 2026-12-24 15:00:00    Saturday 26 December, 10:00-14:00
feast       Thu 2026-12-24 16:00:00    Monday 4 January, 10:00-14:00
august      Fri 2026-07-31 15:59:00    Tuesday 1 September, 10:00-14:00
august      Fri 2026-07-31 16:00:00    Wednesday 2 September, 10:00-14:00

# Tuesdays only.
tuesdays    Mon 2026-11-23 15:59:00    Tuesday 24 November, 14:00-18:00
tuesdays    Mon 2026-11-23 16:00:00    Tuesday 1 December, 14:00-18:00
tuesdays    Tue 2026-11-24 09:00:00    Tuesday 1 December, 14:00-18:00
tuesdays    Sun 2026-11-29 09:00:00    Tuesday 1 December, 14:00-18:00
tuesdays    Mon 2026-11-30 16:00:00    Tuesday 8 December, 14:00-18:00

# Packed on Fridays, brought on Saturdays.
saturdays   Fri 2026-11-27 15:59:00    Saturday 28 November, 10:00-14:00
saturdays   Fri 2026-11-27 16:00:00    Tuesday 1 December, 10:00-14:00

# The same day: a slot that has begun is none.
same-day    Mon 2026-11-23 09:59:59    Monday 23 November, 10:00-14:00
same-day    Mon 2026-11-23 10:00:00    Monday 23 November, 10:00-14:00
same-day    Mon 2026-11-23 10:00:01    Monday 23 November, 14:00-18:00
same-day    Mon 2026-11-23 12:00:00    Tuesday 24 November, 10:00-14:00

# Over midnight.
night       Mon 2026-11-23 23:59:00    Tuesday 24 November, 22:00-02:00
night       Tue 2026-11-24 00:29:00    Tuesday 24 November, 22:00-02:00
night       Tue 2026-11-24 00:30:00    Wednesday 25 November, 22:00-02:00
night       Thu 2026-12-31 00:29:00    Thursday 31 December, 22:00-02:00

# Clocks are turned forward at 03:00 on 29 March: what lies in the hour that is left out is not offered, what
# touches it begins when it is over; the cut-off at 03:30 is 04:00.
small-hours Sat 2026-03-28 12:00:00    Sunday 29 March, 02:00-05:00 | Sunday 29 March, 04:00-04:30
small-hours Sun 2026-03-29 02:30:00    Sunday 29 March, 04:00-04:30 | Sunday 29 March, 05:00-06:00
small-hours Sun 2026-03-29 04:00:00    Monday 30 March, 02:00-05:00

# And back at 04:00 on 25 October: from three to four is two hours long.
small-hours Sun 2026-10-25 01:00:00    Sunday 25 October, 02:00-05:00 | Sunday 25 October, 03:00-04:00
"""


def at(text: str, zone: ZoneInfo = ATHENS) -> int:
    """Local time as epoch ms."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def cases() -> list[tuple[str, str, list[str]]]:
    found = []
    for line in YEAR.splitlines():
        if line and not line.startswith("#"):
            level, weekday, day, clock, said = line.split(None, 4)
            assert datetime.fromisoformat(day).strftime("%a") == weekday, line
            found.append((level, f"{day} {clock}", said.split(" | ")))
    return found


def offered(level: ServiceLevel, now_ms: int, **booked: int) -> list[str]:
    taken = {_window(text): count for text, count in booked.items()}
    return [in_words(s, ATHENS, "en") for s in slots(level, "", now_ms, now_ms, ATHENS, taken)]


def _window(text: str) -> tuple[int, int]:
    """`d24_10_14`: from ten to two on the 24th of November."""
    day, start, end = text.removeprefix("d").split("_")
    return at(f"2026-11-{day} {start}:00"), at(f"2026-11-{day} {end}:00")


@pytest.mark.parametrize(("level", "ordered", "said"), cases())
def test_a_year_of_the_calendar(level: str, ordered: str, said: list[str]) -> None:
    assert offered(LEVELS[level], at(ordered))[: len(said)] == said


def test_from_three_to_four_is_two_hours_long_when_clocks_are_turned_back() -> None:
    now_ms = at("2026-10-25 01:00")
    found = slots(LEVELS["small-hours"], "", now_ms, now_ms, ATHENS, {})
    twice = next(s for s in found if in_words(s, ATHENS, "en") == "Sunday 25 October, 03:00-04:00")
    assert twice.to_ms - twice.from_ms == 2 * 3_600_000


def test_a_cut_off_that_comes_twice_is_the_first() -> None:
    level = LEVELS["small-hours"]
    first = instant(date(2026, 10, 25), "03:30", ATHENS)
    assert instant(date(2026, 10, 25), "03:30", ATHENS, last=True) == first + 3_600_000
    assert first_day(level, first - 1, ATHENS) == date(2026, 10, 25)
    assert first_day(level, first, ATHENS) == date(2026, 10, 26)
    assert first_day(level, first + 3_599_999, ATHENS) == date(2026, 10, 26)


def test_the_order_is_placed_in_the_shops_zone_not_in_the_orderers() -> None:
    """Half past eleven at night in New York is morning in Helsinki."""
    level = ServiceLevel(level="x", name="X", slots=HALVES, lead_days=0, cut_off="09:00")
    ordered_ms = at("2026-11-22 23:30", ZoneInfo("America/New_York"))
    assert first_day(level, ordered_ms, HELSINKI) == date(2026, 11, 23)


def test_a_full_slot_is_not_offered_and_a_full_day_offers_none() -> None:
    half = (DaySlot(start="10:00", end="14:00", capacity=2), DaySlot(start="14:00", end="18:00"))
    level = ServiceLevel(level="x", name="X", slots=half, capacity=5)
    now_ms = at("2026-11-23 12:00")
    assert offered(level, now_ms, d24_10_14=1)[0] == "Tuesday 24 November, 10:00-14:00"
    assert offered(level, now_ms, d24_10_14=2)[0] == "Tuesday 24 November, 14:00-18:00"
    assert offered(level, now_ms, d24_10_14=2, d24_14_18=3)[0] == "Wednesday 25 November, 10:00-14:00"
    # Windows agreed on otherwise take of the day, not of a slot.
    assert offered(level, now_ms, d24_11_12=5)[0] == "Wednesday 25 November, 10:00-14:00"
    assert offered(level, now_ms, d24_11_12=4)[0] == "Tuesday 24 November, 10:00-14:00"
    found = slots(level, "", now_ms, now_ms, ATHENS, {_window("d24_10_14"): 1, _window("d24_14_18"): 2})
    assert [s.left for s in found[:3]] == [1, 2, 2]


def test_it_is_offered_for_two_weeks() -> None:
    found = slots(LEVELS["greek"], "", at("2026-11-23 12:00"), at("2026-11-23 12:00"), ATHENS, {})
    assert len(found) == 20
    assert found[-1].day - found[0].day < timedelta(days=HORIZON_DAYS)
    always = ServiceLevel(level="x", name="X", slots=HALVES, closed=LEVELS["august"].closed)
    assert len(slots(always, "", at("2026-07-31 17:00"), at("2026-07-31 17:00"), ATHENS, {})) == 20
    never = ServiceLevel(level="x", name="X", slots=HALVES, packing_days=())
    assert slots(never, "", at("2026-11-23 12:00"), at("2026-11-23 12:00"), ATHENS, {}) == []


@pytest.mark.parametrize(
    ("prefixes", "postcode", "served"),
    [
        ((), "", True),
        (("105",), "10563", True),
        (("105",), "105 63", True),
        (("105",), "11523", False),
        (("105",), "", False),
        (("105",), "05", False),
        (("SW1A",), "sw1a 2aa", True),
        (("00100",), "00100", True),
    ],
)
def test_where_a_level_delivers(prefixes: tuple[str, ...], postcode: str, served: bool) -> None:
    level = ServiceLevel(level="x", name="X", slots=HALVES, postcodes=prefixes)
    assert serves(level, postcode) is served
    now_ms = at("2026-11-23 12:00")
    assert bool(slots(level, postcode, now_ms, now_ms, ATHENS, {})) is served


def test_public_holidays_are_the_countrys_or_its_parts() -> None:
    assert {date(2027, 4, 30), date(2027, 5, 3)} <= public_holidays("GR", 2027)  # Easter is 2 May
    assert date(2026, 1, 6) in public_holidays("DE-BY", 2026)
    assert date(2026, 1, 6) not in public_holidays("DE-BE", 2026)
    assert known_holidays("FI")
    assert not known_holidays("XX")
    assert not known_holidays("DE-XX")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Tuesday 24 November, 14:00-18:00"),
        ("el", "Τρίτη 24 Νοεμβρίου, 14:00-18:00"),
        ("ru", "вторник, 24 ноября, 14:00-18:00"),
    ],
)
def test_a_slot_in_words(language: str, said: str) -> None:
    a, b = _window("d24_14_18")
    assert in_words(Slot("x", date(2026, 11, 24), a, b), ATHENS, language) == said


# Choosing

SHOP = Merchant(
    merchant="books",
    tenant="athens",
    name="Books",
    zone="Europe/Athens",
    service_levels=(
        ServiceLevel(
            level="centre", name="Centre", slots=HALVES, postcodes=("105",), lead_days=0, capacity=3
        ),
        ServiceLevel(level="rest", name="Rest", slots=HALVES[:1]),
    ),
)
MONDAY = "2026-11-23 09:00"


def chosen(
    wanted: str | None, now: str = MONDAY, postcode: str = "10563", level: str | None = None, **booked: int
) -> str:
    found = booking.levels_of(SHOP, level, postcode)
    window = Window(from_ms=_window(wanted)[0], to_ms=_window(wanted)[1]) if wanted else None
    taken = {_window(text): count for text, count in booked.items()}
    slot = booking.choose(found, window, postcode, at(now), ATHENS, taken)
    return f"{slot.level}: {in_words(slot, ATHENS, 'en')}"


def refused(wanted: str, now: str = MONDAY, level: str | None = None, **booked: int) -> tuple[str, list[str]]:
    with pytest.raises(NotOffered) as error:
        chosen(wanted, now, "10563", level, **booked)
    return error.value.code, [in_words(s, ATHENS, "en") for s in error.value.instead]


def test_without_a_slot_the_first_free_one_is_taken() -> None:
    assert chosen(None) == "centre: Monday 23 November, 10:00-14:00"
    assert chosen(None, d23_10_14=3) == "centre: Tuesday 24 November, 10:00-14:00"
    assert chosen(None, level="rest") == "rest: Tuesday 24 November, 10:00-14:00"
    assert chosen(None, postcode="54622") == "rest: Tuesday 24 November, 10:00-14:00"


def test_a_full_slot_names_what_is_possible_from_then_on() -> None:
    code, instead = refused("d24_14_18", level="centre", d24_10_14=3)
    assert code == "slot_full"
    assert instead[0] == "Wednesday 25 November, 10:00-14:00"
    assert len(instead) == 5


def test_what_the_calendar_does_not_have_is_not_full() -> None:
    assert refused("d24_11_12")[0] == "slot_not_offered"
    assert refused("d22_10_14")[0] == "slot_not_offered"  # yesterday, a Sunday
    assert refused("d23_14_18", "2026-11-23 14:01")[0] == "slot_not_offered"  # has begun
    assert refused("d28_10_14") == (
        "slot_not_offered",
        [
            "Monday 30 November, 10:00-14:00",
            "Monday 30 November, 10:00-14:00",
            "Monday 30 November, 14:00-18:00",
            "Tuesday 1 December, 10:00-14:00",
            "Tuesday 1 December, 10:00-14:00",
        ],
    )


def test_a_checkout_may_take_a_quarter_of_an_hour_over_the_cut_off() -> None:
    assert (
        chosen("d24_10_14", "2026-11-23 16:14:59", level="rest") == "rest: Tuesday 24 November, 10:00-14:00"
    )
    assert refused("d24_10_14", "2026-11-23 16:15:00", "rest")[0] == "slot_not_offered"
    # Who leaves the choice to us gets what is offered now.
    assert chosen(None, "2026-11-23 16:05", level="rest") == "rest: Wednesday 25 November, 10:00-14:00"


def test_of_many_deliveries_each_takes_its_place() -> None:
    """Three a day in the centre; outside there is room for any number."""
    postcodes = ["10563", "54622", "10564", "10558", "", "10563"]
    found = booking.fill(SHOP.service_levels[:1], postcodes, at(MONDAY), ATHENS, {_window("d23_10_14"): 1})
    assert [in_words(s, ATHENS, "en") if s else None for s in found] == [
        "Monday 23 November, 10:00-14:00",
        None,
        "Monday 23 November, 10:00-14:00",
        "Tuesday 24 November, 10:00-14:00",
        None,
        "Tuesday 24 November, 10:00-14:00",
    ]
    found = booking.fill(SHOP.service_levels[1:], postcodes, at(MONDAY), ATHENS, {})
    assert {in_words(s, ATHENS, "en") if s else None for s in found} == {"Tuesday 24 November, 10:00-14:00"}


@pytest.mark.parametrize(
    ("shop", "level", "postcode", "code"),
    [
        (SHOP, "express", "10563", "unknown_level"),
        (SHOP, "centre", "54622", "postcode_not_served"),
        (SHOP, "centre", "", "postcode_not_served"),
        (Merchant(merchant="x", tenant="t", name="X"), None, "10563", "no_levels"),
    ],
)
def test_what_no_level_delivers(shop: Merchant, level: str | None, postcode: str, code: str) -> None:
    with pytest.raises(Unserved) as error:
        booking.levels_of(shop, level, postcode)
    assert error.value.code == code


def test_a_window_given_out_counts_until_the_lists_surely_have_it() -> None:
    holds, window = Holds(), Window(from_ms=10, to_ms=20)
    holds.put("books", "s-1", window, now_ms=0)
    holds.put("books", "s-2", window, now_ms=0)
    holds.put("toys", "s-3", window, now_ms=0)
    assert holds.added({(10, 20): 4}, "books", 1) == {(10, 20): 6}
    assert holds.added({}, "books", 1, without={"s-1"}) == {(10, 20): 1}
    holds.drop("books", "s-1")
    assert set(holds.of("books", 1)) == {"s-2"}
    assert holds.of("books", booking.HELD_MS) == {}
    assert holds.added({(10, 20): 4}, "books", booking.HELD_MS) == {(10, 20): 4}


# What holds of every calendar

ZONES = [ZoneInfo(z) for z in ("Europe/Athens", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")]
CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30)]
BEGIN, END = at("2026-01-01 00:00"), at("2027-12-31 00:00")
weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(lambda x: tuple(sorted(x)))
dates = st.lists(
    st.dates(date(2026, 1, 1), date(2028, 1, 31)).map(date.isoformat), max_size=6, unique=True
).map(tuple)
day_slots = st.builds(
    DaySlot,
    start=st.sampled_from(CLOCKS),
    end=st.sampled_from(CLOCKS),
    capacity=st.none() | st.integers(1, 3),
).filter(lambda slot: slot.start != slot.end)
levels = st.builds(
    ServiceLevel,
    level=st.just("x"),
    name=st.just("X"),
    slots=st.lists(day_slots, min_size=1, max_size=4, unique_by=lambda s: (s.start, s.end)).map(tuple),
    cut_off=st.sampled_from(CLOCKS),
    lead_days=st.integers(0, 5),
    packing_days=weekdays,
    delivery_days=weekdays,
    capacity=st.none() | st.integers(1, 5),
    holidays=st.sampled_from([None, "GR", "FI", "DE-BY"]),
    closed=dates,
    open=dates,
)
moments = st.integers(BEGIN, END)
zones = st.sampled_from(ZONES)


@given(levels, moments, zones, st.integers(0, 40 * 86_400_000))
def test_never_in_the_past_and_never_on_a_closed_day(
    level: ServiceLevel, ordered_ms: int, zone: ZoneInfo, later_ms: int
) -> None:
    now_ms = ordered_ms + later_ms
    for slot in slots(level, "", ordered_ms, now_ms, zone, {}):
        assert now_ms <= slot.from_ms < slot.to_ms
        local = datetime.fromtimestamp(slot.from_ms / 1000, zone)
        assert slot.day in (local.date(), local.date() - timedelta(days=1))
        said = slot.day.isoformat()
        assert said not in level.closed
        if said not in level.open:
            assert slot.day.isoweekday() in level.delivery_days
            assert level.holidays is None or slot.day not in public_holidays(level.holidays, slot.day.year)


@given(levels, moments, zones, st.integers(0, 14 * 86_400_000))
def test_who_orders_later_is_never_offered_what_comes_sooner(
    level: ServiceLevel, ordered_ms: int, zone: ZoneInfo, later_ms: int
) -> None:
    first = slots(level, "", ordered_ms, ordered_ms, zone, {})
    then = slots(level, "", ordered_ms + later_ms, ordered_ms + later_ms, zone, {})
    if first and then:
        assert first[0].window <= then[0].window
        last = first[-1].day
        assert {s.window for s in then if s.day <= last} <= {s.window for s in first}


@given(levels, moments, zones, st.lists(st.integers(0, 30), max_size=60))
def test_no_more_is_taken_than_there_is_room_for(
    level: ServiceLevel, now_ms: int, zone: ZoneInfo, picks: list[int]
) -> None:
    """Customers come one after another, each takes one of what he is offered."""
    booked: dict[tuple[int, int], int] = {}
    days: dict[date, int] = {}
    for pick in picks:
        found = slots(level, "", now_ms, now_ms, zone, booked)
        if not found:
            break
        slot = found[pick % len(found)]
        booked[slot.window] = booked.get(slot.window, 0) + 1
        begins = datetime.fromtimestamp(slot.from_ms / 1000, zone).date()
        days[begins] = days.get(begins, 0) + 1
    rooms: dict[tuple[int, int], int | None] = {}
    for slot in slots(level, "", now_ms, now_ms, zone, {}):
        local = [datetime.fromtimestamp(ms / 1000, zone) for ms in slot.window]
        for each in level.slots:
            if (f"{local[0]:%H:%M}", f"{local[1]:%H:%M}") == (each.start, each.end):
                rooms[slot.window] = each.capacity
    for window, count in booked.items():
        room = rooms.get(window)
        assert room is None or count <= room
    assert level.capacity is None or all(count <= level.capacity for count in days.values())
