"""Whose address it is, whose origin may open sockets, and the caps."""

from __future__ import annotations

import pytest

from services.gateway.core.admission import Cap, address_key, allowed_origins, origin_of


def test_a_cap_holds_for_each_key() -> None:
    cap = Cap(2)
    assert [cap.take("a"), cap.take("a"), cap.take("a"), cap.take("b")] == [True, True, False, True]
    cap.give_back("a")
    assert cap.take("a")
    for key in ("a", "a", "b"):
        cap.give_back(key)
    assert len(cap) == 0, "nothing is kept for who has left"


@pytest.mark.parametrize(
    ("peer", "forwarded", "key"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.4"], "198.51.100.4"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.4"], "198.51.100.4"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.4"], "198.51.100.4"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
    ],
    ids=["IPv4", "a household", "mapped", "by our proxy", "claimed before it", "two headers", "no address"],
)
def test_an_address_is_counted_under(peer: str, forwarded: list[str], key: str) -> None:
    assert address_key(peer, forwarded) == key


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://track.example.org/", "https://track.example.org"),
        ("https://track.example.org:443/x", "https://track.example.org"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("HTTP://Track.Example.org:8080/p?q", "http://track.example.org:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["", "null", "*", "ftp://a", "track.example.org"])
def test_what_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        origin_of(url)


def test_the_portals_origin_is_allowed_unless_others_are_named() -> None:
    assert allowed_origins("", "https://track.example.org/") == ["https://track.example.org"]
    assert allowed_origins("https://a.example, https://b.example", "https://c.example") == [
        "https://a.example",
        "https://b.example",
    ]
    assert "http://localhost:8080" in allowed_origins("", "http://127.0.0.1:8080")
    assert "http://127.0.0.1.example.org" not in allowed_origins("", "http://127.0.0.1:8080")
