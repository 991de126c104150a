"""What is planted in a parked message, in whatever way it is written, is not in what is kept of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.core.scrub import MAX_KEPT, MAX_READ, scrub

CANARY = "Maria's phone"
PRESENTED = "presented-Secret_0f-22"
KNOWN = "known-Secret_of-22-chrs"
PRIVATE = (
    *("SSID", "BSSID", "poi", "desc", "inregions", "inrids", "wifi", "cell", "driverUniqueId", "tag"),
    *("image", "imagename", "password", "secret", "token", "key"),
)
PLANTED = st.recursive(
    st.just(CANARY),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
PRIVATE_NAMES = st.sampled_from([form for name in PRIVATE for form in (name, name.lower(), name.upper())])
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([PRESENTED, KNOWN])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from([PRESENTED, KNOWN]), inner, max_size=4)
        | st.tuples(st.dictionaries(st.text(max_size=8), inner, max_size=2), PRIVATE_NAMES, PLANTED).map(
            lambda made: {**made[0], made[1]: made[2], "lat": "north"}
        )
    ),
    max_leaves=12,
)


def kept(raw: bytes) -> str:
    return scrub(raw, PRESENTED, KNOWN.__eq__)


def check(text: str) -> None:
    assert not any(piece in text for piece in (CANARY, PRESENTED, KNOWN))
    assert len(text) <= MAX_KEPT + 1


def escaped(text: str, which: int) -> str:
    """Every letter of each private name for which `which` has a bit, escaped as JSON allows."""
    for number, name in enumerate(PRIVATE):
        if which >> number & 1:
            for form in {name, name.lower(), name.upper()}:
                text = text.replace(f'"{form}"', '"' + "".join(f"\\u{ord(c):04x}" for c in form) + '"')
    return text


@given(
    st.dictionaries(st.text(max_size=8), VALUES, max_size=4) | st.lists(VALUES, max_size=4),
    PRIVATE_NAMES,
    PLANTED,
    st.integers(0, 2 ** len(PRIVATE) - 1),
    st.sampled_from([None, 0.3, 0.9]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_nothing_planted_in_json_is_kept_whole_or_broken(
    rest: Any, name: str, planted: Any, which: int, cut: float | None, spaced: bool
) -> None:
    text = json.dumps([{name: planted, "rest": rest}, rest], indent=1 if spaced else None)
    raw = escaped(text, which).encode()
    check(kept(raw if cut is None else raw[: int(len(raw) * cut)]))


@given(
    st.lists(
        st.tuples(PRIVATE_NAMES, st.just(CANARY))
        | st.tuples(
            st.text(min_size=1, max_size=8), st.text(max_size=8) | st.sampled_from([PRESENTED, KNOWN])
        ),
        max_size=10,
    ),
    st.booleans(),
)
def test_nothing_planted_in_a_query_is_kept(pairs: list[tuple[str, str]], hard: bool) -> None:
    def name_of(name: str) -> str:
        plain = name.encode(errors="replace")
        return "".join(f"%{b:02x}" for b in plain) if hard else quote(plain, safe="")

    raw = "&".join(f"{name_of(k)}={v if v == CANARY else quote(v, safe='')}" for k, v in pairs)
    check(kept(raw.encode(errors="replace")))


@pytest.mark.parametrize(
    "raw",
    [
        '{"_type":"location","SSID":"Maria\'s phone","lat":"north"}',
        '{"inregions":["Maria\'s phone"],"inrids":["Maria\'s phone"],"lat":"north"}',
        '{"SS\\u0049D":"Maria\'s phone","lat":"north"}',
        '{"wifi":[{"ssid":["x"]},["Maria\'s phone"]],"lat":"north"}',
        '{"a":{"cell":["Maria\'s phone"],"driverUniqueId":"Maria\'s phone"},"lat":"north"}',
        '{"poi":"\\"Maria\'s phone","desc":"Maria\'s phone","lat":"north"}',
    ],
)
def test_what_is_left_of_json_is_json(raw: str) -> None:
    text = kept(raw.encode())
    check(text)
    assert json.loads(text)["lat"] == "north"
    check(kept(raw.removesuffix("}").encode()))  # broken, it says no more
    check(kept(b"\xef\xbb\xbf" + raw.encode()))


@given(st.integers(0, MAX_READ), st.integers(0, 3_000), st.sampled_from(["x", "x ", "x&", '"x",']))
@settings(deadline=None)
def test_no_secret_is_cut_in_half_where_the_reading_ends(before: int, dropped: int, filling: str) -> None:
    """What is taken out makes room for what stands behind it."""
    raw = f'{{"wifi":"{"w" * dropped}","x":"' + filling * (before // len(filling))
    for secret in (PRESENTED, KNOWN, quote(KNOWN, safe="")):
        for head in ("", "[", "a=1&wifi=" + "w" * dropped + "&"):
            text = kept(f"{head}{raw} {secret} {'y ' * MAX_READ}".encode())
            assert secret[:12] not in text


@pytest.mark.parametrize("unit", ["abcdefgh ", "abcdefgh=abcdefgh&", '"abcdefgh",', "[],", "%22abcdefgh"])
def test_the_work_does_not_grow_with_the_message(unit: str) -> None:
    looked_at: list[str] = []

    def is_secret(text: str) -> bool:
        looked_at.append(text)
        return False

    for opening in ("", '{"a":['):
        looked_at.clear()
        scrub((opening + unit * (1_048_576 // len(unit))).encode(), PRESENTED, is_secret)
        assert sum(map(len, looked_at)) < 8 * MAX_KEPT


def test_two_secrets_in_one_word_and_one_in_a_long_word() -> None:
    check(kept(f"x={KNOWN}/{PRESENTED}/{KNOWN}".encode()))
    check(kept(f"x={'=' * 250}{KNOWN}".encode()))
    check(kept(f"note%3D%22{KNOWN}%22".encode()))
