"""What an SMS costs, and that ours are short."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.contracts.common import Language
from shared.domain.notice_texts import Segments, render, segments
from shared.domain.notice_texts.samples import LINK, samples
from shared.domain.notice_texts.sms import BASIC, EXTENDED, capitals, plain

LANGUAGES: tuple[Language, ...] = get_args(Language)
AS_LONG_AS_IT_IS = {"answer", "digest"}
"""What a person wrote, and what several orders need."""


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "gsm-7", 0, 1),
        ("a" * 160, "gsm-7", 160, 1),
        ("a" * 161, "gsm-7", 161, 2),
        ("a" * 306, "gsm-7", 306, 2),
        ("a" * 307, "gsm-7", 307, 3),
        ("€" * 80, "gsm-7", 160, 1),
        ("a" * 159 + "€", "gsm-7", 161, 2),
        ("a" * 152 + "€" + "a" * 151, "gsm-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "gsm-7", 306, 3),  # its two septets are not torn apart
        ("ΓΔΘΛΞΠΣΦΨΩ", "gsm-7", 10, 1),
        ("α", "ucs-2", 1, 1),  # no lower-case Greek in the alphabet
        ("Α", "ucs-2", 1, 1),  # nor a Greek capital that looks like a Latin one
        ("я" * 70, "ucs-2", 70, 1),
        ("я" * 71, "ucs-2", 71, 2),
        ("я" * 134, "ucs-2", 134, 2),
        ("я" * 135, "ucs-2", 135, 3),
        ("я" * 66 + "😀" + "я" * 66, "ucs-2", 134, 3),  # nor is a pair of surrogates
    ],
)
def test_segments_are_counted_as_the_standard_does(text: str, encoding: str, units: int, count: int) -> None:
    assert segments(text) == Segments(encoding=encoding, units=units, count=count)  # type: ignore[arg-type]


def test_the_default_alphabet_is_whole() -> None:
    assert (len(BASIC), len(EXTENDED)) == (127, 10)  # 128 with the escape to the extension
    assert not BASIC & EXTENDED


@settings(deadline=None)
@given(st.text(), st.text())
def test_more_text_never_costs_less(text: str, more: str) -> None:
    longer = segments(text + more)
    assert longer.count >= segments(text).count
    assert longer.count * (160 if longer.encoding == "gsm-7" else 70) >= longer.units


def test_capitals_fit_the_default_alphabet_and_links_stay() -> None:
    said = f"Ήρθαμε, δεν απάντησε κανείς; Ϊσως ΰστερα. Books help@example.org {LINK}"
    assert capitals(said) == f"HPΘAME, ΔEN AΠANTHΣE KANEIΣ; IΣΩΣ YΣTEPA. Books help@example.org {LINK}"
    assert segments(capitals(said)).encoding == "gsm-7"
    assert capitals("δες https://παράδειγμα.gr/ά") == "ΔEΣ https://παράδειγμα.gr/ά"


@settings(deadline=None)
@given(
    st.text("αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώΆΈΉΊΌΎΏΪΫ").flatmap(
        lambda t: st.sampled_from([t, t.upper()])
    )
)
def test_no_greek_letter_is_left_outside_the_alphabet(text: str) -> None:
    assert segments(capitals(text)).encoding == "gsm-7"


def test_typographic_signs_become_those_of_the_alphabet() -> None:
    assert plain("“A’s” 1\u00a0224 – 5…") == '"A\'s" 1 224 - 5...'


@pytest.mark.parametrize("language", LANGUAGES)
def test_ours_are_short_and_end_with_the_link(language: Language) -> None:
    for name, telling in samples(language).items():
        sms = render(telling).sms
        assert sms.startswith(telling.shop.name.translate({ord("«"): '"', ord("»"): '"'})), name
        assert sms.endswith(f" {LINK}"), name
        assert "\n" not in sms
        assert "\u00a0" not in sms
        if name not in AS_LONG_AS_IT_IS:
            assert segments(sms).count <= (1 if language == "en" else 2), f"{name}: {sms}"
        if language == "en":
            assert segments(sms).encoding == "gsm-7", sms


def test_in_capitals_greek_takes_one_part() -> None:
    for name, telling in samples("el").items():
        told = replace(telling, shop=replace(telling.shop, sms_capitals=True))
        sms = render(told).sms
        assert sms.endswith(f" {LINK}"), "a link in capitals leads nowhere"
        assert segments(sms).encoding == "gsm-7", sms
        if name not in AS_LONG_AS_IT_IS:
            assert segments(sms).count == 1, sms


def test_the_shops_telephone_is_in_it_where_it_costs_no_part_more() -> None:
    failed = samples("en")["attempt: nobody available"]
    assert "+302100000000" not in render(failed).sms
    assert "+302100000000" in render(replace(failed, link=None)).sms
    assert "+302100000000" in render(replace(failed, order_number="1042" * 12)).sms, "two parts as it is"
