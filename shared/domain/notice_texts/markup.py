"""HTML that is safe by its making: whatever is not markup made here is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

VOID = frozenset({"br", "img", "meta"})


class Html(str):
    """Markup, made by the functions below; any other string is text."""

    __slots__ = ()


def tag(name: str, attributes: Mapping[str, str | None], *children: str) -> Html:
    """An element. Attributes of None are left out; children that are no `Html` are escaped."""
    written = "".join(
        f' {key}="{escape(value, quote=True)}"' for key, value in attributes.items() if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """One after the other, text escaped."""
    return Html(
        "".join(child if isinstance(child, Html) else escape(child, quote=False) for child in children)
    )


def lines(text: str) -> Html:
    """Text whose line ends are kept."""
    parts = [escape(line, quote=False) for line in text.split("\n")]
    return Html("<br>".join(parts))
