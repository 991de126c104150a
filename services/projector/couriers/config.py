"""Settings of `projector couriers`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.config import CommonSettings


class Settings(CommonSettings):
    """`zone_key` displaces the zones round doors: at least 16 characters, secret, the same on all workers.
    `h3_file` has the number of addresses by H3 cell; without it areas are of resolution 7.
    `couriers_port`: probes and metrics, for this machine alone; 0: none."""

    part: str = "couriers"
    zone_key: str = Field(default="not-a-secret-local-zone-key", min_length=16, repr=False)
    h3_file: Path = Path(".dromos/map/h3.json")
    couriers_port: int = Field(default=0, ge=0, le=65_535)
