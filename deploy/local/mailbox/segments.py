"""How many SMS a text costs: 3GPP TS 23.038 (alphabets) and 23.040 (parts of a long message)."""

from __future__ import annotations

from typing import NamedTuple

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Cost(NamedTuple):
    """`units` are septets in GSM-7, 16-bit units in UCS-2."""

    encoding: str
    units: int
    segments: int


def cost(text: str) -> Cost:
    """What a text costs in the alphabet that it needs."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        sizes, alone, part, encoding = [1 + (c in _EXTENDED) for c in text], 160, 153, "GSM-7"
    else:
        sizes, alone, part, encoding = [1 + (ord(c) > 0xFFFF) for c in text], 70, 67, "UCS-2"
    units = sum(sizes)
    if units <= alone:
        return Cost(encoding, units, 1)
    segments, room = 1, part
    for size in sizes:  # an escape and its sign, or a surrogate pair, are not parted
        if size > room:
            segments, room = segments + 1, part
        room -= size
    return Cost(encoding, units, segments)
