"""Ids that follow from who asked and how he named it, so that asking twice is asking once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from typing import Literal

from shared.domain.command_ids import command_id, hashed

OwnerKind = Literal["merchant", "staff", "courier", "admin"]


def shipment_id(merchant: str, idempotency_key: str) -> str:
    """The shipment that this merchant means by this Idempotency-Key."""
    return f"s-{hashed('shipment', merchant, idempotency_key)}"


def fingerprint(idempotency_key: str, body: bytes) -> str:
    """What tells one request body from another under the same key.

    Keyed (HMAC-SHA-256), since it is kept for years beside a shipment whose name and address must not be
    found by trying."""
    return hmac.digest(idempotency_key.encode(), body, "sha256").hex()[:32]


def fresh_command_id(kind: OwnerKind, owner: str) -> str:
    """The id of a command that nobody will repeat."""
    return command_id(kind, owner, secrets.token_hex(16))


def with_body(command: str, idempotency_key: str, body: bytes) -> str:
    """The id of the command that this body makes of the request; `command` is the same for every body."""
    return f"{command}.{fingerprint(idempotency_key, body)[:16]}"


def other_body(command: str, decided: Iterable[str]) -> bool:
    """Whether one of the decided commands is of the same request (`with_body`) with another body."""
    request = command.partition(".")[0] + "."
    return any(known != command and known.startswith(request) for known in decided)
