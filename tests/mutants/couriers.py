"""Mutants of the couriers' rules: name -> (file, what stands there, what stands there instead, the test that
must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_CORE = "services/projector/couriers/core"
_PROPERTIES = "tests/unit/test_couriers_properties.py"
_FIXES = "tests/unit/test_couriers_fixes.py"
_VISIBILITY = "tests/unit/test_couriers_visibility.py"
_PROGRESS = "tests/unit/test_couriers_progress.py"
_TAKEOVER = "tests/unit/test_couriers_takeover.py"
_ZONES = "tests/unit/test_couriers_zones.py"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "closed_shipments_stay": (
        f"{_CORE}/itinerary.py",
        "return outcome is None or outcome.joined != shipment.joined or outcome.open",
        "return True",
        f"{_PROPERTIES}::test_every_open_shipment_is_in_exactly_one_line",
    ),
    "outcome_of_any_joining": (
        f"{_CORE}/itinerary.py",
        "outcome is None or outcome.joined != shipment.joined or outcome.open",
        "outcome is None or outcome.open",
        f"{_PROGRESS}::test_an_outcome_of_an_earlier_joining_says_nothing_about_this_one",
    ),
    "late_fixes_shown": (
        f"{_CORE}/quality/order.py",
        "if fix.at_ms <= track.newest_ms:",
        "if False:",
        f"{_PROPERTIES}::test_repeats_and_late_fixes_change_nothing",
    ),
    "restored_track_forgotten": (
        f"{_CORE}/courier.py",
        "        memory.restore_track(self.track, view)\n",
        "",
        f"{_PROPERTIES}::test_no_marker_goes_back_in_time_and_no_version_falls",
    ),
    "zones_off": (
        f"{_CORE}/zones.py",
        "self.square = radius_m * radius_m",
        "self.square = 0.0",
        f"{_PROPERTIES}::test_strict_never_shows_a_point_inside_anothers_zone",
    ),
    "zone_around_the_door": (
        f"{_CORE}/zones.py",
        "return distance_m * cos(angle), distance_m * sin(angle)",
        "return 0.0, 0.0",
        f"{_ZONES}::test_the_door_is_always_inside_and_never_known_to_be_the_middle",
    ),
    "zone_spread_over_the_disc": (
        f"{_CORE}/zones.py",
        "shift_m * sqrt(1.0 - height * height)",
        "shift_m * sqrt(height)",
        f"{_ZONES}::test_along_any_street_the_displacement_is_spread_evenly",
    ),
    "held_marker_unchecked": (
        f"{_CORE}/visibility.py",
        "_in_zone(a, where, here, secret) or (shown is not here and _in_zone(a, where, shown, secret))",
        "_in_zone(a, where, here, secret)",
        f"{_ZONES}::test_a_held_marker_inside_a_zone_is_not_shown_when_the_phone_scribbles_out_of_it",
    ),
    "resting_at_the_newest_fix": (
        f"{_CORE}/visibility.py",
        'a.show, a.why = "resting", why',
        'a.show, a.why, a.fix = "resting", why, shown',
        f"{_PROPERTIES}::test_strict_rests_at_a_point_that_was_outside_when_it_was_shown",
    ),
    "newcomers_see_the_last_fix": (
        f"{_CORE}/visibility.py",
        '    elif a.fix is not None:\n        a.show, a.why = "resting", why',
        '    elif True:\n        a.show, a.why, a.fix = "resting", why, a.fix or shown',
        f"{_VISIBILITY}::test_live_from_five_stops_away",
    ),
    "doorstep_open_while_driving_off": (
        f"{_CORE}/visibility.py",
        "away = at is None or spot.distance_m(a.place) > AT_STOP_M",
        "away = at is None",
        f"{_VISIBILITY}::test_live_driving_off_past_a_neighbours_door",
    ),
    "doorstep_off": (
        f"{_CORE}/limits.py",
        "DOORSTEP_M = 30.0",
        "DOORSTEP_M = 0.0",
        f"{_PROPERTIES}::test_live_shows_nobody_standing_at_a_strangers_door",
    ),
    "at_stop_off": (
        f"{_CORE}/whereabouts.py",
        "slow = track.speed_mps < DRIVING_MPS",
        "slow = False",
        f"{_PROPERTIES}::test_live_sends_nothing_while_he_stands_at_anothers_stop",
    ),
    "held_said_while_resting": (
        f"{_CORE}/lines.py",
        'key = ("resting", fix.at_ms, fix.raw, None, a.why)',
        'key = ("resting", max(fix.at_ms, held_ms), fix.raw, None, a.why)',
        f"{_PROPERTIES}::test_live_sends_nothing_while_he_stands_at_anothers_stop",
    ),
    "one_wild_fix_leaves": (
        f"{_CORE}/limits.py",
        "LEAVES_AFTER = 2",
        "LEAVES_AFTER = 1",
        f"{_VISIBILITY}::test_live_one_wild_fix_does_not_show_the_door",
    ),
    "just_done_forgotten": (
        f"{_CORE}/whereabouts.py",
        "            self.behind.add(place)\n            self.done = place\n",
        "            self.done = place\n",
        f"{_TAKEOVER}::test_of_a_stop_done_before_the_take_over_he_has_not_yet_left",
    ),
    "vanished_stop_forgotten": (
        f"{_CORE}/whereabouts.py",
        "                behind.add(p)\n",
        "                pass\n",
        f"{_VISIBILITY}::test_a_stop_taken_off_the_plan_while_he_stands_there_is_still_not_shown",
    ),
    "strict_counts_at_once": (
        f"{_CORE}/audience.py",
        'max(told, self.left) if self.policy.mode == "strict" else self.left',
        "self.left",
        f"{_VISIBILITY}::test_strict_tells_the_count_on_ticks",
    ),
    "strict_says_at_another_stop": (
        f"{_CORE}/visibility.py",
        'why: Why = "protected" if mode == "strict" else "at_another_stop"',
        'why: Why = "protected" if where.at is None else "at_another_stop"',
        f"{_VISIBILITY}::test_strict_shows_nothing_inside_a_zone",
    ),
    "leg_not_cut": (
        f"{_CORE}/courier.py",
        "zones = [done.zone(a.policy, self.rules.secret)] if strict and done is not None else []",
        "zones: list[Zone] = []",
        f"{_VISIBILITY}::test_strict_cuts_the_last_leg_at_the_zone_of_the_stop_just_done",
    ),
    "seen_before_setting_out": (
        f"{_CORE}/visibility.py",
        "    if shown is None or shown.at_ms < a.place.set_out_ms:\n",
        "    if shown is None:\n",
        f"{_VISIBILITY}::test_a_fix_made_before_setting_out_is_not_shown",
    ),
    "policy_change_keeps_the_marker": (
        f"{_CORE}/audience.py",
        "if all(o is first for o in old) and first.policy == self.policy:",
        "if all(o is first for o in old):",
        f"{_VISIBILITY}::test_a_stricter_policy_holds_at_once",
    ),
    "publishing_forgets_the_stop_just_done": (
        f"{_CORE}/courier.py",
        "        self._published, self._has_view = published, True\n",
        "        self._published, self._has_view = published, True\n"
        "        self.where.at = self.where.behind.clear()\n",
        f"{_PROPERTIES}::test_what_is_decided_does_not_depend_on_when_it_is_published",
    ),
    "off_duty_used": (
        f"{_CORE}/quality/duty.py",
        "return Verdict.OFF_DUTY",
        "return None",
        f"{_FIXES}::test_off_duty_is_dropped_by_its_own_time",
    ),
    "future_believed": (
        f"{_CORE}/quality/clock.py",
        "if ahead_ms > FUTURE_MS:",
        "if False:",
        f"{_FIXES}::test_verdicts",
    ),
    "jump_believed_at_once": (
        f"{_CORE}/limits.py",
        "RELOCATED_AFTER = 3",
        "RELOCATED_AFTER = 1",
        f"{_FIXES}::test_verdicts",
    ),
    "jump_never_believed": (
        f"{_CORE}/limits.py",
        "RELOCATED_AFTER = 3",
        "RELOCATED_AFTER = 1_000_000",
        f"{_FIXES}::test_verdicts",
    ),
    "scribble_drawn": (
        f"{_CORE}/limits.py",
        "STILL_RADIUS_M = 20.0",
        "STILL_RADIUS_M = 3.0",
        f"{_FIXES}::test_a_phone_at_rest_draws_hardly_any_way",
    ),
    "queue_hidden": (
        f"{_CORE}/limits.py",
        "STILL_DRIFT_M = 20.0",
        "STILL_DRIFT_M = 2_000.0",
        f"{_FIXES}::test_a_creeping_queue_is_followed",
    ),
    "area_with_every_fix": (
        f"{_CORE}/area.py",
        "if self.of is not None and self.of.at_ms >= set_out_ms:",
        "if False:",
        f"{_PROGRESS}::test_the_area_changes_on_ticks_only",
    ),
    "area_follows_him_on_foot": (
        f"{_CORE}/area.py",
        "if not (at_stop and self._cell is not None):",
        "if True:",
        f"{_PROGRESS}::test_the_area_stays_while_he_walks_about_a_stop",
    ),
    "near_by_the_crow": (
        f"{_CORE}/progress.py",
        "if off_m <= OFF_ROUTE_M:",
        "if False:",
        f"{_PROGRESS}::test_near_goes_by_the_way_not_by_the_crow",
    ),
    "arrives_driving_past": (
        f"{_CORE}/notice.py",
        "        if track.speed_mps < DRIVING_MPS:\n",
        "        if True:\n",
        f"{_PROGRESS}::test_driving_past_is_no_arrival",
    ),
    "noticed_again": (
        f"{_CORE}/notice.py",
        "if (member, what) not in self.told:",
        "if True:",
        f"{_PROGRESS}::test_next_near_arrived_are_each_noticed_once",
    ),
    "yesterdays_duty_ticks": (
        f"{_CORE}/courier.py",
        "if interval.to_ms is not None and interval.to_ms > self._ticked_ms:",
        "if interval.to_ms is not None:",
        f"{_PROGRESS}::test_a_duty_that_ended_yesterday_is_no_timer",
    ),
}
