"""Whose a callback is: the provider's own examples, and every change to a good one is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.sms_callbacks import Callbacks, sign
from shared.ports.sms import Forged, SmsState

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
"""The example of the provider's documentation."""


def example(number: str) -> list[tuple[str, str]]:
    return [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", number),
        ("Digits", "1234"),
        ("From", number),
        ("To", "+18005551212"),
    ]


@pytest.mark.parametrize(
    ("number", "signature"),
    [("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("+14158675310", "GvWf1cFY/Q7PnoempGyD5oXAezc=")],
)
def test_the_providers_examples(number: str, signature: str) -> None:
    assert sign("12345", URL, example(number)) == signature
    assert sign("12345", URL, example(number)[::-1]) == signature


FORM = [("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("To", "+306900000010")]


def test_an_old_token_signs_until_it_is_taken_away() -> None:
    url = "https://t.example.org/sms/n-1"
    old = sign("old", url, FORM)
    assert Callbacks(("new", "old")).receipt(url, FORM, old).state is SmsState.DELIVERED
    with pytest.raises(Forged):
        Callbacks(("new",)).receipt(url, FORM, old)


@pytest.mark.parametrize("tokens", [(), ("",), ("good", "")])
def test_without_a_token_nothing_can_be_told(tokens: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="can't be told"):
        Callbacks(tokens)


@pytest.mark.parametrize(
    ("signed", "seen"),
    [
        ("https://t.example.org/x", "https://t.example.org:443/x"),
        ("https://t.example.org:443/x", "https://t.example.org/x"),
        ("http://t.example.org/x", "http://t.example.org:80/x"),
        ("http://t.example.org:8080/x", "http://t.example.org:8080/x"),
    ],
)
def test_a_schemes_own_port_may_stand_there_or_not(signed: str, seen: str) -> None:
    Callbacks(("t",)).receipt(seen, FORM, sign("t", signed, FORM))


@given(
    form=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5),
    other=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5),
)
def test_another_form_has_another_signature(
    form: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    """As far as the rules go: names and values are written one after the other, so `a=bc` is `ab=c`."""

    def written(fields: list[tuple[str, str]]) -> str:
        return "".join(name + value for name, value in sorted(set(fields)))

    same = written(form) == written(other)
    assert (sign("t", "https://x/", form) == sign("t", "https://x/", other)) == same
