"""What may be wrong with a spreadsheet or a row of it: a code, the field, and what the words need."""

from __future__ import annotations

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """`code` is a key of `words.FAULTS`; `field` a meaning of `columns.MEANINGS`, or empty for the row."""

    code: str
    field: str = ""
    params: dict[str, str] = {}


class Faulty(Exception):
    """The file, or one cell, can't be used."""

    def __init__(self, code: str, field: str = "", **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, field, {name: str(value) for name, value in params.items()})
