"""Settings of `shipments`."""

from __future__ import annotations

from shared.config import CommonSettings


class Settings(CommonSettings):
    """Nothing beyond the common ones."""

    part: str = "shipments"
