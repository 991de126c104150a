"""Telephones as people write them, to E.164 by the numbering plans of libphonenumber."""

from __future__ import annotations

import re

import phonenumbers
from babel.core import get_global

from services.portal.core.imports.faults import Faulty

_SEVERAL = re.compile(r"\s*[,;/|]\s*|\s+(?:or|ή|η|или)\s+")
_SCIENTIFIC = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)


def region_of(zone: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) of an IANA time zone; None for one of no country."""
    return get_global("zone_territories").get(zone)


def phone(text: str, region: str | None) -> str | None:
    """E.164; None for an empty cell. Of several numbers the first that can be.

    Raises:
        Faulty: it is no number of that country or of any it names.
    """
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise Faulty("phone_scientific", "phone")
    for part in _SEVERAL.split(text):
        if found := _one(part, region):
            return found
    if found := _one(text, region):
        return found
    if region is None and not text.lstrip().startswith(("+", "00")):
        raise Faulty("phone_no_country", "phone")
    raise Faulty("phone_invalid", "phone", region=region or "")


def _one(text: str, region: str | None) -> str | None:
    tried = [text]
    digits = "".join(c for c in text if c.isdigit())
    if not text.lstrip().startswith("+") and len(digits) > 9:
        tried.append("+" + digits.removeprefix("00"))  # the plus that a spreadsheet has eaten
    for number, each in enumerate(tried):
        try:
            parsed = phonenumbers.parse(each, region if number == 0 else None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed) and not parsed.extension:
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None
