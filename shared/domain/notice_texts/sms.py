"""What an SMS costs, and how to set it in fewer segments.

3GPP TS 23.038 §6.2.1: the default alphabet has 7 bits a character and an extension table whose characters
take two. It holds no lower-case Greek and no Cyrillic: one such character turns the whole message into UCS-2,
of 16 bits a unit. §9.2.3.24 of TS 23.040: a part of a longer message gives 6 octets to its header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

import msgspec

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")

# Capitals that the alphabet has only as Latin letters of the same shape.
_SAME_SHAPE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_PLAIN = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "–": "-", "—": "-", "−": "-", "…": "...", "·": ",",
        "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u0387": ",",
    }
)  # fmt: skip
_KEPT = re.compile(r"(\S+://\S+|\S+@\S+)")


class Segments(msgspec.Struct, frozen=True, kw_only=True):
    """How a text travels: `units` are septets or 16-bit units, `count` the parts that are paid for."""

    encoding: Literal["gsm-7", "ucs-2"]
    units: int
    count: int


def segments(text: str) -> Segments:
    """How many parts a text takes: 160 septets or 70 units in one, 153 or 67 in each of several. What takes
    two units is never torn between two parts."""
    if all(char in BASIC or char in EXTENDED for char in text):
        return _counted("gsm-7", [2 if char in EXTENDED else 1 for char in text], 160, 153)
    return _counted("ucs-2", [2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


def plain(text: str) -> str:
    """Spaces, dashes and quotation marks that the default alphabet has, where text has finer ones."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def capitals(text: str) -> str:
    """Greek in capitals without accents, which the default alphabet holds; the letters that it has only as
    Latin ones of the same shape are those. Other scripts, links and e-mail addresses stay as they are."""
    pieces = _KEPT.split(text)
    return "".join(piece if at % 2 else _capital(piece) for at, piece in enumerate(pieces))


def _capital(piece: str) -> str:
    """Letter by letter of the decomposed form, in which an accent is a character of its own."""
    written: list[str] = []
    greek = False
    for char in unicodedata.normalize("NFD", piece):
        if unicodedata.combining(char) and greek:
            continue
        if not unicodedata.combining(char):
            greek = "GREEK" in unicodedata.name(char, "")
        written.append(char.upper().translate(_SAME_SHAPE) if greek else char)
    return unicodedata.normalize("NFC", "".join(written))


def _counted(encoding: Literal["gsm-7", "ucs-2"], sizes: Iterable[int], one: int, each: int) -> Segments:
    units, count, filled = 0, 1, 0
    for size in sizes:
        units += size
        if filled + size > each:
            count, filled = count + 1, 0
        filled += size
    return Segments(encoding=encoding, units=units, count=1 if units <= one else count)
