"""Streets and house numbers out of what people write, so that two spellings of one address are equal.

Accents and case fall away, alphabets stay as they are: who writes Greek finds the Greek name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_TYPES = {
    "улица": ("ул",),
    "проспект": ("пр", "просп", "прт", "пркт"),
    "переулок": ("пер",),
    "площадь": ("пл",),
    "набережная": ("наб",),
    "бульвар": ("бул", "бр"),
    "шоссе": ("ш",),
    "οδος": ("οδ",),
    "λεωφορος": ("λεωφ", "λ"),
    "πλατεια": ("πλ",),
    "street": ("st", "str"),
    "road": ("rd",),
    "avenue": ("ave", "av"),
    "square": ("sq",),
    "lane": ("ln",),
    "boulevard": ("blvd",),
}
_LONG = {short: long for long, shorts in _TYPES.items() for short in shorts}
# The last part of one word: Aleksanterink. is Aleksanterinkatu.
_ENDINGS = (("k", "katu"), ("t", "tie"), ("g", "gatan"), ("v", "vagen"), ("str", "strasse"))
_MARKERS = frozenset({"д", "дом", "no", "nr", "nro", "αρ", "αριθμος", "n"})
_ALIKE = str.maketrans({"α": "a", "β": "b", "ε": "e"})

_WORD = re.compile(r"[^\W_]+\.?")
_NUMBER = re.compile(
    r"(?<![\w.])(\d{1,4})(?:\s*[-–—]\s*(\d{1,4}))?"
    r"(?:\s*,?\s*(?:корпус|корп\.?|к\.?|строение|стр\.?)\s*(\d{1,3})(?!\w)|\s*([^\W\d_])(?![^\W_]))?"
    r"(?![\w-]|\.\s?[^\W\d_]{2})"
)
_POSTCODE = re.compile(r"(?<!\w)(?:[A-Z]{1,2}-)?(\d{5,6})(?!\w)|(?<=,)\s*(\d{3}\s\d{2})(?!\w)")


@dataclass(frozen=True, slots=True)
class Number:
    """A house number: `12`, with the last one of a range (`12-14`) or a letter, staircase or part (`12B`)."""

    first: int
    last: int | None = None
    letter: str = ""

    def covers(self, other: int) -> bool:
        """Whether a house of this number is also the house `other`: 12-16 is 14 too, and not 13."""
        if self.last is None:
            return other == self.first
        return (self.first <= other <= self.last and (other - self.first) % 2 == 0) or other == self.last


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a line: the street as it was written, and the number behind or before it."""

    street: str
    number: Number | None


@dataclass(frozen=True, slots=True)
class Parts:
    """A line taken apart; of several readings the likeliest first. Postcode and town stood in the line."""

    readings: tuple[Reading, ...]
    postcode: str | None = None
    city: str | None = None


def fold(text: str) -> str:
    """Without case and accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return bare.replace("ς", "σ").replace("ø", "o").replace("ł", "l")


def words(text: str) -> list[str]:
    """Folded words, kinds of street in their long form; an abbreviation that is not known keeps its dot."""
    found = _WORD.findall(fold(text).replace("-", " ") if " " in text else fold(text).replace("-", ""))
    return [_LONG.get(word.rstrip("."), word) for word in found]


def street_key(text: str) -> str:
    """What two spellings of a street have in common."""
    return " ".join(word.rstrip(".") for word in words(text))


def bare_key(text: str) -> str:
    """As `street_key`, without the kind of street: Ленина, ул. Ленина and Ленина улица are one."""
    return " ".join(word.rstrip(".") for word in words(text) if word not in _TYPES)


def longer(text: str) -> list[str]:
    """Keys of what the street may be in full, where its last word is cut short."""
    every = words(text)
    if not every:
        return []
    *before, last = every
    dotted = last.endswith(".")
    stem = last.rstrip(".")
    return [
        " ".join([*(w.rstrip(".") for w in before), stem.removesuffix(short) + long])
        for short, long in _ENDINGS
        if stem.endswith(short) and len(stem) > len(short) + 3 and (dotted or stem.endswith("n" + short))
    ]


def numbers(text: str) -> list[Number]:
    """The house numbers of a map's tag, such as `13 A, 5. krs.`, `12-14` or `3;5`."""
    found = [_number(m) for part in text.split(";") if (m := _NUMBER.search(part))]
    return [number for number in found if number is not None]


def _number(match: re.Match[str]) -> Number | None:
    first, last = int(match[1]), int(match[2]) if match[2] else None
    if first == 0:
        return None
    if last is not None and last < first:
        # 112-4 is no range: a flat, or 29-27 the wrong way round.
        first, last = (last, first) if first - last <= 20 and last > 0 else (first, None)
    letter = f"к{match[3]}" if match[3] else fold(match[4] or "").translate(_ALIKE)
    return Number(first, last, letter)


def split(line: str) -> Parts:
    """Take a line apart: `Street 12 B 34`, `12 Street`, `Street, 12`, `Street 12, 00100 Helsinki`."""
    text, postcode, city = " ".join(line.split()), None, None
    for match in _POSTCODE.finditer(text):
        if match.start() == 0:
            continue
        postcode = "".join((match[1] or match[2]).split())
        city = text[match.end() :].strip(" ,.") or None
        text = text[: match.start()].rstrip(" ,")
        break
    readings = list(_readings(text))
    if city is None and readings:
        city = _town_behind(text)
    return Parts(tuple(readings), postcode, city)


def _town_behind(text: str) -> str | None:
    """The town in `Street 12 B, Town`."""
    head, comma, tail = text.rpartition(",")
    tail = tail.strip(" .")
    if comma and _NUMBER.search(head) and tail.replace(" ", "").replace("-", "").isalpha() and len(tail) > 3:
        return tail
    return None


def _readings(text: str) -> Iterator[Reading]:
    plain = True
    for match in _NUMBER.finditer(text):
        number = _number(match)
        if number is None:
            continue
        before, after = _named(text[: match.start()]), text[match.end() :].strip(" ,.")
        if sum(c.isalpha() for c in before) >= 2:
            yield Reading(before, number)
            _, comma, tail = before.rpartition(",")
            if comma and tail.strip():
                yield Reading(tail.strip(), number)
            plain = False
        elif not before and after:
            yield Reading(after.split(",")[0].strip(), number)
            plain = False
    if plain and any(c.isalpha() for c in text):
        yield Reading(text.split(",")[0].strip(), None)


def _named(before: str) -> str:
    """The street without what announces the number: `ул. Ленина, д.` is ул. Ленина."""
    text = before.strip(" ,;№#")
    while True:
        head, _, last = text.rpartition(" ")
        if head and fold(last).strip(" .,:") in _MARKERS:
            text = head.strip(" ,;№#")
        else:
            return text


def edits(a: str, b: str, most: int) -> int:
    """How many letters differ: changed, left out, too many, or two exchanged; `most` + 1 if more than that.

    Optimal string alignment, of which only the band that can stay within `most` is worked out."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i] + [most + 1] * len(b)
        for j in range(max(1, i - most), min(len(b), i + most) + 1):
            y = b[j - 1]
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return min(row[len(b)], most + 1)
