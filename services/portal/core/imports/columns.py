"""What a spreadsheet's columns mean: by their headings in three languages, else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from services.portal.core.imports.faults import Faulty
from services.portal.core.imports.sniffing import Sheet
from shared.domain.address_text import fold

HEADINGS: dict[str, tuple[str, ...]] = {
    "order_number": (
        "order", "order number", "order no", "order id", "order nr", "number", "no", "nr", "id", "reference",
        "ref", "awb", "voucher", "tracking", "invoice",
        "παραγγελια", "αριθμοσ παραγγελιασ", "αρ παραγγελιασ", "κωδικοσ παραγγελιασ", "αριθμοσ", "αρ", "αα",
        "κωδικοσ", "δελτιο", "τιμολογιο",
        "заказ", "номер заказа", "№ заказа", "№", "номер", "код заказа", "накладная", "артикул заказа",
    ),
    "name": (
        "name", "recipient", "customer", "full name", "customer name", "recipient name", "client", "contact",
        "consignee",
        "ονομα", "ονοματεπωνυμο", "παραληπτησ", "πελατησ", "ονομα παραληπτη", "ονομα πελατη", "επωνυμια",
        "имя", "фио", "получатель", "клиент", "покупатель", "имя получателя", "заказчик",
    ),
    "first_name": ("first name", "given name", "forename", "μικρο ονομα", "имя получателя отдельно"),
    "last_name": ("last name", "surname", "family name", "επωνυμο", "επιθετο", "фамилия"),
    "phone": (
        "phone", "telephone", "tel", "mobile", "phone number", "cell", "contact phone",
        "τηλεφωνο", "τηλ", "κινητο", "τηλεφωνο παραληπτη", "κιν",
        "телефон", "тел", "мобильный", "номер телефона", "моб", "телефон получателя",
    ),
    "email": ("email", "e mail", "mail", "ηλ ταχυδρομειο", "εμαιλ", "ηλεκτρονικο ταχυδρομειο", "почта",
              "эл почта", "электронная почта", "емейл"),
    "line": (
        "address", "street address", "delivery address", "address line", "address 1", "address line 1",
        "διευθυνση", "διευθυνση παραδοσησ", "δ νση", "адрес", "адрес доставки", "адрес получателя",
    ),
    "street": ("street", "street name", "οδοσ", "улица"),
    "house": ("house", "house number", "house no", "street number", "αριθμοσ οδου", "αρ οδου", "дом",
              "номер дома"),
    "postcode": ("postcode", "postal code", "zip", "zip code", "post code", "τκ", "τ κ", "ταχ κωδικασ",
                 "ταχυδρομικοσ κωδικασ", "индекс", "почтовый индекс"),
    "city": ("city", "town", "place", "municipality", "πολη", "περιοχη", "δημοσ", "город", "населенный пункт",
             "населенныи пункт"),
    "lon": ("lon", "lng", "long", "longitude", "x", "γεωγραφικο μηκοσ", "μηκοσ", "долгота"),
    "lat": ("lat", "latitude", "y", "γεωγραφικο πλατοσ", "πλατοσ", "широта"),
    "floor": ("floor", "level", "οροφοσ", "этаж"),
    "bell": ("bell", "doorbell", "apartment", "flat", "door", "κουδουνι", "διαμερισμα", "домофон", "квартира",
             "кв"),
    "note": ("note", "notes", "comment", "comments", "instructions", "remarks", "delivery instructions",
             "σημειωση", "σημειωσεισ", "σχολια", "σχολιο", "παρατηρησεισ", "οδηγιεσ",
             "примечание", "примечания", "комментарии", "комментарий", "заметки"),
    "parcels": ("parcels", "packages", "pieces", "boxes", "qty", "quantity", "number of parcels", "pcs",
                "δεματα", "τεμαχια", "ποσοτητα", "τεμ", "κολα", "мест", "места", "количество", "кол во",
                "посылок", "количество мест"),
    "handover": ("handover", "hand over", "handed over at", "hand over at", "kind of place", "place type",
                 "destination type", "delivery point type", "pickup point type",
                 "ειδοσ σημειου", "τυποσ σημειου", "ειδοσ σημειου παραδοσησ", "τυποσ σημειου παραδοσησ",
                 "вид места", "тип места", "тип точки", "тип пункта", "вид пункта"),
    "cash": ("cash", "cod", "amount", "to pay", "cash on delivery", "sum", "total", "price",
             "αντικαταβολη", "ποσο", "πληρωμη", "μετρητα", "συνολο",
             "наложенныи платеж", "наложенный платеж", "сумма", "к оплате", "оплата", "наличные",
             "стоимость"),
    "currency": ("currency", "νομισμα", "валюта"),
    "window": ("window", "time", "time window", "delivery time", "time slot", "slot", "hours",
               "delivery window",
               "ωρα", "ωρεσ", "ωρα παραδοσησ", "παραθυρο", "χρονικο παραθυρο", "ωραριο",
               "время", "окно", "время доставки", "интервал", "интервал доставки", "временное окно"),
    "window_from": ("from", "time from", "earliest", "start", "not before", "απο", "с", "время с", "от",
                    "начало"),
    "window_to": ("to", "until", "time to", "latest", "end", "not after", "εωσ", "μεχρι", "до",
                  "время до", "по"),
    "date": ("date", "day", "delivery date", "ημερομηνια", "ημερομηνια παραδοσησ", "ημερα", "дата",
             "дата доставки", "день"),
    "language": ("language", "lang", "γλωσσα", "язык"),
}  # fmt: skip
MEANINGS = tuple(HEADINGS)
NEEDED: tuple[tuple[str, ...], ...] = (
    ("order_number",),
    ("name", "last_name"),
    ("line", "street"),
)

_PUNCTUATION = re.compile(r"[^\w№]+|_+")


By = Literal["heading", "content", "none"]
"""How a column was recognised."""


class Column(msgspec.Struct, frozen=True):
    """A column of the file: its heading (or its letter where there is none) and what it was taken for."""

    column: str
    index: int
    meaning: str | None
    by: By


def heading(text: str) -> str:
    """A heading as it is compared."""
    return _PUNCTUATION.sub(" ", fold(text).replace("ς", "σ")).strip()


_BY_HEADING = {heading(name): meaning for meaning, names in HEADINGS.items() for name in names}

_PHONE = re.compile(r"\+?[\d\s()./-]{7,20}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?"
_WINDOW = re.compile(rf"(?:.*\s)?{_CLOCK}\s*[-–—]\s*{_CLOCK}")
_MONEY = re.compile(r"(?:[€$£₽]|EUR|USD)?\s*\d[\d\s.,]*\s*(?:[€$£₽]|EUR|USD|руб\.?|ευρώ)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})")
_POSTCODE = re.compile(r"\d{5,6}|\d{3}\s\d{2}")
_STREET = re.compile(r"[^\W\d_].*[^\W\d_].*\s\d{1,4}\b.*|\d{1,4}\s+[^\W\d_]{3,}.*")
_NAME = re.compile(r"[^\W\d_][^\d@]*\s[^\d@]*[^\W\d_.]\.?")
_CODE = re.compile(r"[\w№][\w/#.-]*\d[\w/#-]*")
LOOKED_AT = 120
"""So many letters of a cell tell what it is: more would take these patterns very long."""


def _is_phone(cell: str) -> bool:
    digits = sum(c.isdigit() for c in cell)
    return _PHONE.fullmatch(cell) is not None and (digits >= 9 or (cell.startswith("+") and digits >= 7))


_BY_CONTENT: tuple[tuple[str, Callable[[str], bool], float], ...] = (
    ("email", lambda c: _EMAIL.fullmatch(c) is not None, 0.7),
    ("date", lambda c: _DATE.fullmatch(c) is not None, 0.8),
    ("window", lambda c: _WINDOW.fullmatch(c) is not None and _DATE.fullmatch(c) is None, 0.7),
    ("phone", _is_phone, 0.7),
    ("postcode", lambda c: _POSTCODE.fullmatch(c) is not None, 0.9),
    ("cash", lambda c: _MONEY.fullmatch(c) is not None and not c.isdigit(), 0.8),
    ("line", lambda c: _STREET.fullmatch(c) is not None, 0.7),
    ("order_number", lambda c: _CODE.fullmatch(c) is not None, 0.9),
    ("name", lambda c: _NAME.fullmatch(c) is not None, 0.8),
)
"""In this order, each meaning once, where the share of cells that look so is large enough."""


def recognise(sheet: Sheet) -> tuple[list[Column], bool]:
    """The columns, and whether the first row is headings (else it is the first order).

    Raises:
        Faulty: a column that no import can do without was not found, or two mean the same.
    """
    width = max(len(row) for _, row in [(0, sheet.header), *sheet.rows])
    named = [_BY_HEADING.get(heading(cell)) for cell in sheet.header]
    headed = any(named) or not any(_is_phone(c) or _EMAIL.fullmatch(c[:LOOKED_AT]) for c in sheet.header)
    meanings: dict[int, str] = {}
    if headed:
        for index, meaning in enumerate(named):
            if meaning is None:
                continue
            if meaning in meanings.values():
                first = next(i for i, m in meanings.items() if m == meaning)
                if _same(sheet, first, index):
                    continue
                raise Faulty("column_twice", meaning, first=sheet.header[first], second=sheet.header[index])
            meanings[index] = meaning
    by_heading = set(meanings)
    rows = [row for _, row in sheet.rows] + ([] if headed else [sheet.header])
    _fill_by_content(meanings, rows, width)
    columns = [
        Column(
            column=(sheet.header[i][:60] if headed and i < len(sheet.header) else "") or letter(i),
            index=i,
            meaning=meanings.get(i),
            by="heading" if i in by_heading else "content" if i in meanings else "none",
        )
        for i in range(width)
    ]
    known = set(meanings.values())
    missing = [choice[0] for choice in NEEDED if not known & set(choice)]
    if "line" in missing and {"lon", "lat"} <= known:
        missing.remove("line")
    if missing:
        raise Faulty("columns_missing", missing[0], meanings=",".join(missing))
    return columns, headed


def _same(sheet: Sheet, first: int, second: int) -> bool:
    return all(_cell(row, first) == _cell(row, second) or not _cell(row, second) for _, row in sheet.rows)


def _fill_by_content(meanings: dict[int, str], rows: Sequence[Sequence[str]], width: int) -> None:
    sample = rows[:200]
    for meaning, fits, share in _BY_CONTENT:
        if meaning in meanings.values() or (meaning == "line" and "street" in meanings.values()):
            continue
        if meaning == "name" and "last_name" in meanings.values():
            continue
        if meaning == "window" and "window_from" in meanings.values():
            continue
        best, mark = -1, 0.0
        for index in range(width):
            if index in meanings:
                continue
            filled = [cell for row in sample if (cell := _cell(row, index))]
            if not filled:
                continue
            found = sum(1 for cell in filled if fits(cell[:LOOKED_AT])) / len(filled)
            if meaning == "order_number" and len(set(filled)) < 0.9 * len(filled):
                continue
            if found >= share and found > mark:
                best, mark = index, found
        if best >= 0:
            meanings[best] = meaning


def _cell(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def letter(index: int) -> str:
    """A column's letter as spreadsheets show it: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
