"""From a file's bytes to cells: which encoding, which delimiter, how quoted.

Excel writes the system's code page unless told, separates by `;` where the comma is decimal, begins with
`sep=;` when asked to, and saves "Unicode text" as UTF-16 with tabs."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from itertools import pairwise

from services.portal.core.imports.faults import Faulty

MOST_BYTES = 2 << 20
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_CELL = 4_000
DELIMITERS = (";", ",", "\t", "|")

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"%PDF")
_COMMON = {"cp1253": "αοιετσνηυρπκμλςάίόέή", "cp1251": "оеаинтсрвлкмдпу"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells by row; every row has a number as the spreadsheet counts them, the header's line included."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding.

    Raises:
        Faulty: no text.
    """
    if len(data) > MOST_BYTES:
        raise Faulty("file_large", limit=MOST_BYTES >> 20)
    if data.startswith(_ARCHIVES):
        raise Faulty("file_not_csv")
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise Faulty("file_encoding") from None
    if b"\0" in data:
        raise Faulty("file_not_csv")
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    encoding = _code_page(data)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        raise Faulty("file_encoding") from None


def _code_page(data: bytes) -> str:
    """Greek, Cyrillic or western: letters above ASCII stand alone among others in western words only; of the
    two alphabets the one whose everyday letters they are, in which words do not change case within."""
    beside = [(a, b) for a, b in pairwise(data) if _letter(a) and _letter(b)]
    alone = sum(1 for a, b in beside if (a > 127) != (b > 127))
    joined = sum(1 for a, b in beside if a > 127 and b > 127)
    if alone > joined:
        return "cp1252"
    scores: dict[str, float] = {}
    for encoding, common in _COMMON.items():
        text = data.decode(encoding, errors="replace")
        letters = [c for c in text if ord(c) > 127 and c.isalpha()]
        bad = text.count("\ufffd")
        mixed = sum(1 for a, b in pairwise(text) if a.islower() and b.isupper())
        usual = sum(1 for c in letters if c.casefold() in common)
        scores[encoding] = usual - 2 * mixed - 5 * bad
    return max(scores, key=lambda e: scores[e])


def _letter(byte: int) -> bool:
    return byte >= 0xB8 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


def cells(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Rows with their numbers (empty ones left out), and the delimiter.

    Raises:
        Faulty: nothing in it, or more than an import takes.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    said, skipped = None, 0
    if first[:4].lower() == "sep=" and len(first) == 5:
        said, text, skipped = first[4], rest, 1
    if not text.strip(' \t\n"' + "".join(DELIMITERS)):
        raise Faulty("file_empty")
    delimiter = said or _delimiter(text)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=False)
    number = skipped
    try:
        for cells_ in reader:
            number += 1
            row = [cell.strip() for cell in cells_]
            while row and not row[-1]:
                row.pop()
            if not row:
                continue
            if len(row) > MOST_COLUMNS:
                raise Faulty("file_columns", limit=MOST_COLUMNS, row=number)
            if any(len(cell) > MOST_CELL for cell in row):
                raise Faulty("file_cell", limit=MOST_CELL, row=number)
            found.append((number, row))
            if len(found) > MOST_ROWS + 1:
                raise Faulty("file_rows", limit=MOST_ROWS)
    except csv.Error:
        raise Faulty("file_cell", limit=MOST_CELL, row=number + 1) from None
    if not found:
        raise Faulty("file_empty")
    return found, delimiter


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into most columns, and all into as many."""
    sample = text[:20_000]
    best, mark = ",", 0.0
    for delimiter in DELIMITERS:
        widths: list[int] = []
        try:
            for row in csv.reader(io.StringIO(sample), delimiter=delimiter):
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) == 25:
                    break
        except csv.Error:
            continue
        if len(widths) > 2 and len(sample) == 20_000:
            widths.pop()  # it may be cut off
        if not widths or widths[0] < 2:
            continue
        alike = sum(1 for width in widths if width == widths[0]) / len(widths)
        if alike * min(widths[0], 8) > mark:
            best, mark = delimiter, alike * min(widths[0], 8)
    return best
