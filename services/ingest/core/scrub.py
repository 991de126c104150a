"""What a parked message may keep: no secret, and nothing of other people's."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote_plus

from services.ingest.core import query

MAX_KEPT = 4_096
"""Characters of a parked message that are kept."""

_TOKEN = re.compile(r"[A-Za-z0-9_~.+/=%-]{8,256}")
_JSON_NAMES = "SSID|BSSID|poi|image|imagename|tag|wifi|password|secret|token|key|desc"
_JSON_MEMBER = re.compile(
    rf'("(?:{_JSON_NAMES})"\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{{[^}}]*\}}?|[^,}}\]\s]+)', re.IGNORECASE
)
_DROPPED_FIELDS = query.SECRET_NAMES | {"wifi", "cell", "driveruniqueid"}


def scrub(raw: bytes, secret: str, is_secret: Callable[[str], bool]) -> str:
    """The message as text without the presented secret, without any other that `is_secret` knows, and
    without names of networks and places (OwnTracks' SSID, poi, image...), cut to `MAX_KEPT` characters."""
    text = raw.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    for form in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)} - {""}:
        text = text.replace(form, "***")
    text = _TOKEN.sub(lambda m: _token(m[0], is_secret), text)
    if text.lstrip()[:1] in ("{", "["):
        text = _JSON_MEMBER.sub(r'\1"***"', text)
    else:
        text = "&".join(piece for piece in text.split("&") if not _dropped(piece))
    return text if len(text) <= MAX_KEPT else text[:MAX_KEPT] + "…"


def _token(token: str, is_secret: Callable[[str], bool]) -> str:
    """The token, or stars for it or for the part of it (`name=secret`) that is a secret."""
    for form in (token, unquote_plus(token)):
        for part in (form, *re.split(r"[=/.+]", form)):
            if len(part) >= 8 and is_secret(part):
                return token.replace(part, "***") if part in token else "***"
    return token


def _dropped(piece: str) -> bool:
    return unquote_plus(piece.partition("=")[0]).lower() in _DROPPED_FIELDS
