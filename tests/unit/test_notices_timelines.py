"""Days of recipients, in lines: what they are told, when, on which channel, and what they are not told."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.notifier.core.deciding import quiet_until
from shared.contracts.notices import NoticePolicy
from tests.unit.notices_day import EMAIL, PHONE, Day


def test_announced_at_night_is_put_off_and_overtaken_by_the_morning() -> None:
    day = Day()
    day.tell_all("""
        22:30 s-1 taken_over
        +1 07:40 s-1 out_for_delivery
    """)
    day.until(day.at("+1 12:00"))
    assert day.outcomes() == [
        "22:30 announced deferred quiet_hours",
        "+1 08:00 announced folded overtaken_by_out_for_delivery",
    ]
    assert day.messages() == ["+1 07:40 email out_for_delivery s-1"]


def test_announced_at_night_is_told_in_the_morning() -> None:
    day = Day()
    day.tell_all("22:30 s-1 taken_over")
    day.until(day.at("+1 12:00"))
    assert day.messages() == ["+1 08:00 email announced s-1"]


def test_a_whole_day() -> None:
    day = Day(ask_after_s=86_400, survey_after_s=3 * 86_400)
    day.tell_all("""
        09:00 s-1 taken_over
        10:00 s-1 out_for_delivery
        10:30 s-1 late
        11:00 s-1 stops_away
        11:20 s-1 near
        11:25 s-1 arrived
        11:30 s-1 delivered
        +1 11:35 s-1 all_right 1
    """)
    day.until(day.at("+5 12:00"))
    assert day.messages() == [
        "09:00 email announced s-1",
        "10:00 email out_for_delivery s-1",
        "10:30 email late s-1",
        "11:00 email stops_away s-1",
        "11:20 email arriving s-1",
        "11:30 email delivered s-1",
        "+1 11:30 email all_right s-1",
        "+3 11:30 email survey s-1",
    ]
    assert day.outcomes() == []


def test_who_has_answered_the_survey_on_his_page_is_not_asked() -> None:
    day = Day(ask_after_s=86_400, survey_after_s=3 * 86_400)
    day.tell_all("""
        11:30 s-1 delivered
        11:40 s-1 nps 9
    """)
    day.until(day.at("+5 12:00"))
    assert day.messages() == ["11:30 email delivered s-1"]
    assert day.outcomes() == [
        "+1 11:30 all_right dropped answered_already",
        "+3 11:30 survey dropped answered_already",
    ]


def test_a_delivery_that_turns_out_to_be_none_is_not_asked_about() -> None:
    day = Day(ask_after_s=86_400)
    day.tell_all("""
        11:30 s-1 delivered
        12:30 s-1 exception
    """)
    day.until(day.at("+2 12:00"))
    assert day.messages() == ["11:30 email delivered s-1", "12:30 email exception s-1"]
    assert day.outcomes() == ["+1 11:30 all_right folded over"]


def test_three_parcels_that_set_out_together_are_one_message() -> None:
    day = Day()
    day.tell_all("""
        10:00 s-1 out_for_delivery
        10:00 s-2 out_for_delivery
        10:00 s-3 out_for_delivery
        10:00 s-4 attempt_failed
    """)
    day.until(day.at("11:00"))
    assert day.messages() == ["10:00 email attempt_failed s-4", "10:00 email out_for_delivery s-1 s-2 s-3"]


def test_of_a_digest_that_is_tried_again_what_is_over_is_left_out() -> None:
    day = Day()
    day.tell_all("""
        09:00 email busy
        10:00 s-1 out_for_delivery
        10:00 s-2 out_for_delivery
        10:01 s-1 delivered
        10:01 email ok
    """)
    day.until(day.at("11:00"))
    assert "10:02 email out_for_delivery s-2" in " ".join(day.messages()).replace("10:01", "10:02")
    assert [line.partition(" ")[2] for line in day.outcomes()] == [
        "out_for_delivery deferred busy",
        "out_for_delivery deferred busy",
        "delivered deferred busy",
        "out_for_delivery folded overtaken_by_delivered",
    ]


def test_arriving_that_the_server_refused_is_not_told_after_the_delivery() -> None:
    day = Day()
    day.tell_all("""
        10:00 s-1 out_for_delivery
        10:30 email busy
        10:31 s-1 near
        10:31 s-1 delivered
        10:31 email ok
    """)
    day.until(day.at("12:00"))
    kinds = [line.split()[2] for line in day.messages()]
    assert kinds == ["out_for_delivery", "delivered"]
    assert day.outcomes()[-1].partition(" ")[2] == "arriving folded overtaken_by_delivered"


def test_a_retry_that_comes_due_in_quiet_hours_waits_for_the_morning() -> None:
    day = Day()
    day.tell_all("""
        20:55 email busy
        20:57 s-1 exception
        20:57 email ok
    """)
    day.world.answers["email"] = "busy"
    day.until(day.at("20:59"))
    day.world.answers["email"] = "ok"
    day.until(day.at("+1 09:00"))
    assert day.messages() == ["+1 08:00 email exception s-1"]


def test_who_has_stopped_mail_hears_no_more_and_is_sent_his_link_when_he_asks() -> None:
    day = Day()
    day.tell_all("""
        09:00 s-1 taken_over
        09:10 s-1 stops email
        10:00 s-1 out_for_delivery
        10:10 s-1 asks
    """)
    day.until(day.at("11:00"))
    assert day.messages() == ["09:00 email announced s-1", "10:10 email lost_link s-1"]
    assert day.outcomes() == ["10:00 out_for_delivery dropped opted_out"]


def test_who_stops_one_channel_between_two_tries_is_told_on_the_other() -> None:
    day = Day(phone=PHONE)
    day.tell_all("""
        09:00 email busy
        10:00 s-1 exception
        10:00 s-1 stops email
    """)
    day.until(day.at("11:00"))
    assert [line.split()[1:] for line in day.messages()] == [["sms", "exception", "s-1"]]
    assert [line.partition(" ")[2] for line in day.outcomes()] == [
        "exception deferred busy",
        "exception dropped other_address",
    ]


def test_a_wish_told_while_views_are_away_holds() -> None:
    day = Day()
    day.tell_all("""
        09:00 s-1 taken_over
        09:05 views away
        09:10 s-1 stops email
        09:20 views back
        10:00 s-1 out_for_delivery
    """)
    day.until(day.at("11:00"))
    assert day.messages() == ["09:00 email announced s-1"]
    assert day.outcomes() == ["10:00 out_for_delivery dropped opted_out"]


def test_he_prefers_sms() -> None:
    day = Day(phone=PHONE)
    day.tell_all("""
        09:00 s-1 taken_over
        09:10 s-1 wants sms
        10:00 s-1 out_for_delivery
        10:01 s-1 reached
    """)
    day.until(day.at("10:05"))
    assert day.messages() == ["09:00 email announced s-1", "10:00 sms out_for_delivery s-1"]


def test_an_sms_that_bounces_is_followed_by_a_mail_while_it_says_something() -> None:
    day = Day(phone=PHONE, channels=("sms", "email"))
    day.tell_all("""
        10:00 s-1 exception
        10:02 s-1 bounced
    """)
    day.until(day.at("11:00"))
    assert day.messages() == ["10:00 sms exception s-1", "10:02 email exception s-1"]


def test_a_bounce_that_is_heard_too_late_is_followed_by_nothing() -> None:
    day = Day(phone=PHONE, channels=("sms", "email"), email_only=())
    day.tell_all("""
        10:00 s-1 out_for_delivery
        10:30 s-1 near
        10:45 s-1 bounced
    """)
    day.until(day.at("12:00"))
    # Of the first nothing was heard at all; and then he was nearly there.
    assert [line for line in day.messages() if "email" in line] == ["10:20 email out_for_delivery s-1"]
    assert day.outcomes()[-1] == "10:45 arriving dropped too_old"


def test_an_sms_of_which_nothing_is_heard_is_followed_by_a_mail_once() -> None:
    day = Day(phone=PHONE, channels=("sms", "email"))
    day.tell_all("10:00 s-1 exception")
    day.until(day.at("+1 20:00"))
    assert day.messages() == ["10:00 sms exception s-1", "10:20 email exception s-1"]
    assert day.outcomes() == []


def test_an_sms_of_which_nothing_is_heard_stands_where_there_is_no_other_channel() -> None:
    day = Day(phone=PHONE, channels=("sms",))
    day.tell_all("10:00 s-1 exception")
    day.until(day.at("+1 20:00"))
    assert day.messages() == ["10:00 sms exception s-1"]
    assert day.outcomes() == []


def test_both_channels_fail_and_it_ends_there() -> None:
    day = Day(phone=PHONE)
    day.tell_all("""
        09:00 email nobody
        09:00 sms nobody
        10:00 s-1 exception
    """)
    day.until(day.at("+1 20:00"))
    assert day.messages() == []
    assert day.outcomes() == [
        "10:00 exception failed address",
        "10:00 exception failed address",
        "10:00 exception dropped no_channel_left",
    ]


def test_a_server_that_is_busy_for_hours_is_given_up_for_the_other_channel() -> None:
    day = Day(phone=PHONE)
    day.tell_all("""
        08:30 email busy
        09:00 s-1 exception
    """)
    day.until(day.at("20:00"))
    assert [line.split()[1] for line in day.messages()] == ["sms"]
    assert [line.split()[2] for line in day.outcomes()] == ["deferred"] * 5 + ["failed"]


def test_an_sms_that_may_have_gone_is_held_and_released_by_a_person() -> None:
    day = Day(phone=PHONE, channels=("sms",))
    day.tell_all("""
        09:00 sms unsure
        10:00 s-1 exception
    """)
    day.until(day.at("12:00"))
    assert day.messages() == ["10:00 sms exception s-1"]
    assert day.outcomes() == ["10:00 exception held unsure"]
    day.tell_all("""
        12:00 sms ok
        12:30 s-1 released
        12:31 s-1 reached
    """)
    assert day.messages() == ["10:00 sms exception s-1", "12:30 sms exception s-1"]


def test_a_mail_that_may_have_gone_goes_again_as_the_same() -> None:
    day = Day()
    day.tell_all("""
        09:00 email unsure
        10:00 s-1 exception
        10:00 email ok
    """)
    day.until(day.at("12:00"))
    assert len(day.world.handed) == 2
    assert len({notice for _, _, notice, _ in day.world.handed}) == 1


def test_so_many_messages_a_day_and_no_more() -> None:
    day = Day(daily_cap=3)
    day.tell_all("""
        09:00 s-1 delivered
        09:01 s-2 delivered
        09:02 s-3 delivered
        09:03 s-4 delivered
        09:05 s-5 taken_over
        09:10 s-6 exception
    """)
    day.until(day.at("+1 09:00"))
    # He has not to wait for what is his to do; and what can wait a day does.
    assert day.messages()[3:] == ["09:10 email exception s-6", "+1 08:00 email announced s-5"]
    assert day.outcomes() == [
        "09:03 delivered dropped daily_cap",
        "09:05 announced deferred daily_cap",
    ]


def test_the_cap_counts_what_is_due_at_one_moment() -> None:
    day = Day(daily_cap=2)
    for n in range(5):
        day.tell(f"09:00 s-{n} out_for_delivery")
    day.until(day.at("09:30"))
    for n in range(5):
        day._stage(f"s-{n}", out=True)
    before = len(day.messages())
    assert before == 1, "one digest"
    milestones = []
    day.world.views_away = True
    for n in range(5):
        milestones.append(day.milestone(f"s-{n}", "stops_away"))
    day.run()
    day.world.views_away = False
    day.until(day.at("09:40"))
    assert len(day.messages()) == 2
    assert sum("daily_cap" in line for line in day.outcomes()) == 4


def test_who_asks_again_and_again_is_not_sent_again_and_again() -> None:
    day = Day(daily_cap=3)
    day.tell("09:00 s-1 taken_over")
    for minute in range(1, 30):
        day.tell(f"09:{minute:02} s-1 asks")
    assert len(day.messages()) == 6


@pytest.mark.parametrize(
    ("date", "clock", "ends"),
    [
        (datetime(2027, 3, 27), "23:00", "+1 08:00"),  # at 3:00 the clock shows 4:00
        (datetime(2026, 10, 24), "23:00", "+1 08:00"),  # at 4:00 it shows 3:00 once more
        (datetime(2026, 10, 24), "+1 03:30", "+1 08:00"),
        (datetime(2026, 10, 24), "+1 03:30*", "+1 08:00"),
        (datetime(2026, 11, 30), "21:00", "+1 08:00"),
        (datetime(2026, 11, 30), "07:59", "08:00"),
        (datetime(2026, 11, 30), "08:00", None),
        (datetime(2026, 11, 30), "20:59", None),
    ],
)
def test_quiet_hours_end_as_his_clock_says(date: datetime, clock: str, ends: str | None) -> None:
    day = Day(date=date)
    found = quiet_until(NoticePolicy(), "Europe/Athens", day.at(clock))
    assert (None if found is None else day.clock(found)) == ends


@pytest.mark.parametrize(
    ("date", "from_h", "to_h", "clock", "ends"),
    [
        (datetime(2027, 3, 28), 21, 3, "02:30", "04:00"),  # 3:00 is not there
        (datetime(2026, 10, 25), 21, 3, "03:30*", None),
        (datetime(2026, 11, 30), 13, 15, "14:00", "15:00"),
        (datetime(2026, 11, 30), 20, 24, "23:00", "+1 00:00"),
        (datetime(2026, 11, 30), 0, 6, "05:00", "06:00"),
    ],
)
def test_quiet_hours_of_other_shops(
    date: datetime, from_h: int, to_h: int, clock: str, ends: str | None
) -> None:
    day = Day(date=date)
    found = quiet_until(NoticePolicy(quiet_from_h=from_h, quiet_to_h=to_h), "Europe/Athens", day.at(clock))
    assert (None if found is None else day.clock(found)) == ends


def test_a_night_in_which_clocks_change() -> None:
    day = Day(date=datetime(2026, 10, 24))
    day.tell_all("""
        22:00 s-1 taken_over
        +1 03:30 s-2 exception
        +1 03:30* s-3 exception
    """)
    day.until(day.at("+1 12:00"))
    assert day.messages() == [
        "+1 08:00 email announced s-1",
        "+1 08:00 email exception s-2",
        "+1 08:00 email exception s-3",
    ]


def test_somebody_who_was_forgotten_is_told_nothing_and_that_is_said_once() -> None:
    day = Day()
    day.tell_all("""
        09:00 s-1 taken_over
        09:30 s-1 forgotten
        10:00 s-1 exception
    """)
    day.until(day.at("+1 12:00"))
    assert day.messages() == ["09:00 email announced s-1"]
    assert day.outcomes() == [
        "10:00 exception deferred waiting",
        "10:01 exception dropped no_recipient",
    ]


def test_lists_that_lag_for_hours_cost_nobody_his_message() -> None:
    day = Day()
    day.tell_all("""
        09:00 s-1 taken_over
        09:30 s-1 unknown
        10:00 s-1 exception
        13:00 s-1 known
    """)
    day.until(day.at("13:02"))
    assert day.messages()[1:] == ["13:00 email exception s-1"]


def test_views_that_are_filled_again_cost_nobody_his_message() -> None:
    day = Day()
    day.tell_all("""
        09:00 views away
        10:00 s-1 exception
        10:20 views back
    """)
    day.until(day.at("10:25"))
    assert [line.split()[2] for line in day.messages()] == ["exception"]


def test_after_a_long_outage_nothing_stale_is_told() -> None:
    day = Day(ask_after_s=86_400, survey_after_s=3 * 86_400)
    read = [
        day.milestone("s-1", "taken_over"),
        day.milestone("s-1", "out_for_delivery"),
        day.milestone("s-1", "near"),
        day.milestone("s-2", "out_for_delivery"),
        day.milestone("s-3", "delivered"),
    ]
    day.ledger.rows.wants.clear()
    day.ledger.rows.open.clear()
    day.now_ms = day.at("+4 09:00")
    day.read(*read)
    day.run()
    day.until(day.at("+4 10:00"))
    assert [line.split()[-2:] for line in day.messages()] == [["survey", "s-3"]]
    assert all(not is_open for is_open in day.ledger.rows.open.values())


def test_a_link_is_made_once_and_a_revoked_one_is_not_made_again() -> None:
    day = Day()
    day.tell_all("""
        09:00 s-1 taken_over
        10:00 s-1 out_for_delivery
    """)
    assert len(day.world.links_put) == 1
    day.world.links_.clear()  # somebody has revoked it, and Redis has lost that
    day.tell("10:30 s-1 stops_away")
    assert len(day.messages()) == 3
    assert len(day.world.links_put) == 1


def test_a_moved_address_gets_what_was_queued_for_the_one_before() -> None:
    day = Day()
    day.tell_all("""
        08:30 email busy
        09:00 s-1 exception
    """)
    day.world.people_["s-1"] = type(day.person)(name="Maria", email="new@example.org")
    day.world.answers["email"] = "ok"
    day.until(day.at("10:00"))
    assert [to for *_, to in day.world.handed] == ["new@example.org"]
    assert EMAIL not in str(day.world.handed)
