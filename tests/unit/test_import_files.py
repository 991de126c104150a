"""Files as spreadsheets write them: encodings, delimiters, headings, and anything at all."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.portal.core.imports import sniffing, words
from services.portal.core.imports.columns import HEADINGS, MEANINGS, heading, letter
from services.portal.core.imports.faults import Fault, Faulty
from services.portal.core.imports.orders import planned_shipments, shipment_of
from services.portal.core.imports.rows import Place
from services.portal.core.imports.sniffing import MOST_BYTES, MOST_ROWS
from services.portal.core.imports.state import Import, Line, State
from services.portal.core.imports.template import template
from services.portal.importing.reading import understood

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ATHENS = Place.of(NOW, "Europe/Athens")
HELSINKI = Place.of(NOW, "Europe/Helsinki")
IMPORT = Import("i-1", "athens", "books", "staff", "maria", State.READY, False, 0, 1)
GREEK = (
    "Παραγγελία;Ονοματεπώνυμο;Τηλέφωνο;Διεύθυνση;Τ.Κ.;Πόλη;Αντικαταβολή\r\n"
    "A-1;Μαρία Παππά;6944123456;Ερμού 15;105 63;Αθήνα;24,90 €\r\n"
)
RUSSIAN = (
    "Номер заказа;ФИО;Телефон;Адрес;Город;Сумма\r\n"
    "A-1;Иван Щукин;+7 916 123-45-67;ул. Ленина, д. 5;Москва;990 руб.\r\n"
)


def read(data: bytes, place: Place = ATHENS) -> tuple[dict[str, str | None], list[Line]]:
    columns, lines = understood(data, place)
    return {column.column: column.meaning for column in columns}, lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1253"])
def test_greek_in_any_encoding(encoding: str) -> None:
    _, (line,) = read(GREEK.encode(encoding, errors="strict"))
    assert not line.faults
    assert line.order.name == "Μαρία Παππά"
    assert line.order.phone == "+306944123456"
    assert (line.order.cash, line.order.currency) == ("24.90", "EUR")
    assert (line.order.line, line.order.postcode, line.order.city) == ("Ερμού 15", "105 63", "Αθήνα")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_russian_in_any_encoding(encoding: str) -> None:
    _, (line,) = read(RUSSIAN.encode(encoding))
    assert not line.faults
    assert line.order.name == "Иван Щукин"
    assert (line.order.cash, line.order.currency) == ("990.00", "RUB")


@pytest.mark.parametrize(
    ("head", "cells", "found"),
    [
        ("Handed over at", ("Locker", "pick-up point", "door"), ["locker", "counter", "door"]),
        ("Είδος σημείου", ("Θυρίδα", "ΓΚΙΣΕ", "Πόρτα"), ["locker", "counter", "door"]),
        ("Вид места", ("Постамат", "ПВЗ", ""), ["locker", "counter", "door"]),
        ("place_type", ("parcel locker", "PUDO", "Home"), ["locker", "counter", "door"]),
    ],
)
def test_where_parcels_are_handed_over(head: str, cells: tuple[str, ...], found: list[str]) -> None:
    rows = "".join(f"A-{i};Maria P;Katu {i};{cell}\n" for i, cell in enumerate(cells))
    columns, lines = read(f"Order;Name;Address;{head}\n{rows}".encode())
    assert columns[head] == "handover"
    assert [line.faults for line in lines] == [()] * 3
    assert [line.order.handover for line in lines] == found


def test_a_place_of_no_kind_is_a_fault_and_no_column_is_doors() -> None:
    _, (bad, good) = read(b"Order;Name;Address;Handover\nA-1;N;Katu 1;balcony\nA-2;M;Katu 2;locker\n")
    assert bad.faults == (Fault("handover_unknown", "handover"),)
    assert "locker" in words.said(bad.faults[0], "en")[1]
    assert good.good
    _, (line,) = read(b"Order;Name;Address\nA-1;N;Katu 1\n")
    assert line.order.handover == "door"


def test_a_row_takes_where_it_is_handed_over_to_its_shipment_and_its_plan() -> None:
    _, lines = read(b"Order;Name;Address;City;Handover\nA-1;N;Katu 1;X;locker\nA-2;M;Katu 2;X;\n")
    placed = [replace(line, lon=24.9, lat=60.1, shipment=f"s-{line.row}") for line in lines]
    assert [shipment_of(line, "Europe/Athens").handover for line in placed] == ["locker", "door"]
    named = planned_shipments(IMPORT, placed)
    assert [(s.shipment, s.handover) for s in named.values()] == [("s-2", "locker"), ("s-3", "door")]
    unregistered = replace(lines[0], shipment=None)
    assert planned_shipments(IMPORT, [unregistered]) == {}


def test_western_letters() -> None:
    data = "Order;Name;Address;City\nA-1;Päivi Mäkelä;Hämeentie 2;Jyväskylä\n".encode("cp1252")
    _, (line,) = read(data, HELSINKI)
    assert line.order.name == "Päivi Mäkelä"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters_quotes_and_lines_within_a_cell(delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Order", "Name", "Address", "Note"])
    writer.writerow(["A-1", 'Maria; "Mia", P.', "Katu 1, B | 2", "ring\ntwice"])
    writer.writerow(["A-2", "N", "Katu 2", ""])
    _, lines = read(out.getvalue().encode())
    assert [line.order.order_number for line in lines] == ["A-1", "A-2"]
    assert lines[0].order.name == 'Maria; "Mia", P.'
    assert lines[0].order.note == "ring twice"


def test_excels_own_line_counts_as_a_row() -> None:
    _, lines = read(b"sep=;\r\nOrder;Name;Address\r\nA,1;N;Katu 1\r\n\r\nA,2;M;Katu 2\r\n")
    assert [(line.row, line.order.order_number) for line in lines] == [(3, "A,1"), (5, "A,2")]


def test_a_formula_is_text() -> None:
    _, (line,) = read(b"Order;Name;Address;Note\n=1+1;@SUM(A1);Katu 1;=HYPERLINK(1)\n")
    assert (line.order.order_number, line.order.name, line.order.note) == (
        "=1+1",
        "@SUM(A1)",
        "=HYPERLINK(1)",
    )


def test_columns_without_headings_are_known_by_what_is_in_them() -> None:
    rows = "".join(
        f"A-{i};Maria Papadopoulou;694412345{i};maria{i}@example.org;Ermou {i + 1};105 63;10-12;24,90 €\n"
        for i in range(9)
    )
    columns, lines = read(rows.encode())
    assert list(columns.values()) == [
        "order_number", "name", "phone", "email", "line", "postcode", "window", "cash",
    ]  # fmt: skip
    assert list(columns) == list("ABCDEFGH")
    assert len(lines) == 9
    assert not any(line.faults for line in lines)


def test_an_unknown_heading_is_known_by_its_content() -> None:
    columns, (line,) = read(b"Order;Who;Where to go;Fon\nA-1;Maria P;Ermou 15;6944123456\n")
    assert columns == {"Order": "order_number", "Who": "name", "Where to go": "line", "Fon": "phone"}
    assert not line.faults


def test_what_is_missing_is_named_in_three_languages() -> None:
    with pytest.raises(Faulty) as error:
        read(b"Name;Colour\nMaria;red\n")
    for language, word in (("en", "order number"), ("el", "αριθμός παραγγελίας"), ("ru", "номер заказа")):
        assert word in words.said(error.value.fault, language)[0]


def test_two_columns_of_one_meaning() -> None:
    with pytest.raises(Faulty, match="column_twice"):
        read(b"Order;Name;Customer;Address\n1;Maria;Nikos;Katu 1\n")
    _, (line,) = read(b"Order;Name;Customer;Address\n1;Maria;Maria;Katu 1\n")
    assert line.order.name == "Maria"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\n\n;;\n", "file_empty"),
        (b"Order;Name;Address\n", "file_empty"),
        (b"PK\x03\x04" + b"x" * 100, "file_not_csv"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "file_not_csv"),
        (b"\x1f\x8b" + b"x" * 100, "file_not_csv"),
        (b"a\0b", "file_not_csv"),
        (b"\xff\xfea", "file_encoding"),
        (b"a" * (MOST_BYTES + 1), "file_large"),
        (b"Order;Name;Address\n" + b"1;M;Katu 1\n" * (MOST_ROWS + 1), "file_rows"),
        (b"Order;Name;Address" + b";x" * 100 + b"\n1;2;3\n", "file_columns"),
        (b'Order;Name;Address\n1;"' + b"x" * 10_000, "file_cell"),
        (b'Order;Name;Address\n1;"' + b"x" * 200_000, "file_cell"),
    ],
)
def test_files_that_cannot_be(data: bytes, code: str) -> None:
    with pytest.raises(Faulty) as error:
        understood(data, ATHENS)
    assert error.value.fault.code == code
    assert all(words.said(error.value.fault, language)[1] for language in words.LANGUAGES)


@pytest.mark.parametrize("language", ["en", "el", "ru"])
def test_the_template_is_one_we_read(language: str) -> None:
    zone = {"en": "Europe/Helsinki", "el": "Europe/Athens", "ru": "Europe/Moscow"}[language]
    columns, lines = read(template(language), Place.of(NOW, zone))
    assert None not in columns.values()
    assert len(lines) == 2
    assert [f.code for line in lines for f in line.faults] == []
    assert lines[0].order.cash is not None
    assert lines[0].order.from_ms is not None


def test_every_heading_means_one_thing_and_every_word_is_there() -> None:
    told = [heading(name) for names in HEADINGS.values() for name in names]
    once = {heading(name) for names in HEADINGS.values() for name in names}
    assert len(once) == len({(h, m) for m, names in HEADINGS.items() for h in map(heading, names)}), told
    assert set(MEANINGS) == set(words.FIELDS)
    for said in words.FAULTS.values():
        assert all(message and then for message, then in said)
    assert [letter(i) for i in (0, 25, 26, 701)] == ["A", "Z", "AA", "ZZ"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("el-GR,el;q=0.9", "el"),
        ("de, ru;q=0.5, en;q=0.4", "ru"),
        ("", "en"),
        ("x;q=z,el", "el"),
    ],
)
def test_the_language_asked_for(accepted: str, language: str) -> None:
    assert words.language_of(accepted) == language


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes) -> None:
    _answered(data)


HEADING = st.sampled_from(["Order", "Name", "Τηλ", "Дата", "Window", "Cash", "x", "lon", "lat"])
CELL = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=14) | st.sampled_from(
    ["10-12", "A-1", "Katu 1", "24,90 €", "+306944123456", "1e5"]
)


@pytest.mark.parametrize(
    "cell",
    [
        "1" + " " * 2000 + "x",
        "210" + " " * 2000 + "x",
        "a 1 " * 500 + "\nx",
        "10" + "-" * 2000 + "x",
    ],
)
def test_no_cell_takes_long_to_read(cell: str) -> None:
    """The portal answers nobody while a pattern looks at it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Order", "Name", "Phone", "Cash", "Window", "Address", "", ""])
    writer.writerows([f"A-{n}", "Maria", cell, cell, cell, "Ermou 15", cell, cell] for n in range(4))
    begun = time.process_time()
    _, lines = read(out.getvalue().encode())
    assert time.process_time() - begun < 1.0
    faults = {fault.field: fault.code for fault in lines[0].faults}
    assert faults == dict.fromkeys(("phone", "cash", "window"), "too_long")


