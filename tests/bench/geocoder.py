"""How often the local geocoder finds an address, and how often it is wrong without asking.

python -m tests.bench.geocoder ADDRESSES.csv [--map DIR]

The file has columns street, housenumber, postcode, city, lat, lon. Each address is asked as it stands and in
the forms that people give it; an answer is right within 100 m of the file's place."""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.adapters.geocoder.local import LocalGeocoder
from shared.domain.address_text import fold, numbers
from shared.geo import distance_m

RIGHT_M = 100.0
Row = dict[str, str]
Asked = tuple[str, str | None, str | None]


def _typo(street: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(street) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        return street[:at] + street[at + 1 :]
    if kind == 1:
        return street[:at] + street[at + 1] + street[at] + street[at + 2 :]
    return street[:at] + rng.choice("aeiorstn") + street[at + 1 :]


def _number(row: Row) -> str:
    return row["housenumber"]


FORMS: dict[str, Callable[[Row, random.Random], Asked]] = {
    "as it stands": lambda r, _: (f"{r['street']} {_number(r)}", r["postcode"], r["city"]),
    "no postcode, no town": lambda r, _: (f"{r['street']} {_number(r)}", None, None),
    "lower case without accents": lambda r, _: (fold(f"{r['street']} {_number(r)}"), None, r["city"]),
    "staircase and door": lambda r, _: (
        f"{r['street']} {_number(r).split()[0].rstrip(',')} B 34",
        None,
        None,
    ),
    "a comma before the number": lambda r, _: (f"{r['street']}, {_number(r)}", None, r["city"]),
    "number first": lambda r, _: (f"{_number(r).split(',')[0]} {r['street']}", None, r["city"]),
    "postcode and town in the line": lambda r, _: (
        f"{r['street']} {_number(r)}, {r['postcode'] or '00100'} {r['city'] or 'Helsinki'}",
        None,
        None,
    ),
    "katu cut to k.": lambda r, _: (f"{re.sub('katu$', 'k.', r['street'])} {_number(r)}", None, None),
    "one slip in the street": lambda r, rng: (f"{_typo(r['street'], rng)} {_number(r)}", None, r["city"]),
    "town in Swedish": lambda r, _: (f"{r['street']} {_number(r)}", None, "Helsingfors"),
    "another town": lambda r, _: (f"{r['street']} {_number(r)}", None, "Tampere"),
    "another postcode": lambda r, _: (f"{r['street']} {_number(r)}", "33100", r["city"]),
}


def measure(geocoder: LocalGeocoder, rows: list[Row]) -> dict[str, Counter[str]]:
    """By form: `sure` right, `sure_wrong`, `asked` (a person is asked, the right place among the answers),
    `asked_wrong` (it is not among them), `none`."""
    places: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        for number in numbers(row["housenumber"]):
            key = (row["street"], str(number.first))
            places.setdefault(key, []).append((float(row["lon"]), float(row["lat"])))
    said: dict[str, Counter[str]] = {}
    for name, form in FORMS.items():
        rng, count = random.Random(5), said.setdefault(name, Counter())
        for row in rows:
            right = [(float(row["lon"]), float(row["lat"]))]
            if name == "staircase and door":  # any entrance of the number: the map may have B itself
                right = places.get((row["street"], str(numbers(row["housenumber"])[0].first)), right)
            found = geocoder.look_up(*form(row, rng))
            near = [any(distance_m(c.lon, c.lat, *at) <= RIGHT_M for at in right) for c in found]
            if not found:
                count["none"] += 1
            elif found[0].sure:
                count["sure" if near[0] else "sure_wrong"] += 1
            else:
                count["asked" if any(near) else "asked_wrong"] += 1
    return said


def measure_missing(data: dict[str, Any], rows: list[Row]) -> Counter[str]:
    """As `measure`, where the map lacks the house: every fifth number is taken out of it before it is asked
    for. A sure answer within 100 m is another entrance of its plot, or a range that covers it."""
    count: Counter[str] = Counter()
    for part in range(5):
        kept = [row for number, row in enumerate(data["rows"]) if number % 5 != part]
        gone = {(row[0], row[1]) for number, row in enumerate(data["rows"]) if number % 5 == part}
        gone -= {(row[0], row[1]) for row in kept}
        geocoder = LocalGeocoder({**data, "rows": kept})
        for row in rows:
            if (row["street"], row["housenumber"]) not in gone:
                continue
            found = geocoder.look_up(f"{row['street']} {row['housenumber']}", None, row["city"])
            at = (float(row["lon"]), float(row["lat"]))
            near = [distance_m(c.lon, c.lat, *at) <= RIGHT_M for c in found]
            if not found:
                count["none"] += 1
            elif found[0].sure:
                count["sure" if near[0] else "sure_wrong"] += 1
            else:
                count["asked" if any(near) else "asked_wrong"] += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.geocoder", description=__doc__)
    parser.add_argument("addresses", type=Path)
    parser.add_argument("--map", type=Path, default=Path(".dromos/map"))
    args = parser.parse_args()
    data = json.loads((args.map / "geocoder.json").read_text(encoding="utf-8"))
    geocoder = LocalGeocoder(data)
    with args.addresses.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["street"] and numbers(row["housenumber"])]
    began = time.perf_counter()
    said = measure(geocoder, rows)
    took = (time.perf_counter() - began) / (len(rows) * len(FORMS))
    print(f"{len(rows)} addresses, {took * 1e6:.0f} us each; share in per cent")
    kinds = ("sure", "sure_wrong", "asked", "asked_wrong", "none")
    print(f"{'':32}" + "".join(f"{kind:>12}" for kind in kinds))
    for name, count in {**said, "the map lacks the house": measure_missing(data, rows)}.items():
        asked = sum(count.values())
        print(f"{name:32}" + "".join(f"{100 * count[kind] / asked:12.1f}" for kind in kinds))


if __name__ == "__main__":
    main()
