"""Mails as bytes: whatever people are called and write, the headers are ours and the text is theirs."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters import mime
from shared.adapters.smtp import Server
from shared.ports.mailer import Mail

MAIL = Mail("n.1@d.example", "maria@example.org", "Shop", "Subject", "text", 1_795_000_000_000, language="el")
WRITTEN = st.text(st.characters(codec="utf-8"), max_size=200)
BREAKS = st.sampled_from(
    ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\r\nBcc: v@example.org\r\n\r\n"]
)
EVIL = st.lists(st.one_of(WRITTEN, BREAKS), max_size=6).map("".join)


def shown(raw: bytes, name: str) -> str:
    """A header as mail programs show it (RFC 2047 §6.2)."""
    return str(make_header(decode_header(message_from_bytes(raw, policy=policy.compat32)[name])))


@pytest.mark.parametrize(
    "text",
    [
        "Out for delivery, today 09:05–09:30",
        "Чайная лавка «Самоварная, 7»",
        "я" * 200,
        "long and plain " * 8 + "–",
        "Κεραμικά Λυγαριά: παραλάβαμε την παραγγελία σας, έρχεται σήμερα μεταξύ 14:20–14:35",
    ],
)
def test_subjects_and_names_are_shown_as_they_were_written(text: str) -> None:
    raw = bytes(mime.build(replace(MAIL, sender=text, subject=text), "own@d.example"))
    assert shown(raw, "Subject") == text.strip()
    assert shown(raw, "From") == f"{text.strip()} <own@d.example>"


@given(sender=EVIL, subject=EVIL, text=WRITTEN, html=WRITTEN)
def test_headers_are_ours_whatever_is_written_in_them(
    sender: str, subject: str, text: str, html: str
) -> None:
    plain = mime.build(MAIL, "own@d.example").keys()
    raw = bytes(mime.build(replace(MAIL, sender=sender, subject=subject, text=text), "own@d.example"))
    read = message_from_bytes(raw, policy=policy.default)
    assert sorted(read.keys()) == sorted(plain)
    assert [one.addr_spec for one in read["From"].addresses] == ["own@d.example"]
    assert [one.addr_spec for one in read["To"].addresses] == [MAIL.to]
    raw = bytes(mime.build(replace(MAIL, subject=subject, text=text, html=html), "own@d.example"))
    read = message_from_bytes(raw, policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
    assert raw.isascii()


@given(subject=st.text(st.sampled_from("Σήμερα 14:20–14:35 Έτοιμο заказ αβγ€😀,:;\"'<>()=?_"), max_size=150))
def test_subjects_are_read_as_they_were_written(subject: str) -> None:
    raw = bytes(mime.build(replace(MAIL, subject=subject), "own@d.example"))
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == mime.line(subject)


@given(text=st.text(st.sampled_from("αβγ δ.\nabc=?\t–😀"), max_size=300))
def test_texts_are_read_as_they_were_written(text: str) -> None:
    raw = bytes(mime.build(replace(MAIL, text=text), "own@d.example"))
    read = message_from_bytes(raw, policy=policy.default)
    assert read.get_content().splitlines() == (text.splitlines() or [""])


@given(st.text(max_size=60))
def test_an_address_is_one_or_is_refused(written: str) -> None:
    try:
        address = mime.address(written + "@example.org")
    except ValueError:
        return
    assert address.isascii()
    assert not set(address) & set(' <>,;:"()[]\\\r\n\t')
    assert address.count("@") == 1


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:8025", Server("127.0.0.1", 8025)),
        ("smtp://mail.example.org", Server("mail.example.org", 25)),
        ("smtp+starttls://mail.example.org", Server("mail.example.org", 587, "starttls")),
        ("smtps://u%40x:p%2Fw@mail.example.org", Server("mail.example.org", 465, "tls", "u@x", "p/w")),
        # a login leaves for another machine only encrypted
        ("smtp://u:p@mail.example.org", Server("mail.example.org", 25, "starttls", "u", "p")),
        ("smtp://u:p@127.0.0.1", Server("127.0.0.1", 25, "auto", "u", "p")),
    ],
)
def test_servers_addresses(url: str, server: Server) -> None:
    assert Server.at(url) == server
    assert "p/w" not in repr(Server.at(url))


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://x", "smtp://", "smtp://x/y", "smtp://x:port"]
)
def test_what_is_no_servers_address(url: str) -> None:
    with pytest.raises(ValueError, match="an address such as"):
        Server.at(url)


def test_a_login_told_apart_is_used_where_the_address_has_none() -> None:
    assert Server.at("smtps://mail.example.org", "u", "p").username == "u"
    assert Server.at("smtps://v:q@mail.example.org", "u", "p").username == "v"


def test_personal_data_and_secrets_are_not_in_what_is_printed() -> None:
    told = repr(replace(MAIL, reply_to="r@d.example", unsubscribe_url="https://x/n#secret"))
    for word in ("maria", "Subject", "text", "Shop", "secret", "r@d"):
        assert word not in told
