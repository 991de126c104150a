"""QR codes in a terminal: whole, of one width, white on black, beside each other where there is room."""

from __future__ import annotations

import re

import segno

from shared.qr import Code, picture, pictures

URL = "https://192.168.100.100:8443/courier#Jk3v0T5yQ2m8ZrX1aBcDeF"
UPPER, LOWER = "█▀", "█▄"


def modules(lines: list[str]) -> list[list[bool]]:
    """Light modules as the half blocks show them, row by row."""
    rows: list[list[bool]] = []
    for line in lines:
        rows += [[sign in UPPER for sign in line], [sign in LOWER for sign in line]]
    return rows


def test_the_picture_is_the_code_with_a_light_border() -> None:
    title, *lines = picture(Code("be the courier", URL))
    assert title.strip() == "be the courier"
    made = segno.make(URL, error="l", micro=False)
    expected = [[not dark for dark in row] for row in made.matrix_iter(border=2)]
    assert modules(lines)[: len(expected)] == expected
    assert {len(line) for line in (title, *lines)} == {len(expected[0])}


def test_codes_stand_beside_each_other_where_there_is_room() -> None:
    codes = [Code("one", URL), Code("two", URL + URL), Code("three", URL)]
    alone, together = pictures(codes, 40), pictures(codes, 500)
    assert len(alone) > 2 * len(together)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in together]
    assert plain[1].split() == ["one", "two", "three"]
    sizes = [len(picture(code)[0]) for code in codes]
    assert max(map(len, plain)) == sum(sizes) + 6


def test_colours_are_its_own_and_end_with_each_line() -> None:
    for line in pictures([Code("one", URL)], 80)[2:]:
        assert line.startswith("\x1b[97;40m")
        assert line.endswith("\x1b[0m")


def test_no_codes_are_no_lines() -> None:
    assert pictures([], 80) == []
