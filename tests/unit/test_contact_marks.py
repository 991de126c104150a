"""Marks that stand for contacts: the same for portal and notifier, and whatever becomes of the ticket key."""

from __future__ import annotations

import pytest

from services.notifier.core.identity import Marks
from shared.domain.contacts import ContactMarks
from tests.unit.portal_kit import running

OLD, NEW = "the-ticket-key-of-last-year", "the-ticket-key-of-this-year"
MAIL = "maria@example.org"


def test_who_wants_no_more_messages_is_known_while_the_key_is_changed_and_after() -> None:
    before = ContactMarks(OLD).of("athens", MAIL)
    assert ContactMarks(f"{NEW}, {OLD},").of("athens", " Maria@Example.org") == before
    assert Marks(f"{NEW},{OLD}").contact("athens", MAIL) == before
    assert Marks(NEW, OLD).contact("athens", MAIL) == before
    assert Marks(NEW).contact("athens", MAIL) != before
    assert ContactMarks(OLD).of("patras", MAIL) != before, "another carrier's"


def test_new_links_follow_from_the_new_key() -> None:
    assert Marks(f"{NEW},{OLD}").link("s-1", "k-1", 0) == Marks(NEW, OLD).link("s-1", "k-1", 0)
    assert Marks(NEW).link("s-1", "k-1", 0) != Marks(OLD).link("s-1", "k-1", 0)


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{NEW},short"])
def test_a_key_that_is_none_makes_no_marks(keys: str) -> None:
    with pytest.raises(ValueError, match="16 characters"):
        ContactMarks(keys)


async def test_the_portal_asks_under_the_same_mark() -> None:
    async with running(ticket_key=NEW, contact_key=OLD) as kit:
        assert kit.portal.marks.of("athens", MAIL) == ContactMarks(OLD).of("athens", MAIL)
