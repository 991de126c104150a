"""Mutants of what the gateway shows: name -> (file, what stands there, what is put there, the test that
that must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_CORE = "services/gateway/core"
_FANOUT = "services/gateway/fanout.py"
_EQUAL = "tests/unit/test_gateway_properties.py::test_snapshot_and_deltas_equal_a_fresh_snapshot"
_BOARD = "tests/unit/test_gateway_board.py"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "gateway_read_undoes_a_batch": (
        f"{_CORE}/lives.py",
        "if cell.at > token and (value is None or held is None or value.version <= held.version):",
        "if False:",
        _EQUAL,
    ),
    "gateway_equal_version_ignored": (
        f"{_CORE}/lives.py",
        "view.version >= cell.view.version",
        "view.version > cell.view.version",
        _EQUAL,
    ),
    "gateway_older_batch_believed": (
        f"{_CORE}/lives.py",
        "(cell.view is None or view.version >= cell.view.version)",
        "True",
        f"{_BOARD}::test_an_older_batch_does_not_undo_a_read",
    ),
    "gateway_gone_not_dated": (
        f"{_CORE}/lives.py",
        "cell.at = now\n                _deal(cell, None)",
        "_deal(cell, None)",
        _EQUAL,
    ),
    "gateway_out_of_audience_keeps_the_line": (
        f"{_CORE}/lives.py",
        "for room in unseated.values():",
        "for room in ():",
        _EQUAL,
    ),
    "gateway_repeats_heard": (
        f"{_CORE}/lives.py",
        'if place == "old":',
        "if False:",
        f"{_BOARD}::test_a_gap_is_seen_once_and_repeats_are_dropped",
    ),
    "gateway_gaps_unseen": (
        f"{_CORE}/numbering.py",
        'place = "next" if batch.number == number + 1 else "gap"',
        'place = "next"',
        f"{_BOARD}::test_a_gap_is_seen_once_and_repeats_are_dropped",
    ),
    "gateway_position_of_an_equal_version": (
        f"{_CORE}/picture.py",
        "if now.version <= was.version:",
        "if False:",
        _EQUAL,
    ),
    "gateway_leg_forgotten": (
        f"{_CORE}/picture.py",
        "        and was.leg == now.leg\n",
        "",
        _EQUAL,
    ),
    "gateway_moved_with_another_leg": (
        f"{_CORE}/room.py",
        "        and now.leg == was.leg\n",
        "",
        _EQUAL,
    ),
    "gateway_moved_with_other_stops": (
        f"{_CORE}/room.py",
        "if not (same_but_place and watcher == self.watcher):",
        "if not same_but_place:",
        _EQUAL,
    ),
    "gateway_moved_while_withheld": (
        f"{_CORE}/room.py",
        'and not self.redraw and old.driver.show != "none":',
        "and not self.redraw:",
        _EQUAL,
    ),
    "gateway_resting_told_again": (
        _FANOUT,
        "if driver.at_ms == before.at_ms and driver.feature == before.feature:",
        "if False:",
        f"{_BOARD}::test_fixes_that_are_not_shown_are_not_told_of",
    ),
    "gateway_reassigned_unheard": (
        f"{_CORE}/board.py",
        "                self.lives.move(room, before, value.courier)\n",
        "                pass\n",
        _EQUAL,
    ),
    "gateway_new_stage_keeps_the_line": (
        f"{_CORE}/board.py",
        "            self.lives.seat(room)\n",
        "",
        _EQUAL,
    ),
    "gateway_stale_shown_as_live": (
        f"{_CORE}/board.py",
        "            self.marks.stale\n            or room.lost",
        "            room.lost",
        _EQUAL,
    ),
    "gateway_late_stage_read": (
        f"{_CORE}/board.py",
        "if room is None or room.read_at > token:",
        "if room is None:",
        f"{_BOARD}::test_a_stage_read_late_says_nothing",
    ),
    "gateway_flushed_link_is_gone": (
        f"{_CORE}/links.py",
        "elif not up or cell.read_at < 0:",
        "elif cell.read_at < 0:",
        f"{_BOARD}::test_redis_flushed_and_filled_again",
    ),
    "gateway_status_goes_back": (
        f"{_CORE}/board.py",
        "lost = value is None or (lower and not up)",
        "lost = value is None",
        f"{_BOARD}::test_while_redis_is_filled_again_a_status_does_not_go_back",
    ),
}
