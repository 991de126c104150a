"""Where the embedded stack keeps what it makes: one git-ignored folder."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "deploy" / "locks"


def state_dir() -> Path:
    """Return the state folder (`DROMOS_STATE_DIR`, else `.dromos` in the checkout)."""
    return Path(os.environ.get("DROMOS_STATE_DIR") or ROOT / ".dromos").absolute()
