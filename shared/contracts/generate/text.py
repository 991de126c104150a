"""Docstrings as running text, and JSON that people can read."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any


def paragraphs(docstring: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    lines = (docstring or "").strip().split("\n")
    text = "\n".join(line.strip() for line in lines)
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def filled(text: str, width: int, prefix: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, each beginning with `prefix`."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )


def pretty(value: Any, width: int = 100, indent: int = 0, before: int = 0) -> str:
    """JSON of which each part stands on one line if it fits into `width` columns; `before`: columns taken."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + before + len(line) < width:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        names = ((json.dumps(name, ensure_ascii=False) + ": ", part) for name, part in value.items())
        parts = [name + pretty(part, width, indent + 2, len(name)) for name, part in names]
        opening, closing = "{}"
    else:
        parts = [pretty(part, width, indent + 2) for part in value]
        opening, closing = "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{' ' * indent}{closing}"
