"""Mutants of what is estimated and which window is shown: name -> (file, what stands there, what is put
there, the test that must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_SHOWING = "services/estimator/core/showing.py"
_ROUND = "services/estimator/core/round.py"
_LEARNED = "services/estimator/core/learned.py"
_SUMS = "services/estimator/core/model.py"
_MODEL = "tests/unit/test_estimator_model.py"
_WATCH = "tests/unit/test_estimator_watch.py"
_ALL = "tests/unit/test_estimator_properties.py"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "unknown_told_twice": (
        _SHOWING,
        "return None if unknown else Shown(",
        "return Shown(",
        f"{_ALL}::test_what_is_shown_is_never_past_and_never_empty",
    ),
    "looked_at_too_late": (
        _SHOWING,
        "else shown.to_ms - guard_ms(shown)",
        "else shown.to_ms + guard_ms(shown)",
        f"{_ALL}::test_asked_again_when_it_says_no_window_passes_on_display",
    ),
    "quickest_kind_of_a_stop": (
        _ROUND,
        "return max((s.handover for s in shipments)",
        "return min((s.handover for s in shipments)",
        f"{_WATCH}::test_a_stop_with_several_kinds_is_of_the_one_that_takes_longest",
    ),
    "visit_of_what_was_reported_last": (
        _ROUND,
        "parcels=len(handed),",
        "parcels=1,",
        f"{_WATCH}::test_what_is_reported_at_a_stop_one_after_another_is_one_visit",
    ),
    "bound_cut_off": (
        _SHOWING,
        "    last = _edge(to_ms, step, zone, step // 2)",
        "    last = _edge(to_ms, step, zone, -step)",
        f"{_ALL}::test_rounding_moves_a_bound_by_half_a_step_and_the_edge_is_on_the_clock",
    ),
    "line_without_the_level": (
        _LEARNED,
        "math.exp(effect - learned.way_log.drawn(10) + today)",
        "math.exp(effect + today)",
        f"{_MODEL}::test_what_a_leg_takes_stays_what_it_takes_however_long_it_is_learned",
    ),
    "rests_twice_a_day": (
        _SUMS,
        "breaks_per_s=0.0 if self._paused else self._break_per_h(at_ms) / 3600.0,",
        "breaks_per_s=self._break_per_h(at_ms) / 3600.0,",
        f"{_MODEL}::test_his_own_break_is_expected_at_his_hour_and_not_again_after_it",
    ),
    "rests_as_others_do": (
        _LEARNED,
        "share = his.days.drawn(2.0, everyones.days.drawn(8.0, BREAK_SHARE))",
        "share = everyones.days.drawn(8.0, BREAK_SHARE)",
        f"{_MODEL}::test_who_never_rests_is_not_expected_to_because_others_do_and_a_new_one_is",
    ),
    "unsure_in_proportion": (
        _LEARNED,
        "return math.hypot(end_s, 0.25 * mean_s)",
        "return 0.6 * mean_s",
        f"{_MODEL}::test_a_long_leg_is_surer_in_proportion_than_a_short_one",
    ),
}
