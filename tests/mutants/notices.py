"""Mutants of what is told, when, and of what becomes of it: name -> (file, what stands there, what is put
there, the test that must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_CORE = "services/notifier/core"
_DAYS = "tests/unit/test_notices_timelines.py"
_ALL = "tests/unit/test_notices_properties.py"
_COUNTED = (
    "        revision=(_KINDS.setdefault('n', 0), _KINDS.update(n=_KINDS['n'] + 1), _KINDS['n'])[2],\n"
    "        tenant=milestone.tenant,"
)
_REVISION = "        revision=milestone.revision,\n        tenant=milestone.tenant,"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "abandoned_sms_is_sent_again": (
        f"{_CORE}/ledger.py",
        'if notice.channel == "email":\n        return _again',
        'if notice.channel != "webhook":\n        return _again',
        f"{_ALL}::test_nothing_is_lost_and_no_sms_goes_twice",
    ),
    "want_by_arrival": (
        f"{_CORE}/wants.py",
        _REVISION,
        _COUNTED,
        f"{_ALL}::test_in_any_order_and_however_often_the_wants_are_the_same",
    ),
    "read_again_is_told_again": (
        f"{_CORE}/wants.py",
        _REVISION,
        _COUNTED,
        f"{_ALL}::test_read_again_from_the_beginning_nothing_more_is_sent",
    ),
    "quiet_hours_by_utc": (
        f"{_CORE}/deciding.py",
        "now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(here)\n",
        "now = datetime.fromtimestamp(now_ms / 1000, UTC)\n",
        f"{_ALL}::test_nothing_that_can_wait_is_told_in_quiet_hours",
    ),
    "retry_is_not_decided_again": (
        "services/notifier/post.py",
        "    return None if isinstance(decision, Tell) else decision\n",
        "    return None\n",
        f"{_DAYS}::test_arriving_that_the_server_refused_is_not_told_after_the_delivery",
    ),
    "cap_forgets_what_is_due_now": (
        f"{_CORE}/rounds.py",
        "today=about.facts.today + more)",
        "today=about.facts.today)",
        f"{_DAYS}::test_the_cap_counts_what_is_due_at_one_moment",
    ),
    "cap_before_quiet_hours": (
        f"{_CORE}/deciding.py",
        'return Later(_tomorrow_ms(policy, stage.zone, now_ms), "daily_cap")',
        'return Not("daily_cap")',
        f"{_DAYS}::test_so_many_messages_a_day_and_no_more",
    ),
    "link_is_made_again": (
        "services/notifier/links.py",
        "if expires_ms is None:",
        "if expires_ms is not None or expires_ms is None:",
        f"{_DAYS}::test_a_link_is_made_once_and_a_revoked_one_is_not_made_again",
    ),
    "lists_that_lag_drop": (
        f"{_CORE}/deciding.py",
        "most_ms = WAIT_FOR_VIEWS_MS if facts.expected else WAIT_FOR_PERSON_MS",
        "most_ms = WAIT_FOR_PERSON_MS",
        f"{_DAYS}::test_lists_that_lag_for_hours_cost_nobody_his_message",
    ),
    "forgotten_person_is_waited_for": (
        f"{_CORE}/rounds.py",
        "since_ms = now_ms if want.waits_ms is None else want.waits_ms",
        "since_ms = now_ms",
        f"{_DAYS}::test_somebody_who_was_forgotten_is_told_nothing_and_that_is_said_once",
    ),
    "views_away_drop": (
        f"{_CORE}/deciding.py",
        'return _waits(want, WAIT_FOR_VIEWS_MS, now_ms) or Not("unknown_shipment")',
        'return Not("unknown_shipment")',
        f"{_DAYS}::test_views_that_are_filled_again_cost_nobody_his_message",
    ),
    "wish_is_lost_while_views_are_away": (
        "services/notifier/asked.py",
        "if not marks or whole in known:",
        "if whole in known:",
        f"{_DAYS}::test_a_wish_told_while_views_are_away_holds",
    ),
    "no_receipt_is_all_right": (
        f"{_CORE}/ledger.py",
        'heard_ms = now_ms + RECEIPT_MS if notice.channel == "sms" else None',
        "heard_ms = None",
        f"{_DAYS}::test_an_sms_of_which_nothing_is_heard_is_followed_by_a_mail_once",
    ),
    "digest_tells_what_is_over": (
        "services/notifier/post.py",
        "left_out.append(LeftOut(member.notice, reason, folded))",
        "told.append(member)",
        f"{_DAYS}::test_of_a_digest_that_is_tried_again_what_is_over_is_left_out",
    ),
    "stale_is_told": (
        f"{_CORE}/deciding.py",
        "if now_ms - asked_ms(want, policy) > STALE_MS.get(want.kind, now_ms):",
        "if now_ms < 0:",
        f"{_DAYS}::test_after_a_long_outage_nothing_stale_is_told",
    ),
    "gone_delivery_is_asked_about": (
        f"{_CORE}/deciding.py",
        "return tag_of(stage.substatus) is not Tag.DELIVERED",
        "return False",
        f"{_DAYS}::test_a_delivery_that_turns_out_to_be_none_is_not_asked_about",
    ),
    "mail_to_the_address_before": (
        "services/notifier/post.py",
        "return stopped or about.contacts.get(channel) != member.notice.recipient",
        "return False",
        f"{_DAYS}::test_who_stops_one_channel_between_two_tries_is_told_on_the_other",
    ),
}