@given(
    st.lists(HEADING, max_size=7),
    st.lists(st.lists(CELL, max_size=8), max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
@settings(max_examples=300, deadline=None)
def test_any_cells_under_known_headings(headings: list[str], rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Order", "Name", "Address", *headings])
    writer.writerows(rows)
    _answered(out.getvalue().encode("utf-8"))


def _answered(data: bytes) -> None:
    """Rows in are rows out, each once, good or with a reason; or the file is refused with one."""
    refused: Fault | None = None
    try:
        columns, lines = understood(data, ATHENS)
    except Faulty as error:
        refused = error.fault
    if refused is not None:
        assert refused.code in words.FAULTS
        assert all(all(words.said(refused, language)) for language in words.LANGUAGES)
        return
    cells, _ = sniffing.cells(sniffing.decoded(data)[0])
    headed = any(column.by == "heading" for column in columns) or len(lines) == len(cells) - 1
    assert len(lines) == len(cells) - headed
    assert len({line.row for line in lines}) == len(lines)
    for line in lines:
        for fault in line.faults:
            assert all(words.said(fault, language) for language in words.LANGUAGES)
        if line.good:
            assert line.order.order_number
            assert line.order.name
    numbers = [line.order.order_number.casefold() for line in lines if line.good]
    assert len(set(numbers)) == len(numbers)
