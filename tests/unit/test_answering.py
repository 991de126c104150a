"""Addresses that answers go to, and what is made of the mail that comes there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.core.forwarding import Forward, written
from services.notifier.core.incoming import (
    SHOP,
    Apart,
    Bounced,
    FromRecipient,
    FromShop,
    Left,
    guess,
    judge,
)
from services.notifier.core.ledger import Notice
from shared.adapters import mime, mime_read
from shared.contracts.common import Contact
from shared.contracts.merchants import Merchant
from shared.domain.answering import MOST, Addressed, AnswerAddresses
from shared.ports.incoming import Answer, Bounce
from shared.ports.sending import Reason

KEY, NOTICE = "a-ticket-key-of-tests", "n-" + "a2" * 13
ADDRESSES = AnswerAddresses(KEY, "mail.example.org")
SHOPS = Merchant(merchant="books", tenant="athens", name="Books", contact=Contact(email="help@books.example"))


@given(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26).map("n-{}".format))
def test_an_address_says_which_notice_whatever_its_case_and_fits(notice: str) -> None:
    for purpose in ("reply", "bounce"):
        address = ADDRESSES.of(purpose, notice)
        assert mime.address(address) == address
        assert len(address.partition("@")[0]) <= MOST
        for spelt in (address, address.upper(), f" {address} "):
            assert ADDRESSES.read(spelt) == Addressed(purpose, notice)


def test_who_has_not_the_key_seals_none() -> None:
    good = ADDRESSES.of("reply", NOTICE)
    others = AnswerAddresses("another-key-of-tests", "mail.example.org").of("reply", NOTICE)
    flipped = good.replace("@", "@").replace(good[10], "b" if good[10] != "b" else "c", 1)
    assert ADDRESSES.read(others) == Addressed("reply", None, forged=True)
    assert ADDRESSES.read(flipped) == Addressed("reply", None, forged=True)
    assert ADDRESSES.read(good.replace("reply+", "bounce+")) == Addressed("bounce", None, forged=True)
    assert ADDRESSES.read("reply+x@mail.example.org") == Addressed("reply", None, forged=True)
    assert ADDRESSES.read("reply@mail.example.org") == Addressed("reply", None)
    assert ADDRESSES.read("postmaster@mail.example.org") is None
    assert ADDRESSES.read(good.replace("mail.example.org", "example.org")) is None
    rotated = AnswerAddresses(f"a-newer-key-of-tests,{KEY}", "mail.example.org")
    assert rotated.read(good) == Addressed("reply", NOTICE)
    with pytest.raises(ValueError, match="id"):
        ADDRESSES.of("reply", "s-1")


def notice(**changes: Any) -> Notice:
    values: dict[str, Any] = {
        "notice": NOTICE,
        "lead": NOTICE,
        "shipment": "s-1",
        "kind": "late",
        "revision": 5,
        "recipient": "mark",
        "channel": "email",
        "tenant": "athens",
        "merchant": "books",
    }
    return Notice(**(values | changes))


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "1@example.org",
        "sender": "maria@example.org",
        "to": (),
        "subject": "Re: late",
        "text": "When?",
    }
    return Answer(**(values | changes))


REPLY, BOUNCE = Addressed("reply", NOTICE), Addressed("bounce", NOTICE)


@pytest.mark.parametrize(
    ("addressed", "of", "came", "sender", "verdict"),
    [
        (REPLY, notice(), answer(), "maria@example.org", FromRecipient()),
        (REPLY, notice(channel="sms"), answer(), "maria@example.org", FromRecipient()),
        (REPLY, notice(), answer(automatic=True), "maria@example.org", Left("automatic")),
        (REPLY, notice(), answer(), "", Left("automatic")),
        (REPLY, notice(), answer(sender="x@mail.example.org"), "x@mail.example.org", Left("automatic")),
        (REPLY, None, answer(), "maria@example.org", Apart("unmatched")),
        (Addressed("reply", None, forged=True), None, answer(), "a@b.example", Apart("forged")),
        (Addressed("reply", None), None, answer(), "a@b.example", Apart("unmatched")),
        (REPLY, notice(recipient=SHOP), answer(sender="eva@books.example"), "eva@books.example", FromShop()),
        (REPLY, notice(recipient=SHOP), answer(), "maria@example.org", Apart("other_sender")),
        (REPLY, notice(channel="webhook"), answer(), "maria@example.org", Apart("unmatched")),
        (BOUNCE, notice(), answer(), "maria@example.org", Left("not_a_report")),
        (BOUNCE, notice(), Bounce("x", True, "5.1.1"), "", Bounced(Reason.ADDRESS)),
        (BOUNCE, notice(), Bounce("x", True, "5.7.1"), "", Bounced(Reason.REFUSED)),
        (BOUNCE, notice(), Bounce("x", True, ""), "", Bounced(Reason.ADDRESS)),
        (BOUNCE, notice(), Bounce("x", False, "4.4.1"), "", Left("not_yet")),
        (BOUNCE, notice(channel="sms"), Bounce("x", True, "5.1.1"), "", Left("report_of_nothing")),
        (Addressed("bounce", None, forged=True), None, Bounce("x", True, ""), "", Left("report_of_nothing")),
        (REPLY, notice(), Bounce("x", True, "5.1.1"), "", Left("report_of_nothing")),
    ],
)
def test_what_is_made_of_it(
    addressed: Addressed, of: Notice | None, came: Answer | Bounce, sender: str, verdict: object
) -> None:
    assert judge(addressed, of, came, sender, SHOPS, "mail.example.org") == verdict


def test_a_shop_without_an_address_answers_nothing_by_mail() -> None:
    nowhere = Merchant(merchant="books", tenant="athens", name="Books")
    came = answer(sender="eva@books.example")
    assert judge(REPLY, notice(recipient=SHOP), came, "eva@books.example", nowhere, "x.example") == Apart(
        "other_sender"
    )


def test_what_a_mail_says_it_answers_is_a_guess_of_our_domain_alone() -> None:
    assert guess(answer(answers=("1@x.example", f"{NOTICE}@mail.example.org")), "mail.example.org") == NOTICE
    assert guess(answer(answers=(f"{NOTICE}@x.example",)), "mail.example.org") is None


def test_attachments_are_counted_and_a_report_may_leave_out_its_message() -> None:
    raw = (
        b"From: m@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee the picture.\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n"
        b"--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment\r\n\r\n1,2\r\n--b--\r\n"
    )
    came = mime_read.read(raw)
    assert isinstance(came, Answer)
    assert (came.text, came.attachments) == ("See the picture.", 2)
    report = (
        b"From: mailer-daemon@example.org\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; m@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert mime_read.read(report, NOTICE) == Bounce(NOTICE, True, "5.1.1")


@pytest.mark.parametrize("language", ["el", "ru", "en"])
def test_a_shop_is_written_the_words_and_how_to_answer(language: Any) -> None:
    about = Forward(
        language=language,
        order_number="GR-1\r\nBcc: x@example.org",
        name="Maria",
        text="Where is it?\n\nM.",
        way="sms",
        attachments=True,
        by_mail=True,
    )
    subject, text = written(about)
    assert "\n" not in subject
    assert "\r" not in subject
    assert "GR-1" in subject
    assert "Maria" in text
    assert "SMS" in text
    assert "Where is it?\n\nM." in text
    elsewhere = Forward(
        language=language,
        order_number="GR-1",
        name=None,
        text=None,
        way="email",
        attachments=False,
        by_mail=False,
    )
    assert "API" in written(elsewhere)[1]
    assert "API" not in text
