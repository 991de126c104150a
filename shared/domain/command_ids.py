"""A command's id follows from who asked and what he asked, so that asking twice is asking once, at whichever
door."""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec


def hashed(*parts: str) -> str:
    """128 bits of the SHA-256 of the parts, base32 in lower case (26 characters, fit for a path)."""
    # JSON keeps the parts apart whatever characters they hold.
    return short(hashlib.sha256(msgspec.json.encode(parts)).digest())


def short(digest: bytes) -> str:
    """128 bits of a digest, base32 in lower case without padding (26 characters)."""
    return base64.b32encode(digest[:16]).decode("ascii").rstrip("=").lower()


def command_id(kind: str, owner: str, *parts: str) -> str:
    """The id: whose command it is (an `Actor`'s kind and id), and the hash of what was asked."""
    return f"k-{_mark(kind, owner)}-{hashed('command', kind, owner, *parts)}"


def is_command_of(command: str, kind: str, owner: str) -> bool:
    """Whether this caller sent the command; what he may know of its outcome hangs on that."""
    return hmac.compare_digest(command.encode()[:13], f"k-{_mark(kind, owner)}-".encode())


def _mark(kind: str, owner: str) -> str:
    return hashed("owner", kind, owner)[:10]
