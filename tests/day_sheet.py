"""A day's spreadsheet of the demo map's addresses: good rows, and rows each wrong in a way of its own."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.adapters.geocoder.local import LocalGeocoder

HEADINGS = [
    "Order number", "Name", "Phone", "E-mail", "Address", "Postcode", "City", "Note", "Parcels",
    "Cash on delivery", "Date", "Time window", "Language",
]  # fmt: skip
Cells = dict[str, str]
_NAMES = ("Aino Virtanen", "Mikko Laine", "Μαρία Παππά", "Иван Петров", "Ida Holm", "Nikos Georgiou")
_NOTES = (
    "",
    "Ring twice; dog",
    'Leave at "the blue door"',
    "2nd door\nleft of the stairs",
    "=HYPERLINK(1)",
    "",
)

FAULTS: dict[str, Callable[[Cells], None]] = {
    "order_missing": lambda c: c.update({"Order number": ""}),
    "too_long": lambda c: c.update({"Order number": "X" * 65}),
    "order_twice": lambda c: c.update({"Order number": "D-0001"}),
    "order_exists": lambda c: c.update({"Order number": "BEFORE-1"}),
    "name_missing": lambda c: c.update({"Name": ""}),
    "name_no_letters": lambda c: c.update({"Name": "12345"}),
    "phone_invalid": lambda c: c.update({"Phone": "12345"}),
    "phone_scientific": lambda c: c.update({"Phone": "3.58401E+11"}),
    "email_invalid": lambda c: c.update({"E-mail": "aino at example"}),
    "address_missing": lambda c: c.update({"Address": ""}),
    "address_not_found": lambda c: c.update({"Address": "Olematontie 5"}),
    "house_missing": lambda c: c.update({"Address": "Aleksanterinkatu"}),
    "street_only": lambda c: c.update({"Address": "Aleksanterinkatu 999"}),
    "address_unsure": lambda c: c.update({"Address": "Aleksantrinkatu 15", "Postcode": ""}),
    "parcels_invalid": lambda c: c.update({"Parcels": "many"}),
    "cash_invalid": lambda c: c.update({"Cash on delivery": "soon"}),
    "cash_two_ways": lambda c: c.update({"Cash on delivery": "1.234"}),
    "window_turned_date": lambda c: c.update({"Time window": "10-Dec"}),
    "window_backwards": lambda c: c.update({"Time window": "14:00-12:00"}),
    "date_past": lambda c: c.update({"Date": "2020-01-01"}),
}  # fmt: skip
"""Twenty kinds, each by the code that the row must be told."""


DOUBTS = frozenset({"street_only", "address_unsure"})


@dataclass(frozen=True, slots=True)
class Day:
    """The file, and by the number that the spreadsheet shows the code of each faulty row."""

    content: bytes
    rows: int
    faulty: dict[int, str]


def addresses(map_dir: Path) -> list[tuple[str, str]]:
    """Addresses (line, postcode) that the local geocoder is sure of."""
    geocoder = LocalGeocoder.read(map_dir / "geocoder.json")
    found = []
    for line, postcode in _lines(map_dir):
        places = geocoder.look_up(line, postcode, "Helsinki")
        if places and places[0].sure:
            found.append((line, postcode))
    return found


def _lines(map_dir: Path) -> list[tuple[str, str]]:
    data = json.loads((map_dir / "geocoder.json").read_text(encoding="utf-8"))
    return [(f"{street} {number}", postcode or "") for street, number, postcode, _, _, _ in data["rows"]]


def day(map_dir: Path, rows: int, seed: int, date: str, kinds: tuple[str, ...] = tuple(FAULTS)) -> Day:
    """So many rows, one of each of these kinds of fault among them; the first row is good. `date` is the
    day of delivery, YYYY-MM-DD."""
    rng = random.Random(seed)
    where = addresses(map_dir)
    wrong = dict(zip(rng.sample(range(1, rows), len(kinds)), kinds, strict=True))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    faulty = {}
    for number in range(rows):
        line, postcode = rng.choice(where)
        start = rng.randrange(8, 18)
        cells = {
            "Order number": f"D-{number + 1:04}",
            "Name": rng.choice(_NAMES),
            "Phone": f"040 123 {rng.randrange(1000, 9999)}",
            "E-mail": rng.choice(("", "someone@example.org")),
            "Address": line,
            "Postcode": postcode,
            "City": rng.choice(("Helsinki", "HELSINKI", "Helsingfors")),
            "Note": rng.choice(_NOTES),
            "Parcels": rng.choice(("1", "1", "2", "")),
            "Cash on delivery": rng.choice(("", "", "24,90 €", "12.50", "EUR 7")),
            "Date": date,
            "Time window": f"{start}-{start + 3}" if rng.random() < 0.3 else "",
            "Language": rng.choice(("", "el", "ru", "en")),
        }
        if (kind := wrong.get(number)) is not None:
            FAULTS[kind](cells)
            faulty[number + 2] = kind  # the heading is row 1
        writer.writerow([cells[name] for name in HEADINGS])
    return Day(out.getvalue().encode("utf-8-sig"), rows, faulty)
