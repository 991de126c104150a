"""Tickets: forged, altered, expired, foreign ones are refused; a key can be rotated."""

from __future__ import annotations

import base64
import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tickets import LIFE_MS, Ticket, TicketRefused, Tickets

NOW = 1_795_168_800_000
LINK = hashlib.sha256(b"secret").hexdigest()
TICKETS = Tickets("a-key-of-sixteen-or-more")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_ticket_says_link_shipment_and_time() -> None:
    text, expires = TICKETS.sign(LINK, "s-1", now_ms=NOW)
    assert expires == NOW + LIFE_MS
    assert TICKETS.verify(text, now_ms=NOW) == Ticket(link=LINK, shipment="s-1", expires_ms=expires)


def test_it_is_taken_until_its_time_and_not_at_it() -> None:
    text, expires = TICKETS.sign(LINK, "s-1", now_ms=NOW, life_ms=1000)
    TICKETS.verify(text, now_ms=expires - 1)
    with pytest.raises(TicketRefused):
        TICKETS.verify(text, now_ms=expires)


def test_another_key_is_refused() -> None:
    text, _ = Tickets("another-key-of-sixteen").sign(LINK, "s-1", now_ms=NOW)
    with pytest.raises(TicketRefused):
        TICKETS.verify(text, now_ms=NOW)


def test_a_payload_for_another_shipment_under_an_old_mac_is_refused() -> None:
    text, expires = TICKETS.sign(LINK, "s-1", now_ms=NOW)
    mac = text.partition(".")[2]
    forged = msgspec.json.encode(Ticket(link=LINK, shipment="s-2", expires_ms=expires))
    with pytest.raises(TicketRefused):
        TICKETS.verify(f"{b64(forged)}.{mac}", now_ms=NOW)


def test_rotation_old_key_verifies_new_key_signs() -> None:
    old, _ = TICKETS.sign(LINK, "s-1", now_ms=NOW)
    both = Tickets("the-new-key-comes-first, a-key-of-sixteen-or-more")
    assert both.verify(old, now_ms=NOW).shipment == "s-1"
    fresh, _ = both.sign(LINK, "s-1", now_ms=NOW)
    with pytest.raises(TicketRefused):
        TICKETS.verify(fresh, now_ms=NOW)


@pytest.mark.parametrize("keys", ["", " , ", "short", "a-key-of-sixteen-or-more,short"])
def test_weak_keys_do_not_start(keys: str) -> None:
    with pytest.raises(ValueError, match="DROMOS_TICKET_KEY"):
        Tickets(keys)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=127))
def test_any_changed_character_is_refused(where: int, by: int) -> None:
    text, _ = TICKETS.sign(LINK, "s-1", now_ms=NOW)
    at = where % len(text)
    changed = text[:at] + chr((ord(text[at]) + by) % 128) + text[at + 1 :]
    if changed != text:
        with pytest.raises(TicketRefused):
            TICKETS.verify(changed, now_ms=NOW)


@given(st.text(max_size=300))
def test_anything_else_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(TicketRefused):
        TICKETS.verify(text, now_ms=NOW)


def test_a_very_long_one_is_refused_before_it_is_read() -> None:
    text, _ = TICKETS.sign(LINK, "s-1", now_ms=NOW)
    with pytest.raises(TicketRefused):
        TICKETS.verify(text + "A" * 5000, now_ms=NOW)
