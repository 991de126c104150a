"""Mutants of what is decided, folded and projected of shipments and plans: name -> (file, what stands there,
what is put there, the test that must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_DECIDES = "services/shipments/core/shipment.py"
_PLANS = "services/shipments/core/plan.py"
_FOLD = "shared/domain/shipment.py"
_STATE = "shared/contracts/shipment_state.py"
_STAGES = "services/projector/stages"
_ASSIGN = "def _assign(state: ShipmentState, command: Assign, head: dict[str, Any]) -> AnyEvent:\n"
_LATE = (
    "tests/unit/test_shipment_properties.py::test_late_reports_give_the_view_they_would_have_given_in_time"
)
_LOG = "tests/unit/test_shipment_properties.py::test_of_two_deciders_the_first_in_the_log_wins"
_LIFE = "tests/unit/test_shipment_timelines.py"
_PLAN = "tests/unit/test_shipment_plans.py"
_CORE = "tests/unit/test_stages_core.py"
_REBUILD = "tests/faults/test_rebuild.py"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "late_scan_becomes_current": (
        _FOLD,
        "max(history, key=lambda e: (e.attempt, e.at_ms, e.seq))",
        "max(history, key=lambda e: e.seq)",
        _LATE,
    ),
    "history_by_arrival": (
        _FOLD,
        "tuple(sorted((*state.history, entry), key=lambda e: (e.at_ms, e.seq)))",
        "(*state.history, entry)",
        _LATE,
    ),
    "late_end_is_history": (
        _FOLD,
        "return final[0] if final else max(",
        "return max(",
        _LATE,
    ),
    "newest_stage_of_an_old_attempt_counts": (
        _FOLD,
        "key=lambda e: (e.attempt, e.at_ms, e.seq)",
        "key=lambda e: (e.at_ms, e.seq)",
        f"{_LIFE}::test_the_newest_attempt_counts",
    ),
    "fold_without_follows": (
        _FOLD,
        "return event.prev == state.last and event.seq == state.seq + 1",
        "return True",
        _LOG,
    ),
    "follows_by_number_alone": (
        _FOLD,
        "return event.prev == state.last and event.seq == state.seq + 1",
        "return event.seq == state.seq + 1",
        _LOG,
    ),
    "former_courier_never_leaves": (
        _FOLD,
        "carriers=(*_ended_carriers(after, event.at_ms), carrier)",
        "carriers=(*after.carriers, carrier)",
        f"{_LIFE}::test_a_late_report_of_the_courier_before_is_taken_at_its_time",
    ),
    "noticed_once_for_all_attempts": (
        _FOLD,
        'return f"{attempt}:{what}"',
        "return what",
        f"{_LIFE}::test_each_attempt_is_noticed_anew",
    ),
    "former_courier_reports_of_any_time": (
        _STATE,
        " and (c.until_ms is None or at_ms < c.until_ms)",
        "",
        f"{_LIFE}::test_a_late_report_of_the_courier_before_is_taken_at_its_time",
    ),
    "out_after_its_end": (
        _STATE,
        "            and tag_of(self.substatus) is Tag.OUT_FOR_DELIVERY\n",
        "",
        f"{_LIFE}::test_delivered",
    ),
    "any_courier_reports": (
        _DECIDES,
        "if not state.carried_by(command.actor.id, at_ms):",
        "if False:",
        f"{_LIFE}::test_only_the_courier_who_carries_it_reports",
    ),
    "any_shop_reports": (
        _DECIDES,
        'elif command.actor.kind == "merchant" and command.actor.id != state.merchant:',
        "elif False:",
        f"{_LIFE}::test_another_shop_sees_no_such_shipment",
    ),
    "any_tenant_reports": (
        _DECIDES,
        "if state.registered and command.tenant != state.tenant:",
        "if False:",
        f"{_LIFE}::test_another_firm_sees_no_such_shipment",
    ),
    "repeat_decided_twice": (
        _DECIDES,
        "if command.id in state.decided:",
        "if False:",
        f"{_LIFE}::test_the_same_report_twice_is_one",
    ),
    "end_is_left": (
        _DECIDES,
        "if state.ended and (not late or (ends and not before_the_end)):",
        "if False:",
        f"{_LIFE}::test_nothing_follows_the_end",
    ),
    "assigned_after_its_end": (
        _DECIDES,
        f"{_ASSIGN}    if state.ended:",
        f"{_ASSIGN}    if False:",
        f"{_LIFE}::test_nothing_follows_the_end",
    ),
    "back_before_the_hand_over": (
        _DECIDES,
        "if not late and not legal(before, command.substatus):",
        "if False:",
        f"{_LIFE}::test_back_before_the_hand_over_is_refused",
    ),
    "attempt_fails_at_the_pickup_point": (
        "services/shipments/core/transitions.py",
        "Tag.AVAILABLE_FOR_PICKUP: _AHEAD - {Tag.ATTEMPT_FAIL},",
        "Tag.AVAILABLE_FOR_PICKUP: _AHEAD,",
        f"{_LIFE}::test_no_attempt_fails_at_the_pickup_point",
    ),
    "every_setting_out_is_an_attempt": (
        _DECIDES,
        "return state.attempt if state.attempt_open else state.attempt + 1",
        "return state.attempt + 1",
        f"{_LIFE}::test_withdrawn_on_the_way",
    ),
    "one_attempt_for_ever": (
        _DECIDES,
        "return state.attempt if state.attempt_open else state.attempt + 1",
        "return state.attempt or 1",
        f"{_LIFE}::test_a_second_attempt_on_another_day_is_numbered",
    ),
    "late_report_of_the_newest_attempt": (
        _DECIDES,
        "begun = [e.attempt for e in state.history if e.at_ms <= at_ms]",
        "begun = [state.attempt]",
        f"{_LIFE}::test_a_late_report_belongs_to_the_attempt_of_its_time",
    ),
    "late_end_tells_nobody": (
        _DECIDES,
        "current = not late or ends",
        "current = not late",
        f"{_LIFE}::test_a_delivery_reported_late_still_ends_it",
    ),
    "late_scan_is_told": (
        _DECIDES,
        "current = not late or ends",
        "current = True",
        f"{_LIFE}::test_a_late_scan_is_history_only",
    ),
    "noticed_twice": (
        _DECIDES,
        "if observation(state.attempt, command.what) in state.observed:",
        "if False:",
        f"{_LIFE}::test_what_was_noticed_of_an_old_plan_is_refused",
    ),
    "noticed_of_an_old_plan": (
        _DECIDES,
        " or state.carrier.joined != command.joined:",
        ":",
        f"{_LIFE}::test_what_was_noticed_of_an_old_plan_is_refused",
    ),
    "stale_plan_assigns": (
        _DECIDES,
        "if carrier and carrier.courier == command.courier and carrier.joined >= command.route_version:",
        "if False:",
        f"{_LIFE}::test_a_stale_plan_assigns_nothing",
    ),
    "stale_plan_withdraws": (
        _DECIDES,
        "if carrier is None or carrier.joined >= command.route_version:",
        "if carrier is None:",
        f"{_LIFE}::test_a_stale_plan_assigns_nothing",
    ),
    "reports_from_tomorrow": (
        _DECIDES,
        "if command.at_ms > now_ms + MAX_AHEAD_MS:",
        "if False:",
        f"{_LIFE}::test_from_the_future",
    ),
    "happened_when_it_was_told": (
        _DECIDES,
        "    return min(command.at_ms, now_ms)\n",
        "    return now_ms\n",
        _LATE,
    ),
    "loser_keeps_the_shipment": (
        _DECIDES,
        "losers = [(c.courier, c.joined) for c in state.carriers if c.until_ms is not None]",
        "losers: list[tuple[str, int]] = []",
        f"{_PLAN}::test_who_loses_a_shipment_takes_it_off_his_plan",
    ),
    "refused_courier_keeps_the_shipment": (
        _DECIDES,
        "        losers.append(mine)\n",
        "        pass\n",
        f"{_PLAN}::test_who_is_refused_a_shipment_takes_it_off_his_plan",
    ),
    "plan_decided_twice": (
        _PLANS,
        "if plan is not None and command.id in plan.decided:",
        "if False:",
        f"{_PLAN}::test_a_repeated_command_is_decided_once",
    ),
    "two_ends_by_arrival": (
        _DECIDES,
        "before_the_end = at_ms < state.status_ms and status.tag_of(before)",
        "before_the_end = False and status.tag_of(before)",
        f"{_LIFE}::test_of_two_ends_the_earlier_is_true_whichever_is_reported_first",
    ),
    "unregistered_ids_are_taken": (
        _DECIDES,
        "if state.registered and command.tenant != state.tenant:",
        "if command.tenant != state.tenant:",
        f"{_LIFE}::test_anothers_report_on_an_id_that_is_not_registered_yet_takes_nothing",
    ),
    "plan_follows_by_number_alone": (
        "shared/domain/plan.py",
        "record.prev == (plan.id if plan else None) and ",
        "",
        f"{_PLAN}::test_of_two_records_after_the_same_one_the_first_counts",
    ),
    "joined_anew_with_every_plan": (
        _PLANS,
        "joined=joined.get(s.shipment, version)",
        "joined=version",
        f"{_PLAN}::test_a_new_plan_keeps_when_each_joined",
    ),
    "every_shipment_of_a_plan_for_a_door": (
        _PLANS,
        "                handover=s.handover,\n",
        "",
        f"{_PLAN}::test_a_plan_keeps_where_each_is_handed_over",
    ),
    "every_shipment_for_a_door": (
        _FOLD,
        "                handover=event.handover,\n",
        "",
        f"{_LIFE}::test_where_it_is_handed_over_is_of_the_shipment_to_its_end",
    ),
    "on_two_routes": (
        _PLANS,
        "others = (_strip(r, taken) for r in plan.routes",
        "others = (r for r in plan.routes",
        f"{_PLAN}::test_a_shipment_is_on_one_route_of_a_courier",
    ),
    "twice_on_a_route": (
        _PLANS,
        "if len(set(planned)) != len(planned):",
        "if False:",
        f"{_PLAN}::test_routes_that_cannot_be",
    ),
    "setting_out_again_moves_the_start": (
        _PLANS,
        "set_out_ms=r.set_out_ms or at_ms",
        "set_out_ms=at_ms",
        f"{_PLAN}::test_setting_out_is_once_and_begins_duty",
    ),
    "off_duty_on_the_road": (
        _PLANS,
        '                "duty": _on_duty(plan, at_ms),\n',
        "",
        f"{_PLAN}::test_setting_out_is_once_and_begins_duty",
    ),
    "started_with_every_plan": (
        _PLANS,
        "elif out and was[shipment][0].set_out_ms is None:",
        "elif out:",
        f"{_PLAN}::test_setting_out_is_once_and_begins_duty",
    ),
    "taken_back_by_any_version": (
        _PLANS,
        "if joined_versions(plan).get(shipment) != joined:",
        "if False:",
        f"{_PLAN}::test_what_joined_again_is_not_taken_back",
    ),
    "taken_back_is_withdrawn": (
        _PLANS,
        "if not isinstance(command, TakeBack):",
        "if True:",
        f"{_PLAN}::test_who_loses_a_shipment_takes_it_off_his_plan",
    ),
    "left_out_stays_with_him": (
        _PLANS,
        "            if shipment not in now\n",
        "            if False\n",
        f"{_PLAN}::test_what_a_new_plan_leaves_out_is_withdrawn",
    ),
    "stop_of_a_late_report": (
        f"{_STAGES}/core.py",
        "not event.current or after.carrier is None",
        "after.carrier is None",
        f"{_CORE}::test_a_late_report_changes_no_stop_and_tells_nobody",
    ),
    "stop_never_open_again": (
        f"{_STAGES}/core.py",
        "open=not over,",
        "open=False,",
        f"{_CORE}::test_stops_end_and_open_again",
    ),
    "taken_over_at_every_scan": (
        f"{_STAGES}/core.py",
        'elif tag is Tag.IN_TRANSIT and tag_of(before.substatus or "Pending_001") in (\n'
        "                Tag.PENDING,\n                Tag.INFO_RECEIVED,\n            ):",
        "elif tag is Tag.IN_TRANSIT:",
        f"{_CORE}::test_what_is_told_of_a_life",
    ),
    "out_again_at_every_plan": (
        f"{_STAGES}/core.py",
        "case Assigned(out=True) if not before.out:",
        "case Assigned(out=True):",
        f"{_CORE}::test_what_is_told_of_a_life",
    ),
    "recipient_unmasked": (
        f"{_STAGES}/core.py",
        'name = f"{first} {others[-1][0]}." if others else first',
        "name = recipient.name",
        f"{_CORE}::test_a_recipient_is_masked",
    ),
    "rebuild_sends": (
        f"{_STAGES}/agents.py",
        "producing=not settings.rebuilding",
        "producing=True",
        _REBUILD,
    ),
    "rebuild_forgets_what_came_meanwhile": (
        f"{_STAGES}/projection.py",
        "elif event.seq <= before.seq:",
        "elif False:",
        _REBUILD,
    ),
}
