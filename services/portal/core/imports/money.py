"""Amounts: `24,90 €`, `EUR 24.90`, `1.234,50`, `1 234,50 руб.`"""

from __future__ import annotations

import re

from babel.numbers import get_territory_currencies, is_currency

from services.portal.core.imports.faults import Faulty

_SIGNS = {
    "€": "EUR", "ευρω": "EUR", "ευρώ": "EUR", "euro": "EUR", "euros": "EUR", "евро": "EUR",
    "$": "USD", "£": "GBP", "₽": "RUB", "руб": "RUB", "руб.": "RUB", "р.": "RUB", "р": "RUB", "рублей": "RUB",
    "₴": "UAH", "₺": "TRY", "₾": "GEL", "₸": "KZT", "kr": "SEK", "zł": "PLN",
}  # fmt: skip
_AMOUNT = re.compile(r"([^\d\s+-]+)?\s*([+-]?)\s*([\d][\d\s.,'’]*?)\s*([^\d\s]+)?")
_APART = re.compile(r"\d[\s'’]+(?=\d)(?!\d{3}(?!\d))")
"""Digits apart that are no thousands: "12 50" is not 1,250."""
_NOTHING = frozenset({"-", "–", "—", "0", "no", "όχι", "нет", "none"})


def currency_of(region: str | None) -> str | None:
    """The currency of a country today."""
    found = get_territory_currencies(region) if region else []
    return found[0] if found else None


def currency(text: str) -> str:
    """ISO 4217. Raises Faulty: none that is known."""
    code = _SIGNS.get(text.casefold()) or text.upper()
    if len(code) != 3 or not code.isascii() or not is_currency(code):
        raise Faulty("currency_unknown", "currency", given=text[:20])
    return code


def money(text: str, given: str | None, default: str | None) -> tuple[str, str] | None:
    """Amount and currency; None for nothing to pay. `given` is the currency column's cell, `default` the
    country's own.

    Raises:
        Faulty: no amount, or one that can be read in two ways.
    """
    if not text or text.casefold() in _NOTHING:
        return None
    match = _AMOUNT.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " "))
    if match is None:
        raise Faulty("cash_invalid", "cash")
    before, sign, digits, behind = match.groups()
    if sign == "-":
        raise Faulty("cash_negative", "cash")
    if before and behind:
        raise Faulty("cash_invalid", "cash")
    named = before or behind or given
    code = currency(named) if named else default
    amount = _decimal(digits)
    if float(amount) == 0:
        return None
    if code is None:
        raise Faulty("currency_missing", "currency")
    return amount, code


def _decimal(text: str) -> str:
    if _APART.search(text):
        raise Faulty("cash_invalid", "cash")
    digits = re.sub(r"[\s'’]", "", text).rstrip(".,")
    marks = [c for c in digits if c in ".,"]
    if len(set(marks)) == 2:
        decimal = marks[-1]
        if marks.count(decimal) > 1:
            raise Faulty("cash_invalid", "cash")
        digits = digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    elif len(marks) > 1:
        if any(len(part) != 3 for part in re.split(r"[.,]", digits)[1:]):
            raise Faulty("cash_invalid", "cash")
        digits = re.sub(r"[.,]", "", digits)
    elif marks:
        whole, part = re.split(r"[.,]", digits)
        if len(part) == 3 and whole != "0":
            raise Faulty("cash_two_ways", "cash", one=f"{whole}{part}", other=f"{whole}.{part}")
        digits = f"{whole}.{part}"
    whole, _, part = digits.partition(".")
    if len(part) > 2:
        if part[2:].strip("0"):
            raise Faulty("cash_invalid", "cash")
        part = part[:2]
    whole = whole.lstrip("0") or "0"
    if len(whole) > 9:
        raise Faulty("cash_invalid", "cash")
    return f"{whole}.{part.ljust(2, '0')}"
