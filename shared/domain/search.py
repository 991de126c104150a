"""How a row is found by what people type: the same folding for who writes the words and for who asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_NO_DIGIT = re.compile(r"\D+")
_NUMBER = re.compile(r"[\d\s+()./-]*\d[\d\s+()./-]*")
LONGEST = 40
"""Of a longer word only so many letters count, in the row as in the question."""
MOST_TERMS = 6


def folded(text: str) -> str:
    """Lower case without accents, so that "Παπαδοπούλου" is found by "παπαδοπουλου"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.replace("\x00", ""))


def words(*texts: str | None) -> list[str]:
    """The words by which a row is found, each once."""
    found = (word[:LONGEST] for text in texts if text for word in _WORD.findall(folded(text)))
    return list(dict.fromkeys(found))


def order_words(number: str) -> list[str]:
    """An order's number is found by its parts, and by the whole of it without what stands between them."""
    return list(dict.fromkeys([*words(number), *words("".join(_WORD.findall(number)))]))


def phone_words(phone: str | None) -> list[str]:
    """A number is found by its beginning with or without the country code, or by its last four digits."""
    digits = _NO_DIGIT.sub("", phone or "")
    return list(dict.fromkeys(digits[i:] for i in (0, 1, 2, 3, len(digits) - 4) if 0 <= i <= len(digits) - 4))


def vector(found: Iterable[str]) -> str:
    """A tsvector in its text form; positions are of no use here. A word has letters, digits and underscores
    only: there is nothing to quote."""
    return " ".join(f"'{word}'" for word in dict.fromkeys(found))


def terms(asked: str) -> list[str]:
    """What was typed as tsqueries, each of which has to be met by the beginning of a word. A number typed
    with spaces, dashes or a leading 00 is one number."""
    if _NUMBER.fullmatch(asked):
        digits = _NO_DIGIT.sub("", asked)
        found = [digits[2:] if digits.startswith("00") and len(digits) > 6 else digits]
    else:
        found = words(asked)
    return [f"'{word[:LONGEST]}':*" for word in found[:MOST_TERMS]]
