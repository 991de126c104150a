"""The three languages by their codes, and a count in its plural form."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from babel import Locale
from babel.numbers import format_decimal

from shared.contracts.common import Language
from shared.domain.notice_texts.el import EL
from shared.domain.notice_texts.en import EN
from shared.domain.notice_texts.ru import RU
from shared.domain.notice_texts.words import Problem, Three, Two, Words

AnyWords = Words[Two] | Words[Three]
Counted = Literal["parcels", "stops", "orders"]

WORDS: Mapping[Language, AnyWords] = MappingProxyType({"el": EL, "ru": RU, "en": EN})


def words_of(language: Language) -> AnyWords:
    """A language's texts."""
    return WORDS[language]


def count(words: AnyWords, what: Counted, n: int) -> str:
    """So many of them, in the form that the language's plural rules choose (CLDR's, by Babel)."""
    forms: Two | Three = getattr(words.counts, what)
    form: str = getattr(forms, Locale.parse(words.locale).plural_form(n))
    return form.format(n=format_decimal(n, locale=words.locale))


def problem(words: AnyWords, substatus: str | None, otherwise: str) -> Problem:
    """What went wrong, by its substatus; one that has no texts yet is told as the general `otherwise`."""
    found = getattr(words.problems, substatus or otherwise, None)
    if not isinstance(found, Problem):
        found = getattr(words.problems, otherwise)
    assert isinstance(found, Problem)
    return found
