"""A query string (or form body) taken apart, with whatever names a secret set aside."""

from __future__ import annotations

from urllib.parse import unquote_plus

import msgspec

SECRET_NAMES = frozenset({"secret", "token", "password", "key"})
"""Query keys that may hold a secret. The first two authenticate; none of them is ever kept."""

MAX_FIELDS = 200


class Query(msgspec.Struct, frozen=True):
    """Fields in order, the text they came in without the secrets, and the secret."""

    fields: list[tuple[str, str]]
    raw: bytes = b""
    secret: str | None = None


EMPTY = Query([])


def parse(raw: bytes) -> Query:
    """Take apart `a=1&b=2` (application/x-www-form-urlencoded). Broken escapes stay as they are, bytes that
    are not UTF-8 are replaced; beyond `MAX_FIELDS` nothing is read."""
    if not raw:
        return EMPTY
    fields: list[tuple[str, str]] = []
    kept: list[str] = []
    secret: str | None = None
    for piece in raw.decode("utf-8", "replace").split("&", MAX_FIELDS)[:MAX_FIELDS]:
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if "%" in name or "+" in name:
            name = unquote_plus(name)
        if "%" in value or "+" in value:
            value = unquote_plus(value)
        if name.lower() in SECRET_NAMES:
            if secret is None and name in ("secret", "token"):
                secret = value
            continue
        kept.append(piece)
        fields.append((name, value))
    return Query(fields, "&".join(kept).encode(), secret)
