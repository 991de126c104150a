"""A row of the spreadsheet as an order, or as what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from services.portal.core.imports.columns import Column, heading
from services.portal.core.imports.faults import Fault, Faulty
from services.portal.core.imports.money import currency_of, money
from services.portal.core.imports.phones import phone, region_of
from services.portal.core.imports.windows import window
from shared.contracts.common import Handover
from shared.domain.address_text import fold
from shared.domain.texts import visible

LONGEST = {
    "order_number": 64, "name": 120, "email": 254, "line": 120, "postcode": 16, "city": 64, "floor": 64,
    "bell": 64, "note": 1000,
}  # fmt: skip
BRIEF = 120
"""Of a cell that is read as a telephone, an amount or a time: reading a long one may take very long."""
_LANGUAGES = {
    "el": ("el", "gr", "greek", "ελληνικα"),
    "ru": ("ru", "russian", "русскии", "рус"),
    "en": ("en", "english", "eng", "αγγλικα", "англиискии"),
}
_HANDOVERS: dict[Handover, tuple[str, ...]] = {
    "door": ("door", "home", "address", "πόρτα", "σπίτι", "κατ' οίκον", "διεύθυνση",
             "дверь", "до двери", "дом", "на дом", "адрес"),
    "locker": ("locker", "parcel locker", "θυρίδα", "λόκερ", "αυτόματη θυρίδα", "постамат", "почтомат",
               "ячейка"),
    "counter": ("counter", "pickup point", "pick-up point", "pickup", "parcel shop", "pudo", "shop",
                "γκισέ", "κατάστημα", "σημείο παραλαβής", "ПВЗ", "пункт выдачи", "магазин", "стойка"),
}  # fmt: skip
_HANDOVER = {heading(name): kind for kind, names in _HANDOVERS.items() for name in names}
_LANGUAGE = {name: code for code, names in _LANGUAGES.items() for name in names}


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was recognised of a row. Money as decimal string and ISO 4217, times as epoch milliseconds."""

    order_number: str = ""
    name: str = ""
    line: str = ""
    postcode: str | None = None
    city: str | None = None
    phone: str | None = None
    email: str | None = None
    floor: str | None = None
    bell: str | None = None
    note: str | None = None
    parcels: int = 1
    handover: Handover = "door"
    cash: str | None = None
    currency: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    language: str | None = None
    lon: float | None = None
    lat: float | None = None


class Row(msgspec.Struct, frozen=True):
    """A row by the number that the spreadsheet shows. `faults` forbid it, `doubts` are asked of a person."""

    row: int
    order: Order
    faults: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when the file is read: `now` aware, in the merchant's zone."""

    now: datetime
    zone: ZoneInfo
    region: str | None
    currency: str | None

    @classmethod
    def of(cls, now: datetime, zone: str, region: str | None = None) -> Place:
        """`region` unless the zone's own country."""
        country = region or region_of(zone)
        return cls(now.astimezone(ZoneInfo(zone)), ZoneInfo(zone), country, currency_of(country))


def read(columns: Sequence[Column], rows: Sequence[tuple[int, list[str]]], place: Place) -> list[Row]:
    """Every row, in the file's order; the second and later ones of an order number are faulty."""
    at = {column.meaning: column.index for column in columns if column.meaning is not None}
    found: list[Row] = []
    first: dict[str, int] = {}
    for number, cells in rows:
        row = _row(number, cells, at, len(columns), place)
        key = row.order.order_number.casefold()
        if key and (before := first.setdefault(key, number)) != number:
            fault = Fault("order_twice", "order_number", {"row": str(before)})
            row = msgspec.structs.replace(row, faults=(*row.faults, fault))
        found.append(row)
    return found


