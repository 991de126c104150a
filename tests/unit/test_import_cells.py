"""Cells as people fill them: telephones, amounts, windows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.core.imports.faults import Faulty
from services.portal.core.imports.money import currency_of, money
from services.portal.core.imports.phones import phone, region_of
from services.portal.core.imports.windows import day, window
from services.portal.schemas.common import MoneyBody

ZONE = ZoneInfo("Europe/Athens")
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("694 412 3456", "GR", "+306944123456"),
        ("+30 694-412-3456", "FI", "+306944123456"),
        ("0030 6944123456", "GR", "+306944123456"),
        ("306944123456", "GR", "+306944123456"),
        ("040 123 4567", "FI", "+358401234567"),
        ("401234567", "FI", "+358401234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("210 123 / 6944123456", "GR", "+306944123456"),
        ("+358 40 1234567", None, "+358401234567"),
        ("", "GR", None),
    ],
)
def test_telephones(text: str, region: str | None, found: str | None) -> None:
    assert phone(text, region) == found


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("12345", "GR", "phone_invalid"),
        ("soon", "GR", "phone_invalid"),
        ("6944123456", None, "phone_no_country"),
        ("3,0694E+11", "GR", "phone_scientific"),
        ("+30 694 412 3456 ext. 5", "GR", "phone_invalid"),
    ],
)
def test_telephones_that_are_none(text: str, region: str | None, code: str) -> None:
    with pytest.raises(Faulty, match=code):
        phone(text, region)


def test_countries_of_zones() -> None:
    assert [region_of(z) for z in ("Europe/Athens", "Europe/Helsinki", "UTC")] == ["GR", "FI", None]
    assert [currency_of(r) for r in ("GR", "RU", None)] == ["EUR", "RUB", None]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("24,90 €", ("24.90", "EUR")),
        ("€24.9", ("24.90", "EUR")),
        ("EUR 1.234,50", ("1234.50", "EUR")),
        ("1,234.50 USD", ("1234.50", "USD")),
        ("1 234,5 руб.", ("1234.50", "RUB")),
        ("1.234.567", ("1234567.00", "EUR")),
        ("12", ("12.00", "EUR")),
        ("0,500", ("0.50", "EUR")),
        ("7 ευρώ", ("7.00", "EUR")),
        ("0", None),
        ("0,00 €", None),
        ("-", None),
        ("", None),
    ],
)
def test_amounts(text: str, amount: tuple[str, str] | None) -> None:
    assert money(text, None, "EUR") == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "cash_invalid"),
        ("-5", "cash_negative"),
        ("1.234", "cash_two_ways"),
        ("12.345,678", "cash_invalid"),
        ("5 bananas", "currency_unknown"),
        ("1234567890", "cash_invalid"),
        ("€ 5 $", "cash_invalid"),
        ("12 50", "cash_invalid"),
        ("1 2345", "cash_invalid"),
    ],
)
def test_amounts_that_are_none(text: str, code: str) -> None:
    with pytest.raises(Faulty, match=code):
        money(text, None, "EUR")


def test_the_currency_of_its_own_column_and_of_none() -> None:
    assert money("5", "usd", "EUR") == ("5.00", "USD")
    with pytest.raises(Faulty, match="currency_missing"):
        money("5", None, None)


@given(st.text(max_size=12))
def test_an_amount_is_one_that_a_shipment_may_have(text: str) -> None:
    try:
        found = money(text, None, "EUR")
    except Faulty:
        return
    if found is not None:
        MoneyBody(amount=found[0], currency=found[1])


def span(text: str, start: str = "", end: str = "", on: str = "") -> str | None:
    found = window(text, start, end, on, NOW, ZONE)
    if found is None:
        return None
    a, b = (datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZONE) for ms in found)
    return f"{a:%d %H:%M}-{b:%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10-12", "20 10:00-20 12:00"),
        ("14:00–16:00", "20 14:00-20 16:00"),
        ("10.30 - 12.15", "20 10:30-20 12:15"),
        ("με 10 έως 12".removeprefix("με "), "20 10:00-20 12:00"),
        ("с 10 до 12", "20 10:00-20 12:00"),
        ("from 2 pm to 4 pm", "20 14:00-20 16:00"),
        ("21.11.2026 10-12", "21 10:00-21 12:00"),
        ("2026-11-21 10:00-12:00", "21 10:00-21 12:00"),
        ("2026-11-21T14:00+02:00/2026-11-21T16:00+02:00", "21 14:00-21 16:00"),
        ("until 13", "20 00:00-20 13:00"),
        ("22-24", "20 22:00-21 00:00"),
    ],
)
def test_windows(text: str, found: str) -> None:
    assert span(text) == found


def test_windows_of_two_columns_and_a_date() -> None:
    assert span("", "10", "12:30", "21/11") == "21 10:00-21 12:30"
    assert span("", "2026-11-21 10:00", "2026-11-21 11:00") == "21 10:00-21 11:00"
    assert span("10-12", on="tomorrow") == "21 10:00-21 12:00"
    assert span("", on="21.11.2026") is None


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("soon", "", "", ""), "window_invalid"),
        (("10-Dec", "", "", ""), "window_turned_date"),
        (("10-Δεκ", "", "", ""), "window_turned_date"),
        (("16-14", "", "", ""), "window_backwards"),
        (("6-8", "", "", ""), "window_past"),
        (("", "10", "", ""), "window_half"),
        (("25-27", "", "", ""), "window_invalid"),
        (("10-12", "", "", "2026-11-19"), "date_past"),
        (("10-12", "", "", "2027-11-19"), "date_far"),
        (("10-12", "", "", "31.02.2026"), "date_invalid"),
        (("", "2026-11-21 10:00", "2026-11-23 10:00", ""), "window_long"),
        (("31.12.9999 22-24", "", "", ""), "window_invalid"),
    ],
)
def test_windows_that_cannot_be(cells: tuple[str, str, str, str], code: str) -> None:
    with pytest.raises(Faulty, match=code):
        span(*cells)


def test_a_day_without_a_year_is_the_next_one() -> None:
    late = datetime(2026, 12, 30, tzinfo=ZONE)
    assert day("2/1", late).isoformat() == "2027-01-02"
    assert day("30.12", late).isoformat() == "2026-12-30"


@given(st.text(max_size=16), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_any_window_is_read_or_refused(text: str, start: str, end: str, on: str) -> None:
    try:
        found = window(text, start, end, on, NOW, ZONE)
    except Faulty:
        return
    assert found is None or found[0] < found[1]
