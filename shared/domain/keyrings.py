"""Who may post: devices' secrets and merchants' keys, known by their SHA-256 only."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator

import msgspec

from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant

_NOBODY = hashlib.sha256(b"").hexdigest()


def sha256_hex(secret: str) -> str:
    """The hex SHA-256 by which a secret is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class _Key(msgspec.Struct, frozen=True):
    sha256: str
    owner: str
    until_ms: int | None


class _Keyring[T]:
    """Owners by the digests of their secrets. The dictionary is asked for a digest, never for a secret, so
    what its timing tells is of no use; the match is then compared in constant time all the same."""

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}
        self._owners: dict[str, T] = {}

    def put(self, owner: str, value: T | None) -> None:
        """Take up a new state of an owner; None: removed."""
        before = self._owners.pop(owner, None)
        if before is not None:
            for key in self.keys_of(owner, before):
                if self._keys.get(key.sha256) == key:
                    del self._keys[key.sha256]
        if value is None:
            return
        self._owners[owner] = value
        for key in self.keys_of(owner, value):
            self._keys[key.sha256] = key

    def keys_of(self, owner: str, value: T) -> Iterator[_Key]:
        raise NotImplementedError

    def find(self, secret: str, now_ms: int) -> T | None:
        """Whose secret it is, if it is still good."""
        presented = sha256_hex(secret)
        key = self._keys.get(presented)
        if not hmac.compare_digest(presented, key.sha256 if key else _NOBODY) or key is None:
            return None
        if key.until_ms is not None and now_ms >= key.until_ms:
            return None
        return self._owners[key.owner]

    def knows(self, text: str) -> bool:
        """Whether the text is the secret of an owner that is not revoked, expired or not."""
        return sha256_hex(text) in self._keys


class DeviceKeys(_Keyring[Device]):
    """Devices that are not revoked, each with one secret, or two while rotating."""

    def keys_of(self, owner: str, value: Device) -> Iterator[_Key]:
        if not value.revoked:
            for secret in value.secrets:
                yield _Key(secret.sha256.lower(), owner, secret.until_ms)


class MerchantKeys(_Keyring[Merchant]):
    """Merchants by their API keys, `mk_<id>_<secret>`; what is kept is the id and the secret's digest."""

    def keys_of(self, owner: str, value: Merchant) -> Iterator[_Key]:
        for key in value.keys:
            if not key.revoked:
                yield _Key(key.sha256.lower(), owner, None)

    def find(self, secret: str, now_ms: int) -> Merchant | None:
        merchant = super().find(_secret_of(secret), now_ms)
        if merchant is None or secret.split("_", 2)[1] not in {key.key for key in merchant.keys}:
            return None
        return merchant

    def knows(self, text: str) -> bool:
        return super().knows(text) or super().knows(_secret_of(text))


_API_KEY = re.compile(r"mk_[a-z0-9]{1,16}_([A-Za-z0-9_-]{22,64})", re.ASCII)


def _secret_of(api_key: str) -> str:
    found = _API_KEY.fullmatch(api_key)
    return found[1] if found else ""
