"""Conditions that several of the store's queries have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, and_, any_, bindparam, or_
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """As one array: a list of its own for each number of values would be a statement of its own."""
    return column == any_(bindparam(None, list(values), ARRAY(String)))


def equal(column: ColumnElement[Any], value: Any) -> list[ColumnElement[bool]]:
    """As asked for; no condition for None: no matter."""
    return [column == value] if value is not None else []


def older(
    at_ms: ColumnElement[Any], key: ColumnElement[Any], last: tuple[int, str] | None
) -> list[ColumnElement[bool]]:
    """What comes after the last one told, the newest first and of one moment the greatest key first; no
    condition for None: nothing was told yet."""
    if last is None:
        return []
    last_ms, last_key = last
    return [or_(at_ms < last_ms, and_(at_ms == last_ms, key < last_key))]
