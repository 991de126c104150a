"""Secrets: how they are made, what is kept of them, and how they are recognised.

Each has 128 random bits, so a plain SHA-256 is kept: a slow hash guards only what can be guessed."""

from __future__ import annotations

import hmac
import re
import secrets

from shared.contracts.merchants import ApiKey, Merchant
from shared.domain.keyrings import sha256_hex

_API_KEY = re.compile(r"mk_([a-z0-9]{1,16})_([A-Za-z0-9_-]{22,64})")
_NOBODY = "0" * 64


def new_secret() -> str:
    """128 random bits, base64url without padding (22 characters)."""
    return secrets.token_urlsafe(16)


def new_api_key() -> tuple[str, ApiKey]:
    """The key to hand out, once, and what is kept of it."""
    key, secret = secrets.token_hex(5), new_secret()
    return f"mk_{key}_{secret}", ApiKey(key=key, sha256=sha256_hex(secret))


def same_secret(given: str, expected: str) -> bool:
    """Compares in a time that tells nothing about either. An empty expectation matches nothing."""
    equal = hmac.compare_digest(sha256_hex(given), sha256_hex(expected))
    return equal and expected != ""


class KeyRing:
    """Finds the merchant of an API key; kept current by `put` as merchants change."""

    def __init__(self) -> None:
        self._by_key: dict[str, tuple[Merchant, ApiKey]] = {}
        self._keys_of: dict[str, tuple[str, ...]] = {}

    def put(self, merchant_id: str, merchant: Merchant | None) -> None:
        for key in self._keys_of.pop(merchant_id, ()):
            self._by_key.pop(key, None)
        if merchant is not None:
            good = [key for key in merchant.keys if not key.revoked]
            self._by_key.update({key.key: (merchant, key) for key in good})
            self._keys_of[merchant_id] = tuple(key.key for key in good)

    def find(self, text: str) -> Merchant | None:
        """The merchant whose key this is. An unknown key id costs the same hash and comparison as a wrong
        secret."""
        match = _API_KEY.fullmatch(text)
        key, secret = match.groups() if match else ("", "")
        merchant, known = self._by_key.get(key, (None, None))
        equal = hmac.compare_digest(sha256_hex(secret), known.sha256 if known else _NOBODY)
        return merchant if equal else None
