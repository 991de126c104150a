"""QR codes in a terminal, of half-block characters: white on black whatever the terminal's colours are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import segno

GAP = 3
_ON, _OFF = "\x1b[97;40m", "\x1b[0m"


class Code(NamedTuple):
    """An address to scan, and what it is."""

    title: str
    url: str


def picture(code: Code) -> list[str]:
    """Return one code as lines of one width, its title first; without colours."""
    out = io.StringIO()
    segno.make(code.url, error="l", micro=False).terminal(out, border=2, compact=True)
    drawn = out.getvalue().rstrip("\n").split("\n")
    width = max(map(len, drawn))
    return [code.title[:width].center(width), *(line.ljust(width) for line in drawn)]


def pictures(codes: Sequence[Code], columns: int) -> list[str]:
    """Return the codes as lines for a terminal, as many beside each other as `columns` hold, one at least."""
    listed: list[str] = []
    row: list[list[str]] = []
    for code in codes:
        block = picture(code)
        if row and sum(len(other[0]) + GAP for other in row) + len(block[0]) > columns:
            listed += _beside(row)
            row = []
        row.append(block)
    return listed + _beside(row) if row else listed


def _beside(row: Sequence[Sequence[str]]) -> list[str]:
    listed = [""]
    for number in range(max(map(len, row), default=0)):
        cells = []
        for block in row:
            cell = block[number] if number < len(block) else " " * len(block[0])
            drawn = 0 < number < len(block)
            cells.append(f"{_ON}{cell}{_OFF}" if drawn else cell)
        listed.append((" " * GAP).join(cells).rstrip(" "))
    return listed
