"""What comes to our domain: answers as mail programs write them, and servers' reports."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.mime_read import own_words, read
from shared.ports.incoming import Answer, Bounce

QUOTED = "> Το δέμα σας έρχεται σήμερα\n> 14:20–14:35\n>\n> Athens Couriers\n"


def mail(text: str, **headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "Maria <Maria@Example.org>", "To": "r.abc@d.example", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return bytes(message)


@pytest.mark.parametrize(
    "intro",
    [
        "On Fri, 27 Nov 2026 at 14:02, Shop via Carrier <notices@d.example> wrote:",
        "On Fri, 27 Nov 2026 at 14:02, Shop via Carrier\n<notices@d.example> wrote:",
        "Στις Παρ 27 Νοε 2026 στις 2:02 μ.μ., ο χρήστης Shop <notices@d.example> έγραψε:",
        "пт, 27 нояб. 2026 г. в 14:02, Shop via Carrier <notices@d.example>:",
    ],
)
def test_what_is_quoted_below_is_left_out(intro: str) -> None:
    assert own_words(f"Κτυπήστε δυνατά.\n\nΕυχαριστώ\n\n{intro}\n{QUOTED}") == "Κτυπήστε δυνατά.\n\nΕυχαριστώ"
    assert own_words(f"Yes\n\n{intro}\n\n{QUOTED}\n\n") == "Yes"


def test_answers_between_quoted_lines_stay_with_them() -> None:
    text = "> At which floor?\nThe third.\n> And the bell?\nPapadopoulou"
    assert own_words(text) == text


def test_a_line_of_ones_own_before_a_quotation_stays() -> None:
    assert own_words(f"This is wrong\n{QUOTED}") == "This is wrong"


def test_a_signature_is_left_out() -> None:
    assert own_words("Third floor\n-- \nMaria\n+30 690") == "Third floor"


def test_who_writes_nothing_but_a_quotation_is_shown_with_it() -> None:
    assert own_words(QUOTED) == QUOTED.strip()


@given(st.text(st.sampled_from("ab >\n:-α"), max_size=80))
def test_own_words_add_nothing_and_lose_not_all(text: str) -> None:
    own = own_words(text)
    assert own in text
    assert bool(own) == bool(text.strip())


def test_an_answer() -> None:
    raw = mail(
        f"Third floor\n\nShop wrote:\n{QUOTED}",
        Subject="Re: Σήμερα",
        Message_ID="<a1@example.org>",
        In_Reply_To="<n.2@d.example>",
        References="<n.1@d.example> <n.2@d.example>",
    )
    assert read(raw) == Answer(
        id="a1@example.org",
        sender="maria@example.org",
        to=("r.abc@d.example",),
        subject="Re: Σήμερα",
        text="Third floor",
        answers=("n.2@d.example", "n.1@d.example"),
    )


def test_an_answer_in_html_alone() -> None:
    message = EmailMessage()
    message["From"] = "maria@example.org"
    message.set_content(
        "<style>p{}</style><div>Third floor &amp; left</div><div>Thanks<br></div>"
        "<blockquote>old</blockquote>",
        subtype="html",
    )
    answer = read(bytes(message))
    assert isinstance(answer, Answer)
    assert answer.text == "Third floor & left\nThanks"


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied; owner=x"}, True),
        ({"Precedence": "bulk"}, True),
        ({"X_Autoreply": "yes"}, True),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], automatic: bool) -> None:
    answer = read(mail("I am away", **headers))
    assert isinstance(answer, Answer)
    assert answer.automatic is automatic


def report(action: str, status: str, about: str = "Message-ID: <n.1@d.example>\n") -> bytes:
    return (
        "From: mailer-daemon@example.org\nTo: b@d.example\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\n\nIt could not be delivered.\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.org\n\n"
        f"Final-Recipient: rfc822; maria@example.org\nAction: {action}\nStatus: {status}\n"
        f"--x\nContent-Type: message/rfc822\n\n{about}Subject: x\n\nbody\n--x--\n"
    ).encode()


def test_reports() -> None:
    assert read(report("failed", "5.1.1")) == Bounce("n.1@d.example", True, "5.1.1")
    assert read(report("delayed", "4.4.1")) == Bounce("n.1@d.example", False, "4.4.1")
    assert read(report("failed", "4.4.7")) == Bounce("n.1@d.example", True, "4.4.7")  # tried for days
    assert read(report("delivered", "2.0.0")) == Bounce("n.1@d.example", False, "2.0.0")


def test_what_is_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no message"):
        read(report("failed", "5.1.1", ""))
    with pytest.raises(ValueError, match="nobody"):
        read(b"Subject: x\n\nx")


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    refused = set()
    for whole in (raw, b"From: a@b.c\n" + raw, b"From: a@b.c\nContent-Type: multipart/report\n" + raw):
        try:
            read(whole)
        except ValueError as error:
            refused.add(str(error))
    assert refused <= {"a mail from nobody", "a report about no message"}
