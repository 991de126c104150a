"""Docstrings as running text."""

from __future__ import annotations

import re
import textwrap


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
