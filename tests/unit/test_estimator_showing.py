"""What a recipient reads of a window through the day: when it moves, when it does not, and why it says."""

from __future__ import annotations

from tests.unit.estimator_tables import play


def test_it_narrows_as_he_nears() -> None:
    play("""
        08:00 | 14:20 -130 +140 | 10.11 first
        10:00 | 14:20 -50 +55   | 13:30-15:15 nearer
        12:00 | 14:25 -25 +30   | 14:00-14:55 nearer
        13:20 | 14:25 -14 +15   | 14:10-14:40 nearer
        14:00 | 14:25 -8 +10    | 14:15-14:35 nearer
        14:15 | 14:25 -4 +5     | 14:21-14:30 nearer
        14:22 | 14:26 -2 +2     | 14:24-14:28 nearer
    """)


def test_nobody_is_told_14_20_then_14_22_then_14_19() -> None:
    play("""
        13:00 | 14:25 -10 +10 | 14:15-14:35 first
        13:05 | 14:27 -10 +10 |
        13:10 | 14:24 -10 +10 |
        13:15 | 14:27 -10 +10 |
        13:20 | 14:23 -10 +10 |
    """)


def test_a_real_delay_moves_it_and_what_follows_soon_after_moves_it_back_only_for_much() -> None:
    play("""
        13:00 | 14:25 -10 +10 | 14:15-14:35 first
        13:10 | 14:35 -10 +10 | 14:25-14:45 later
        13:15 | 14:27 -10 +10 |
        13:20 | 14:05 -10 +10 | 13:55-14:15 sooner
    """)


def test_so_late_that_the_old_window_can_not_hold_is_called_late() -> None:
    play("""
        13:00 | 14:00 -10 +10 | 13:50-14:10 first
        13:30 | 14:40 -15 +20 | 14:25-15:00 late
    """)


def test_a_window_is_revised_before_it_passes() -> None:
    play("""
        14:00    | 14:10 -5 +5 | 14:05-14:15 first
        14:10    | 14:13 -5 +2 | 14:10-14:15 nearer
        14:14:10 | 14:15 -1 +2 | 14:14-14:17 late
        14:16:30 | 14:18 -1 +3 | 14:17-14:21 late
    """)


def test_what_was_skipped_before_it_brings_it_forward() -> None:
    play("""
        13:00 | 14:25 -10 +10            | 14:15-14:35 first
        13:05 | 13:55 -9 +9 ; replanned  | 13:45-14:05 replanned
    """)


def test_a_new_plan_that_changes_nothing_for_it_is_not_told() -> None:
    play("""
        13:00 | 14:25 -10 +10            | 14:15-14:35 first
        13:05 | 14:26 -10 +10; replanned |
    """)


def test_another_courier_is_told_whenever_his_window_differs() -> None:
    play("""
        13:00 | 14:25 -10 +10                | 14:15-14:35 first
        13:05 | 14:29 -10 +10; other_courier | 14:20-14:40 other_courier
        13:06 | 14:29 -10 +10; other_courier |
    """)


def test_a_pause_moves_it_in_steps() -> None:
    """He stands away from any stop: the estimate moves on with the clock, the window now and then."""
    play("""
        13:00 | 13:30 -6 +8  | 13:25-13:40 first
        13:05 | 13:36 -8 +12 | 13:30-13:50 later
        13:10 | 13:42 -9 +14 |
        13:12 | 13:44 -9 +14 | 13:35-14:00 later
        13:20 | 13:53 -9 +15 | 13:45-14:10 later
        13:25 | 13:40 -5 +7  | 13:35-13:45 sooner
    """)


def test_gone_silent_it_widens_then_is_unknown_then_known_again() -> None:
    play("""
        13:00 | 13:40 -8 +10             | 13:30-13:50 first
        13:10 | 13:40 -12 +22; silent 10 | 13:30-14:00 later
        13:19 | 13:40 -15 +26; silent 19 |
        13:20 | 13:40 -15 +27; silent 20 | unknown silent
        13:25 | 13:40 -15 +30; silent 25 |
        13:30 | 13:55 -8 +10             | 13:45-14:05 first
    """)


def test_for_one_far_off_a_short_silence_changes_nothing() -> None:
    play("""
        10:00 | 13:40 -40 +45            | 13:00-14:30 first
        10:30 | 13:40 -40 +45; silent 30 |
        11:00 | 13:40 -40 +45; silent 60 | unknown silent
    """)


def test_over_midnight() -> None:
    play("""
        23:20 | 23:58 -10 +10            | 23:50-00:10 first
        23:50 | 2026-11-11 00:03 -5 +6   | 23:58-00:09 nearer
        2026-11-11 00:08:30 | 2026-11-11 00:12 -3 +4 | 00:09-00:16 late
    """)


def test_while_the_clocks_go_forward_the_window_is_as_long_as_it_says() -> None:
    """03:00 becomes 04:00 on 2026-03-29 in Athens."""
    play(
        """
        02:00 | 02:55 -20 +30 | 02:35-04:25 first
        """,
        day="2026-03-29",
    )


def test_a_day_on_which_the_clocks_go_back_has_25_hours() -> None:
    play(
        """
        2026-10-24 20:00 | 2026-10-25 12:00 -180 +200 | 25.10 first
        2026-10-25 01:00 | 2026-10-25 12:00 -180 +200 |
        """
    )


def test_quarters_of_an_hour_are_those_of_the_zone() -> None:
    """Nepal is 5 h 45 min ahead."""
    play("10:00 | 14:20 -50 +55 | 13:30-15:15 first", zone="Asia/Kathmandu")