def _row(number: int, cells: Sequence[str], at: Mapping[str, int], width: int, place: Place) -> Row:
    faults: list[Fault] = []

    def cell(meaning: str) -> str:
        index = at.get(meaning)
        return cells[index] if index is not None and index < len(cells) else ""

    def brief(meaning: str) -> str:
        found = cell(meaning)
        if len(found) > BRIEF:
            raise Faulty("too_long", meaning, limit=BRIEF)
        return found

    def text(meaning: str, value: str | None = None) -> str:
        """The cell as people may read it; empty with a fault where they may not."""
        found = " ".join((cell(meaning) if value is None else value).split())
        try:
            if "\ufffd" in found:
                raise ValueError
            visible(found)
        except ValueError:
            faults.append(Fault("characters", meaning))
            return ""
        limit = LONGEST.get(meaning, 120)
        if len(found) > limit:
            faults.append(Fault("too_long", meaning, {"limit": str(limit)}))
            return ""
        return found

    def tried[T](read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Faulty as error:
            faults.append(error.fault)
            return None

    order_number = text("order_number")
    if not order_number and not any(f.field == "order_number" for f in faults):
        faults.append(Fault("order_missing", "order_number"))
    parts = [cell("name")] if cell("name") else [cell("first_name"), cell("last_name")]
    name = text("name", " ".join(part for part in parts if part))
    if not name and not any(f.field == "name" for f in faults):
        faults.append(Fault("name_missing", "name"))
    elif name and not any(c.isalpha() for c in name):
        faults.append(Fault("name_no_letters", "name"))
    house = cell("house")
    line = cell("line") or " ".join(part for part in (cell("street"), house) if part)
    address = text("line", line)
    spot = tried(lambda: _spot(cell("lon"), cell("lat")))
    if not address and spot is None and not any(f.field in ("line", "lon") for f in faults):
        faults.append(Fault("address_missing", "line"))
    amount = tried(lambda: money(brief("cash"), brief("currency") or None, place.currency))
    span = tried(
        lambda: window(
            brief("window"), brief("window_from"), brief("window_to"), brief("date"), place.now, place.zone
        )
    )
    if len(cells) > width:
        faults.append(Fault("cells_extra"))
    order = Order(
        order_number=order_number,
        name=name,
        line=address,
        postcode=text("postcode") or None,
        city=text("city") or None,
        phone=tried(lambda: phone(brief("phone"), place.region)),
        email=tried(lambda: _email(cell("email"))),
        floor=text("floor") or None,
        bell=text("bell") or None,
        note=text("note") or None,
        parcels=tried(lambda: _parcels(cell("parcels"))) or 1,
        handover=tried(lambda: _handover(cell("handover"))) or "door",
        cash=amount[0] if amount else None,
        currency=amount[1] if amount else None,
        from_ms=span[0] if span else None,
        to_ms=span[1] if span else None,
        language=tried(lambda: _language(cell("language"))),
        lon=spot[0] if spot else None,
        lat=spot[1] if spot else None,
    )
    return Row(number, order, tuple(faults))


def _email(text: str) -> str | None:
    if not text:
        return None
    user, at, host = text.strip("<>").rpartition("@")
    good = at and user and "." in host.strip(".") and len(user) <= 64 and len(text) <= 254
    if not good or any(c.isspace() or c in ",;@" for c in user + host):
        raise Faulty("email_invalid", "email")
    return f"{user}@{host}"


def _parcels(text: str) -> int:
    if not text:
        return 1
    digits = text.split()[0].rstrip(".,")
    for tail in (".0", ",0", ".00", ",00"):
        digits = digits.removesuffix(tail)
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= 999):
        raise Faulty("parcels_invalid", "parcels")
    return int(digits)


def _handover(text: str) -> Handover:
    if not text:
        return "door"
    kind = _HANDOVER.get(heading(text[:BRIEF]))
    if kind is None:
        raise Faulty("handover_unknown", "handover")
    return kind


def _language(text: str) -> str | None:
    if not text:
        return None
    code = _LANGUAGE.get(fold(text.strip(". "))) or _LANGUAGE.get(text[:2].casefold() if "-" in text else "")
    if code is None:
        raise Faulty("language_unknown", "language")
    return code


def _spot(lon: str, lat: str) -> tuple[float, float] | None:
    if not lon and not lat:
        return None
    try:
        x, y = (float(text.replace(",", ".").rstrip("°")) for text in (lon, lat))
        if not (-180 <= x <= 180 and -90 <= y <= 90) or (x == 0 and y == 0):
            raise ValueError
    except ValueError:
        raise Faulty("coordinates_invalid", "lon") from None
    return x, y
