"""Where a request says who it is: `Authorization`, the path, or the query."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection

import msgspec


class Credentials(msgspec.Struct, frozen=True):
    """A secret as presented, and the user's name that came with it under HTTP Basic."""

    secret: str
    user: str | None = None


MAX_SECRET_LENGTH = 256


def presented(
    authorization: bytes | None,
    *,
    path: str | None = None,
    query: str | None = None,
    carriers: Collection[str],
) -> Credentials | None:
    """The first secret among the places that are allowed: header, path, query. None: there is none."""
    found: Credentials | None = None
    if authorization is not None:
        scheme, _, rest = authorization.partition(b" ")
        match scheme.lower():
            case b"bearer" if "bearer" in carriers:
                found = Credentials(rest.strip().decode("latin-1"))
            case b"basic" if "basic" in carriers:
                found = _basic(rest.strip())
    if found is None and path is not None and "path" in carriers:
        found = Credentials(path)
    if found is None and query is not None and "query" in carriers:
        found = Credentials(query)
    if found is None or not 0 < len(found.secret) <= MAX_SECRET_LENGTH:
        return None
    return found


def _basic(encoded: bytes) -> Credentials | None:
    """RFC 7617 §2: base64 of `user:password`, UTF-8."""
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = text.partition(":")
    return Credentials(password, user) if colon else None
