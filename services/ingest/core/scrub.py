"""What a parked message may keep: no secret, and nothing of other people's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import msgspec

from services.ingest.core import query

MAX_KEPT = 4_096
"""Characters of a parked message that are kept."""
MAX_READ = 16_384
"""Bytes of a message that are looked at, so that a long one costs no more than a short one."""

_MARGIN = 1_024  # characters beyond those kept, into which the longest secret fits with every sign escaped

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.+/=%-"
_TOKEN = re.compile(rf"[{re.escape(_SIGNS)}]{{8,}}")
_SEPARATORS = re.compile(r"[^A-Za-z0-9_~-]+")
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_PRIVATE = query.SECRET_NAMES | {
    *("ssid", "bssid", "wifi", "cell", "driveruniqueid"),
    *("poi", "desc", "inregions", "inrids", "tag", "image", "imagename"),
}
"""Members and fields that are dropped, in lower case: secrets, networks, people, saved places."""
_MEMBER = re.compile(
    rf'("(?:{"|".join(sorted(_PRIVATE))})"\s*:\s*)("(?:[^"\\]|\\.)*"?|[\[{{].*|[^,}}\]\s]+)',
    re.IGNORECASE | re.DOTALL,
)
"""Such a member where the JSON is broken. Nobody knows where its array or object ends: all that follows goes
with it."""


def scrub(raw: bytes, secret: str, is_secret: Callable[[str], bool]) -> str:
    """The message as text without the presented secret, without any other that `is_secret` knows, and
    without names of networks, people and places (OwnTracks' SSID, poi, inregions...), cut to `MAX_KEPT`
    characters."""
    text = _without_private(raw[:MAX_READ])
    whole = len(raw) <= MAX_READ and len(text) <= MAX_KEPT + _MARGIN
    text = text[: MAX_KEPT + _MARGIN]
    for form in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)} - {""}:
        text = text.replace(form, "***")
    if not whole:  # the last token may be half a secret, which nothing would recognise
        text = text[:-_MARGIN] + text[-_MARGIN:].rstrip(_SIGNS)
    text = _TOKEN.sub(lambda m: _token(m[0], is_secret), text)
    return text if whole and len(text) <= MAX_KEPT else text[:MAX_KEPT] + "…"


def _without_private(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return "&".join(piece for piece in text.split("&") if not _is_private(piece.partition("=")[0]))
    try:
        return msgspec.json.encode(_pruned(msgspec.json.decode(raw))).decode()
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _MEMBER.sub(r'\1"***"', _ESCAPED.sub(_unescaped, text))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(member) for name, member in value.items() if not _is_private(name)}
    return [_pruned(item) for item in value] if isinstance(value, list) else value


def _unescaped(escape: re.Match[str]) -> str:
    sign = chr(int(escape[1], 16))
    return escape[0] if sign in '"\\' else sign


def _is_private(name: str) -> bool:
    return unquote_plus(name).strip().lower() in _PRIVATE


def _token(token: str, is_secret: Callable[[str], bool]) -> str:
    """The token, with stars for what of it (`name=secret`) is a secret, or for all of it."""
    unquoted = unquote_plus(token)
    parts = dict.fromkeys((token, unquoted, *_SEPARATORS.split(token), *_SEPARATORS.split(unquoted)))
    for part in parts:
        if len(part) >= 8 and is_secret(part):
            if part not in token:
                return "***"
            token = token.replace(part, "***")
    return token
