"""One-time codes of a second factor (RFC 6238) and the recovery codes beside them. Pure."""

from __future__ import annotations

import base64
import hmac
import re
import secrets

import pyotp

from shared.domain.keyrings import sha256_hex

STEP_S = 30
TOLERANCE = 1
"""Steps that a phone's clock may be early or late."""
RECOVERY_CODES = 10
ISSUER = "Dromos"

_CODE = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(r"[A-Z2-7]{16}")


def new_totp() -> str:
    """A secret of 160 bits, base32."""
    return pyotp.random_base32(32)


def uri(secret: str, email: str, tenant: str) -> str:
    """What an authenticator's QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{email} ({tenant})", issuer_name=ISSUER)


def step_of(secret: str, code: str, now_ms: int, last_step: int) -> int | None:
    """The step whose code this is; None: of none within the tolerance, or of one that was used, or of an
    older one than that. All steps are tried whichever matches."""
    if not _CODE.fullmatch(code):
        return None
    totp, now_step = pyotp.TOTP(secret), now_ms // 1000 // STEP_S
    steps = range(now_step - TOLERANCE, now_step + TOLERANCE + 1)
    good = [step for step in steps if hmac.compare_digest(totp.at(step * STEP_S), code)]
    return next((step for step in good if step > last_step), None)


def plain_code(text: str) -> str:
    """As it is compared, without the blanks and hyphens it is written with."""
    return re.sub(r"[\s-]", "", text).upper()


def is_recovery(code: str) -> bool:
    return _RECOVERY.fullmatch(code) is not None


def new_recovery() -> tuple[list[str], tuple[str, ...]]:
    """Ten codes of 80 random bits to hand out, and what is kept of them."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
    shown = ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]
    return shown, tuple(sha256_hex(code) for code in codes)
