"""A spreadsheet to begin with, in each language: the headings, and two rows to show how cells are written."""

from __future__ import annotations

import csv
import io

_HEADINGS = {
    "en": ("Order number", "Name", "Phone", "Address", "Postcode", "City", "Floor", "Bell", "Note", "Parcels",
           "Cash on delivery", "Time window"),
    "el": ("Αριθμός παραγγελίας", "Ονοματεπώνυμο", "Τηλέφωνο", "Διεύθυνση", "Τ.Κ.", "Πόλη", "Όροφος",
           "Κουδούνι", "Σημειώσεις", "Δέματα", "Αντικαταβολή", "Χρονικό παράθυρο"),
    "ru": ("Номер заказа", "Получатель", "Телефон", "Адрес", "Индекс", "Город", "Этаж", "Домофон",
           "Примечание", "Количество мест", "Наложенный платёж", "Интервал доставки"),
}  # fmt: skip
_ROWS = {
    "en": (
        ("A-1001", "Maria Example", "+358 40 123 4567", "Aleksanterinkatu 15", "00100", "Helsinki", "3",
         "Example", "Please ring twice", "1", "24.90 EUR", "10:00-12:00"),
        ("A-1002", "Nikos Sample", "", "Mikonkatu 8", "00100", "Helsinki", "", "", "", "2", "", ""),
    ),
    "el": (
        ("A-1001", "Μαρία Παράδειγμα", "690 000 0000", "Ερμού 15", "105 63", "Αθήνα", "3", "Παράδειγμα",
         "Χτυπήστε δύο φορές", "1", "24,90 €", "10:00-12:00"),
        ("A-1002", "Νίκος Δείγμα", "", "Αθηνάς 8", "105 54", "Αθήνα", "", "", "", "2", "", ""),
    ),
    "ru": (
        ("A-1001", "Мария Примерова", "+7 900 000-00-00", "ул. Ленина, д. 5", "101000", "Москва", "3", "12",
         "Звоните дважды", "1", "990,00 ₽", "10:00-12:00"),
        ("A-1002", "Иван Образцов", "", "Тверская ул., 8", "125009", "Москва", "", "", "", "2", "", ""),
    ),
}  # fmt: skip


def template(language: str) -> bytes:
    """CSV as spreadsheets of that language open it: UTF-8 with a mark, `;` where the comma is decimal."""
    out = io.StringIO()
    delimiter = "," if language == "en" else ";"
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(_HEADINGS[language])
    writer.writerows(_ROWS[language])
    return out.getvalue().encode("utf-8-sig")
