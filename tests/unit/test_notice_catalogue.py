"""Nothing is missing in any language: each text is there, filled with the same values, in its own script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from string import Formatter
from typing import get_args

import msgspec
import pytest
from babel import Locale

from shared.contracts.common import Language
from shared.contracts.notices import NoticeKind
from shared.contracts.promises import Why
from shared.contracts.status import SUBSTATUSES, Tag, tag_of
from shared.domain.notice_texts.catalogue import WORDS, Counted, count, words_of
from shared.domain.notice_texts.samples import samples
from shared.domain.notice_texts.words import Counts, Done, Notice, Problems, Whys
from shared.domain.notice_texts.writer import PROBLEMS

LANGUAGES: tuple[Language, ...] = get_args(Language)
SCRIPTS = {"el": "GREEK", "ru": "CYRILLIC", "en": "LATIN"}
INTERNATIONAL = re.compile(r"\{\w+\}|E-mail")


def texts(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its path."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, tuple):
        for at, child in enumerate(node):
            yield from texts(child, f"{path}[{at}]")
    elif isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            yield from texts(getattr(node, field), f"{path}.{field}")


def plurals(path: str) -> bool:
    return path.startswith(".counts")


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_each_language_of_the_contracts_has_its_texts() -> None:
    assert set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_each_is_filled_like_the_english_one(language: Language) -> None:
    own, english = dict(texts(words_of(language))), dict(texts(words_of("en")))
    assert {path for path in own if not plurals(path)} == {path for path in english if not plurals(path)}
    for path, text in own.items():
        assert text.strip() == text != "", path
        assert names(text) == ({"n"} if plurals(path) else names(english[path])), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_in_its_own_script(language: Language) -> None:
    for path, text in texts(words_of(language)):
        if path == ".locale":
            continue
        letters = [char for char in INTERNATIONAL.sub("", text) if char.isalpha()]
        strange = {char for char in letters if not unicodedata.name(char).startswith(SCRIPTS[language])}
        assert not strange, f"{path}: {text!r} has {strange}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_forms_are_the_languages_own(language: Language) -> None:
    words = words_of(language)
    forms = {Locale.parse(words.locale).plural_form(n) for n in range(1000)}
    for what in Counts.__struct_fields__:
        assert set(getattr(words.counts, what).__struct_fields__) == forms


@pytest.mark.parametrize(
    ("language", "what", "said"),
    [
        ("ru", "stops", {1: "остановка", 2: "остановки", 5: "остановок", 11: "остановок",
                         21: "остановка", 22: "остановки", 25: "остановок",
                         101: "остановка", 112: "остановок", 0: "остановок"}),
        ("ru", "parcels", {1: "посылка", 3: "посылки", 5: "посылок", 12: "посылок", 21: "посылка"}),
        ("ru", "orders", {1: "заказ", 4: "заказа", 5: "заказов", 14: "заказов", 101: "заказ"}),
        ("el", "stops", {1: "στάση", 2: "στάσεις", 5: "στάσεις", 11: "στάσεις", 21: "στάσεις"}),
        ("el", "orders", {1: "παραγγελία", 2: "παραγγελίες", 22: "παραγγελίες"}),
        ("en", "stops", {1: "stop", 2: "stops", 5: "stops", 11: "stops", 21: "stops", 101: "stops"}),
    ],
)  # fmt: skip
def test_things_are_counted_as_the_language_counts(
    language: Language, what: Counted, said: dict[int, str]
) -> None:
    for n, word in said.items():
        assert count(words_of(language), what, n).split()[:2] == [str(n), word]


def test_every_code_that_can_be_told_has_its_texts() -> None:
    told = {code for code in SUBSTATUSES if tag_of(code) in {Tag.ATTEMPT_FAIL, Tag.EXCEPTION, Tag.EXPIRED}}
    assert set(Problems.__struct_fields__) == told
    delivered = {code for code in SUBSTATUSES if tag_of(code) is Tag.DELIVERED}
    assert set(Done.__struct_fields__) == delivered
    assert set(Whys.__struct_fields__) == set(get_args(Why))


def test_every_kind_has_its_texts_and_a_sample() -> None:
    kinds = set(get_args(NoticeKind))
    for language in LANGUAGES:
        notices = set(words_of(language).notices.__struct_fields__)
        assert kinds <= notices | PROBLEMS.keys()
        assert {telling.kind for telling in samples(language).values()} == kinds


def test_a_text_that_is_left_out_is_found_at_once() -> None:
    with pytest.raises(TypeError, match="sms"):
        Notice(subject="s", headline="h", line="l", action="a")  # type: ignore[call-arg]
