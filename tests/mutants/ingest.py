"""Mutants of what phones' messages come to: name -> (file, what stands there, what is put there, the test
that must fail). Each `old` occurs exactly once in its file."""

from __future__ import annotations

_CORE = "services/ingest/core"
_OSMAND = f"{_CORE}/protocols/osmand.py"
_TRACCAR9 = f"{_CORE}/protocols/traccar9.py"
_OWNTRACKS = f"{_CORE}/protocols/owntracks.py"
_OVERLAND = f"{_CORE}/protocols/overland.py"
_GPSLOGGER = f"{_CORE}/protocols/gpslogger.py"
_NATIVE = f"{_CORE}/protocols/native.py"
_TESTS = "tests/unit/test_ingest_"
_FUZZ = "tests/unit/test_ingest_fuzz.py"
_SCRUB = "tests/unit/test_ingest_scrub.py"
_DEVICES = "tests/unit/test_ingest_devices.py"
_SECRETS = "tests/unit/test_ingest_secrets.py::test_no_secret_is_shown"

MUTANTS: dict[str, tuple[str, str, str, str]] = {
    "knots_are_metres": (
        _OSMAND,
        'scaled(params.get("speed"), KNOT_MPS)',
        'scaled(params.get("speed"), 1)',
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "knots_are_kilometres": (
        f"{_CORE}/values.py",
        "KNOT_MPS = 1852 / 3600",
        "KNOT_MPS = 1 / 3.6",
        f"{_TESTS}traccar10.py::test_traccar10_speed_is_ten_metres_a_second",
    ),
    "kilometres_are_metres": (
        _OWNTRACKS,
        "speed * KMH_MPS",
        "speed",
        f"{_TESTS}owntracks.py::test_owntracks",
    ),
    "metres_are_knots": (
        _TRACCAR9,
        'scaled(coords.get("speed"), 1)',
        'scaled(coords.get("speed"), 1852 / 3600)',
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "minus_one_is_a_speed": (
        f"{_CORE}/values.py",
        "if speed_mps is not None and not 0 <= speed_mps <= MAX_SPEED_MPS:",
        "if speed_mps is not None and not -1 <= speed_mps <= MAX_SPEED_MPS:",
        f"{_TESTS}protocols.py::test_a_measure_that_cannot_be_is_left_out_wherever_it_comes_from",
    ),
    "minus_one_is_a_measure": (
        f"{_CORE}/values.py",
        "None if found is None or found < 0 else found * factor",
        "None if found is None else abs(found) * factor",
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "minus_one_is_a_bearing": (
        f"{_CORE}/values.py",
        "bearing_deg % 360 if 0 <= bearing_deg <= 360 else None",
        "bearing_deg % 360",
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "zero_is_an_accuracy": (
        f"{_CORE}/values.py",
        "not 0 < accuracy_m <= MAX_ACCURACY_M",
        "not 0 <= accuracy_m <= MAX_ACCURACY_M",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "zero_is_known": (
        _OWNTRACKS,
        "found is not None and found > 0",
        "found is not None and found >= 0",
        f"{_TESTS}owntracks.py::test_owntracks",
    ),
    "battery_of_one": (
        _TRACCAR9,
        'scaled(battery.get("level"), 100)',
        'scaled(battery.get("level"), 1)',
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "battery_of_any_size": (
        f"{_CORE}/values.py",
        "return value if value is not None and 0 <= value <= 100 else None",
        "return value",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "seconds_are_milliseconds": (
        f"{_CORE}/times.py",
        "return number * 1000 if number < SECONDS_BELOW else number",
        "return number",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "milliseconds_are_seconds": (
        f"{_CORE}/times.py",
        "return number * 1000 if number < SECONDS_BELOW else number",
        "return number * 1000",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "seconds_are_milliseconds_in_json": (
        f"{_CORE}/times.py",
        "return round(value * 1000) if value < SECONDS_BELOW else int(value)",
        "return int(value)",
        f"{_TESTS}owntracks.py::test_owntracks",
    ),
    "seconds_are_taken_for_milliseconds": (
        _NATIVE,
        "if value < SECONDS_BELOW:",
        "if False:",
        f"{_TESTS}native.py::test_native",
    ),
    "text_time_is_local": (
        f"{_CORE}/times.py",
        "at = at.replace(tzinfo=UTC)",
        "at = at.replace(tzinfo=UTC) - timedelta(hours=2)",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "fix_from_the_future": (
        f"{_CORE}/times.py",
        "if at_ms > received_ms + MAX_AHEAD_MS:",
        "if False:",
        f"{_TESTS}native.py::test_native",
    ),
    "fix_of_last_week": (
        f"{_CORE}/times.py",
        "if at_ms < received_ms - MAX_AGE_MS:",
        "if False:",
        f"{_TESTS}native.py::test_native",
    ),
    "fix_without_a_clock": (
        f"{_CORE}/values.py",
        "    check_time(at_ms, received_ms)\n",
        "",
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "sign_of_life_from_the_future": (
        _NATIVE,
        "        check_time(at_ms, received_ms)\n",
        "",
        f"{_TESTS}native.py::test_native",
    ),
    "heartbeat_at_0_0_is_a_place": (
        f"{_CORE}/values.py",
        "if x == 0 and y == 0:",
        "if False:",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "heartbeat_is_a_position": (
        _TRACCAR9,
        "    if coords is None:\n",
        "    if False:\n",
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "heartbeat_has_a_geometry": (
        f"{_CORE}/records.py",
        "return courier_positions.sign_of_life(outcome.at_ms)",
        "outcome = Fix(0.0, 0.0, outcome.at_ms)",
        f"{_DEVICES}::test_a_sign_of_life_has_no_place",
    ),
    "invented_positions_count": (
        _TRACCAR9,
        'if location.get("mock") is True:',
        "if False:",
        f"{_TESTS}traccar9.py::test_traccar9_json",
    ),
    "void_positions_count": (
        _OSMAND,
        'if params.get("valid", "true").lower() not in ("true", "1"):',
        "if False:",
        f"{_TESTS}osmand.py::test_osmand_query",
    ),
    "saved_places_count": (
        _OWNTRACKS,
        'if kind in ("location", "transition"):',
        'if kind in ("location", "transition", "waypoint"):',
        f"{_TESTS}owntracks.py::test_owntracks",
    ),
    "overland_speeds_are_kilometres": (
        _OVERLAND,
        'scaled(properties.get("speed"), 1)',
        'scaled(properties.get("speed"), 1 / 3.6)',
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_battery_of_one": (
        _OVERLAND,
        'scaled(properties.get("battery_level"), 100)',
        'scaled(properties.get("battery_level"), 1)',
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_latitude_first": (
        _OVERLAND,
        'case {"type": "Point", "coordinates": [lon, lat, *_]}:',
        'case {"type": "Point", "coordinates": [lat, lon, *_]}:',
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_void_coordinates_count": (
        _OVERLAND,
        "if accuracy_m is not None and accuracy_m < 0:",
        "if False:",
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_void_altitudes_count": (
        _OVERLAND,
        "height_known = vertical_m is None or vertical_m >= 0",
        "height_known = True",
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_trips_and_visits_count": (
        _OVERLAND,
        'if properties.get("type") == "trip" or properties.get("action") is not None:',
        "if False:",
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_sign_of_life_from_the_future": (
        _OVERLAND,
        "        check_time(at_ms, received_ms)\n",
        "",
        f"{_TESTS}overland.py::test_overland_member",
    ),
    "overland_present_place_waits_for_the_backlog": (
        _OVERLAND,
        "        members.append(current)\n",
        "        pass\n",
        f"{_TESTS}overland.py::test_overland_reads_each_member_by_itself_in_its_order_and_the_present_place_last",
    ),
    "overland_present_place_comes_first": (
        _OVERLAND,
        "members.append(current)",
        "members.insert(0, current)",
        f"{_TESTS}overland.py::test_overland_reads_each_member_by_itself_in_its_order_and_the_present_place_last",
    ),
    "overland_longest_batch_is_refused": (
        _OVERLAND,
        'if current != b"null" and len(members) < MAX_READINGS:',
        'if current != b"null":',
        f"{_TESTS}overland.py::test_the_longest_batch_of_overland_is_not_made_too_long",
    ),
    "overland_names_nobody": (
        _OVERLAND,
        "tuple(frozenset({name}) for name in names)",
        "()",
        f"{_TESTS}overland.py::test_overland_names_its_device_in_every_member",
    ),
    "overland_is_not_told_to_forget": (
        _OVERLAND,
        """return b'{"result":"ok"}'""",
        "return b'{}'",
        "tests/unit/test_ingest_api.py"
        "::test_of_a_batch_the_usable_is_taken_the_rest_parked_and_the_app_told_to_forget_all",
    ),
    "gpslogger_zero_is_a_speed": (
        _GPSLOGGER,
        "speed_mps=_speed(params) or None",
        "speed_mps=_speed(params)",
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_zero_is_a_bearing": (
        _GPSLOGGER,
        'maybe(params.get("dir")) or None',
        'maybe(params.get("dir"))',
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_speeds_are_knots": (
        _GPSLOGGER,
        'scaled(params["spd"], 1)',
        'scaled(params["spd"], 1852 / 3600)',
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_kilometres_are_metres": (
        _GPSLOGGER,
        'scaled(params.get("spd_kph"), KMH_MPS)',
        'scaled(params.get("spd_kph"), 1)',
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_old_place_is_the_present_one": (
        _GPSLOGGER,
        'raise Unfit(Reason.NO_TIME, "the app\'s template needs time=%TIME")',
        "at = str(received_ms)",
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_time_is_whole_seconds": (
        _GPSLOGGER,
        '_TIMES = ("time", "timeoffset", "timestamp")',
        '_TIMES = ("timestamp", "timeoffset", "time")',
        f"{_TESTS}gpslogger.py::test_gpslogger_body",
    ),
    "gpslogger_user_is_nobody": (
        _GPSLOGGER,
        "for name in (*named, request.user) if name",
        "for name in named if name",
        f"{_TESTS}gpslogger.py::test_gpslogger_names_its_device_by_id_or_user",
    ),
    "gpslogger_keeps_a_secret": (
        _GPSLOGGER,
        "part for part in (request.query.raw, form.raw) if part",
        "part for part in (request.query.raw, request.body) if part",
        f"{_TESTS}gpslogger.py::test_gpslogger_query_and_body_are_one_message_and_its_text_has_no_secret",
    ),
    "latitude_before_longitude": (
        f"{_CORE}/records.py",
        "                round(outcome.lon, _COORDINATE_DECIMALS),\n"
        "                round(outcome.lat, _COORDINATE_DECIMALS),\n",
        "                round(outcome.lat, _COORDINATE_DECIMALS),\n"
        "                round(outcome.lon, _COORDINATE_DECIMALS),\n",
        "tests/unit/test_ingest_api.py::test_a_fix_is_a_feature_with_its_origin_in_the_headers",
    ),
    "one_name_is_enough": (
        f"{_CORE}/reading.py",
        "return all(device in names for names in self.claims)",
        "return not self.claims or any(device in names for names in self.claims)",
        f"{_TESTS}protocols.py::test_the_last_of_a_repeated_key_counts_and_every_name_is_a_claim",
    ),
    "id_by_receipt": (
        f"{_CORE}/records.py",
        "if not reading.own_time:",
        "if True:",
        f"{_DEVICES}::test_the_id_is_of_the_device_and_the_fix_not_of_its_receipt",
    ),
    "id_without_its_device": (
        f"{_CORE}/records.py",
        "blake2b(device.encode(), digest_size=16)",
        "blake2b(digest_size=16)",
        f"{_DEVICES}::test_the_id_is_of_the_device_and_the_fix_not_of_its_receipt",
    ),
    "the_secret_is_parked": (
        f"{_CORE}/scrub.py",
        '        text = text.replace(form, "***")\n',
        "        pass\n",
        f"{_FUZZ}::test_scrubbing_takes_the_secret_out_of_anything",
    ),
    "escaped_secrets_are_parked": (
        f"{_CORE}/scrub.py",
        'for form in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)} - {""}:',
        "for form in {secret}:",
        f"{_FUZZ}::test_scrubbing_takes_the_secret_out_of_anything",
    ),
    "other_secrets_are_parked": (
        f"{_CORE}/scrub.py",
        "text = _TOKEN.sub(lambda m: _token(m[0], is_secret), text)",
        "text = str(text)",
        f"{_FUZZ}::test_scrubbing_finds_the_secrets_it_knows",
    ),
    "names_of_networks_are_parked": (
        f"{_CORE}/scrub.py",
        "for name, member in value.items() if not _is_private(name)}",
        "for name, member in value.items()}",
        f"{_SCRUB}::test_nothing_planted_in_json_is_kept_whole_or_broken",
    ),
    "names_in_broken_json_are_parked": (
        f"{_CORE}/scrub.py",
        "return _MEMBER.sub(r'\\1\"***\"', _ESCAPED.sub(_unescaped, text))",
        "return text",
        f"{_SCRUB}::test_nothing_planted_in_json_is_kept_whole_or_broken",
    ),
    "fields_of_secrets_are_parked": (
        f"{_CORE}/scrub.py",
        'for piece in text.split("&") if not _is_private(piece.partition("=")[0]))',
        'for piece in text.split("&"))',
        f"{_SCRUB}::test_nothing_planted_in_a_query_is_kept",
    ),
    "an_event_shows_a_secret": (
        f"{_CORE}/records.py",
        'headers["event"] = strip(outcome.event.encode())',
        'headers["event"] = outcome.event',
        _SECRETS,
    ),
}
