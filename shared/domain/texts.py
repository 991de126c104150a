"""What people write, as far as it may be kept and shown."""

from __future__ import annotations

import re

# Control characters, and the marks that turn the direction of text: they only ever deceive in a name.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Raises ValueError: there are characters in it that nobody sees."""
    if _INVISIBLE.search(text):
        raise ValueError("leave out control characters and direction marks")
    return text
