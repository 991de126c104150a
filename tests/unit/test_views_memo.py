"""Unchanged views are not decoded again; nothing old is ever taken for what is stored now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.redis.memo import Memo

stored = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.sampled_from([b"1", b"2", b"3"]))


@given(reads=st.lists(stored, max_size=12), most=st.integers(1, 5))
def test_what_is_read_is_what_is_stored(reads: list[dict[str, bytes | None]], most: int) -> None:
    memo: Memo[int] = Memo(int, most)
    for read in reads:
        expected = [None if raw is None else int(raw) for raw in read.values()]
        assert memo.decoded(list(read), list(read.values())) == expected


def test_the_same_bytes_are_decoded_once_and_what_is_not_asked_for_is_forgotten() -> None:
    decoded: list[bytes] = []
    memo: Memo[list[bytes]] = Memo(lambda raw: decoded.append(raw) or [raw], most=2)  # type: ignore[func-returns-value]
    [first] = memo.decoded(["a"], [b"1"])
    [second] = memo.decoded(["a"], [b"1"])
    assert first is second
    assert decoded == [b"1"]
    for name in "bcdefg":
        memo.decoded([name], [b"1"])
    assert memo.decoded(["a"], [b"1"]) == [[b"1"]]
    assert decoded.count(b"1") == 8
